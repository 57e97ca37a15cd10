/*
 * report/export.h -- the journal for other tools: hledger, beancount, CSV, JSON Lines.
 *
 * Points are seen with the members' eyes: what a member has is an asset of his, what was issued
 * is income, what was spent or expired an expense, a debt a liability; so the signs are those
 * that other tools expect.
 */
#ifndef NOTCH_REPORT_EXPORT_H
#define NOTCH_REPORT_EXPORT_H

#include "report/report.h"

typedef enum notch_export_format {
  NOTCH_EXPORT_HLEDGER,
  NOTCH_EXPORT_BEANCOUNT,
  NOTCH_EXPORT_CSV,
  NOTCH_EXPORT_JSONL,
  NOTCH_EXPORT_COUNT
} notch_export_format;

typedef struct notch_export_member { /* whose accounts are declared before the first entry */
  int64_t member;
  notch_text name; /* of its accounts: the id where it can be one, else M and the number */
  notch_text id;
  uint32_t accounts; /* a bit for each notch_account that is used */
} notch_export_member;

typedef struct notch_export {
  notch_export_format format;
  notch_arena *arena; /* lives as long as the export */
  notch_arena *run;   /* of one row */
  const notch_program *program; /* newest version: zone, titles */
  notch_kinds kinds;
  notch_text *symbols; /* by kind: the commodity */
  notch_text seed;     /* of the draws, once it was published; empty */
  notch_out *out;
} notch_export;

/* NOTCH_EXPORT_COUNT: no such format. */
notch_export_format notch_export_format_of(notch_text word);

/* `others`: the older versions, newest first; their points kinds are declared as well. */
void notch_export_begin(notch_export *export, notch_export_format format,
                        const notch_program *newest, const notch_program *const *others,
                        uint32_t other_count, notch_arena *arena, notch_arena *run,
                        notch_out *out);
/* The name of a member's accounts. */
notch_text notch_export_name(notch_export_format format, int64_t member, notch_text id,
                             notch_arena *arena);
/* Declarations: once, before the first row. */
void notch_export_head(notch_export *export, int64_t first_us);
void notch_export_declare(notch_export *export, const notch_export_member *member,
                          int64_t first_us);
/* `name`: of the member's accounts. */
void notch_export_row(notch_export *export, const notch_deed *deed, notch_text name);

/* The formats' own parts. */
void notch_export_books_head(notch_export *export, int64_t first_us);
void notch_export_books_row(notch_export *export, const notch_deed *deed, notch_text name);

#endif
