/*
 * syntax/scan.h -- what the generated scanner and the code around it share.
 *
 * scanner.l only finds where tokens end; scan.c gives them their meaning.  A scan_ function that
 * is called from a pattern returns the token's kind, or NOTCH_SCAN_NOTHING for "read on".
 */
#ifndef NOTCH_SYNTAX_SCAN_H
#define NOTCH_SYNTAX_SCAN_H

#include "syntax/token.h"

#include <setjmp.h>

#define NOTCH_SCAN_NOTHING 0 /* TOK_YYEOF: never a token of the row */

typedef struct notch_scan {
  notch_tokens *tokens;
  const notch_source *source;
  notch_diags *diags;
  notch_arena *arena; /* unarmed while scanning */
  notch_span span;    /* of the text matched last */
  notch_text text;    /* becomes the token's text */
  int32_t detail;
  int32_t before;     /* kind of the token before, comments left out */
  jmp_buf fatal;      /* flex's own failures */
} notch_scan;

/* In the epilogue of scanner.l: runs the scanner over the source.  False: out of memory. */
bool notch_scanner_run(notch_scan *scan);

/* `scan->span` is what was matched; each may shorten it (the scanner then goes back). */
int notch_scan_word(notch_scan *scan);        /* letters, digits, characters beyond ASCII */
int notch_scan_odd(notch_scan *scan);         /* one character that begins no token */
int notch_scan_backquoted(notch_scan *scan);
int notch_scan_number(notch_scan *scan, char suffix); /* suffix: 0, '%' or 'x' */
int notch_scan_wide_number(notch_scan *scan);         /* with full-width digits or signs */
int notch_scan_number_and_word(notch_scan *scan);     /* 5star */
int notch_scan_date(notch_scan *scan);
int notch_scan_time(notch_scan *scan);
int notch_scan_string(notch_scan *scan, uint32_t quote_bytes, bool closed);
int notch_scan_curly(notch_scan *scan);
int notch_scan_single(notch_scan *scan);
int notch_scan_comment(notch_scan *scan, uint32_t sign_bytes, int kind);
/* Reports a sign of other languages; kind is the token that it stands for, or NOTHING. */
int notch_scan_foreign(notch_scan *scan, int kind, const char *spelling);
int notch_scan_needless(notch_scan *scan);
int notch_scan_foreign_comment(notch_scan *scan);
bool notch_scan_push(notch_scan *scan, int kind); /* false: out of memory */

#endif
