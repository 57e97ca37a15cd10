/* suite/expect.c -- whether what a test expects is so; a failure says what was found instead. */
#include <config.h>

#include "suite/suite.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

static bool broken(notch_stage *stage, const notch_test_step *step)
{
  notch_suite_fail(stage, step, "the test cannot go on: %s", stage->books->sentence);
  return false;
}

/* What may explain why nothing happened. */
static notch_text because_refused(notch_stage *stage)
{
  if (stage->waited || stage->receipt.verdict == NOTCH_APPLIED) {
    return NOTCH_TEXT("");
  }
  return notch_arena_format(&stage->arena, "; the event before it was %s%s%s%.*s",
                            stage->receipt.verdict == NOTCH_WAITING ? "" : "refused as ",
                            notch_verdict_word(stage->receipt.verdict),
                            stage->sentence.length > 0 ? ": " : "", WORD(stage->sentence));
}

/* The member as of the test's present moment.  False: the test cannot go on. */
static bool read_member(notch_stage *stage, const notch_test_step *step, notch_state *state,
                        notch_text id, int64_t number)
{
  notch_books *books = stage->books;
  if (id.length > 0) {
    notch_store_status status = notch_store_member_find(books->store, &number, id);
    if (status == NOTCH_STORE_NOTFOUND) {
      number = 0; /* nobody has heard of him: he has nothing */
    } else if (status != NOTCH_STORE_OK) {
      notch_books_failed(books, status);
      return broken(stage, step);
    }
  }
  if (number == 0) {
    return notch_state_start(state, stage->rules->program, INT64_MAX);
  }
  const notch_reading reading = {.at_us = stage->now_us};
  books->trace = NULL;
  bool read = notch_books_read_member(books, stage->edition, state, number, &reading, NULL, NULL);
  books->trace = &stage->trace;
  return read || broken(stage, step);
}

static notch_text amount_text(notch_stage *stage, int64_t amount, unsigned decimals)
{
  notch_buffer text;
  notch_buffer_init(&text, stage->memory);
  notch_decimal_print(&text, amount, decimals);
  return notch_buffer_keep(&text, &stage->arena);
}

static const char *state_word(notch_test_state state)
{
  switch (state) {
  case NOTCH_STATE_AVAILABLE: return "available";
  case NOTCH_STATE_PENDING: return "pending";
  case NOTCH_STATE_HOLD: return "on hold";
  case NOTCH_STATE_DEBT: return "of debt";
  }
  return "";
}

static int64_t points_found(const notch_points_view *view, notch_test_state state)
{
  switch (state) {
  case NOTCH_STATE_AVAILABLE: return view->available;
  case NOTCH_STATE_PENDING: return view->pending;
  case NOTCH_STATE_HOLD: return view->held;
  case NOTCH_STATE_DEBT: return view->debt;
  }
  return 0;
}

static int64_t rewards_found(const notch_state *state, uint32_t reward, notch_test_state which,
                             int64_t now_us)
{
  int64_t found = 0;
  for (uint32_t i = 0; i < state->reward_lots_count; i++) {
    const notch_reward_lot *lot = &state->reward_lots[i];
    bool matured = lot->matures_s == INT64_MIN || lot->matures_s <= now_us / NOTCH_SECOND_US;
    bool over = lot->until_s != NOTCH_NEVER && lot->until_s <= now_us / NOTCH_SECOND_US;
    if (lot->reward != reward) {
      continue;
    }
    if (which == NOTCH_STATE_HOLD) {
      found += lot->held;
    } else if (!over && matured == (which == NOTCH_STATE_AVAILABLE)) {
      found += lot->left;
    }
  }
  return found;
}

static bool expect_has(notch_stage *stage, const notch_test_step *step)
{
  const notch_program *program = stage->rules->program;
  notch_state state;
  notch_state_init(&state, stage->memory);
  bool read = read_member(stage, step, &state, step->member, 0);
  if (read && step->points != NOTCH_NONE) {
    const notch_points *points = &program->points[step->points];
    notch_points_view view;
    notch_view_points(&view, stage->edition->rules->plan, &state, step->points, stage->now_us);
    int64_t found = points_found(&view, step->state);
    if (found != step->amount) {
      notch_text wanted = amount_text(stage, step->amount, points->decimals);
      notch_text real = amount_text(stage, found, points->decimals);
      notch_text available = amount_text(stage, view.available, points->decimals);
      notch_text pending = amount_text(stage, view.pending, points->decimals);
      notch_text held = amount_text(stage, view.held, points->decimals);
      notch_text debt = amount_text(stage, view.debt, points->decimals);
      notch_text why = because_refused(stage);
      notch_suite_fail(stage, step,
                       "expected %.*s has %.*s %.*s %s, found %.*s (available %.*s, pending "
                       "%.*s, on hold %.*s, debt %.*s)%.*s",
                       WORD(step->member), WORD(wanted), WORD(points->decl.name),
                       state_word(step->state), WORD(real), WORD(available), WORD(pending),
                       WORD(held), WORD(debt), WORD(why));
    }
  } else if (read) {
    int64_t found = rewards_found(&state, step->reward, step->state, stage->now_us);
    if (found != step->amount) {
      notch_text why = because_refused(stage);
      notch_suite_fail(stage, step, "expected %.*s has %lld %.*s %s, found %lld%.*s",
                       WORD(step->member), (long long)step->amount,
                       WORD(program->rewards[step->reward].decl.name), state_word(step->state),
                       (long long)found, WORD(why));
    }
  }
  notch_state_free(&state);
  return read;
}

static bool expect_is(notch_stage *stage, const notch_test_step *step)
{
  const notch_ladder *ladder = &stage->rules->program->ladders[step->ladder];
  notch_state state;
  notch_state_init(&state, stage->memory);
  bool read = read_member(stage, step, &state, step->member, 0);
  uint32_t found = read ? state.standings[step->ladder].effective : 0;
  notch_state_free(&state);
  if (read && found != step->tier) {
    notch_text why = because_refused(stage);
    notch_suite_fail(stage, step, "expected %.*s is %.*s, found %.*s%.*s", WORD(step->member),
                     WORD(ladder->tiers[step->tier].decl.name),
                     WORD(ladder->tiers[found].decl.name), WORD(why));
  }
  return read;
}

/* What the trace of the newest step says of a rule. */
static const char *why_not(const notch_stage *stage, uint32_t rule, bool *applied)
{
  const char *why = "it was not looked at";
  *applied = false;
  for (uint32_t i = 0; i < stage->trace.records.count; i++) {
    const notch_trace_record *record = &stage->trace.records.items[i];
    if (record->subject != rule) {
      continue;
    }
    switch (record->kind) {
    case NOTCH_TRACE_RULE:
      *applied = *applied || record->flag;
      why = strcmp(why, "it was not looked at") == 0 ? "it did not apply" : why;
      break;
    case NOTCH_TRACE_NOT_EFFECTIVE: why = "it is outside its effective dates"; break;
    case NOTCH_TRACE_NOT_MET: why = "its `when` does not hold"; break;
    case NOTCH_TRACE_LIMIT_REACHED: why = "its limit is used up"; break;
    case NOTCH_TRACE_REPLACED:
      *applied = false;
      why = "an exception took its place";
      break;
    case NOTCH_TRACE_SET_ASIDE:
      *applied = false;
      why = "its group chose another rule";
      break;
    default: break;
    }
  }
  return why;
}

static void expect_rule(notch_stage *stage, const notch_test_step *step)
{
  notch_text name = stage->rules->program->rules[step->rule].decl.name;
  bool applied, wanted = step->kind == NOTCH_TEST_APPLIED;
  const char *why = why_not(stage, step->rule, &applied);
  if (applied && !wanted) {
    notch_suite_fail(stage, step, "expected %.*s skipped, but it applied", WORD(name));
  } else if (!applied && wanted) {
    notch_text refused = because_refused(stage);
    notch_suite_fail(stage, step, "expected %.*s applied, but %s%.*s", WORD(name), why,
                     WORD(refused));
  }
}

static void expect_refused(notch_stage *stage, const notch_test_step *step)
{
  notch_verdict found = stage->receipt.verdict;
  if (found != step->verdict) {
    notch_suite_fail(stage, step, "expected refused %s, found %s%s%s%.*s",
                     notch_verdict_word(step->verdict),
                     found > NOTCH_WAITING ? "refused " : "", notch_verdict_word(found),
                     stage->sentence.length > 0 ? ": " : "", WORD(stage->sentence));
  }
}

/* By points kind, what the newest step awarded the member. */
static bool earned_in_step(notch_stage *stage, int64_t *earned, const notch_event **event)
{
  notch_books *books = stage->books;
  for (int64_t number = stage->first; number > 0 && number <= stage->last; number++) {
    notch_transaction recorded, row;
    if (!notch_history_read(books, number, &stage->arena, &recorded) ||
        !notch_names_from_store(books, stage->edition, &recorded, &row, &stage->arena)) {
      return false;
    }
    if (number == stage->receipt.own && !stage->waited) {
      *event = notch_history_event(books, stage->edition, &recorded, &stage->arena);
    }
    for (uint32_t i = 0; row.member == stage->member && i < row.posting_count; i++) {
      const notch_posting *posting = &row.postings[i];
      earned[posting->points] += notch_award_sign(posting) * posting->amount;
    }
  }
  return true;
}

static bool expect_that(notch_stage *stage, const notch_test_step *step)
{
  const notch_program *program = stage->rules->program;
  notch_books *books = stage->books;
  notch_state state;
  notch_value value = NOTCH_MISSING;
  const notch_event *event = NULL;
  int64_t *earned = NOTCH_NEW_ARRAY(&stage->arena, int64_t, program->points_count + 1);
  notch_state_init(&state, stage->memory);
  bool good = earned != NULL && read_member(stage, step, &state, (notch_text){NULL, 0},
                                            stage->member);
  notch_seat *house = good ? notch_seat_get(books, 0, stage->edition) : NULL;
  good = house != NULL && earned_in_step(stage, earned, &event);
  notch_eval how = NOTCH_EVAL_OK;
  if (good) {
    const notch_case decision = {.plan = stage->edition->rules->plan,
                                 .state = &state,
                                 .house = house->kept.open,
                                 .event = event,
                                 .recorded_us = stage->now_us,
                                 .host = &books->host,
                                 .earned = earned};
    how = notch_evaluate(books->decider, &decision, step->root, stage->now_us, &value);
  }
  notch_state_free(&state);
  if (!good) {
    return broken(stage, step);
  }
  const notch_expr *expr = program->roots[step->root].expr;
  notch_text words = notch_source_slice(notch_source_get(program->sources, expr->source),
                                        expr->span);
  if (how != NOTCH_EVAL_OK) {
    notch_suite_fail(stage, step, "`%.*s` cannot be worked out: %s", WORD(words),
                     how == NOTCH_EVAL_OVERFLOW           ? "a number is too large"
                     : how == NOTCH_EVAL_DIVISION_BY_ZERO ? "it divides by zero"
                     : how == NOTCH_EVAL_NO_RATE          ? "there is no rate"
                     : how == NOTCH_EVAL_NO_SEED          ? "there is no seed"
                                                          : "a value is missing");
  } else if (value.n == 0) {
    notch_text why = because_refused(stage);
    notch_suite_fail(stage, step, "expected `%.*s`, but it does not hold%.*s", WORD(words),
                     WORD(why));
  }
  return true;
}

bool notch_suite_expect(notch_stage *stage, const notch_test_step *step)
{
  switch (step->kind) {
  case NOTCH_TEST_HAS: return expect_has(stage, step);
  case NOTCH_TEST_IS: return expect_is(stage, step);
  case NOTCH_TEST_APPLIED:
  case NOTCH_TEST_SKIPPED: expect_rule(stage, step); return true;
  case NOTCH_TEST_REFUSED: expect_refused(stage, step); return true;
  case NOTCH_TEST_THAT: return expect_that(stage, step);
  case NOTCH_TEST_GIVEN:
  case NOTCH_TEST_EVENT:
  case NOTCH_TEST_WAIT: break;
  }
  return true;
}
