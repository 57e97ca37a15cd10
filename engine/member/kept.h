/*
 * member/kept.h -- members' states for as long as a ledger is open: at rest they are packed
 * (state_pack.c), for the event at hand they are open.
 *
 * A desk is what is open.  Whoever holds many states has one desk for them all, opens what an
 * event needs, and clears the desk before the next.
 */
#ifndef NOTCH_MEMBER_KEPT_H
#define NOTCH_MEMBER_KEPT_H

#include "member/state.h"

typedef struct notch_kept { /* zeroed: a state that nothing was put into yet */
  const notch_state *open;  /* NULL: at rest */
  unsigned char *bytes;     /* packed; old while it is open */
  uint32_t size, room;
} notch_kept;

typedef struct notch_growth { /* of the states that were put, for what is still to come */
  uint32_t expected;          /* how often each is put in all; 0: nobody knows */
  int64_t begun, began_with;  /* states that were put first, and the bytes they took then */
  int64_t puts, added;        /* puts after that, and the bytes by which states grew */
} notch_growth;

typedef struct notch_desk {
  const notch_memory *memory;
  notch_growth growth;
  struct notch_opened *open, *idle, *lent; /* idle: for the next to use */
  uint32_t idle_count;
  unsigned char *scratch;
  size_t scratch_size;
} notch_desk;

void notch_desk_init(notch_desk *desk, const notch_memory *memory);
void notch_desk_free(notch_desk *desk); /* after all states were let go */
/* So many states will be put so often in all: then a state has room for what it will take in the
 * end, instead of moving from block to block and leaving them behind. */
void notch_desk_expect(notch_desk *desk, int64_t states, int64_t puts);

/* The state, to be read until the desk is cleared or it is closed; one that nothing was put into
 * is empty.  NULL: out of memory. */
const notch_state *notch_desk_open(notch_desk *desk, notch_kept *kept);
/* The same, to be changed. */
notch_state *notch_desk_change(notch_desk *desk, notch_kept *kept);
/* A state of its own, equal to it, that may be worked on and lasts until the next is lent or the
 * desk is cleared.  What was open and not changed is what is lent, so it is open no more. */
notch_state *notch_desk_lend(notch_desk *desk, notch_kept *kept);
/* Puts `after` in its place and closes it; what was lent is given back by that.  Lots of `after`
 * may be asleep in the state's own bytes alone.  False: out of memory, and nothing changed. */
bool notch_desk_put(notch_desk *desk, notch_kept *kept, notch_state *after);
/* Puts all that is open to rest, except the programme's own figures (member 0), which every event
 * needs and which may be large.  What memory does not suffice for stays open. */
void notch_desk_clear(notch_desk *desk);
/* Puts one to rest that was only read. */
void notch_desk_close(notch_desk *desk, notch_kept *kept);
/* The state as packed bytes, which last until the next call.  False: out of memory. */
bool notch_desk_packed(notch_desk *desk, const notch_kept *kept, const unsigned char **bytes,
                       size_t *size);
void notch_desk_let_go(notch_desk *desk, notch_kept *kept);

#endif
