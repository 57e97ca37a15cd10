/* api/totals.c -- what all members have together: exact in 128 bits, and adding up (L4, L6). */
#include <config.h>

#include "api/api.h"
#include "api/transit.h"
#include "report/report.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes
#define NAME_CELLS 11

typedef struct kind_total {
  __int128 issued, spent, expired, taken_back, forgiven; /* by the accounts */
  __int128 available, pending, held, debt;               /* by the members */
  __int128 in_transit; /* by the accounts: nobody's at this moment */
} kind_total;

typedef struct reward_total {
  int64_t held, used;
} reward_total;

typedef struct totals {
  notch_question *q;
  kind_total *kinds;
  reward_total *rewards;
  uint64_t **tiers; /* by ladder and rank */
  uint64_t members;
} totals;

static void account(kind_total *kind, uint8_t of, __int128 amount)
{
  switch ((notch_account)of) {
  case NOTCH_ACCOUNT_ISSUED: kind->issued -= amount; break;
  case NOTCH_ACCOUNT_SPENT: kind->spent += amount; break;
  case NOTCH_ACCOUNT_EXPIRED: kind->expired += amount; break;
  case NOTCH_ACCOUNT_TAKEN_BACK: kind->taken_back += amount; break;
  case NOTCH_ACCOUNT_FORGIVEN: kind->forgiven -= amount; break;
  case NOTCH_ACCOUNT_IN_TRANSIT: kind->in_transit += amount; break;
  case NOTCH_ACCOUNT_NONE:
  case NOTCH_ACCOUNT_POINTS:
  case NOTCH_ACCOUNT_HELD:
  case NOTCH_ACCOUNT_DEBT:
  case NOTCH_ACCOUNT_COUNT: break;
  }
}

static bool add_recorded(void *payload, const notch_store_total *total)
{
  totals *t = payload;
  uint32_t points = notch_names_index(t->q->books, t->q->edition, NOTCH_NAME_POINTS, total->points);
  if (points != NOTCH_NONE) {
    account(&t->kinds[points], total->source, -total->amount);
    account(&t->kinds[points], total->target, total->amount);
  }
  return true;
}

static bool add_effect(void *payload, uint8_t kind, uint32_t subject, int64_t amount)
{
  totals *t = payload;
  if (kind == NOTCH_EFFECT_USE || kind == NOTCH_EFFECT_RETURN_USE) {
    uint32_t reward = notch_names_index(t->q->books, t->q->edition, NOTCH_NAME_REWARD, subject);
    if (reward != NOTCH_NONE) {
      t->rewards[reward].used += kind == NOTCH_EFFECT_USE ? amount : -amount;
    }
  }
  return true;
}

/* What is due by the moment but not recorded yet counts as if it were. */
static void add_settled(void *payload, const notch_outcome *outcome)
{
  totals *t = payload;
  for (uint32_t i = 0; i < outcome->count; i++) {
    const notch_transaction *row = &outcome->transactions[i];
    for (uint32_t j = 0; j < row->posting_count && row->origin != NOTCH_ORIGIN_SIDE; j++) {
      const notch_posting *posting = &row->postings[j];
      account(&t->kinds[posting->points], posting->source, -(__int128)posting->amount);
      account(&t->kinds[posting->points], posting->target, posting->amount);
    }
  }
}

static void add_member(totals *t, const notch_state *state)
{
  const notch_program *program = t->q->edition->rules->program;
  for (uint32_t i = 0; i < program->points_count; i++) {
    notch_points_view view;
    kind_total *kind = &t->kinds[i];
    notch_view_points(&view, t->q->edition->rules->plan, state, i, t->q->reading.at_us);
    bool negative = program->points[i].shortfall == NOTCH_SHORTFALL_NEGATIVE;
    kind->available += view.available + (negative ? view.debt : 0);
    kind->pending += view.pending;
    kind->held += view.held;
    kind->debt += view.debt;
  }
  for (uint32_t i = 0; i < state->reward_lots_count; i++) {
    const notch_reward_lot *lot = &state->reward_lots[i];
    bool over = lot->until_s != NOTCH_NEVER &&
                lot->until_s * NOTCH_SECOND_US <= t->q->reading.at_us;
    t->rewards[lot->reward].held += over ? 0 : lot->left + lot->held;
  }
  if (!state->present) { /* others gave him something: he is no member yet */
    return;
  }
  t->members++;
  for (uint32_t i = 0; i < program->ladder_count && !state->closed; i++) {
    t->tiers[i][state->standings[i].effective]++;
  }
}

/* Counted as the lot is that they will be in. */
static void add_in_transit(void *payload, uint32_t named, int64_t amount, int64_t matures_s,
                           int64_t expires_s)
{
  totals *t = payload;
  int64_t at_us = t->q->reading.at_us;
  uint32_t points = notch_names_index(t->q->books, t->q->edition, NOTCH_NAME_POINTS, named);
  if (points == NOTCH_NONE) {
    return;
  }
  kind_total *kind = &t->kinds[points];
  if (expires_s != NOTCH_NEVER && expires_s * NOTCH_SECOND_US <= at_us) {
    kind->expired += amount;
  } else if (matures_s == NOTCH_NEVER ||
             (matures_s != INT64_MIN && matures_s * NOTCH_SECOND_US > at_us)) {
    kind->pending += amount;
  } else {
    kind->available += amount;
  }
}

static notch_status gather(totals *t)
{
  notch_question *q = t->q;
  notch_books *books = q->books;
  if (q->reading.upto < 0) {
    return NOTCH_OK;
  }
  notch_store_status status = notch_store_totals(books->store, q->reading.upto,
                                                 q->reading.at_us, add_recorded, t);
  if (status == NOTCH_STORE_OK && q->edition->rules->program->reward_count > 0) {
    status = notch_store_effect_totals(books->store, q->reading.upto, q->reading.at_us,
                                       add_effect, t);
  }
  if (status != NOTCH_STORE_OK) {
    return notch_api_failed(q->ledger, status);
  }
  notch_state *state = notch_history_past(books);
  int64_t count = notch_store_member_count(books->store);
  for (int64_t member = 1; state != NULL && member <= count; member++) {
    notch_arena_reset(&books->run);
    if (!notch_books_read_member(books, q->edition, state, member, &q->reading, add_settled,
                                 t)) {
      return notch_api_books(q->ledger);
    }
    add_member(t, state);
  }
  bool some = false;
  for (uint32_t i = 0; i < q->edition->rules->program->points_count; i++) {
    some = some || t->kinds[i].in_transit != 0;
  }
  bool good = state != NULL && (!some || notch_transit_at(books, &q->reading, add_in_transit, t));
  return good ? NOTCH_OK : notch_api_books(q->ledger);
}

/* ---- writing ---- */

static void wide(notch_buffer *to, __int128 value, unsigned decimals)
{
  char digits[48];
  unsigned at = sizeof digits, count = 0;
  unsigned __int128 left = value < 0 ? -(unsigned __int128)value : (unsigned __int128)value;
  do {
    if (count == decimals && decimals > 0) {
      digits[--at] = '.';
    }
    digits[--at] = (char)('0' + (int)(left % 10));
    left /= 10;
    count++;
  } while (left > 0 || count <= decimals);
  if (value < 0) {
    digits[--at] = '-';
  }
  notch_buffer_put(to, digits + at, sizeof digits - at);
}

#define FIGURES(FIGURE)           \
  FIGURE("issued", issued)        \
  FIGURE("available", available)  \
  FIGURE("pending", pending)      \
  FIGURE("held", held)            \
  FIGURE("spent", spent)          \
  FIGURE("expired", expired)      \
  FIGURE("taken_back", taken_back) \
  FIGURE("forgiven", forgiven)    \
  FIGURE("debt", debt)

static void figure_json(notch_json_writer *json, const char *key, __int128 value,
                        unsigned decimals)
{
  notch_json_key(json, notch_text_of(key));
  notch_json_raw(json, NOTCH_TEXT("\""));
  wide(json->to, value, decimals);
  notch_buffer_put(json->to, "\"", 1);
}

static void write_json(totals *t)
{
  const notch_program *program = t->q->edition->rules->program;
  notch_json_writer json = {.to = t->q->to};
  notch_json_begin(&json, '{');
  notch_json_key(&json, NOTCH_TEXT("at"));
  notch_json_raw(&json, NOTCH_TEXT("\""));
  notch_moment_print_zone(t->q->to, t->q->reading.at_us, &program->zone);
  notch_buffer_put(t->q->to, "\"", 1);
  notch_json_key(&json, NOTCH_TEXT("members"));
  notch_json_integer(&json, (int64_t)t->members);
  notch_json_key(&json, NOTCH_TEXT("points"));
  notch_json_begin(&json, '{');
  for (uint32_t i = 0; i < program->points_count; i++) {
    const kind_total *kind = &t->kinds[i];
    unsigned decimals = program->points[i].decimals;
    notch_json_key(&json, program->points[i].decl.name);
    notch_json_begin(&json, '{');
#define FIGURE(word, member) figure_json(&json, word, kind->member, decimals);
    FIGURES(FIGURE)
#undef FIGURE
    notch_json_end(&json, '}');
  }
  notch_json_end(&json, '}');
  notch_json_key(&json, NOTCH_TEXT("rewards"));
  notch_json_begin(&json, '{');
  for (uint32_t i = 0; i < program->reward_count; i++) {
    notch_json_key(&json, program->rewards[i].decl.name);
    notch_json_begin(&json, '{');
    notch_json_key(&json, NOTCH_TEXT("held"));
    notch_json_integer(&json, t->rewards[i].held);
    notch_json_key(&json, NOTCH_TEXT("used"));
    notch_json_integer(&json, t->rewards[i].used);
    notch_json_end(&json, '}');
  }
  notch_json_end(&json, '}');
  notch_json_key(&json, NOTCH_TEXT("tiers"));
  notch_json_begin(&json, '{');
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    notch_json_key(&json, program->ladders[i].decl.name);
    notch_json_begin(&json, '{');
    for (uint32_t j = 0; j < program->ladders[i].tier_count; j++) {
      notch_json_key(&json, program->ladders[i].tiers[j].decl.name);
      notch_json_integer(&json, (int64_t)t->tiers[i][j]);
    }
    notch_json_end(&json, '}');
  }
  notch_json_end(&json, '}');
  notch_json_end(&json, '}');
  notch_buffer_put(t->q->to, "\n", 1);
}

static void figure_text(totals *t, const char *word, __int128 value, unsigned decimals)
{
  notch_buffer number;
  if (value == 0 && strcmp(word, "issued") != 0 && strcmp(word, "available") != 0) {
    return;
  }
  notch_buffer_init(&number, t->q->to->memory);
  wide(&number, value, decimals);
  notch_buffer_print(t->q->to, "  %-*s %20.*s\n", NAME_CELLS,
                     strcmp(word, "taken_back") == 0 ? "taken back" : word,
                     (int)number.length, number.bytes);
  t->q->to->failed = t->q->to->failed || number.failed;
  notch_buffer_free(&number);
}

/* Names may be wide: columns of the screen are counted, not bytes. */
static void tiers_text(totals *t, uint32_t index)
{
  const notch_ladder *ladder = &t->q->edition->rules->program->ladders[index];
  uint32_t widest = NAME_CELLS;
  for (uint32_t i = 0; i < ladder->tier_count; i++) {
    uint32_t cells = notch_cells_of(ladder->tiers[i].decl.name);
    widest = cells > widest ? cells : widest;
  }
  for (uint32_t i = 0; i < ladder->tier_count; i++) {
    notch_text name = ladder->tiers[i].decl.name;
    notch_buffer_print(t->q->to, "  %.*s%*s %20llu\n", WORD(name),
                       (int)(widest - notch_cells_of(name)), "",
                       (unsigned long long)t->tiers[index][i]);
  }
}

static void write_text(totals *t)
{
  const notch_program *program = t->q->edition->rules->program;
  const char *bold = t->q->view == NOTCH_VIEW_COLOUR ? "\033[1m" : "";
  const char *plain = t->q->view == NOTCH_VIEW_COLOUR ? "\033[0m" : "";
  notch_buffer_print(t->q->to, "%llu member%s at ", (unsigned long long)t->members,
                     t->members == 1 ? "" : "s");
  notch_moment_print_zone(t->q->to, t->q->reading.at_us, &program->zone);
  notch_buffer_put(t->q->to, "\n", 1);
  for (uint32_t i = 0; i < program->points_count; i++) {
    const kind_total *kind = &t->kinds[i];
    unsigned decimals = program->points[i].decimals;
    notch_buffer_print(t->q->to, "%s%.*s%s\n", bold, WORD(program->points[i].decl.name), plain);
#define FIGURE(word, member) figure_text(t, word, kind->member, decimals);
    FIGURES(FIGURE)
#undef FIGURE
  }
  for (uint32_t i = 0; i < program->reward_count; i++) {
    notch_buffer_print(t->q->to, "%s%.*s%s held %lld, used %lld\n", bold,
                       WORD(program->rewards[i].decl.name), plain,
                       (long long)t->rewards[i].held, (long long)t->rewards[i].used);
  }
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    notch_buffer_print(t->q->to, "%s%.*s%s\n", bold, WORD(program->ladders[i].decl.name), plain);
    tiers_text(t, i);
  }
}

static notch_status balance_of_all(notch_question *q)
{
  const notch_program *program = q->edition->rules->program;
  totals t = {.q = q};
  t.kinds = NOTCH_NEW_ARRAY(q->run, kind_total, program->points_count + 1);
  t.rewards = NOTCH_NEW_ARRAY(q->run, reward_total, program->reward_count + 1);
  t.tiers = NOTCH_NEW_ARRAY(q->run, uint64_t *, program->ladder_count + 1);
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    t.tiers[i] = NOTCH_NEW_ARRAY(q->run, uint64_t, program->ladders[i].tier_count);
  }
  notch_status status = gather(&t);
  if (status != NOTCH_OK) {
    return status;
  }
  if (q->view == NOTCH_VIEW_JSON) {
    write_json(&t);
  } else {
    write_text(&t);
  }
  return NOTCH_OK;
}

notch_status notch_ledger_balance(notch_ledger *ledger, const char *member, const char *at,
                                  const char *known, notch_view view, notch_write *write,
                                  void *payload)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, write != NULL);
  notch_question q = {.ledger = ledger,
                      .member = member,
                      .at = at,
                      .known = known,
                      .view = view,
                      .write = write,
                      .payload = payload};
  return notch_api_ask(&q, member != NULL ? notch_api_balance_of : balance_of_all);
}
