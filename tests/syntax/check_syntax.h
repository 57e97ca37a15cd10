/* tests/syntax/check_syntax.h -- what the unit tests of the front end share. */
#ifndef NOTCH_TESTS_CHECK_SYNTAX_H
#define NOTCH_TESTS_CHECK_SYNTAX_H

#include "syntax/format.h"
#include "syntax/load.h"

#include <check.h>

/* A script being looked at; the arena and the sink live as long as the fixture. */
typedef struct script {
  notch_arena arena;
  notch_diags diags;
  notch_sources sources;
  const notch_source *source;
  notch_tokens tokens;
  notch_tree_node *tree;
  notch_buffer out; /* scratch for what a test prints */
} script;

void script_parse(script *s, notch_text text);
void script_free(script *s);
/* "N0050@3:8 N0013@4:1": the diagnostics in order of their places. */
const char *script_codes(script *s);
const char *script_tree(script *s);   /* notch_tree_print, valid until the next call */
const char *script_format(script *s);
const char *script_canonical(script *s);
notch_text repeat(script *s, const char *before, const char *piece, unsigned count,
                  const char *after);

TCase *notch_check_scan(void);
TCase *notch_check_parse(void);
TCase *notch_check_limits(void);
TCase *notch_check_load(void);
TCase *notch_check_outline(void);
TCase *notch_check_format(void);
TCase *notch_check_diag(void);

#endif
