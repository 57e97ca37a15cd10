/*
 * syntax/load.h -- a script and the modules that it uses, each parsed once.
 *
 * The engine opens no files: the host's resolver finds the text of `use a.b`.
 */
#ifndef NOTCH_SYNTAX_LOAD_H
#define NOTCH_SYNTAX_LOAD_H

#include "syntax/diag.h"
#include "syntax/token.h"
#include "syntax/tree.h"

#define NOTCH_LOAD_DEPTH_MAX 16
#define NOTCH_LOAD_FILES_MAX 256

typedef struct notch_resolver {
  /*
   * Finds the module `path` ("a.b") for the source named `importer`.  On true *name (as shown in
   * messages; two equal names are one module) and *text are set; they need to stay valid only
   * until the next call.  False: there is no such module.
   */
  bool (*find)(void *payload, notch_text path, notch_text importer, notch_text *name,
               notch_text *text);
  void *payload;
} notch_resolver;

typedef struct notch_parsed_unit {
  const notch_source *source;
  notch_text path;       /* the dotted path by which it was used first; empty for the script */
  notch_tokens tokens;
  notch_tree_node *tree; /* FILE; broken where it has errors */
  bool loading;          /* while the modules it uses are being loaded */
} notch_parsed_unit;

typedef struct notch_parsed {
  notch_sources sources;
  NOTCH_VEC(notch_parsed_unit) units; /* [0] is the script itself; USE.detail is an index here */
} notch_parsed;

/*
 * Parses `text` and all it uses.  Whatever is wrong is in the sink; the trees are there all the
 * same, broken where they have errors.  Out of memory: NULL, or a jump where the arena is armed.
 * `resolver` may be NULL (then every `use` is an error); name and text are copied.
 */
notch_parsed *notch_load(notch_text name, notch_text text, const notch_resolver *resolver,
                         notch_diags *diags, notch_arena *parse);

/* The same for a row of tokens, e.g. to go on using it with the tree.  NULL: out of memory. */
notch_tree_node *notch_parse_tokens(notch_tokens *tokens, notch_diags *diags, notch_arena *parse);

/* What a version's hash is taken of: the canonical text (notch_canonical) of the script and a
 * newline, then for each module, in the order first used, "use PATH", a newline, its canonical
 * text and a newline.  No file name is part of it. */
void notch_parsed_canonical(notch_buffer *to, const notch_parsed *parsed);

#endif
