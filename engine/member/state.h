/*
 * member/state.h -- what the rules have to know about one member.
 *
 * A state is a fold of the member's rows (fold.c): a cache, never the truth.  Indexes are those
 * of one programme: under another version the rows are folded again, by name.
 */
#ifndef NOTCH_MEMBER_STATE_H
#define NOTCH_MEMBER_STATE_H

#include "check/program.h"

typedef struct notch_slice {
  uint32_t offset, length;
} notch_slice;

typedef struct notch_balance { /* smallest units, each 0 .. NOTCH_BALANCE_MAX */
  int64_t points;              /* available, pending and due-but-unswept: the lots say which */
  int64_t held, debt;
} notch_balance;

typedef struct notch_lot {
  int64_t lot;  /* the posting that opened it */
  int64_t left; /* not held */
  int64_t held;
  int64_t amount; /* when opened */
  int64_t earned_us;
  int64_t matures_s; /* INT64_MIN: at once; NOTCH_NEVER: waits for an event (terms) */
  int64_t expires_s; /* NOTCH_NEVER: never, or derived (terms: inactivity, while) */
  uint32_t points, terms, partner;
  uint32_t flags; /* NOTCH_LOT_… */
  int64_t open;   /* what others of the owner's pool may still spend of it */
} notch_lot;

#define NOTCH_LOT_CARRIED 1u /* carried over once (`carry … once`) */

typedef enum notch_hold_state {
  NOTCH_HOLD_OPEN = 0,
  NOTCH_HOLD_CAPTURED = 1,
  NOTCH_HOLD_RELEASED = 2,
  NOTCH_HOLD_TIMED_OUT = 3
} notch_hold_state;

typedef struct notch_hold {
  notch_slice id;
  int64_t until_s; /* NOTCH_NEVER */
  int64_t order_minor;
  uint32_t payment, reward; /* NOTCH_NONE */
  uint32_t state, padding;
  int64_t quantity;
  int64_t event; /* that made it */
} notch_hold;

typedef struct notch_reservation {
  uint32_t hold; /* index of holds */
  uint32_t points;
  int64_t lot, amount;
} notch_reservation;

typedef struct notch_reward_lot {
  int64_t lot; /* the effect that granted it */
  uint32_t reward, rule;
  int64_t left, held;
  int64_t matures_s, until_s;
  int64_t promised; /* the row since which it had waited for stock; 0: it had not */
} notch_reward_lot;

typedef struct notch_standing { /* on one ladder */
  uint32_t own, effective;
  uint32_t promise, lifetime; /* floors: tier, or NOTCH_NONE */
  uint32_t grace_to;          /* NOTCH_NONE: no demotion is under way */
  uint32_t started;           /* 0 until the member's first event */
  int64_t since_us, until_s;  /* of the own tier; NOTCH_NEVER: no term */
  int64_t effective_since_us;
  int64_t promise_until_s, grace_at_s;
} notch_standing;

typedef struct notch_spell {
  uint32_t ladder, tier;  /* at this tier or higher */
  int64_t from_us, to_us; /* NOTCH_NEVER: still there */
} notch_spell;

/* A sum of one day (daily.h).  Of these a member has many: they are as small as can be, and what
 * does not fit is kept elsewhere. */
typedef struct notch_daily {
  int32_t key; /* the day, then whose sum it is */
  int32_t sum;
} notch_daily;

typedef struct notch_entry {
  uint32_t measure;  /* program->measure_count + k: earned() of points kind k */
  int32_t day;       /* local; NOTCH_DAY_BASE: what is older than any window */
  int64_t at_us;     /* kept only where the measure needs it, else 0 */
  int64_t event;     /* kept only where the measure needs it, else 0 */
  notch_value value; /* distinct texts: offset << 32 | length */
} notch_entry;
typedef struct notch_keyed_use {
  uint32_t limit;
  int32_t day;     /* first day of the calendar period, the day of a rolling one, 0 */
  int64_t at_us;   /* rolling in hours: the event's time, else 0 */
  notch_slice key; /* values of the limit's keys */
  int64_t used;    /* times or smallest units */
} notch_keyed_use;

typedef struct notch_clock {
  uint32_t event, padding;
  int64_t at_us;
} notch_clock;

typedef struct notch_firing {
  uint32_t rule, variant;
  int64_t anchor_us; /* of an idle spell: the event that began it, INT64_MIN: none; else when */
} notch_firing;

typedef struct notch_inside {
  uint32_t segment;
} notch_inside;

typedef struct notch_place_in_band { /* member 0 */
  int64_t member;
  uint32_t cohort, band;
} notch_place_in_band;

typedef struct notch_pooled { /* member 0: who is in whose pool */
  int64_t member;
  uint32_t pool, padding;
  int64_t with;
} notch_pooled;

/* Of the programme's own state (member 0) only: */

typedef struct notch_rate {
  uint32_t from, to; /* currencies */
  int64_t at_us;
  notch_value rate; /* major units of `to` for one major unit of `from` */
} notch_rate;

typedef struct notch_stock {
  uint32_t reward, padding;
  int64_t left;
} notch_stock;

typedef struct notch_ranked { /* up to it every member was looked at who had been there then */
  int64_t event, at_s;
} notch_ranked;

typedef struct notch_waiting_grant {
  int64_t member, count;
  uint32_t reward, rule;
  int64_t event;
} notch_waiting_grant;

typedef struct notch_purse {
  uint32_t partner, points;
  int64_t left;
} notch_purse;

typedef struct notch_reserved_room {
  int64_t member; /* who holds */
  int64_t amount, until_s;
  uint32_t limit, reward; /* of a limit, under the key, or of a reward's stock; else NOTCH_NONE */
  notch_slice hold, key;
} notch_reserved_room;

typedef struct notch_membership {
  uint32_t pool, padding;
  int64_t with; /* whose pool it is: who founded it, by number */
} notch_membership;

/* A lot that was spent whole, of which the owner's pool might spend what is given back. */
typedef struct notch_spent_lot {
  int64_t lot, open, expires_s; /* as it had them */
} notch_spent_lot;

typedef struct notch_asleep { /* the first lots of a state, left packed until somebody asks */
  uint32_t count, size;
  const unsigned char *bytes;
  int64_t newest;    /* number of the last of them */
  int64_t soonest_s; /* no date of theirs comes before this, but what is derived */
} notch_asleep;

typedef struct notch_state {
  const notch_memory *memory;
  jmp_buf *escape; /* where to go when memory runs out; NULL: `failed` is set */
  bool failed;
  bool closed;
  bool present;       /* he was the member of some event */
  bool has_rare;      /* some RARE section may have something: else none of them has */
  int64_t member;     /* number */
  int64_t joined_us;  /* time of join, else of the first event */
  int64_t booked_us;  /* newest booked */
  int64_t settled_us; /* everything due up to here has been looked at */
  int64_t own_event;  /* newest applied one of the member's own that was not late; 0: none */
  notch_slice seed;   /* member 0: of the draws; length 0: not known yet */
#define SECTION(type, name, meaning)                                                               \
  type *name;                                                                                      \
  uint32_t name##_count, name##_capacity;
#define TIGHT(type, name, meaning)                                                                 \
  type *name##_items; /* use notch_state_lots(); the count is of all */                            \
  uint32_t name##_count, name##_capacity;
#include "member/state.def"
#undef SECTION
  notch_asleep asleep;
} notch_state;

/* Something was booked for the member: only then anything can fall due. */
static inline bool notch_state_begun(const notch_state *state)
{
  return state->booked_us != INT64_MIN;
}

static inline void notch_state_without_rare(notch_state *state)
{
  if (state->has_rare) {
#define SECTION(type, name, meaning)
#define RARE(type, name, meaning) state->name##_count = 0;
#include "member/state.def"
#undef SECTION
    state->has_rare = false;
  }
}

void notch_state_init(notch_state *state, const notch_memory *memory);
void notch_state_free(notch_state *state);
void notch_state_clear(notch_state *state); /* nothing in it; keeps its memory */
/* A member nobody has heard of yet: start tiers not given, nothing held. */
bool notch_state_start(notch_state *state, const notch_program *program, int64_t member);
/* Makes `to` equal to `from`, reusing its memory. */
bool notch_state_copy(notch_state *to, const notch_state *from);
/* Room for `count` items of a section in all. */
bool notch_state_reserve(notch_state *state, void **items, uint32_t *capacity, size_t size,
                         uint32_t count);
/* What differs first, for whoever looks for the reason; NULL: they are equal. */
const char *notch_state_difference(const notch_state *left, const notch_state *right);

/*
 * The same in few bytes, quickly packed and unpacked: for states at rest (kept.h).  Pack fills a
 * block of exactly the size that is asked for first, a multiple of four; where that is the block
 * that what is asleep lies in, it stays there.  Unpack takes what pack made, or damaged bytes if
 * NOTCH_PACKED_SLACK more after them can be read.  False: they are damaged, or memory ran out.
 * Blocks of packed bytes are aligned as memory is that was asked for.
 */
#define NOTCH_PACKED_SLACK 128
size_t notch_state_packed_size(const notch_state *state);
size_t notch_state_packed_most(const notch_state *state); /* found sooner, and hardly more */
size_t notch_state_pack(const notch_state *state, unsigned char *to);
bool notch_state_unpack(notch_state *state, const unsigned char *bytes, size_t size);
/* Takes only what pack made, which has to stay as it is: the lots are left there, asleep.  False:
 * memory ran out. */
bool notch_state_open(notch_state *state, const unsigned char *bytes, size_t size);

/* A packed state as bytes for the cache; they are read back by the same build only, else
 * rebuilt. */
void notch_state_encode(const unsigned char *packed, size_t size, notch_buffer *to);
bool notch_state_decode(notch_state *state, const void *bytes, size_t size);
/* They begin as those that this build writes: then they are to be read, or damaged. */
bool notch_state_is_ours(const void *bytes, size_t size);

/* One more item at the end of a section, zeroed.  Inline: what is written at once need not be
 * cleared before.  NULL: out of memory. */
#define ADD(type, name, items, rare)                                                               \
  static inline type *notch_state_add_##name(notch_state *state)                                   \
  {                                                                                                \
    if (state->name##_count == state->name##_capacity &&                                           \
        !notch_state_reserve(state, (void **)&state->items, &state->name##_capacity, sizeof(type), \
                             state->name##_count + 1)) {                                           \
      return NULL;                                                                                 \
    }                                                                                              \
    state->has_rare = state->has_rare || (rare);                                                   \
    type *added = &state->items[state->name##_count++];                                            \
    memset(added, 0, sizeof *added);                                                               \
    return added;                                                                                  \
  }
#define SECTION(type, name, meaning) ADD(type, name, name, false)
#define RARE(type, name, meaning) ADD(type, name, name, true)
#define TIGHT(type, name, meaning) ADD(type, name, name##_items, false)
#include "member/state.def"
#undef SECTION
#undef ADD
void notch_state_remove_lot(notch_state *state, uint32_t index);

notch_slice notch_state_keep_text(notch_state *state, notch_text text);
static inline notch_text notch_state_text(const notch_state *state, notch_slice slice)
{
  return (notch_text){slice.length == 0 ? NULL : state->chars + slice.offset, slice.length};
}

/* All lots, by number.  Whether some were asleep is nothing that can be seen of a state, so this
 * is no change to it; there is room for them. */
void notch_state_wake(const notch_state *state);
static inline notch_lot *notch_state_lots(const notch_state *state)
{
  if (state->asleep.count > 0) {
    notch_state_wake(state);
  }
  return state->lots_items;
}

/* NULL: not open any more. */
notch_lot *notch_state_lot(const notch_state *state, int64_t lot);

#endif
