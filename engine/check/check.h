/*
 * check/check.h -- from the tree of a script to the checked programme.
 */
#ifndef NOTCH_CHECK_CHECK_H
#define NOTCH_CHECK_CHECK_H

#include "check/program.h"
#include "syntax/load.h"

/*
 * Checks a parsed script and the modules it uses.  NULL: there were errors (all in the sink, also
 * those of the parser), or no memory was left (program->failed).  The programme lives in the
 * arena `program` and borrows nothing from `parsed`.
 */
const notch_program *notch_check(const notch_parsed *parsed, notch_diags *diag,
                                 notch_arena *program);

/* The whole programme as stable text, for `notch dump program`. */
void notch_program_print(notch_buffer *to, const notch_program *program);

#endif
