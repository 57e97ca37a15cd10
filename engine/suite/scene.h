/* suite/scene.h -- one test under way: its ledger, and what the step before did. */
#ifndef NOTCH_SUITE_SCENE_H
#define NOTCH_SUITE_SCENE_H

#include "suite/suite.h"

typedef struct notch_scene_of_test {
  notch_suite *suite;
  const notch_test *test;
  const notch_program *program;
  notch_books *books;
  notch_edition *edition;
  notch_arena run; /* of one step */
  jmp_buf no_memory;
  notch_trace trace;
  uint32_t next_given; /* `given` steps before this one have been applied */
  bool begun;          /* the first `at` has come */
  int64_t now_us;
  notch_text member;   /* of the step before */
  notch_receipt receipt;
  bool waited;         /* the step before let time pass */
  int64_t first_row;   /* rows of the step before: first_row .. last_row */
  int64_t last_row;
  uint32_t failures;
} notch_scene_of_test;

/* Applies a step that changes something. */
bool notch_scene_step(notch_scene_of_test *scene, const notch_test_step *step);
/* Looks at what a step expects. */
bool notch_scene_expect(notch_scene_of_test *scene, const notch_test_step *step);
void notch_scene_fail(notch_scene_of_test *scene, const notch_test_step *step,
                      const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
