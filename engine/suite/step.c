/* suite/step.c -- steps of a test: events, and time that passes. */
#include <config.h>

#include "suite/scene.h"

#include <assert.h>

/* The event as JSON with what a till would have sent besides: an id, and for a scene its time. */
static notch_text with_head(notch_scene_of_test *scene, const notch_test_step *step,
                            int64_t at_us, bool has_at)
{
  notch_text json = step->event_json, id = step->id, rest;
  uint32_t number = (uint32_t)(step - scene->test->steps) + 1;
  notch_buffer line;
  assert(json.length >= 2 && json.bytes[0] == '{');
  rest = (notch_text){json.bytes + 1, json.length - 1};
  if (id.length == 0) {
    id = notch_arena_format(&scene->run, "step %u", (unsigned)number);
  }
  notch_buffer_init(&line, scene->suite->memory);
  notch_buffer_print(&line, "{\"id\":");
  notch_json_quote(&line, id);
  if (!has_at) {
    notch_buffer_print(&line, ",\"at\":\"");
    notch_moment_print_zone(&line, at_us, &scene->program->zone);
    notch_buffer_print(&line, "\"");
  }
  notch_buffer_print(&line, rest.length > 1 ? "," : "");
  notch_buffer_text(&line, rest);
  notch_text whole = notch_arena_text(&scene->run,
                                      (notch_text){line.bytes, (uint32_t)line.length});
  notch_buffer_free(&line);
  return whole;
}

static bool apply(notch_scene_of_test *scene, notch_text line)
{
  notch_apply_options options = {.ahead_us = -1, .scene = true};
  scene->trace = (notch_trace){.arena = &scene->run};
  scene->books->trace = &scene->trace;
  int64_t before = notch_store_next(scene->books->store)->event;
  if (!notch_books_apply_text(scene->books, line, &options, &scene->receipt)) {
    return false;
  }
  scene->waited = false;
  scene->first_row = before;
  scene->last_row = notch_store_next(scene->books->store)->event - 1;
  return true;
}

/* `given` happens at the test's first `at`, before it. */
static bool set_scene(notch_scene_of_test *scene, int64_t at_us)
{
  if (scene->begun) {
    return true;
  }
  scene->begun = true;
  for (uint32_t i = 0; i < scene->test->step_count; i++) {
    const notch_test_step *given = &scene->test->steps[i];
    if (given->kind != NOTCH_TEST_GIVEN) {
      continue;
    }
    if (!apply(scene, with_head(scene, given, at_us, false))) {
      return false;
    }
    if (scene->receipt.reply != NOTCH_REPLY_APPLIED) {
      notch_scene_fail(scene, given, "the scene is refused: %.*s",
                       (int)scene->receipt.sentence.length, scene->receipt.sentence.bytes);
    }
  }
  return true;
}

static bool wait(notch_scene_of_test *scene, int64_t to_us)
{
  notch_books *books = scene->books;
  int64_t before = notch_store_next(books->store)->event;
  int64_t members = notch_store_next(books->store)->member;
  uint64_t count = 0;
  scene->trace = (notch_trace){.arena = &scene->run};
  scene->books->trace = &scene->trace;
  for (int64_t member = 1; member < members; member++) {
    if (!notch_books_settle(books, member, to_us, &count)) {
      return false;
    }
  }
  scene->waited = true;
  scene->receipt = (notch_receipt){.reply = NOTCH_REPLY_APPLIED};
  scene->first_row = before;
  scene->last_row = notch_store_next(books->store)->event - 1;
  return true;
}

bool notch_scene_step(notch_scene_of_test *scene, const notch_test_step *step)
{
  if (!set_scene(scene, step->at_us)) {
    return false;
  }
  scene->now_us = step->at_us;
  if (step->kind == NOTCH_TEST_WAIT) {
    return wait(scene, step->at_us);
  }
  scene->member = step->member;
  return apply(scene, with_head(scene, step, step->at_us, true));
}
