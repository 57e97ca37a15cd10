/*
 * event/event.h -- one event as the engine sees it: typed against a programme's declaration.
 *
 * Made from JSON, CSV, typed setters or a ledger row (event/read.c); everything lives in the
 * arena it was made in.
 */
#ifndef NOTCH_EVENT_EVENT_H
#define NOTCH_EVENT_EVENT_H

#include "base/json.h"
#include "check/program.h"

typedef struct notch_amount { /* `"points":{"star":"80"}`, `"rewards":{"latte":"-1"}` */
  uint32_t index;             /* points kind, or reward; NOTCH_NONE: see below */
  int64_t amount;             /* smallest units; may be negative in `adjust` */
} notch_amount;

/* `"points":"60"` of a capture, or of what a return gives back of one or of a payment: the kind is
 * that of the hold or payment, which only the ledger knows.  The amount has these decimals. */
#define NOTCH_UNNAMED_DECIMALS 6u

typedef struct notch_return_line { /* one of `"items":[{"line":1,"quantity":1}]` */
  uint32_t line;                   /* from 1 */
  const notch_value *lower;        /* by field of the record; missing: not named */
} notch_return_line;

typedef struct notch_event {
  uint32_t type; /* index of program->events */
  notch_text id, member; /* empty: none */
  int64_t at_us;
  int32_t offset_min;
  notch_value *fields;        /* by the declaration; missing where optional and absent */
  notch_value *member_fields; /* join, profile: by program->member_fields; NULL elsewhere */
  bool *member_named;         /* join, profile: which of them were sent */
  notch_amount *points;       /* hold, transfer, adjust, pay and capture ("points"), fund */
  notch_amount *rewards;      /* adjust */
  uint32_t point_count, reward_count;
  bool has_points;
  uint32_t reward, payment, pool, partner, currency_from, currency_to; /* resolved; NOTCH_NONE */
  notch_text lacking;         /* recorded: why these rules refuse what those of then took; empty */
  int64_t quantity;           /* redeem, hold, restock: 1 unless sent */
  uint32_t tier_count;        /* given: tiers set, (ladder, rank) as notch_amount */
  notch_amount *tiers;
  uint32_t tag_count;         /* given */
  notch_text *tags;
  /* A return names fields of another event: read once that event is known (event/read.c). */
  const notch_json *rest;
  notch_text canonical; /* content: canonical JSON, members sorted, without id, type, member, at */
  /* Values that are personal and therefore kept out of `canonical` (which has digests): */
  notch_text personal; /* canonical JSON object of them; empty: none */
} notch_event;

/* What a return lowers, typed against the event it returns. */
typedef struct notch_lowering {
  notch_value *fields; /* by field of the original; missing: not named */
  notch_return_line *lines;
  uint32_t line_count;
  const notch_amount *points; /* of a built-in event, above zero */
  uint32_t point_count;
  int64_t quantity; /* of a redemption; 0: not named */
  bool all;         /* nothing named: everything that is left */
} notch_lowering;

#endif
