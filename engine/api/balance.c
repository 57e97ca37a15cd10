/* api/balance.c -- what one member has, at a moment, as it was known at another. */
#include <config.h>

#include "api/api.h"
#include "report/progress.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

typedef struct shown_lot { /* lots whose terms and event are equal are shown once */
  int64_t left, held, matures_s, expires_s, earned_us, event;
  notch_text id;
  const notch_text *rules;
  uint32_t rule_count;
} shown_lot;

static notch_status failed(notch_question *q)
{
  return notch_api_books(q->ledger);
}

/* ---- gathering ---- */

notch_status notch_api_member_state(notch_question *q, notch_state *state)
{
  int64_t member = 0;
  if (q->reading.upto < 0) {
    return notch_api_say(q->ledger, NOTCH_ENOTFOUND, "nothing was known yet then");
  }
  notch_store_status found =
      notch_store_member_find(q->books->store, &member, notch_text_of(q->member));
  if (found == NOTCH_STORE_NOTFOUND) {
    return notch_api_say(q->ledger, NOTCH_ENOTFOUND, "there is no member `%s`", q->member);
  }
  if (found != NOTCH_STORE_OK) {
    return notch_api_failed(q->ledger, found);
  }
  return notch_books_read_member(q->books, q->edition, state, member, &q->reading, NULL, NULL)
             ? NOTCH_OK
             : failed(q);
}

/* How an event is called: its id, "ID/rule" for another member's side, "#N" for what fell due. */
static bool event_name(notch_question *q, int64_t event, notch_text rule, notch_text *out)
{
  notch_transaction row, cause;
  if (!notch_history_read(q->books, event, q->run, &row)) {
    return false;
  }
  *out = row.id;
  if (row.origin == NOTCH_ORIGIN_SIDE && row.cause != 0) {
    if (!notch_history_read(q->books, row.cause, q->run, &cause)) {
      return false;
    }
    *out = cause.id;
    if (cause.id.length > 0 && rule.length > 0) {
      *out = notch_arena_format(q->run, "%.*s/%.*s", WORD(cause.id), WORD(rule));
    }
  }
  if (out->length == 0) {
    *out = notch_arena_format(q->run, "#%lld", (long long)event);
  }
  return true;
}

/* Which rules opened a lot, and by which event.  What is only settled in memory has neither. */
static bool describe(notch_question *q, const notch_lot *lot, shown_lot *out)
{
  notch_posting posting;
  jmp_buf *escape = q->run->escape;
  q->run->escape = NULL;
  notch_store_status status =
      notch_store_posting_read(q->books->store, lot->lot, q->run, &posting, &out->event);
  q->run->escape = escape;
  if (status == NOTCH_STORE_NOTFOUND) {
    return true;
  }
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(q->books, status);
  }
  notch_text *rules = NOTCH_NEW_ARRAY(q->run, notch_text, posting.share_count + 1u);
  for (uint16_t i = 0; i < posting.share_count; i++) {
    rules[i] = notch_store_name_text(q->books->store, posting.shares[i].rule);
  }
  out->rules = rules;
  out->rule_count = posting.share_count;
  return event_name(q, out->event, posting.share_count > 0 ? rules[0] : (notch_text){NULL, 0},
                    &out->id);
}

typedef struct shown_points { /* of one kind */
  notch_points_view view;
  shown_lot *lots;
  uint32_t count;
  unsigned decimals;
} shown_points;

static bool show_points(notch_question *q, const notch_state *state, uint32_t points,
                        shown_points *out)
{
  NOTCH_VEC(shown_lot) lots = {0};
  for (uint32_t i = 0; i < state->lots_count; i++) {
    const notch_lot *lot = &notch_state_lots(state)[i];
    shown_lot shown = {.left = lot->left, .held = lot->held, .earned_us = lot->earned_us};
    shown.matures_s = notch_lot_matures(q->edition->rules->plan, lot);
    shown.expires_s = notch_lot_expires(q->edition->rules->plan, state, lot);
    bool over =
        shown.expires_s != NOTCH_NEVER && shown.expires_s * NOTCH_SECOND_US <= q->reading.at_us;
    if (lot->points != points || (lot->left == 0 && lot->held == 0) || (over && lot->held == 0)) {
      continue;
    }
    if (!describe(q, lot, &shown)) {
      return false;
    }
    shown_lot *same = NULL;
    for (uint32_t j = 0; j < lots.count && same == NULL; j++) {
      shown_lot *other = &lots.items[j];
      bool equal = other->event == shown.event && other->matures_s == shown.matures_s &&
                   other->expires_s == shown.expires_s && other->earned_us == shown.earned_us;
      same = equal && shown.event != 0 ? other : NULL;
    }
    if (same != NULL) {
      same->left += shown.left;
      same->held += shown.held;
    } else {
      *notch_vec_push(&lots, q->run) = shown;
    }
  }
  *out = (shown_points){.lots = lots.items,
                        .count = lots.count,
                        .decimals = q->edition->rules->program->points[points].decimals};
  notch_view_points(&out->view, q->edition->rules->plan, state, points, q->reading.at_us);
  return true;
}

/* ---- JSON ---- */

static void put_amount(notch_json_writer *json, const char *key, int64_t amount, unsigned decimals)
{
  notch_json_key(json, notch_text_of(key));
  notch_json_raw(json, NOTCH_TEXT("\""));
  notch_decimal_print(json->to, amount, decimals);
  notch_buffer_put(json->to, "\"", 1);
}

static void put_moment(notch_question *q, notch_json_writer *json, const char *key, int64_t at_us)
{
  notch_json_key(json, notch_text_of(key));
  if (at_us == INT64_MAX || at_us == INT64_MIN) {
    notch_json_null(json);
    return;
  }
  notch_json_raw(json, NOTCH_TEXT("\""));
  notch_moment_print_zone(json->to, at_us, &q->edition->rules->program->zone);
  notch_buffer_put(json->to, "\"", 1);
}

static int64_t us_of(int64_t seconds)
{
  return seconds == NOTCH_NEVER ? INT64_MAX
         : seconds == INT64_MIN ? INT64_MIN
                                : seconds * NOTCH_SECOND_US;
}

static void put_lot(notch_question *q, notch_json_writer *json, const shown_lot *lot,
                    unsigned decimals)
{
  notch_json_begin(json, '{');
  put_amount(json, "amount", lot->left, decimals);
  if (lot->held > 0) {
    put_amount(json, "held", lot->held, decimals);
  }
  put_moment(q, json, "earned", lot->earned_us);
  put_moment(q, json, "matures",
             lot->matures_s == INT64_MIN ? lot->earned_us : us_of(lot->matures_s));
  put_moment(q, json, "expires", us_of(lot->expires_s));
  notch_json_key(json, NOTCH_TEXT("rule"));
  notch_json_begin(json, '[');
  for (uint32_t i = 0; i < lot->rule_count; i++) {
    notch_json_text(json, lot->rules[i]);
  }
  notch_json_end(json, ']');
  notch_json_key(json, NOTCH_TEXT("event"));
  if (lot->id.length > 0) {
    notch_json_text(json, lot->id);
  } else {
    notch_json_null(json);
  }
  notch_json_end(json, '}');
}

static bool put_points(notch_question *q, notch_json_writer *json, const notch_state *state)
{
  const notch_program *program = q->edition->rules->program;
  notch_json_key(json, NOTCH_TEXT("points"));
  notch_json_begin(json, '{');
  for (uint32_t i = 0; i < program->points_count; i++) {
    shown_points shown;
    if (!show_points(q, state, i, &shown)) {
      return false;
    }
    notch_json_key(json, program->points[i].decl.name);
    notch_json_begin(json, '{');
    put_amount(json, "available", shown.view.available, shown.decimals);
    put_amount(json, "pending", shown.view.pending, shown.decimals);
    put_amount(json, "held", shown.view.held, shown.decimals);
    put_amount(json, "debt", shown.view.debt, shown.decimals);
    notch_json_key(json, NOTCH_TEXT("lots"));
    notch_json_begin(json, '[');
    for (uint32_t j = 0; j < shown.count; j++) {
      put_lot(q, json, &shown.lots[j], shown.decimals);
    }
    notch_json_end(json, ']');
    notch_json_end(json, '}');
  }
  notch_json_end(json, '}');
  return true;
}

static void put_tiers(notch_question *q, notch_json_writer *json, const notch_state *state)
{
  const notch_program *program = q->edition->rules->program;
  notch_json_key(json, NOTCH_TEXT("tiers"));
  notch_json_begin(json, '{');
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    const notch_footing footing = notch_footing_of(state, i);
    notch_json_key(json, program->ladders[i].decl.name);
    notch_json_begin(json, '{');
    notch_json_key(json, NOTCH_TEXT("tier"));
    notch_json_text(json, program->ladders[i].tiers[footing.tier].decl.name);
    put_moment(q, json, "since", footing.since_us);
    put_moment(q, json, "until", us_of(footing.until_s));
    notch_json_end(json, '}');
  }
  notch_json_end(json, '}');
}

static int64_t rewards_held(const notch_question *q, const notch_state *state, uint32_t reward)
{
  int64_t held = 0;
  for (uint32_t i = 0; i < state->reward_lots_count; i++) {
    const notch_reward_lot *lot = &state->reward_lots[i];
    bool over = lot->until_s != NOTCH_NEVER && lot->until_s * NOTCH_SECOND_US <= q->reading.at_us;
    held += lot->reward == reward && !over ? lot->left + lot->held : 0;
  }
  return held;
}

static void put_rest(notch_question *q, notch_json_writer *json, const notch_state *state)
{
  const notch_program *program = q->edition->rules->program;
  if (program->reward_count > 0) {
    notch_json_key(json, NOTCH_TEXT("rewards"));
    notch_json_begin(json, '{');
    for (uint32_t i = 0; i < program->reward_count; i++) {
      notch_json_key(json, program->rewards[i].decl.name);
      notch_json_begin(json, '{');
      notch_json_key(json, NOTCH_TEXT("held"));
      notch_json_integer(json, rewards_held(q, state, i));
      notch_json_end(json, '}');
    }
    notch_json_end(json, '}');
  }
  put_tiers(q, json, state);
  notch_json_key(json, NOTCH_TEXT("tags"));
  notch_json_begin(json, '[');
  for (uint32_t i = 0; i < state->tags_count; i++) {
    notch_json_text(json, notch_state_text(state, state->tags[i]));
  }
  notch_json_end(json, ']');
  if (state->closed) {
    notch_json_key(json, NOTCH_TEXT("closed"));
    notch_json_bool(json, true);
  }
}

static bool write_json(notch_question *q, const notch_state *state)
{
  notch_json_writer json = {.to = q->to};
  notch_json_begin(&json, '{');
  notch_json_key(&json, NOTCH_TEXT("member"));
  notch_json_text(&json, notch_text_of(q->member));
  put_moment(q, &json, "at", q->reading.at_us);
  if (!put_points(q, &json, state)) {
    return false;
  }
  put_rest(q, &json, state);
  notch_json_end(&json, '}');
  notch_buffer_put(q->to, "\n", 1);
  return true;
}

/* ---- text ---- */

static void put_day(notch_question *q, int64_t at_us)
{
  const notch_zone *zone = &q->edition->rules->program->zone;
  notch_date_print(q->to, notch_zone_day(zone, at_us));
}

static void text_amount(notch_question *q, const char *word, int64_t amount, unsigned decimals)
{
  if (amount != 0) {
    notch_buffer_print(q->to, ", %s ", word);
    notch_decimal_print(q->to, amount, decimals);
  }
}

static bool is_pending(const notch_question *q, const shown_lot *lot)
{
  return lot->matures_s != INT64_MIN && us_of(lot->matures_s) > q->reading.at_us;
}

/* The last day on which they are there; INT32_MAX: for ever. */
static int32_t last_day(const notch_question *q, const shown_lot *lot)
{
  return lot->expires_s == NOTCH_NEVER
             ? INT32_MAX
             : notch_zone_day(&q->edition->rules->program->zone, us_of(lot->expires_s) - 1);
}

/* Those that come and go together are one line for a reader. */
static bool reads_alike(const notch_question *q, const shown_lot *lot, const shown_lot *other)
{
  bool pending = is_pending(q, lot);
  return pending == is_pending(q, other) && last_day(q, lot) == last_day(q, other) &&
         (!pending || lot->matures_s == other->matures_s);
}

static void add_rules(notch_question *q, shown_lot *line, const shown_lot *lot)
{
  notch_text *rules = NOTCH_NEW_ARRAY(q->run, notch_text, line->rule_count + lot->rule_count + 1u);
  uint32_t count = 0;
  for (; count < line->rule_count; count++) {
    rules[count] = line->rules[count];
  }
  for (uint32_t i = 0; i < lot->rule_count; i++) {
    bool known = false;
    for (uint32_t j = 0; j < count && !known; j++) {
      known = notch_text_equal(rules[j], lot->rules[i]);
    }
    if (!known) {
      rules[count++] = lot->rules[i];
    }
  }
  line->rules = rules;
  line->rule_count = count;
}

static void text_line(notch_question *q, const shown_lot *line, int64_t until_us, unsigned decimals)
{
  bool pending = is_pending(q, line);
  const notch_zone *zone = &q->edition->rules->program->zone;
  notch_buffer_print(q->to, "    ");
  notch_decimal_print(q->to, line->left + line->held, decimals);
  notch_buffer_print(q->to, " earned ");
  put_day(q, line->earned_us);
  if (notch_zone_day(zone, until_us) != notch_zone_day(zone, line->earned_us)) {
    notch_buffer_print(q->to, " to ");
    put_day(q, until_us);
  }
  if (pending && line->matures_s != NOTCH_NEVER) {
    notch_buffer_print(q->to, ", to be had from ");
    notch_moment_print_zone(q->to, us_of(line->matures_s), zone);
  } else if (pending) {
    notch_buffer_print(q->to, ", not to be had yet");
  }
  if (line->expires_s != NOTCH_NEVER) {
    notch_buffer_print(q->to, ", good until ");
    notch_date_print(q->to, last_day(q, line));
  }
  for (uint32_t i = 0; i < line->rule_count; i++) {
    notch_buffer_print(q->to, "%s%.*s", i == 0 ? "  (" : ", ", WORD(line->rules[i]));
  }
  notch_buffer_print(q->to, "%s\n", line->rule_count > 0 ? ")" : "");
}

static void text_lots(notch_question *q, shown_lot *lots, uint32_t count, unsigned decimals)
{
  for (uint32_t i = 0; i < count; i++) {
    shown_lot line = lots[i];
    int64_t until_us = line.earned_us;
    uint32_t kept = i + 1;
    for (uint32_t j = i + 1; j < count; j++) {
      const shown_lot *lot = &lots[j];
      if (!reads_alike(q, &line, lot)) {
        lots[kept++] = *lot;
        continue;
      }
      line.left += lot->left;
      line.held += lot->held;
      line.earned_us = lot->earned_us < line.earned_us ? lot->earned_us : line.earned_us;
      until_us = lot->earned_us > until_us ? lot->earned_us : until_us;
      add_rules(q, &line, lot);
    }
    text_line(q, &line, until_us, decimals);
    count = kept;
  }
}

static bool write_text(notch_question *q, const notch_state *state)
{
  const notch_program *program = q->edition->rules->program;
  const char *bold = q->view == NOTCH_VIEW_COLOUR ? "\033[1m" : "";
  const char *plain = q->view == NOTCH_VIEW_COLOUR ? "\033[0m" : "";
  notch_buffer_print(q->to, "%s%s%s at ", bold, q->member, plain);
  notch_moment_print_zone(q->to, q->reading.at_us, &program->zone);
  notch_buffer_print(q->to, "%s\n", state->closed ? " (closed)" : "");
  for (uint32_t i = 0; i < program->points_count; i++) {
    shown_points shown;
    if (!show_points(q, state, i, &shown)) {
      return false;
    }
    notch_buffer_print(q->to, "  %s%.*s ", bold, WORD(program->points[i].decl.name));
    notch_decimal_print(q->to, shown.view.available, shown.decimals);
    notch_buffer_print(q->to, "%s", plain);
    text_amount(q, "pending", shown.view.pending, shown.decimals);
    text_amount(q, "on hold", shown.view.held, shown.decimals);
    if (program->points[i].shortfall != NOTCH_SHORTFALL_NEGATIVE) { /* else it shows already */
      text_amount(q, "debt", shown.view.debt, shown.decimals);
    }
    notch_buffer_print(q->to, "\n");
    text_lots(q, shown.lots, shown.count, shown.decimals);
  }
  for (uint32_t i = 0; i < program->reward_count; i++) {
    int64_t held = rewards_held(q, state, i);
    if (held > 0) {
      notch_buffer_print(q->to, "  %lld %.*s\n", (long long)held,
                         WORD(program->rewards[i].decl.name));
    }
  }
  for (uint32_t i = 0; i < program->ladder_count && !state->closed; i++) {
    const notch_footing footing = notch_footing_of(state, i);
    notch_buffer_print(q->to, "  %.*s: %.*s", WORD(program->ladders[i].decl.name),
                       WORD(program->ladders[i].tiers[footing.tier].decl.name));
    if (footing.until_s != NOTCH_NEVER) {
      notch_buffer_print(q->to, " until ");
      put_day(q, us_of(footing.until_s) - 1);
    }
    notch_buffer_print(q->to, "\n");
  }
  for (uint32_t i = 0; i < state->tags_count; i++) {
    notch_text tag = notch_state_text(state, state->tags[i]);
    notch_buffer_print(q->to, "%s%.*s%s", i == 0 ? "  tags: " : ", ", WORD(tag),
                       i + 1 == state->tags_count ? "\n" : "");
  }
  return true;
}

notch_status notch_api_balance_of(notch_question *q)
{
  notch_state *state = notch_history_past(q->books);
  if (state == NULL) {
    return failed(q);
  }
  notch_status status = notch_api_member_state(q, state);
  if (status != NOTCH_OK) {
    return status;
  }
  bool written = q->view == NOTCH_VIEW_JSON ? write_json(q, state) : write_text(q, state);
  return written ? NOTCH_OK : failed(q);
}

/* ---- one figure ---- */

typedef struct figure_question {
  notch_question q; /* first */
  const char *name;
  notch_points_of_member *points;
} figure_question;

static notch_status points_of(notch_question *q)
{
  figure_question *asked = (figure_question *)q;
  const notch_program *program = q->edition->rules->program;
  notch_state *state = notch_history_past(q->books);
  notch_status status = state == NULL ? failed(q) : notch_api_member_state(q, state);
  for (uint32_t i = 0; status == NOTCH_OK && i < program->points_count; i++) {
    if (notch_text_equal(program->points[i].decl.name, notch_text_of(asked->name))) {
      notch_points_view view;
      notch_view_points(&view, q->edition->rules->plan, state, i, q->reading.at_us);
      *asked->points = (notch_points_of_member){view.available, view.pending, view.held, view.debt};
      return NOTCH_OK;
    }
  }
  return status != NOTCH_OK
             ? status
             : notch_api_say(q->ledger, NOTCH_ENOTFOUND, "no points %s", asked->name);
}

notch_status notch_ledger_points(notch_ledger *ledger, const char *member, const char *points,
                                 const char *at, notch_points_of_member *out)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, member != NULL && points != NULL && out != NULL);
  figure_question asked = {
      .q = {.ledger = ledger, .member = member, .at = at}, .name = points, .points = out};
  return notch_api_ask(&asked.q, points_of);
}

static notch_status tier_named(notch_question *q)
{
  figure_question *asked = (figure_question *)q;
  const notch_program *program = q->edition->rules->program;
  notch_state *state = notch_history_past(q->books);
  notch_status status = state == NULL ? failed(q) : notch_api_member_state(q, state);
  for (uint32_t i = 0; status == NOTCH_OK && i < program->ladder_count; i++) {
    const notch_ladder *ladder = &program->ladders[i];
    if (asked->name == NULL || notch_text_equal(ladder->decl.name, notch_text_of(asked->name))) {
      notch_buffer_clear(&q->ledger->tier);
      notch_buffer_text(&q->ledger->tier,
                        ladder->tiers[notch_footing_of(state, i).tier].decl.name);
      return q->ledger->tier.failed ? notch_api_nomem(q->ledger) : NOTCH_OK;
    }
  }
  return status != NOTCH_OK ? status
                            : notch_api_say(q->ledger, NOTCH_ENOTFOUND, "no ladder %s",
                                            asked->name != NULL ? asked->name : "at all");
}

notch_status notch_ledger_tier(notch_ledger *ledger, const char *member, const char *ladder,
                               const char *at, const char **out)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, member != NULL && out != NULL);
  figure_question asked = {.q = {.ledger = ledger, .member = member, .at = at}, .name = ladder};
  notch_status status = notch_api_ask(&asked.q, tier_named);
  *out = status == NOTCH_OK ? ledger->tier.bytes : "";
  return status;
}
