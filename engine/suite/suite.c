/* suite/suite.c -- the tests of a programme, one ledger in memory after the other. */
#include <config.h>

#include "suite/scene.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void notch_scene_fail(notch_scene_of_test *scene, const notch_test_step *step,
                      const char *format, ...)
{
  char sentence[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  notch_suite_failure failure = {.test = scene->test,
                                 .source = step->source,
                                 .span = step->span,
                                 .sentence = notch_text_of(sentence)};
  scene->failures++;
  if (scene->suite->report != NULL) {
    scene->suite->report(scene->suite->payload, &failure);
  }
}

static bool run_step(notch_scene_of_test *scene, const notch_test_step *step)
{
  switch (step->kind) {
  case NOTCH_TEST_GIVEN: return true; /* with the first `at` */
  case NOTCH_TEST_EVENT:
  case NOTCH_TEST_WAIT: return notch_scene_step(scene, step);
  case NOTCH_TEST_HAS:
  case NOTCH_TEST_IS:
  case NOTCH_TEST_APPLIED:
  case NOTCH_TEST_SKIPPED:
  case NOTCH_TEST_REFUSED:
  case NOTCH_TEST_THAT: return notch_scene_expect(scene, step);
  }
  return true;
}

/* A failure of the ledger itself ends the test with its sentence. */
static void run_steps(notch_scene_of_test *scene)
{
  for (uint32_t i = 0; i < scene->test->step_count; i++) {
    const notch_test_step *step = &scene->test->steps[i];
    if (step->kind == NOTCH_TEST_EVENT || step->kind == NOTCH_TEST_WAIT) {
      notch_arena_reset(&scene->run); /* what a step did is looked at until the next */
      scene->run.escape = &scene->no_memory;
    }
    if (!run_step(scene, step)) {
      notch_scene_fail(scene, step, "the test cannot go on: %s", scene->books->sentence);
      return;
    }
  }
}

static bool open_books(notch_scene_of_test *scene)
{
  notch_suite *suite = scene->suite;
  notch_store *store;
  notch_store_options options = {.memory = suite->memory,
                                 .clock = NOTCH_CLOCK_EVENTS,
                                 .origin = NOTCH_TEXT("test")};
  notch_store_problem problem;
  scene->books = notch_books_new(suite->memory);
  if (scene->books == NULL ||
      notch_store_create(&store, NULL, &options, &problem) != NOTCH_STORE_OK) {
    return false;
  }
  notch_books_attach(scene->books, store);
  if (!notch_books_begin(scene->books) ||
      !notch_books_publish(scene->books, suite->rules, INT64_MIN) ||
      !notch_books_adopt(scene->books, suite->rules)) {
    return false;
  }
  scene->edition = notch_books_newest(scene->books);
  return scene->edition != NULL;
}

static bool run_test(notch_suite *suite, const notch_test *test)
{
  notch_scene_of_test *scene = notch_memory_resize(suite->memory, NULL, sizeof *scene);
  if (scene == NULL) {
    return false;
  }
  memset(scene, 0, sizeof *scene);
  scene->suite = suite;
  scene->test = test;
  scene->program = suite->rules->program;
  notch_arena_init(&scene->run, suite->memory);
  scene->run.escape = &scene->no_memory;
  volatile bool opened = false;
  if (setjmp(scene->no_memory) == 0) {
    opened = open_books(scene);
    if (opened) {
      run_steps(scene);
    }
  }
  bool passed = scene->failures == 0 && !scene->run.failed;
  if (opened && scene->suite->finished != NULL) {
    suite->finished(suite->payload, test, passed);
  }
  suite->passed += opened && passed;
  suite->failed += opened && !passed;
  if (scene->books != NULL) {
    notch_books_rollback(scene->books);
  }
  notch_books_free(scene->books);
  notch_arena_free(&scene->run);
  notch_memory_free(suite->memory, scene);
  return opened;
}

static bool wanted(const notch_suite *suite, const notch_test *test)
{
  notch_text title = test->decl.title.length > 0 ? test->decl.title : test->decl.name;
  notch_text only = suite->only;
  for (uint32_t i = 0; i + only.length <= title.length; i++) {
    if (only.length == 0 || memcmp(title.bytes + i, only.bytes, only.length) == 0) {
      return true;
    }
  }
  return only.length == 0;
}

bool notch_suite_run(notch_suite *suite)
{
  const notch_program *program = suite->rules->program;
  suite->passed = suite->failed = 0;
  for (uint32_t i = 0; i < program->test_count; i++) {
    if (wanted(suite, &program->tests[i]) && !run_test(suite, &program->tests[i])) {
      return false;
    }
  }
  return true;
}
