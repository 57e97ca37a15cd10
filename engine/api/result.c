/* api/result.c -- what one event did, as texts for the embedder. */
#include <config.h>

#include "api/api.h"

#include <assert.h>
#include <string.h>

typedef struct gathering {
  notch_ledger *ledger;
  notch_books *books;
  notch_result *result;
  notch_arena *arena; /* the result's, armed */
  notch_edition *edition;
  const char *member;
  const notch_transaction *row;
} gathering;

static const char *name_of(gathering *g, uint32_t number)
{
  return number == NOTCH_NONE || number == 0
             ? ""
             : notch_api_text(g->arena, notch_store_name_text(g->books->store, number));
}

/* "status.gold" is tier gold. */
static const char *tier_of(gathering *g, uint32_t number)
{
  const char *name = name_of(g, number), *point = strchr(name, '.');
  const char *last = point;
  while (last != NULL && strchr(last + 1, '.') != NULL) {
    last = strchr(last + 1, '.');
  }
  return last != NULL ? last + 1 : name;
}

static unsigned decimals_of(gathering *g, uint32_t points)
{
  uint32_t index = notch_names_index(g->books, g->edition, NOTCH_NAME_POINTS, points);
  return index == NOTCH_NONE ? 0 : g->edition->rules->program->points[index].decimals;
}

static const char *buffer_text(gathering *g, notch_buffer *text)
{
  notch_text kept = notch_buffer_keep(text, g->arena);
  return kept.bytes != NULL ? kept.bytes : "";
}

static const char *amount_of(gathering *g, int64_t units, unsigned decimals)
{
  notch_buffer text;
  notch_buffer_init(&text, g->arena->memory);
  notch_decimal_print(&text, units, decimals);
  return buffer_text(g, &text);
}

static const char *moment_of(gathering *g, int64_t at_s)
{
  notch_buffer text;
  if (at_s == NOTCH_NEVER || at_s == INT64_MIN) {
    return NULL;
  }
  notch_buffer_init(&text, g->arena->memory);
  notch_moment_print_zone(&text, at_s * NOTCH_SECOND_US, &g->edition->rules->program->zone);
  return buffer_text(g, &text);
}

static const char *rules_of(gathering *g, const notch_posting *posting, unsigned decimals)
{
  notch_buffer text;
  if (posting->share_count == 0) {
    return "";
  }
  const char **amounts = NOTCH_NEW_ARRAY(g->arena, const char *, posting->share_count);
  for (uint16_t i = 0; i < posting->share_count; i++) {
    amounts[i] = amount_of(g, posting->shares[i].amount, decimals);
  }
  notch_buffer_init(&text, g->arena->memory);
  notch_json_writer json = {.to = &text};
  notch_json_begin(&json, '{');
  for (uint16_t i = 0; i < posting->share_count; i++) {
    notch_json_key(&json, notch_store_name_text(g->books->store, posting->shares[i].rule));
    notch_json_text(&json, notch_text_of(amounts[i]));
  }
  notch_json_end(&json, '}');
  return buffer_text(g, &text);
}

static void add_posting(gathering *g, const notch_posting *posting)
{
  unsigned decimals = decimals_of(g, posting->points);
  bool opens = posting->lot == posting->posting;
  *notch_vec_push(&g->result->postings, g->arena) = (notch_result_posting){
      .member = g->member,
      .points = name_of(g, posting->points),
      .source = notch_account_word((notch_account)posting->source),
      .target = notch_account_word((notch_account)posting->target),
      .amount = amount_of(g, posting->amount, decimals),
      .units = posting->amount,
      .rules = rules_of(g, posting, decimals),
      .matures = opens ? moment_of(g, posting->matures_s) : NULL,
      .expires = opens ? moment_of(g, posting->expires_s) : NULL};
}

static bool add_row(gathering *g, const notch_transaction *row)
{
  notch_text id = {NULL, 0};
  g->row = row;
  g->edition = row->version == 0 ? notch_books_newest(g->books)
                                 : notch_books_edition(g->books, row->version);
  if (g->edition == NULL) {
    return false;
  }
  if (row->member != 0) {
    id = g->books->host.member_id(g->books, row->member);
  }
  g->member = notch_api_text(g->arena, id);
  for (uint32_t i = 0; i < row->posting_count; i++) {
    add_posting(g, &row->postings[i]);
  }
  for (uint32_t i = 0; i < row->move_count; i++) {
    const notch_move *move = &row->moves[i];
    *notch_vec_push(&g->result->moves, g->arena) =
        (notch_result_move){.member = g->member,
                            .ladder = name_of(g, move->ladder),
                            .tier = tier_of(g, move->tier),
                            .cause = notch_move_words_of(move->cause).word,
                            .until = moment_of(g, move->until_s)};
  }
  for (uint32_t i = 0; i < row->effect_count; i++) {
    const notch_effect *effect = &row->effects[i];
    *notch_vec_push(&g->result->effects, g->arena) =
        (notch_result_effect){.member = g->member,
                              .kind = notch_effect_word((notch_effect_kind)effect->kind),
                              .subject = name_of(g, effect->subject),
                              .rule = name_of(g, effect->rule),
                              .text = notch_api_text(g->arena, effect->text),
                              .amount = effect->amount};
  }
  return true;
}

/* Of an event that was known: its own row and the other members' sides of it. */
static bool gather_known(gathering *g, int64_t own)
{
  int64_t end = notch_store_next(g->books->store)->event;
  for (int64_t event = own; event != 0 && event < end; event++) {
    notch_transaction row;
    if (!notch_history_read(g->books, event, g->arena, &row)) {
      return false;
    }
    if (event != own && (row.origin != NOTCH_ORIGIN_SIDE || row.cause != own)) {
      break;
    }
    if (!add_row(g, &row)) {
      return false;
    }
  }
  return true;
}

static bool gather(gathering *g, const notch_receipt *receipt)
{
  const notch_books *books = g->books;
  bool good = receipt->first != 0 || gather_known(g, receipt->own);
  for (uint32_t i = 0; i < books->rows.count && receipt->first != 0 && good; i++) {
    good = add_row(g, &books->rows.items[i]);
  }
  return good;
}

notch_status notch_api_result(notch_ledger *ledger, const notch_receipt *receipt,
                              notch_result **out)
{
  const notch_memory *memory = &ledger->engine->memory;
  jmp_buf no_memory;
  notch_result *result = notch_memory_resize(memory, NULL, sizeof *result);
  if (result == NULL) {
    return notch_api_nomem(ledger);
  }
  memset(result, 0, sizeof *result);
  result->memory = memory;
  notch_arena_init(&result->arena, memory);
  if (setjmp(no_memory) != 0) {
    result->arena.escape = NULL;
    notch_result_free(result);
    return notch_api_nomem(ledger);
  }
  result->arena.escape = &no_memory;
  result->answer = (notch_answer)receipt->reply;
  result->reason = receipt->reply == NOTCH_REPLY_UNREADABLE
                       ? "unreadable"
                       : notch_verdict_word(receipt->verdict);
  result->id = notch_api_text(&result->arena, receipt->id);
  result->sentence = notch_api_text(&result->arena, receipt->sentence);
  result->number = receipt->own;
  gathering g = {.ledger = ledger, .books = ledger->books, .result = result,
                 .arena = &result->arena};
  bool good = gather(&g, receipt);
  result->arena.escape = NULL;
  if (!good) {
    notch_result_free(result);
    return notch_api_books(ledger);
  }
  *out = result;
  return NOTCH_OK;
}

void notch_result_free(notch_result *result)
{
  if (result != NULL) {
    const notch_memory *memory = result->memory;
    notch_arena_free(&result->arena);
    notch_memory_free(memory, result);
  }
}

notch_answer notch_result_answer(const notch_result *result)
{
  return result == NULL ? NOTCH_ANSWER_UNREADABLE : result->answer;
}

const char *notch_result_reason(const notch_result *result)
{
  return result == NULL ? "" : result->reason;
}

const char *notch_result_sentence(const notch_result *result)
{
  return result == NULL ? "" : result->sentence;
}

int64_t notch_result_number(const notch_result *result)
{
  return result == NULL ? 0 : result->number;
}

int notch_result_posting_at(const notch_result *result, uint32_t index, notch_result_posting *out)
{
  if (result == NULL || out == NULL || index >= result->postings.count) {
    return 0;
  }
  *out = result->postings.items[index];
  return 1;
}

int notch_result_move_at(const notch_result *result, uint32_t index, notch_result_move *out)
{
  if (result == NULL || out == NULL || index >= result->moves.count) {
    return 0;
  }
  *out = result->moves.items[index];
  return 1;
}

int notch_result_effect_at(const notch_result *result, uint32_t index, notch_result_effect *out)
{
  if (result == NULL || out == NULL || index >= result->effects.count) {
    return 0;
  }
  *out = result->effects.items[index];
  return 1;
}

/* ---- as a whole ---- */

static const char *answer_word(notch_answer answer)
{
  static const char *const words[] = {"applied", "known", "refused", "waiting", "unreadable"};
  return words[answer];
}

static void text(notch_json_writer *json, const char *key, const char *value)
{
  if (value != NULL && value[0] != '\0') {
    notch_json_put_text(json, key, notch_text_of(value));
  }
}

static void write_json(const notch_result *r, notch_buffer *to)
{
  notch_json_writer json = {.to = to};
  notch_json_begin(&json, '{');
  text(&json, "id", r->id);
  text(&json, "answer", answer_word(r->answer));
  text(&json, "reason", r->reason);
  text(&json, "sentence", r->sentence);
  notch_json_key(&json, NOTCH_TEXT("postings"));
  notch_json_begin(&json, '[');
  for (uint32_t i = 0; i < r->postings.count; i++) {
    const notch_result_posting *posting = &r->postings.items[i];
    notch_json_begin(&json, '{');
    text(&json, "member", posting->member);
    text(&json, "points", posting->points);
    text(&json, "source", posting->source);
    text(&json, "target", posting->target);
    text(&json, "amount", posting->amount);
    if (posting->rules[0] != '\0') {
      notch_json_key(&json, NOTCH_TEXT("rules"));
      notch_json_raw(&json, notch_text_of(posting->rules));
    }
    text(&json, "matures", posting->matures);
    text(&json, "expires", posting->expires);
    notch_json_end(&json, '}');
  }
  notch_json_end(&json, ']');
  notch_json_key(&json, NOTCH_TEXT("tiers"));
  notch_json_begin(&json, '[');
  for (uint32_t i = 0; i < r->moves.count; i++) {
    notch_json_begin(&json, '{');
    text(&json, "member", r->moves.items[i].member);
    text(&json, "ladder", r->moves.items[i].ladder);
    text(&json, "tier", r->moves.items[i].tier);
    text(&json, "cause", r->moves.items[i].cause);
    text(&json, "until", r->moves.items[i].until);
    notch_json_end(&json, '}');
  }
  notch_json_end(&json, ']');
  notch_json_key(&json, NOTCH_TEXT("effects"));
  notch_json_begin(&json, '[');
  for (uint32_t i = 0; i < r->effects.count; i++) {
    const notch_result_effect *effect = &r->effects.items[i];
    notch_json_begin(&json, '{');
    text(&json, "member", effect->member);
    text(&json, "kind", effect->kind);
    text(&json, "subject", effect->subject);
    text(&json, "rule", effect->rule);
    text(&json, "text", effect->text);
    notch_json_key(&json, NOTCH_TEXT("amount"));
    notch_json_integer(&json, effect->amount);
    notch_json_end(&json, '}');
  }
  notch_json_end(&json, ']');
  notch_json_end(&json, '}');
  notch_buffer_put(to, "\n", 1);
}

static void write_text(const notch_result *r, notch_buffer *to)
{
  notch_buffer_print(to, "%s%s%s", answer_word(r->answer),
                     r->answer == NOTCH_ANSWER_REFUSED ? ": " : "",
                     r->answer == NOTCH_ANSWER_REFUSED ? r->reason : "");
  notch_buffer_print(to, "%s%s\n", r->sentence[0] != '\0' ? " - " : "", r->sentence);
  for (uint32_t i = 0; i < r->postings.count; i++) {
    const notch_result_posting *posting = &r->postings.items[i];
    notch_buffer_print(to, "  %s  %s %s  %s -> %s%s%s%s%s%s%s\n", posting->member,
                       posting->amount, posting->points, posting->source, posting->target,
                       posting->rules[0] != '\0' ? "  by " : "", posting->rules,
                       posting->matures != NULL ? "  from " : "",
                       posting->matures != NULL ? posting->matures : "",
                       posting->expires != NULL ? "  until " : "",
                       posting->expires != NULL ? posting->expires : "");
  }
  for (uint32_t i = 0; i < r->moves.count; i++) {
    const notch_result_move *move = &r->moves.items[i];
    notch_buffer_print(to, "  %s  %s is %s (%s)%s%s\n", move->member, move->ladder, move->tier,
                       move->cause, move->until != NULL ? " until " : "",
                       move->until != NULL ? move->until : "");
  }
  for (uint32_t i = 0; i < r->effects.count; i++) {
    const notch_result_effect *effect = &r->effects.items[i];
    notch_buffer_print(to, "  %s  %s %s%s%s", effect->member, effect->kind, effect->subject,
                       effect->text[0] != '\0' ? " " : "", effect->text);
    notch_buffer_print(to, "%s%s\n", effect->rule[0] != '\0' ? "  by " : "", effect->rule);
  }
}

notch_status notch_result_write(const notch_result *result, notch_view view, notch_write *write,
                                void *payload)
{
  notch_buffer whole;
  if (result == NULL || write == NULL) {
    return NOTCH_EMISUSE;
  }
  notch_buffer_init(&whole, result->memory);
  if (view == NOTCH_VIEW_JSON) {
    write_json(result, &whole);
  } else {
    write_text(result, &whole);
  }
  notch_status status = notch_api_write(NULL, write, payload, &whole);
  notch_buffer_free(&whole);
  return status;
}
