/* suite/expect.c -- what a test expects of the step before, and of the members at that moment. */
#include <config.h>

#include "suite/scene.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

static notch_text amount_text(notch_scene_of_test *scene, int64_t amount, unsigned decimals)
{
  notch_buffer text;
  notch_buffer_init(&text, scene->suite->memory);
  notch_decimal_print(&text, amount, decimals);
  notch_text kept = notch_arena_text(&scene->run,
                                     (notch_text){text.bytes, (uint32_t)text.length});
  notch_buffer_free(&text);
  return kept;
}

/* The member as of now, what is due settled in memory; an unknown one has nothing. */
static bool look_at(notch_scene_of_test *scene, notch_text id, notch_state *state)
{
  int64_t member = 0;
  notch_state_init(state, scene->suite->memory);
  notch_store_status found = notch_store_member_find(scene->books->store, &member, id);
  if (found == NOTCH_STORE_NOTFOUND) {
    return notch_state_start(state, scene->program, 0);
  }
  notch_reading reading = {.at_us = scene->now_us};
  return found == NOTCH_STORE_OK &&
         notch_books_read_member(scene->books, scene->edition, state, member, &reading, NULL,
                                 NULL);
}

static int64_t points_of(notch_scene_of_test *scene, const notch_state *state,
                         const notch_test_step *step)
{
  notch_points_view view;
  notch_view_points(&view, scene->edition->rules->plan, state, step->points, scene->now_us);
  switch (step->state) {
  case NOTCH_STATE_AVAILABLE: return view.available;
  case NOTCH_STATE_PENDING: return view.pending;
  case NOTCH_STATE_HOLD: return view.held;
  case NOTCH_STATE_DEBT: return view.debt;
  }
  return 0;
}

static int64_t rewards_of(notch_scene_of_test *scene, const notch_state *state,
                          const notch_test_step *step)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < state->reward_lots_count; i++) {
    const notch_reward_lot *lot = &state->reward_lots[i];
    bool over = lot->until_s != NOTCH_NEVER && scene->now_us >= lot->until_s * NOTCH_SECOND_US;
    bool pending = lot->matures_s != INT64_MIN &&
                   lot->matures_s * NOTCH_SECOND_US > scene->now_us;
    if (lot->reward == step->reward && !over &&
        pending == (step->state == NOTCH_STATE_PENDING)) {
      sum += lot->left;
    }
  }
  return sum;
}

static void expect_has(notch_scene_of_test *scene, const notch_test_step *step,
                       const notch_state *state)
{
  static const char *const states[] = {"", " pending", " hold", " debt"};
  bool points = step->points != NOTCH_NONE;
  const notch_decl *of = points ? &scene->program->points[step->points].decl
                                : &scene->program->rewards[step->reward].decl;
  unsigned decimals = points ? scene->program->points[step->points].decimals : 0;
  int64_t found = points ? points_of(scene, state, step) : rewards_of(scene, state, step);
  if (found == step->amount) {
    return;
  }
  notch_text wanted = amount_text(scene, step->amount, decimals);
  notch_text there = amount_text(scene, found, decimals);
  notch_scene_fail(scene, step, "expected %.*s has %.*s %.*s%s, found %.*s %.*s%s",
                   WORD(step->member), WORD(wanted), WORD(of->name), states[step->state],
                   WORD(there), WORD(of->name), states[step->state]);
}

static void expect_is(notch_scene_of_test *scene, const notch_test_step *step,
                      const notch_state *state)
{
  const notch_ladder *ladder = &scene->program->ladders[step->ladder];
  uint32_t tier = state->standings[step->ladder].effective;
  if (tier != step->tier) {
    notch_scene_fail(scene, step, "expected %.*s is %.*s, found %.*s", WORD(step->member),
                     WORD(ladder->tiers[step->tier].decl.name),
                     WORD(ladder->tiers[tier].decl.name));
  }
}

/* By the trace of the event; what fell due left rows that name the rules that did something. */
static bool traced(const notch_scene_of_test *scene, uint32_t rule)
{
  bool applied = false;
  for (uint32_t i = 0; i < scene->trace.records.count; i++) {
    const notch_trace_record *record = &scene->trace.records.items[i];
    if (record->subject != rule) {
      continue;
    }
    if (record->kind == NOTCH_TRACE_RULE) {
      applied = applied || record->flag;
    } else if (record->kind == NOTCH_TRACE_REPLACED || record->kind == NOTCH_TRACE_SET_ASIDE) {
      applied = false;
    }
  }
  return applied;
}

static bool left_a_row(notch_scene_of_test *scene, uint32_t rule, bool *applied)
{
  for (int64_t number = scene->first_row; number <= scene->last_row; number++) {
    notch_transaction stored, row;
    if (!notch_history_read(scene->books, number, &scene->run, &stored) ||
        !notch_names_from_store(scene->books, scene->edition, &stored, &row, &scene->run)) {
      return false;
    }
    for (uint32_t i = 0; i < row.posting_count; i++) {
      for (uint32_t j = 0; j < row.postings[i].share_count; j++) {
        *applied = *applied || row.postings[i].shares[j].rule == rule;
      }
    }
    for (uint32_t i = 0; i < row.effect_count; i++) {
      *applied = *applied || row.effects[i].rule == rule;
    }
  }
  return true;
}

static bool expect_applied(notch_scene_of_test *scene, const notch_test_step *step)
{
  bool applied = traced(scene, step->rule), wanted = step->kind == NOTCH_TEST_APPLIED;
  if (scene->waited && !left_a_row(scene, step->rule, &applied)) {
    return false;
  }
  bool refused = !scene->waited && scene->receipt.reply == NOTCH_REPLY_REFUSED;
  applied = applied && !refused;
  if (applied != wanted) {
    notch_text name = scene->program->rules[step->rule].decl.name;
    notch_scene_fail(scene, step, "expected %.*s %s, but it %s", WORD(name),
                     wanted ? "applied" : "skipped", applied ? "applied" : "did not apply");
  }
  return true;
}

static void expect_refused(notch_scene_of_test *scene, const notch_test_step *step)
{
  const char *wanted = notch_verdict_word(step->verdict);
  if (scene->receipt.reply != NOTCH_REPLY_REFUSED) {
    notch_scene_fail(scene, step, "expected the event to be refused as %s, but it was %s", wanted,
                     scene->receipt.reply == NOTCH_REPLY_WAITING ? "left waiting" : "applied");
  } else if (scene->receipt.verdict != step->verdict) {
    notch_scene_fail(scene, step, "expected refused %s, found refused %s: %.*s", wanted,
                     notch_verdict_word(scene->receipt.verdict), WORD(scene->receipt.sentence));
  }
}

/* What the event awarded, by points kind: earned() without a window. */
static int64_t *awarded(notch_scene_of_test *scene, const notch_transaction *row)
{
  int64_t *sums = NOTCH_NEW_ARRAY(&scene->run, int64_t, scene->program->points_count + 1);
  for (uint32_t i = 0; i < row->posting_count; i++) {
    if (row->postings[i].source == NOTCH_ACCOUNT_ISSUED) {
      sums[row->postings[i].points] += row->postings[i].amount;
    }
  }
  return sums;
}

static bool expect_that(notch_scene_of_test *scene, const notch_test_step *step,
                        const notch_state *state)
{
  notch_seat *house = notch_seat_get(scene->books, 0, scene->edition);
  if (house == NULL) {
    return false;
  }
  notch_case decision = {.plan = scene->edition->rules->plan,
                         .state = state,
                         .house = &house->state,
                         .host = &scene->books->host};
  if (!scene->waited && scene->receipt.own != 0) {
    notch_transaction stored, row;
    if (!notch_history_read(scene->books, scene->receipt.own, &scene->run, &stored) ||
        !notch_names_from_store(scene->books, scene->edition, &stored, &row, &scene->run)) {
      return false;
    }
    decision.earned = awarded(scene, &row);
    if (stored.verdict == NOTCH_APPLIED) {
      decision.event = notch_history_event(scene->books, scene->edition, &stored, &scene->run);
    }
  }
  notch_value value = NOTCH_VALUE(0);
  notch_eval ended = notch_evaluate(scene->books->decider, &decision, step->root, scene->now_us,
                                    &value);
  if (ended != NOTCH_EVAL_OK) {
    notch_scene_fail(scene, step, "the expression cannot be worked out here");
  } else if (value.n == 0) {
    notch_scene_fail(scene, step, "expected this to hold, and it does not");
  }
  return true;
}

bool notch_scene_expect(notch_scene_of_test *scene, const notch_test_step *step)
{
  if (step->kind == NOTCH_TEST_APPLIED || step->kind == NOTCH_TEST_SKIPPED) {
    return expect_applied(scene, step);
  }
  if (step->kind == NOTCH_TEST_REFUSED) {
    expect_refused(scene, step);
    return true;
  }
  notch_state state;
  notch_text member = step->kind == NOTCH_TEST_THAT ? scene->member : step->member;
  bool good = look_at(scene, member, &state);
  if (good && step->kind == NOTCH_TEST_HAS) {
    expect_has(scene, step, &state);
  } else if (good && step->kind == NOTCH_TEST_IS) {
    expect_is(scene, step, &state);
  } else if (good) {
    good = expect_that(scene, step, &state);
  }
  notch_state_free(&state);
  return good;
}
