/*
 * syntax/format.h -- the canonical layout of a script, comments kept.
 *
 * Declarations at column 1, clauses indented by 2, what belongs to a tier of a ladder by 4; one
 * blank line between declarations (one-line declarations of a kind may stand together).  A line
 * break that the author put into a clause stays, indented by 2 more; in a head by 4, before the
 * `when` of a segment by 2.  Comments at the ends of lines stand in one column where the lines
 * follow one another or the lines between begin with the same word, as in a list of fields.
 * Formatting twice changes nothing, and the canonical text (notch_canonical) stays the same.
 */
#ifndef NOTCH_SYNTAX_FORMAT_H
#define NOTCH_SYNTAX_FORMAT_H

#include "syntax/token.h"
#include "syntax/tree.h"

/* `tokens` and `tree` of one source; the tree must not be broken.  Failure: to->failed. */
void notch_format_script(notch_buffer *to, const notch_tokens *tokens,
                         const notch_tree_node *tree);

/* The first line of what `node` declares, comments left out; `clauses`: a declaration of the file,
 * whose clauses stand on lines of their own. */
void notch_format_head(notch_buffer *to, const notch_tokens *tokens, const notch_tree_node *node,
                       bool clauses);

#endif
