/* member/trace.h -- the derivation of an outcome, recorded only when somebody asks. */
#ifndef NOTCH_MEMBER_TRACE_H
#define NOTCH_MEMBER_TRACE_H

#include "check/program.h"

typedef enum notch_trace_kind {
#define TRACE(name, word, meaning) NOTCH_TRACE_##name,
#include "member/trace.def"
#undef TRACE
  NOTCH_TRACE_COUNT
} notch_trace_kind;

typedef struct notch_trace_record {
  notch_trace_kind kind;
  int64_t member; /* whose transaction was open; who was ranked */
  uint32_t subject, other;
  bool flag;
  const notch_expr *expr;
  notch_value value;
  notch_text text; /* of `value`, where it is a text */
  int64_t amount;
} notch_trace_record;

typedef struct notch_trace {
  notch_arena *arena; /* borrowed; records live there */
  NOTCH_VEC(notch_trace_record) records;
} notch_trace;

#endif
