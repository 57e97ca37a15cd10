/*
 * syntax/format.h -- the canonical layout of a script, comments kept.
 *
 * Declarations at column 1, clauses indented by 2, what belongs to a tier of a ladder by 4; one
 * blank line between declarations (one-line declarations of a kind may stand together).  A line
 * break that the author put into a clause stays, indented by 2 more (by 4 in a head).  Comments
 * at the ends of lines that follow one another stand in one column.  Formatting twice changes
 * nothing, and the canonical text (notch_canonical) stays the same.
 */
#ifndef NOTCH_SYNTAX_FORMAT_H
#define NOTCH_SYNTAX_FORMAT_H

#include "syntax/token.h"
#include "syntax/tree.h"

/* `tokens` and `tree` of one source; the tree must not be broken.  Failure: to->failed. */
void notch_format_script(notch_buffer *to, const notch_tokens *tokens,
                         const notch_tree_node *tree);

#endif
