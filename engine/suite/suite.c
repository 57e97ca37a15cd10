/* suite/suite.c -- the steps of a test: its scene, its events, the passing of time. */
#include <config.h>

#include "suite/suite.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

static bool is_starved(const notch_stage *stage)
{
  return stage->denied != notch_memory_denied(stage->memory);
}

/* Where memory ran out, nothing that is found says anything about the rules. */
void notch_suite_fail(notch_stage *stage, const notch_test_step *step, const char *format, ...)
{
  char sentence[1024];
  va_list arguments;
  if (is_starved(stage)) {
    return;
  }
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  const notch_source *source =
      notch_source_get(stage->rules->program->sources,
                       step != NULL ? step->source : stage->test->decl.source);
  notch_span span = step != NULL ? step->span : stage->test->decl.span;
  notch_position position = {0, 0};
  if (source != NULL) {
    position = notch_source_position(source, span.start);
  }
  stage->failed = true;
  stage->report->failure(stage->report->payload, stage->test, source, position,
                         notch_text_of(sentence));
}

/* The step's JSON with what the checker leaves to us put in front. */
static notch_text with_id(notch_stage *stage, notch_text json, notch_text id, int64_t at_us)
{
  notch_buffer text;
  notch_buffer_init(&text, stage->memory);
  notch_buffer_text(&text, NOTCH_TEXT("{\"id\":"));
  notch_json_quote(&text, id);
  if (at_us != INT64_MIN) {
    notch_buffer_text(&text, NOTCH_TEXT(",\"at\":\""));
    notch_moment_print(&text, at_us, 0);
    notch_buffer_text(&text, NOTCH_TEXT("\""));
  }
  notch_buffer_text(&text, NOTCH_TEXT(","));
  notch_buffer_put(&text, json.bytes + 1, json.length - 1);
  return notch_buffer_keep(&text, &stage->arena);
}

static bool broken(notch_stage *stage, const notch_test_step *step)
{
  notch_suite_fail(stage, step, "the test cannot go on: %s", stage->books->sentence);
  return false;
}

static bool apply(notch_stage *stage, const notch_test_step *step, notch_text json,
                  notch_receipt *receipt)
{
  static const notch_apply_options options = {.ahead_us = -1, .scene = true};
  notch_books *books = stage->books;
  if (!notch_books_begin(books)) {
    return broken(stage, step);
  }
  if (!notch_books_apply_text(books, json, &options, receipt)) {
    notch_books_rollback(books);
    return broken(stage, step);
  }
  receipt->sentence = notch_arena_text(&stage->arena, receipt->sentence);
  return notch_books_commit(books) || broken(stage, step);
}

/* The rows that a step wrote, as far as tiers moved there or something was bought. */
static bool count_rows(notch_stage *stage, int64_t first, int64_t last, bool scene)
{
  for (int64_t number = first; number > 0 && number <= last; number++) {
    notch_transaction recorded, row;
    if (!notch_history_read(stage->books, number, &stage->arena, &recorded) ||
        !notch_names_from_store(stage->books, stage->edition, &recorded, &row, &stage->arena)) {
      return false;
    }
    for (uint32_t i = 0; i < row.move_count; i++) {
      notch_coverage_move(stage->report->coverage, row.member, &row.moves[i], scene);
    }
    for (uint32_t i = 0; i < row.effect_count; i++) {
      notch_coverage_effect(stage->report->coverage, &row.effects[i]);
    }
  }
  return true;
}

/* What the newest step, or the scene, is told by is counted before the next one takes its place. */
static bool count_step(notch_stage *stage, const notch_test_step *step, int64_t first,
                       int64_t last)
{
  if (stage->report->coverage == NULL) {
    return true;
  }
  notch_coverage_trace(stage->report->coverage, &stage->trace);
  return count_rows(stage, first, last, step->kind == NOTCH_TEST_GIVEN) || broken(stage, step);
}

static void forget_trace(notch_stage *stage)
{
  stage->trace.records.count = 0;
}

/* `given` happens at the test's first `at`, before it. */
static bool set_scene(notch_stage *stage, uint32_t before)
{
  for (uint32_t i = 0; i < before; i++) {
    const notch_test_step *step = &stage->test->steps[i];
    if (step->kind != NOTCH_TEST_GIVEN) {
      continue;
    }
    notch_receipt receipt;
    notch_text id = notch_arena_format(&stage->arena, "(given %u)", i + 1);
    notch_text json = with_id(stage, step->event_json, id, stage->now_us);
    if (!apply(stage, step, json, &receipt)) {
      return false;
    }
    if (receipt.reply != NOTCH_REPLY_APPLIED) {
      notch_suite_fail(stage, step, "the scene cannot be set: %.*s", WORD(receipt.sentence));
      return false;
    }
    if (!count_step(stage, step, receipt.first, receipt.last)) {
      return false;
    }
    forget_trace(stage);
  }
  return true;
}

static bool do_event(notch_stage *stage, const notch_test_step *step, uint32_t index)
{
  notch_text id = step->id;
  if (id.length == 0) {
    id = notch_arena_format(&stage->arena, "(step %u)", index + 1);
  }
  forget_trace(stage);
  if (!apply(stage, step, with_id(stage, step->event_json, id, INT64_MIN), &stage->receipt)) {
    return false;
  }
  stage->sentence = stage->receipt.sentence;
  stage->first = stage->receipt.first;
  stage->last = stage->receipt.last;
  stage->waited = false;
  stage->member = 0;
  if (step->member.length > 0) {
    notch_store_status status =
        notch_store_member_find(stage->books->store, &stage->member, step->member);
    if (status != NOTCH_STORE_OK && status != NOTCH_STORE_NOTFOUND) {
      notch_books_failed(stage->books, status);
      return broken(stage, step);
    }
    if (!notch_merged_into(stage->books, &stage->member, INT64_MAX)) {
      return broken(stage, step);
    }
  }
  return count_step(stage, step, stage->first, stage->last);
}

static bool do_wait(notch_stage *stage, const notch_test_step *step)
{
  uint64_t count = 0;
  int64_t before = notch_store_next(stage->books->store)->event;
  forget_trace(stage);
  stage->books->recorded_us = step->at_us;
  if (!notch_books_advance(stage->books, step->at_us, &count)) {
    return broken(stage, step);
  }
  stage->first = count > 0 ? before : 0;
  stage->last = notch_store_next(stage->books->store)->event - 1;
  stage->waited = true;
  stage->receipt.verdict = NOTCH_APPLIED;
  stage->sentence = (notch_text){NULL, 0};
  return count_step(stage, step, stage->first, stage->last);
}

static bool run_steps(notch_stage *stage)
{
  bool set = false;
  for (uint32_t i = 0; i < stage->test->step_count; i++) {
    const notch_test_step *step = &stage->test->steps[i];
    bool in_time = step->kind == NOTCH_TEST_EVENT || step->kind == NOTCH_TEST_WAIT;
    if (in_time && !set) {
      stage->now_us = step->at_us;
      set = true;
      if (!set_scene(stage, stage->test->step_count)) {
        return false;
      }
    }
    if (in_time) {
      stage->now_us = step->at_us > stage->now_us ? step->at_us : stage->now_us;
    }
    bool good = step->kind == NOTCH_TEST_GIVEN   ? true
                : step->kind == NOTCH_TEST_EVENT ? do_event(stage, step, i)
                : step->kind == NOTCH_TEST_WAIT  ? do_wait(stage, step)
                                                 : notch_suite_expect(stage, step);
    if (!good) {
      return false;
    }
  }
  return true;
}

static bool open_books(notch_stage *stage)
{
  notch_store *store = NULL;
  notch_store_problem problem;
  stage->books = notch_books_new(stage->memory);
  if (stage->books == NULL) {
    return false;
  }
  const notch_store_options options = {.memory = stage->memory,
                                       .now_us = notch_books_clock,
                                       .now_payload = stage->books,
                                       .clock = NOTCH_CLOCK_EVENTS,
                                       .origin = NOTCH_TEXT("test")};
  if (notch_store_create(&store, NULL, &options, &problem) != NOTCH_STORE_OK) {
    notch_books_say(stage->books, problem.status, "%s", problem.sentence);
    return false;
  }
  notch_books *books = stage->books;
  notch_books_attach(books, store);
  books->trace = &stage->trace;
  if (!notch_books_begin(books)) {
    return false;
  }
  if (!notch_books_publish(books, stage->rules, INT64_MIN) ||
      !notch_books_adopt(books, stage->rules)) {
    notch_books_rollback(books);
    return false;
  }
  stage->edition = notch_books_newest(books);
  return notch_books_commit(books) && stage->edition != NULL;
}

/* False: out of memory. */
static bool run_test(notch_stage *stage)
{
  bool opened = open_books(stage);
  if (opened) {
    run_steps(stage);
  } else if (stage->books != NULL) {
    notch_suite_fail(stage, NULL, "the test cannot be set up: %s", stage->books->sentence);
  }
  notch_books_free(stage->books);
  return !is_starved(stage);
}

static bool contains(notch_text text, notch_text part)
{
  for (uint32_t i = 0; part.length <= text.length && i <= text.length - part.length; i++) {
    if (part.length == 0 || memcmp(text.bytes + i, part.bytes, part.length) == 0) {
      return true;
    }
  }
  return false;
}

static notch_text title_of(const notch_test *test)
{
  return test->decl.title.length > 0 ? test->decl.title : test->decl.name;
}

bool notch_suite_run(const notch_rules *rules, const notch_memory *memory,
                     const notch_suite_report *report, notch_suite_counts *counts)
{
  memset(counts, 0, sizeof *counts);
  for (uint32_t i = 0; i < rules->program->test_count; i++) {
    notch_stage stage = {.rules = rules,
                         .memory = memory,
                         .report = report,
                         .test = &rules->program->tests[i],
                         .denied = notch_memory_denied(memory)};
    if (!contains(title_of(stage.test), report->only)) {
      continue;
    }
    notch_arena_init(&stage.arena, memory);
    stage.trace.arena = &stage.arena;
    if (report->coverage != NULL) {
      notch_coverage_next_test(report->coverage);
    }
    bool run = run_test(&stage);
    notch_arena_free(&stage.arena);
    if (!run) {
      return false;
    }
    counts->passed += stage.failed ? 0 : 1;
    counts->failed += stage.failed ? 1 : 0;
    if (report->finished != NULL) {
      report->finished(report->payload, stage.test, !stage.failed);
    }
  }
  return true;
}
