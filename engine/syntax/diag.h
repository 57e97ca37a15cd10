/*
 * syntax/diag.h -- what the compiler has to say: collected in a sink, printed by two renderers.
 *
 * Rows of diag.def give each diagnostic a stable number, a severity, a format and the long text
 * of `notch explain-code`.  The formats know: %s (const char *), %t (notch_text), %d (int),
 * %l (int64_t), %%.
 */
#ifndef NOTCH_SYNTAX_DIAG_H
#define NOTCH_SYNTAX_DIAG_H

#include "syntax/source.h"

typedef enum notch_severity {
  NOTCH_SEVERITY_ERROR = 0,
  NOTCH_SEVERITY_WARNING = 1,
  NOTCH_SEVERITY_NOTE = 2 /* information: a bound that was computed, "not checked" */
} notch_severity;

typedef enum notch_diag_code {
#define DIAG(number, name, severity, format, explanation) NOTCH_DIAG_##name,
#include "syntax/diag.def"
#undef DIAG
  NOTCH_DIAG_COUNT
} notch_diag_code;

#define NOTCH_DIAG_ERRORS_MAX 20

typedef struct notch_diag_note_item {
  struct notch_diag_note_item *next;
  const notch_source *source; /* NULL: the note has no place */
  notch_span span;
  notch_text text;
} notch_diag_note_item;

typedef struct notch_diag_fix_item {
  struct notch_diag_fix_item *next;
  notch_span span;        /* in the source of its diagnostic; empty: an insertion */
  notch_text replacement; /* empty: a deletion */
  notch_text label;       /* "write '='" */
} notch_diag_fix_item;

typedef struct notch_diag {
  struct notch_diag *next; /* in the order reported */
  notch_diag_code code;
  notch_severity severity;
  const notch_source *source; /* NULL: about the whole programme */
  notch_span span;
  notch_text message; /* a sentence that stands alone, without a full stop */
  notch_diag_note_item *notes;
  notch_diag_fix_item *fixes;
} notch_diag;

typedef struct notch_diags {
  notch_arena *arena; /* items and their texts live here */
  notch_diag *first, *last;
  notch_diag *open; /* the one that notes and fixes go to; NULL: it was not kept */
  uint32_t error_count;   /* errors reported, also beyond the maximum */
  uint32_t warning_count;
  bool stopped;           /* the maximum was passed: what follows is counted, not kept */
  const char *(*translate)(const char *format); /* NULL: none */
} notch_diags;

typedef struct notch_diag_info {
  unsigned number; /* 412 is N0412 */
  const char *name;
  notch_severity severity;
  const char *format;
  const char *explanation;
} notch_diag_info;

void notch_diags_init(notch_diags *sink, notch_arena *arena);

/* Adds one diagnostic; the same code at the same place is reported once.  Never fails: what
 * finds no memory leaves arena->failed set. */
void notch_diag_report(notch_diags *sink, notch_diag_code code, const notch_source *source,
                       notch_span span, ...);

/* A part of a sentence, translated as sentences are. */
notch_text notch_diag_phrase(notch_diags *sink, const char *format, ...);

/* Both add to the diagnostic reported last (nothing, if that one was not kept). */
void notch_diag_note(notch_diags *sink, const notch_source *source, notch_span span,
                     const char *format, ...); /* source NULL: without a place */
void notch_diag_fix(notch_diags *sink, notch_span span, notch_text replacement,
                    const char *label_format, ...);

const notch_diag_info *notch_diag_info_of(notch_diag_code code);
/* "N0412", "n412" or "412"; NULL: no such code. */
const notch_diag_info *notch_diag_info_find(notch_text code);

/* Orders by source, then place, then as reported. */
void notch_diags_sort(notch_diags *sink);

/* file:line:col: error[N0123]: sentence, the source line with carets, notes and fixes. */
void notch_diag_print_text(notch_buffer *to, const notch_diag *diag, bool colour);
void notch_diags_print_text(notch_buffer *to, const notch_diags *sink, bool colour);
/* One JSON object and a newline. */
void notch_diag_print_json(notch_buffer *to, const notch_diag *diag);
void notch_diags_print_json(notch_buffer *to, const notch_diags *sink);

#endif
