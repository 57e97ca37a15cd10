/*
 * syntax/outline.h -- for editors: what a script declares, what a name in it means, what may come.
 *
 * All of it is read from the tree, never from the checker, so that it works while a script is
 * being typed.  Names that only the checker knows (types, functions, built-in events) are not here.
 */
#ifndef NOTCH_SYNTAX_OUTLINE_H
#define NOTCH_SYNTAX_OUTLINE_H

#include "syntax/load.h"

#define NOTCH_OUTLINE_NONE UINT32_MAX

typedef struct notch_outline_item {
  const char *kind;            /* how the language calls it: "rule", "tier" ... */
  const notch_tree_node *node; /* its declaration, with `doc` where there is one */
  const notch_tokens *tokens;  /* of its source */
  notch_text name;             /* in NFC; of tests and properties: their sentence */
  notch_text title;
  notch_span span, name_span;
  uint32_t depth;  /* 0: a declaration; else it stands inside `parent` */
  uint32_t parent; /* index of the item around it, or NOTCH_OUTLINE_NONE */
} notch_outline_item;

typedef NOTCH_VEC(notch_outline_item) notch_outline_items;

/* Adds what one unit declares, in source order, each followed by what stands inside it.  Out of
 * memory: arena->failed, or a jump where the arena is armed; so for all functions here. */
void notch_outline_make(notch_outline_items *out, const notch_parsed_unit *unit,
                        notch_arena *arena);

/* The first line of an item's declaration in the canonical layout. */
void notch_outline_head(notch_buffer *to, const notch_outline_item *item);

/* What the name at `offset` of the script (unit 0) stands for.  None: it is no name, or one that
 * is declared nowhere.  Several: a field that several events of the rule have. */
void notch_outline_find(notch_outline_items *out, const notch_parsed *parsed, uint32_t offset,
                        notch_arena *arena);

typedef struct notch_completion {
  notch_text word;  /* as it is written there */
  const char *kind; /* of a declared name, else "word" */
  bool soft;        /* a word that may as well be just a name here */
} notch_completion;

typedef NOTCH_VEC(notch_completion) notch_completions;

#define NOTCH_COMPLETIONS_MAX 2000u

/* The words and names that may stand where the word around or before `offset` stands. */
void notch_outline_complete(notch_completions *out, const notch_parsed *parsed, uint32_t offset,
                            notch_arena *arena);

/* Shared by the files of the outline: the index of the token that `offset` is in or behind, names
 * and words first; NOTCH_OUTLINE_NONE: between tokens. */
uint32_t notch_outline_token(const notch_tokens *tokens, uint32_t offset);
/* The token before, comments left out; NOTCH_OUTLINE_NONE: none. */
uint32_t notch_outline_before(const notch_tokens *tokens, uint32_t index);
/* The declaration of the file that `offset` is in or behind, or NULL. */
const notch_tree_node *notch_outline_around(const notch_tree_node *file, uint32_t offset);
/* Whether the field `index` can be read by its bare name at `offset` of `declaration`: it belongs
 * to an event that is named there, or to a record. */
bool notch_outline_reads(const notch_outline_items *outline, uint32_t index,
                         const notch_tree_node *declaration, uint32_t offset);
/* What an item's parent is called: "event", "record", "member" ...; "" for a declaration. */
const char *notch_outline_parent_kind(const notch_outline_items *outline, uint32_t index);
/* The unit that the `use` called `name` loaded, or NULL. */
const notch_parsed_unit *notch_outline_used(const notch_parsed *parsed, notch_text name,
                                            notch_arena *arena);

#endif
