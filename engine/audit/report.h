/* audit/report.h -- what verify and replay print: counts, passes, differences. */
#ifndef NOTCH_AUDIT_REPORT_H
#define NOTCH_AUDIT_REPORT_H

#include "ledger/store.h"

typedef struct notch_audit_item { /* one difference */
  int64_t event;                  /* 0: of no single row */
  notch_text id, what, recorded, recomputed;
} notch_audit_item;

typedef struct notch_audit_report {
  bool verify;         /* else replay */
  bool skipped;        /* states and caches were not looked at: the journal is damaged */
  bool other;          /* replay by other rules */
  bool published;      /* a published head was looked for */
  int64_t published_size; /* where it was found; 0: nowhere */
  int64_t events, transactions, postings, erased, erased_rows;
  notch_head head;
  const notch_audit_item *items;
  uint32_t shown;
  int64_t count; /* of all differences */
} notch_audit_report;

void notch_audit_print(notch_buffer *to, const notch_audit_report *report, bool colour);
void notch_audit_json(notch_buffer *to, const notch_audit_report *report);

#endif
