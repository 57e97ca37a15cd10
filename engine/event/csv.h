/*
 * event/csv.h -- rows of a CSV file (RFC 4180) as JSON events.
 *
 * The header names the fields, and `id`, `member`, `at`, `type`; `date` stands for `at` at local
 * midnight.  A row knows nothing of the rows before it, so a job resumes anywhere.
 */
#ifndef NOTCH_EVENT_CSV_H
#define NOTCH_EVENT_CSV_H

#include "base/memory.h"

typedef struct notch_csv {
  notch_text name;  /* ids begin with it where no column has them: "cdnow.csv" */
  notch_text type;  /* of events where no column says it; empty: none */
  uint32_t column_count;
  notch_text *columns;
  bool has_id, has_type;
} notch_csv;

/*
 * How many bytes the first record of `text` takes, its line end included: a quoted field may hold
 * line ends.  0: the record goes on beyond `text` (unless `last`).
 */
size_t notch_csv_record(const char *bytes, size_t size, bool last);

/* False: no header; *why is a sentence.  Texts live in `arena`.  Whether that, unarmed, failed is
 * to be asked first, here and below. */
bool notch_csv_open(notch_csv *out, notch_text header, notch_arena *arena, const char **why);

/* One record as a JSON object.  False: the number of fields or the quotes are wrong. */
bool notch_csv_event(notch_buffer *to, const notch_csv *csv, notch_text record, uint64_t line,
                     notch_arena *run, const char **why);

#endif
