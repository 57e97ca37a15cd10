/*
 * syntax/load.h -- a script and the modules that it uses, each parsed once.
 *
 * The engine opens no files: the host's resolver finds the text of `use a.b`.
 */
#ifndef NOTCH_SYNTAX_LOAD_H
#define NOTCH_SYNTAX_LOAD_H

#include "syntax/diag.h"
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

/* Parses one source alone.  NULL: out of memory (never a jump). */
notch_tree_node *notch_parse_source(const notch_source *source, notch_diags *diags,
                                    notch_arena *parse);

/* The canonical text (notch_canonical) of the script and of every module, each preceded by a line
 * "module NAME" and ended by a newline, in the order loaded: what a version's hash is taken of.
 * False: out of memory. */
bool notch_parsed_canonical(notch_buffer *to, const notch_parsed *parsed, notch_arena *parse);

#endif
