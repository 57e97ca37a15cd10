/* deeds.c -- what can be done to a ledger, and asked of it, with what it gives. */
#include "life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void tell(life *l, const void *bytes, size_t size)
{
  for (size_t i = 0; i < size; i++) {
    l->told = (l->told ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
  }
}

int hear(void *payload, const char *bytes, size_t size)
{
  tell(payload, bytes, size);
  return 0;
}

static void hear_text(life *l, const char *text)
{
  tell(l, text, strlen(text) + 1);
}

static void hear_number(life *l, int64_t number)
{
  tell(l, &number, sizeof number);
}

void live_until(life *l, const char *name)
{
  for (unsigned i = 0; strcmp(deeds[i].name, name) != 0; i++) {
    l->line = deeds[i].line;
    if (deeds[i].act(l) != NOTCH_OK) {
      abort();
    }
  }
}

/* ---- deeds: events ---- */

static notch_status tell_result(life *l, notch_result *result)
{
  notch_status status = notch_result_write(result, NOTCH_VIEW_JSON, hear, l);
  if (status == NOTCH_OK) {
    status = notch_result_write(result, NOTCH_VIEW_TEXT, hear, l);
  }
  hear_text(l, notch_result_reason(result));
  notch_result_free(result);
  return status;
}

static notch_status with_event(life *l,
                               notch_status use(life *l, notch_event *event, notch_result **result))
{
  notch_event *event = NULL;
  notch_result *result = NULL;
  notch_status status = notch_event_parse(&event, l->engine, l->line, strlen(l->line));
  if (status == NOTCH_OK) {
    status = use(l, event, &result);
  }
  notch_event_free(event);
  return status == NOTCH_OK ? tell_result(l, result) : status;
}

static notch_status use_apply(life *l, notch_event *event, notch_result **result)
{
  notch_status status = notch_ledger_apply(l->ledger, event, result);
  l->memory.fail_at = status == NOTCH_OK ? 0 : l->memory.fail_at; /* what is done is done */
  return status;
}

static notch_status use_preview(life *l, notch_event *event, notch_result **result)
{
  return notch_ledger_preview(l->ledger, event, result);
}

static notch_status use_program_preview(life *l, notch_event *event, notch_result **result)
{
  return notch_program_preview(l->engine, l->rules,
                               "{\"tiers\":{\"status\":\"gold\"},\"points\":{\"star\":\"500\"},"
                               "\"tags\":[\"regular\"],\"email\":\"a@b.example\"}",
                               event, result);
}

static notch_status apply(life *l)
{
  return with_event(l, use_apply);
}

static notch_status preview(life *l)
{
  return with_event(l, use_preview);
}

static notch_status preview_program(life *l)
{
  return with_event(l, use_program_preview);
}

/* The same by hand, then applied: it is known. */
static notch_status put_together(life *l)
{
  notch_event *event = NULL;
  notch_result *result = NULL;
  notch_status status =
      notch_event_new(&event, l->engine, "c1", "purchase", "ann", "2026-05-03T10:00:00+08:00");
  if (status == NOTCH_OK) {
    status = notch_event_set_amount(event, "amount", 1250, 2);
  }
  if (status == NOTCH_OK) {
    status = notch_event_set_text(event, "channel", "app");
  }
  if (status == NOTCH_OK) {
    status = notch_event_set_json(event, "items", "[{\"sku\":\"caf\\u00e9\",\"price\":\"12.50\"}]");
  }
  if (status == NOTCH_OK) {
    hear_text(l, notch_event_json(event));
    status = use_apply(l, event, &result);
  }
  notch_event_free(event);
  return status == NOTCH_OK ? tell_result(l, result) : status;
}

typedef struct input {
  const char *bytes;
  size_t at;
} input;

static size_t read_input(void *payload, char *to, size_t size)
{
  input *in = payload;
  size_t left = strlen(in->bytes + in->at);
  size_t taken = left < size ? left : size;
  memcpy(to, in->bytes + in->at, taken);
  in->at += taken;
  return taken;
}

static void hear_line(void *payload, const notch_line *line)
{
  hear_number(payload, (int64_t)line->line);
  hear_text(payload, line->reason);
  hear_text(payload, line->sentence);
}

static notch_status apply_all(life *l, const char *bytes, int csv)
{
  input in = {bytes, 0};
  notch_counts counts = {0, 0, 0, 0, 0, 0};
  notch_bulk_options options = NOTCH_BULK_OPTIONS_INIT;
  options.csv = csv;
  options.type = csv ? "purchase" : NULL;
  options.name = "till.csv";
  options.read = read_input;
  options.read_payload = &in;
  options.line = hear_line;
  options.payload = l;
  notch_status status = notch_ledger_apply_all(l->ledger, &options, &counts);
  l->safe = status == NOTCH_OK ? 0 : (int64_t)counts.transactions;
  hear_number(l, (int64_t)(counts.applied + counts.refused * 100 + counts.unreadable * 10000));
  return status;
}

static notch_status apply_lines(life *l)
{
  return apply_all(l,
                   "{\"id\":\"b1\",\"type\":\"purchase\",\"member\":\"dan\","
                   "\"at\":\"2026-05-01\",\"amount\":\"33.00\"}\n"
                   "{\"id\":\"b2\",\"type\":\"visit\",\"member\":\"eve\",\"at\":\"2026-05-01\"}\n"
                   "{\"id\":\"b3\",\"type\":\"purchase\",\"member\":\"eve\","
                   "\"at\":\"2026-05-01\",\"amount\":\"-1\"}\n"
                   "{\"id\":\"b4\", nonsense}\n"
                   "{\"id\":\"b2\",\"type\":\"visit\",\"member\":\"eve\",\"at\":\"2026-05-01\"}\n"
                   "{\"id\":\"b5\",\"type\":\"return\",\"member\":\"dan\","
                   "\"at\":\"2026-05-02\",\"of\":\"b1\",\"amount\":\"3.00\"}\n",
                   0);
}

static notch_status apply_rows(life *l)
{
  return apply_all(l,
                   "member,date,amount,note\n"
                   "ann,2026-05-02,10.00,\"said \"\"hi\"\", twice\"\n"
                   "flo,2026-05-02,20.00,\n"
                   "flo,2026-05-02,0.001,\n"
                   "flo,2026-05-02\n",
                   1);
}

static notch_status advance(life *l)
{
  notch_counts counts = {0, 0, 0, 0, 0, 0};
  notch_status status = notch_ledger_advance(l->ledger, "2026-07-02", &counts);
  hear_number(l, (int64_t)counts.transactions);
  return status;
}

static notch_status publish(life *l)
{
  return notch_ledger_publish(l->ledger, l->next, "2026-04-15", 0, hear, l);
}

static notch_status publish_dry(life *l)
{
  return notch_ledger_publish_as(l->ledger, l->next, "2026-04-15", 1, NOTCH_VIEW_JSON, hear, l);
}

/* ---- deeds: the ledger itself ---- */

static notch_status create(life *l)
{
  return make_ledger(l);
}

static notch_status reopen(life *l)
{
  close_ledger(l);
  return open_ledger(l);
}

static notch_status seal(life *l)
{
  return notch_ledger_seal(l->ledger, NULL, hear, l);
}

/* What is signed differs from time to time: only that it went well is told. */
static notch_status seal_with_a_key(life *l)
{
  notch_key key;
  uint64_t told = l->told;
  notch_status status = notch_key_new(l->engine, "shop.example/ledger", &key);
  if (status == NOTCH_OK) {
    status = notch_ledger_seal(l->ledger, key.secret, hear, l);
  }
  l->told = told;
  return status;
}

static int keep(void *payload, const char *bytes, size_t size)
{
  char *kept = payload;
  size_t length = strlen(kept);
  memcpy(kept + length, bytes, size);
  kept[length + size] = '\0';
  return 0;
}

static notch_status prove(life *l)
{
  static char proof[1 << 18];
  int valid = 0;
  proof[0] = '\0';
  notch_status status = notch_ledger_receipt(l->ledger, "c1", keep, proof);
  if (status == NOTCH_OK) {
    hear_text(l, proof);
    status =
        notch_proof_check(l->engine, proof, strlen(proof), NULL, NOTCH_VIEW_TEXT, hear, l, &valid);
    hear_number(l, valid);
  }
  if (status == NOTCH_OK) {
    status = notch_ledger_consistency(l->ledger, 3, 0, hear, l);
  }
  return status;
}

static notch_status back_up(life *l)
{
  char path[64];
  snprintf(path, sizeof path, "check_scarce.%ld.ledger", (long)getpid());
  unlink(path);
  notch_status status = notch_ledger_backup(l->ledger, path);
  unlink(path);
  return status;
}

static notch_status audit(life *l, unsigned threads)
{
  notch_audit_options options = NOTCH_AUDIT_OPTIONS_INIT;
  uint64_t differences = 0;
  options.threads = threads;
  notch_status status =
      threads == 0
          ? notch_ledger_verify(l->ledger, &options, NOTCH_VIEW_JSON, hear, l, &differences)
          : notch_ledger_replay(l->ledger, &options, NOTCH_VIEW_JSON, hear, l, &differences);
  l->differences += differences;
  return status;
}

static notch_status verify(life *l)
{
  return audit(l, 0);
}

static notch_status replay(life *l)
{
  return audit(l, 1);
}

static notch_status replay_in_two(life *l)
{
  return audit(l, 2);
}

static notch_status replay_by_others(life *l)
{
  notch_audit_options options = NOTCH_AUDIT_OPTIONS_INIT;
  uint64_t differences = 0;
  options.rules = l->next;
  return notch_ledger_replay(l->ledger, &options, NOTCH_VIEW_TEXT, hear, l, &differences);
}

static notch_status backtest(life *l)
{
  notch_backtest_options options = NOTCH_BACKTEST_OPTIONS_INIT;
  options.html = hear;
  options.html_payload = l;
  return notch_ledger_backtest(l->ledger, l->next, &options, NOTCH_VIEW_TEXT, hear, l);
}

static notch_status figures(life *l)
{
  notch_points_of_member points = {0, 0, 0, 0};
  const char *tier = NULL;
  notch_status status = notch_ledger_points(l->ledger, "ann", "star", "2026-06-01", &points);
  if (status == NOTCH_OK) {
    hear_number(l, points.available + points.pending * 1000);
    status = notch_ledger_tier(l->ledger, "ann", NULL, "2026-06-01", &tier);
  }
  if (status == NOTCH_OK) {
    hear_text(l, tier);
  }
  return status;
}

static int hear_member(void *payload, const char *member)
{
  hear_text(payload, member);
  return 0;
}

static notch_status members(life *l)
{
  return notch_ledger_members(l->ledger, hear_member, l);
}

/* ---- deeds: the rules alone ---- */

#define SCRIPT "shop.notch", l->source, strlen(l->source)

static notch_status compile_again(life *l)
{
  notch_program *made = NULL;
  notch_status status = notch_program_compile(&made, l->engine, SCRIPT, NULL);
  if (status == NOTCH_OK) {
    hear_text(l, notch_program_identity(made));
  }
  notch_program_free(made);
  return status;
}

static notch_status dump(life *l)
{
  notch_status status = NOTCH_OK;
  for (int phase = NOTCH_PHASE_TOKENS; phase <= NOTCH_PHASE_CODE && status == NOTCH_OK; phase++) {
    status = notch_dump(l->engine, (notch_phase)phase, SCRIPT, NULL, hear, l);
  }
  return status;
}

static int hear_declared(void *payload, const notch_declared *declared)
{
  hear_text(payload, declared->head);
  return 0;
}

static int hear_word(void *payload, const char *word, const char *kind, int unlikely)
{
  (void)kind;
  hear_number(payload, unlikely);
  hear_text(payload, word);
  return 0;
}

static notch_status outline(life *l)
{
  return notch_outline(l->engine, SCRIPT, NULL, hear_declared, l);
}

static notch_status meaning(life *l)
{
  return notch_meaning(l->engine, SCRIPT, 75, 10, NULL, hear_declared, l);
}

static notch_status complete(life *l)
{
  return notch_complete(l->engine, SCRIPT, 75, 10, NULL, hear_word, l);
}

static notch_status test_rules(life *l)
{
  notch_test_counts counts = {0, 0};
  notch_status status = notch_program_test(l->engine, l->rules, NULL, &counts);
  hear_number(l, counts.passed * 100 + counts.failed);
  return status;
}

/* ---- deeds: one call each ---- */

#define ONE(name, call)                                                                            \
  static notch_status name(life *l)                                                                \
  {                                                                                                \
    return call;                                                                                   \
  }
#define TEXT NOTCH_VIEW_TEXT, hear, l
#define JSON NOTCH_VIEW_JSON, hear, l

ONE(layout, notch_format(l->engine, SCRIPT, NULL, hear, l))
ONE(explain_code, notch_explain_code(l->engine, "N0205", hear, l))
ONE(outlook, notch_program_outlook(l->engine, l->rules, 1, TEXT))
ONE(balance, notch_ledger_balance(l->ledger, "ann", "2026-06-01", NULL, TEXT))
ONE(balance_then, notch_ledger_balance(l->ledger, "ann", "2026-03-20", "2026-04-01", JSON))
ONE(balance_in_pool, notch_ledger_balance(l->ledger, "bob", "2026-06-01", NULL, JSON))
ONE(balance_later, notch_ledger_balance(l->ledger, "ann", "2028-01-01", NULL, JSON))
ONE(totals, notch_ledger_balance(l->ledger, NULL, "2026-06-01", NULL, TEXT))
ONE(totals_then, notch_ledger_balance(l->ledger, NULL, "2026-03-20", NULL, JSON))
ONE(refused, notch_ledger_refused(l->ledger, TEXT))
ONE(refused_lines, notch_ledger_refused(l->ledger, JSON))
ONE(effects, notch_ledger_effects(l->ledger, 0, JSON))
ONE(effects_read, notch_ledger_effects(l->ledger, 2, TEXT))
ONE(info, notch_ledger_info(l->ledger, JSON))
ONE(statement, notch_ledger_statement(l->ledger, "ann", NULL, "2026-06-01", TEXT))
ONE(statement_of_may, notch_ledger_statement(l->ledger, "bob", "2026-05-01", "2026-05-31", JSON))
ONE(liability, notch_ledger_liability(l->ledger, "2026-06-01", NULL, TEXT))
ONE(liability_guessed, notch_ledger_liability(l->ledger, "2026-04-01", "85", JSON))
ONE(export_hledger, notch_ledger_export(l->ledger, "hledger", hear, l))
ONE(export_beancount, notch_ledger_export(l->ledger, "beancount", hear, l))
ONE(export_csv, notch_ledger_export(l->ledger, "csv", hear, l))
ONE(export_jsonl, notch_ledger_export(l->ledger, "jsonl", hear, l))
ONE(explain, notch_ledger_explain(l->ledger, "p2", TEXT))
ONE(explain_return, notch_ledger_explain(l->ledger, "r1", JSON))
ONE(explain_merge, notch_ledger_explain(l->ledger, "m1", TEXT))
ONE(explain_refused, notch_ledger_explain(l->ledger, "x1", TEXT))
ONE(explain_due, notch_ledger_explain(l->ledger, "#7", JSON))

#define EVENT(id, type, member, at, rest)                                                          \
  "{\"id\":\"" id "\",\"type\":\"" type "\",\"member\":\"" member "\",\"at\":\"2026-" at "\"" rest \
  "}"
#define SHOP(id, type, at, rest)                                                                   \
  "{\"id\":\"" id "\",\"type\":\"" type "\",\"at\":\"2026-" at "\"" rest "}"

const deed deeds[] = {
    {"compile", compile_again, NULL},
    {"dump", dump, NULL},
    {"outline", outline, NULL},
    {"meaning", meaning, NULL},
    {"complete", complete, NULL},
    {"format", layout, NULL},
    {"explain_code", explain_code, NULL},
    {"test", test_rules, NULL},
    {"outlook", outlook, NULL},
    {"preview_program", preview_program,
     EVENT("q1", "purchase", "ann", "03-01", ",\"amount\":\"40.00\",\"channel\":\"app\"")},
    {"create", create, NULL},
    {"seed", apply, SHOP("s1", "seed", "02-01", ",\"seed\":\"abc\"")},
    {"rate", apply,
     SHOP("s2", "rate", "02-01", ",\"from\":\"EUR\",\"to\":\"CNY\",\"rate\":\"7.1832\"")},
    {"fund", apply, SHOP("s3", "fund", "02-01", ",\"partner\":\"grocer\",\"points\":\"90\"")},
    {"restock", apply, SHOP("s4", "restock", "02-02", ",\"reward\":\"latte\",\"quantity\":5")},
    {"join", apply,
     EVENT("j1", "join", "ann", "03-01",
           ",\"birthday\":\"1990-04-01\",\"email\":\"ann@a.example\"")},
    {"join_again", apply, EVENT("j2", "join", "bob", "03-01", ",\"email\":\"bob@b.example\"")},
    {"purchase", apply,
     EVENT("p1", "purchase", "ann", "03-01T10:00:00",
           ",\"amount\":\"40.00\",\"channel\":\"app\",\"items\":[{\"sku\":"
           "\"caf\\u00e9\",\"price\":\"30.00\",\"quantity\":1}]")},
    {"preview", preview, EVENT("p2", "purchase", "ann", "03-02", ",\"amount\":\"90.00\"")},
    {"promoted", apply,
     EVENT("p2", "purchase", "ann", "03-02T10:00:00",
           ",\"amount\":\"90.00\",\"friend\":\"bob\",\"items\":[{\"sku\":\"tea\","
           "\"price\":\"45.00\",\"quantity\":2}]")},
    {"enter", apply, EVENT("h1", "enter", "ann", "03-03", ",\"pool\":\"home\"")},
    {"enter_with", apply,
     EVENT("h2", "enter", "bob", "03-03", ",\"pool\":\"home\",\"with\":\"ann\"")},
    {"visit", apply, EVENT("v1", "visit", "ann", "03-04", "")},
    {"shared", apply,
     EVENT("p3", "purchase", "bob", "03-05",
           ",\"amount\":\"60.00\",\"items\":["
           "{\"sku\":\"tea\",\"price\":\"45.00\"}]")},
    {"redeem", apply,
     EVENT("d1", "redeem", "ann", "03-06", ",\"reward\":\"latte\",\"quantity\":1")},
    {"pay", apply,
     EVENT("y1", "pay", "ann", "03-07",
           ",\"payment\":\"checkout\","
           "\"points\":\"20\",\"order\":\"48.00\"")},
    {"hold", apply,
     EVENT("o1", "hold", "ann", "03-08",
           ",\"hold\":\"k1\",\"payment\":\"checkout\","
           "\"points\":\"30\",\"order\":\"48.00\"")},
    {"capture", apply,
     EVENT("o2", "capture", "ann", "03-09", ",\"hold\":\"k1\",\"points\":\"10\"")},
    {"hold_reward", apply,
     EVENT("o3", "hold", "ann", "03-10",
           ",\"hold\":\"k2\",\"reward\":"
           "\"latte\",\"quantity\":1")},
    {"release", apply, EVENT("o4", "release", "ann", "03-10T11:00", ",\"hold\":\"k2\"")},
    {"hold_open", apply,
     EVENT("o5", "hold", "ann", "03-11",
           ",\"hold\":\"k3\",\"points\":"
           "{\"coin\":\"5\"},\"until\":\"2026-03-20\"")},
    {"transfer", apply,
     EVENT("t1", "transfer", "ann", "03-12",
           ",\"to\":\"cat\",\"points\":"
           "{\"coin\":\"15\"}")},
    {"refuse", apply,
     EVENT("x1", "transfer", "ann", "03-13",
           ",\"to\":\"cat\",\"points\":"
           "{\"coin\":\"9999\"}")},
    {"wait", apply, EVENT("r0", "return", "cat", "03-14", ",\"of\":\"p9\",\"amount\":\"5.00\"")},
    {"awaited", apply, EVENT("p9", "purchase", "cat", "03-13T12:00:00", ",\"amount\":\"25.00\"")},
    {"return", apply,
     EVENT("r1", "return", "ann", "03-15",
           ",\"of\":\"p2\",\"amount\":\"30.00\","
           "\"items\":[{\"line\":1,\"quantity\":1}]")},
    {"return_rest", apply, EVENT("r2", "return", "ann", "03-16", ",\"of\":\"p2\"")},
    {"return_without", apply,
     EVENT("r3", "return", "bob", "03-17",
           ",\"event\":\"purchase\","
           "\"amount\":\"7.00\"")},
    {"late", apply, EVENT("p4", "purchase", "ann", "03-02T12:00:00", ",\"amount\":\"12.00\"")},
    {"adjust", apply,
     EVENT("a1", "adjust", "cat", "03-18",
           ",\"points\":{\"coin\":\"-2\"},"
           "\"reason\":\"too many\",\"by\":\"desk\"")},
    {"merge", apply, EVENT("m1", "merge", "ann", "03-19", ",\"from\":\"cat\"")},
    {"return_after_merge", apply, EVENT("r4", "return", "ann", "03-21", ",\"of\":\"p9\"")},
    {"profile", apply, EVENT("f1", "profile", "ann", "03-22", ",\"email\":\"ann@c.example\"")},
    {"publish_dry", publish_dry, NULL},
    {"publish", publish, NULL},
    {"by_hand", put_together, NULL},
    {"lines", apply_lines, NULL},
    {"rows", apply_rows, NULL},
    {"exit", apply, EVENT("h3", "exit", "bob", "05-04", "")},
    {"leave", apply, EVENT("l1", "leave", "eve", "05-05", "")},
    {"advance", advance, NULL},
    {"tick", apply, SHOP("z1", "tick", "07-03", "")},
    {"reopen", reopen, NULL},
    {"figures", figures, NULL},
    {"members", members, NULL},
    {"balance", balance, NULL},
    {"balance_then", balance_then, NULL},
    {"balance_in_pool", balance_in_pool, NULL},
    {"balance_later", balance_later, NULL},
    {"totals", totals, NULL},
    {"totals_then", totals_then, NULL},
    {"refused", refused, NULL},
    {"refused_lines", refused_lines, NULL},
    {"effects", effects, NULL},
    {"effects_read", effects_read, NULL},
    {"info", info, NULL},
    {"statement", statement, NULL},
    {"statement_of_may", statement_of_may, NULL},
    {"liability", liability, NULL},
    {"liability_guessed", liability_guessed, NULL},
    {"export_hledger", export_hledger, NULL},
    {"export_beancount", export_beancount, NULL},
    {"export_csv", export_csv, NULL},
    {"export_jsonl", export_jsonl, NULL},
    {"explain", explain, NULL},
    {"explain_return", explain_return, NULL},
    {"explain_merge", explain_merge, NULL},
    {"explain_refused", explain_refused, NULL},
    {"explain_due", explain_due, NULL},
    {"verify", verify, NULL},
    {"replay", replay, NULL},
    {"replay_in_two", replay_in_two, NULL},
    {"replay_by_others", replay_by_others, NULL},
    {"backtest", backtest, NULL},
    {"seal", seal, NULL},
    {"seal_with_a_key", seal_with_a_key, NULL},
    {"prove", prove, NULL},
    {"back_up", back_up, NULL},
    {"erase", apply, EVENT("e1", "erase", "bob", "07-04", "")},
    {"verify_erased", verify, NULL},
    {"replay_erased", replay, NULL},
    {NULL, NULL, NULL}};
