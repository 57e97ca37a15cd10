/*
 * syntax/build.h -- what the grammar's actions call: builds nodes, reports, goes on.
 *
 * A function that returns a node returns NULL only when memory has run out (the arena is unarmed
 * during parsing).  A NULL child is an optional one that is not there.
 */
#ifndef NOTCH_SYNTAX_BUILD_H
#define NOTCH_SYNTAX_BUILD_H

#include "syntax/token.h"
#include "syntax/tree.h"

typedef struct notch_parse {
  const notch_source *source;
  const notch_tokens *tokens;
  notch_diags *diags;
  notch_arena *arena;
  uint32_t next;            /* index of the token that comes next */
  const notch_token *found; /* the token that the parser was given last */
  notch_tree_node *file;    /* the FILE node, from the beginning of the parse */
  uint32_t resumed_at;      /* offset + 1 of the token where recovery last ended; 0: none */
  uint32_t error_at;        /* offset + 1 of the last syntax error; 0: none */
  uint32_t error_indent;    /* of the line of the last syntax error, in bytes */
  bool stop;                /* the rest is not worth parsing: the feed says end of file */
  const notch_token *probe; /* NULL, or a token that never fits, of which only `allowed` ... */
  bool *allowed;            /* ... comes: by kind, what would have fitted there */
} notch_parse;

#define NOTCH_PARSE_TOKENS_MAX 512 /* kinds of tokens, rounded up */

typedef struct notch_nodes { /* a chain of siblings */
  notch_tree_node *first, *last;
  uint32_t count;
} notch_nodes;

notch_nodes notch_nodes_of(notch_tree_node *const *items, size_t count);
notch_nodes notch_nodes_add(notch_nodes list, notch_tree_node *node);
notch_nodes notch_nodes_join(notch_nodes left, notch_nodes right);

notch_tree_node *notch_build(notch_parse *parse, notch_tree_kind kind, notch_span span,
                             notch_text text, int64_t detail, notch_nodes children);
/* A declaration or field: takes the documentation above `word`, its first token. */
notch_tree_node *notch_build_documented(notch_parse *parse, notch_tree_kind kind, notch_span span,
                                        const notch_token *word, notch_text text,
                                        notch_nodes children);
/* The same with a detail: the head of a top-level declaration. */
notch_tree_node *notch_build_declaration(notch_parse *parse, notch_tree_kind kind,
                                         notch_span span, const notch_token *word,
                                         notch_text text, int64_t detail, notch_nodes children);

/* Adds a child and widens the parent; returns the parent. */
notch_tree_node *notch_build_add(notch_tree_node *parent, notch_tree_node *child);
/* Adds an ERROR to the declaration and returns that; ERROR after ERROR becomes one. */
notch_tree_node *notch_build_skip(notch_parse *parse, notch_tree_node *parent, notch_span span);
/* An ERROR between declarations, added to the file.  False: out of memory. */
bool notch_build_stray(notch_parse *parse, notch_span span);
notch_tree_node *notch_build_clause(notch_parse *parse, notch_tree_node *parent,
                                    notch_tree_kind kind, notch_span span, notch_text text,
                                    notch_nodes children); /* builds and adds */
notch_tree_node *notch_build_widen(notch_tree_node *node, notch_span first); /* NULL for NULL */

notch_tree_node *notch_build_name(notch_parse *parse, const notch_token *token);
notch_tree_node *notch_build_date(notch_parse *parse, const notch_token *token);
notch_tree_node *notch_build_moment(notch_parse *parse, const notch_token *date,
                                    const notch_token *time);

/* A REF or PATH is built part by part; its text is written once, by notch_build_dotted. */
notch_tree_node *notch_build_ref(notch_parse *parse, const notch_token *first);
notch_tree_node *notch_build_path(notch_parse *parse, notch_ast_root root, notch_span span,
                                  const notch_token *part);
notch_tree_node *notch_build_part(notch_parse *parse, notch_tree_node *node,
                                  const notch_token *part);
notch_tree_node *notch_build_dotted(notch_parse *parse, notch_tree_node *node);

notch_tree_node *notch_build_rounded(notch_parse *parse, notch_span span, int mode, int scope,
                                     notch_span scope_span); /* scope -1: not written */
notch_tree_node *notch_build_months(notch_parse *parse, notch_span span, const notch_token *unit,
                                    const notch_token *word);
notch_tree_node *notch_build_starts(notch_parse *parse, notch_span span, const notch_token *unit,
                                    notch_tree_node *day, int weekday); /* day NULL: the weekday */
notch_tree_node *notch_build_grant(notch_parse *parse, notch_span span, notch_tree_node *reward,
                                   notch_span times_span, notch_tree_node *times);
notch_tree_node *notch_build_band(notch_parse *parse, notch_tree_node *cohort, notch_span span,
                                  const notch_token *name, notch_ast_band band,
                                  const notch_token *percent); /* NULL: none */
notch_tree_node *notch_build_needs(notch_parse *parse, notch_tree_node *module, notch_span span,
                                   const notch_token *word, const notch_token *name,
                                   notch_nodes children);
notch_tree_node *notch_build_needs_kind(notch_parse *parse, notch_tree_node *module,
                                        notch_span span, const notch_token *word,
                                        const notch_token *name, int kind);

/* In parse.c: the feed between the row of tokens and the parser; never a comment. */
const notch_token *notch_parse_next(notch_parse *parse);
/* The stack or the memory is used up. */
void notch_parse_exhausted(notch_parse *parse, notch_span span);

/*
 * Whether the token that comes next (`lookahead`, or the one after it where that is empty) begins
 * a clause or declaration, so that an error in it deserves a message of its own.  True at most
 * once for a token: what stands there is dropped when it is wrong again.
 */
bool notch_parse_resumes(notch_parse *parse, int lookahead, bool declarations_only);

/* In expect.c: reports the token at `span`, where one of `expected` (TOK_...) should be. */
void notch_parse_unexpected(notch_parse *parse, notch_span span, const int *expected, int count);

/* In the epilogue of parser.y.  False: it gave up (out of memory, or nested too deeply). */
bool notch_parse_run(notch_parse *parse);
const char *notch_parse_token_name(int token);

#endif
