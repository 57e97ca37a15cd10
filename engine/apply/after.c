/* apply/after.c -- taking over what a decision left of a member, instead of folding its rows. */
#include <config.h>

#include "apply/apply.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef NOTCH_CHECK_AFTER
/* Both ways, and beside each other: that decide and fold agree is what everything stands on. */
static void fold_beside(notch_decider *folder, const notch_plan *plan, const notch_state *before,
                        const notch_event *event, const notch_outcome *outcome,
                        const notch_host *host)
{
  notch_state folded;
  notch_state_init(&folded, before->memory);
  bool good = notch_state_copy(&folded, before);
  for (uint32_t i = 0; good && i < outcome->count; i++) {
    const notch_transaction *row = &outcome->transactions[i];
    const notch_event *sent = row->origin == NOTCH_ORIGIN_SENT ? event : NULL;
    good = notch_fold(folder, plan, &folded, sent, NULL, row, host);
  }
  const char *other = good ? notch_state_difference(&folded, outcome->after) : NULL;
  if (other != NULL) {
    fprintf(stderr, "decide and fold differ in the %s of member %lld after transaction %lld\n",
            other, (long long)before->member,
            (long long)outcome->transactions[outcome->count - 1].event);
    abort();
  }
  notch_state_free(&folded);
}
#endif

bool notch_take_after(notch_desk *desk, notch_kept *kept, notch_decider *folder,
                      const notch_plan *plan, const notch_event *event,
                      const notch_outcome *outcome, const notch_host *host)
{
#ifdef NOTCH_CHECK_AFTER
  const notch_state *before = notch_desk_open(desk, kept);
  if (before == NULL) {
    return false;
  }
  assert(outcome->after->member == before->member);
  fold_beside(folder, plan, before, event, outcome, host);
#else
  (void)folder, (void)plan, (void)event, (void)host;
#endif
  return notch_desk_put(desk, kept, outcome->after);
}

bool notch_seat_take(notch_books *books, notch_seat *seat, notch_edition *edition,
                     const notch_event *event, const notch_outcome *outcome)
{
  seat->upto = outcome->transactions[outcome->count - 1].event;
  seat->dirty = true;
  books->edition = edition;
  return notch_take_after(&books->desk, &seat->kept, books->folders[books->fold_depth],
                          edition->rules->plan, event, outcome, &books->host) ||
         notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
}
