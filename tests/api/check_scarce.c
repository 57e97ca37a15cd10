/*
 * check_scarce.c -- a ledger's whole life in which memory ends again and again.
 *
 * The life is a list of deeds, what <notch.h> can do to and ask of a ledger.  Each is done with
 * memory enough, then tried with the n-th request denied, alone or with all that follow, until it
 * is done without one.  A deed that fails says NOTCH_ENOMEM and changes nothing; one that succeeds
 * gives, byte for byte, what it gave the first time; and nothing stays behind when the handle is
 * closed.  SCARCE_EVERY=1 in the environment tries every n, and each on a ledger opened afresh;
 * SCARCE_EVERY=advance does so for the deeds from that one on.
 */
#include "life.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DENIED_MAX 10000000ul

static bool every;

/* ---- one deed ---- */

typedef struct outcome { /* what a deed gave, and what it made of the ledger */
  notch_status status;
  bool tripped;
  uint64_t told;
  int64_t size; /* -1: there is no ledger */
} outcome;

static const char *why(const life *l)
{
  const char *of_ledger = l->ledger != NULL ? notch_error(l->ledger) : "";
  return of_ledger[0] != '\0' ? of_ledger : notch_error(l->engine);
}

static int64_t size_of(life *l)
{
  const char *root = NULL;
  int64_t size = -1;
  if (l->ledger != NULL) {
    ck_assert_msg(notch_ledger_head(l->ledger, &size, &root) == NOTCH_OK, "%s", why(l));
  }
  return size;
}

static outcome act(life *l, const deed *what, unsigned long fail_at, bool on)
{
  outcome done = {.status = NOTCH_OK};
  l->told = UINT64_C(14695981039346656037);
  l->line = what->line;
  l->safe = 0;
  l->differences = 0;
  scarce_begin(&l->memory, fail_at, on);
  done.status = what->act(l);
  l->memory.fail_at = 0;
  done.tripped = l->memory.tripped;
  done.told = l->told;
  return done;
}

/* Closes the ledger, and opens it again as `place` has it, or as it is. */
static void open_again(life *l, const char *name, const shelf *place, bool open)
{
  close_ledger(l);
  ck_assert_msg(l->memory.live == l->owned, "%s: %ld blocks were not given back", name,
                l->memory.live - l->owned);
  if (place != NULL) {
    shelf_copy(&l->shelf, place);
  }
  if (open) {
    ck_assert_msg(open_ledger(l) == NOTCH_OK, "%s: %s", name, notch_error(l->engine));
  }
}

static int hear_nothing(void *payload, const char *bytes, size_t size)
{
  (void)payload;
  (void)bytes;
  return size == 0;
}

static void check_ledger(life *l, const char *name)
{
  uint64_t differences = 0;
  if (l->ledger != NULL) {
    notch_status status =
        notch_ledger_verify(l->ledger, NULL, NOTCH_VIEW_TEXT, hear_nothing, NULL, &differences);
    ck_assert_msg(status == NOTCH_OK, "%s: %s", name, why(l));
    ck_assert_msg(differences == 0, "%s: the ledger is damaged", name);
  }
}

typedef struct trial { /* of a deed: how it was before, and how it is done */
  const deed *what;
  bool on; /* all requests from the n-th on are denied */
  shelf place;
  bool open;
  int64_t size;
  outcome wanted;
} trial;

/* False: it was done without lacking anything. */
static bool lacks(life *l, const trial *t, unsigned long n)
{
  const char *name = t->what->name, *on = t->on ? " and on" : "";
  outcome done = act(l, t->what, n, t->on);
  if (done.status == NOTCH_OK) {
    ck_assert_msg(l->differences == 0, "%s, %lu%s: %llu differences", name, n, on,
                  (unsigned long long)l->differences);
    ck_assert_msg(done.told == t->wanted.told, "%s, %lu%s: gave something else", name, n, on);
    ck_assert_msg(size_of(l) == t->wanted.size, "%s, %lu%s: made something else", name, n, on);
  } else {
    ck_assert_msg(done.status == NOTCH_ENOMEM && done.tripped, "%s, %lu%s: status %d: %s", name, n,
                  on, done.status, why(l));
    ck_assert_str_ne(why(l), "");
    ck_assert_msg(l->ledger == NULL || size_of(l) == t->size + l->safe, "%s, %lu%s: half done",
                  name, n, on);
  }
  bool changed = done.status == NOTCH_OK || l->safe > 0 || (l->ledger != NULL) != t->open;
  if (done.tripped && (changed || every)) {
    if (every) {
      check_ledger(l, name);
    }
    open_again(l, name, &t->place, t->open);
  }
  return done.tripped;
}

static void try_all(life *l, trial *t, unsigned long first, bool on)
{
  t->on = on;
  unsigned long n = every ? 1 : first;
  while (lacks(l, t, n)) {
    n += every ? 1 : 1 + n / 16;
    ck_assert_uint_lt(n, DENIED_MAX);
  }
  check_ledger(l, t->what->name);
}

static void live(life *l, const deed *what, unsigned index)
{
  trial t = {.what = what, .open = l->ledger != NULL, .size = size_of(l)};
  shelf_copy(&t.place, &l->shelf);
  t.wanted = act(l, what, 0, false);
  ck_assert_msg(t.wanted.status == NOTCH_OK, "%s: %s", what->name, why(l));
  ck_assert_msg(l->differences == 0, "%s: %llu differences", what->name,
                (unsigned long long)l->differences);
  t.wanted.size = size_of(l);
  open_again(l, what->name, &t.place, t.open);
  try_all(l, &t, 1 + index % 5, true);
  open_again(l, what->name, &t.place, t.open);
  try_all(l, &t, 1 + index % 7, false);
  open_again(l, what->name, NULL, l->ledger != NULL);
  shelf_free(&t.place);
}

START_TEST(memory_may_end_at_any_moment)
{
  life l;
  const char *from = getenv("SCARCE_EVERY");
  life_begin(&l);
  for (unsigned i = 0; deeds[i].name != NULL; i++) {
    every = every || (from != NULL && (from[0] == '1' || strcmp(from, deeds[i].name) == 0));
    live(&l, &deeds[i], i);
  }
  life_end(&l);
  ck_assert_int_eq(l.memory.live, 0);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("scarce");
  TCase *tests = tcase_create("memory");
  tcase_set_timeout(tests, 0);
  tcase_add_test(tests, memory_may_end_at_any_moment);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
