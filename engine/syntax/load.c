/* syntax/load.c -- loads the modules that a script uses, each once, never in a circle. */
#include <config.h>

#include "syntax/load.h"

#include <assert.h>
#include <setjmp.h>

typedef struct loader {
  notch_parsed *parsed;
  const notch_resolver *resolver;
  notch_diags *diags;
  notch_arena *arena;
} loader;

static int64_t load_unit(loader *l, notch_text name, notch_text path, notch_text text,
                         const notch_source *importer, const notch_tree_node *use,
                         unsigned depth);

/* Where the path stands in `use path`. */
static notch_span path_span(const notch_tree_node *use)
{
  return use->first != NULL ? use->first->span : use->span;
}

/* "a -> b -> a", from the unit that is used again. */
static notch_text describe_circle(loader *l, uint32_t from, notch_text path)
{
  notch_text circle = l->parsed->units.items[from].path;
  for (uint32_t i = from + 1; i < l->parsed->units.count; i++) {
    const notch_parsed_unit *unit = &l->parsed->units.items[i];
    if (!unit->loading) continue;
    circle = notch_arena_format(l->arena, "%.*s -> %.*s", (int)circle.length, circle.bytes,
                                (int)unit->path.length, unit->path.bytes);
  }
  return notch_arena_format(l->arena, "%.*s -> %.*s", (int)circle.length,
                            circle.length > 0 ? circle.bytes : "the script", (int)path.length,
                            path.bytes);
}

/* The unit of that name, or -2; -1 where using it would close a circle. */
static int64_t find_unit(loader *l, notch_text name, const notch_source *importer,
                         const notch_tree_node *use)
{
  for (uint32_t i = 0; i < l->parsed->units.count; i++) {
    const notch_parsed_unit *unit = &l->parsed->units.items[i];
    if (!notch_text_equal(unit->source->name, name)) continue;
    if (!unit->loading) return i;
    notch_diag_report(l->diags, NOTCH_DIAG_MODULE_CYCLE, importer, path_span(use), use->text,
                      describe_circle(l, i, use->text));
    return NOTCH_USE_NOT_LOADED;
  }
  return -2;
}

static int64_t load_used(loader *l, const notch_source *importer, const notch_tree_node *use,
                         unsigned depth)
{
  notch_text name = {0}, text = {0};
  if (l->resolver == NULL ||
      !l->resolver->find(l->resolver->payload, use->text, importer->name, &name, &text)) {
    notch_diag_report(l->diags, NOTCH_DIAG_MODULE_NOT_FOUND, importer, path_span(use),
                      use->text);
    return NOTCH_USE_NOT_LOADED;
  }
  int64_t known = find_unit(l, name, importer, use);
  if (known != -2) return known;
  if (depth >= NOTCH_LOAD_DEPTH_MAX) {
    notch_diag_report(l->diags, NOTCH_DIAG_MODULE_TOO_DEEP, importer, path_span(use),
                      NOTCH_LOAD_DEPTH_MAX, use->text);
    return NOTCH_USE_NOT_LOADED;
  }
  if (l->parsed->units.count >= NOTCH_LOAD_FILES_MAX) {
    notch_diag_report(l->diags, NOTCH_DIAG_MODULE_TOO_MANY, importer, path_span(use),
                      NOTCH_LOAD_FILES_MAX);
    return NOTCH_USE_NOT_LOADED;
  }
  int64_t index = load_unit(l, name, use->text, text, importer, use, depth + 1);
  if (index < 0) return NOTCH_USE_NOT_LOADED;
  const notch_tree_node *tree = l->parsed->units.items[index].tree;
  if (tree != NULL && !tree->broken && notch_tree_find(tree, NOTCH_AST_MODULE) != tree->first) {
    notch_diag_report(l->diags, NOTCH_DIAG_NOT_A_MODULE, importer, path_span(use), name);
    return NOTCH_USE_NOT_LOADED;
  }
  return index;
}

static int64_t load_unit(loader *l, notch_text name, notch_text path, notch_text text,
                         const notch_source *importer, const notch_tree_node *use, unsigned depth)
{
  if (text.length > NOTCH_SOURCE_BYTES_MAX) {
    notch_diag_report(l->diags, NOTCH_DIAG_SOURCE_TOO_LARGE, importer,
                      use != NULL ? path_span(use) : (notch_span){0}, (int64_t)text.length,
                      (int64_t)NOTCH_SOURCE_BYTES_MAX);
    return NOTCH_USE_NOT_LOADED;
  }
  const notch_source *source = notch_source_add(&l->parsed->sources, name, text, l->arena);
  if (source == NULL) return NOTCH_USE_NOT_LOADED;
  uint32_t index = l->parsed->units.count;
  notch_parsed_unit *unit = notch_vec_try_push(&l->parsed->units, l->arena);
  if (unit == NULL) return NOTCH_USE_NOT_LOADED;
  *unit = (notch_parsed_unit){.source = source, .path = path, .loading = true};
  notch_tokens tokens = {0};
  notch_tree_node *tree = NULL;
  if (notch_tokens_scan(&tokens, source, l->diags, l->arena))
    tree = notch_parse_tokens(&tokens, l->diags, l->arena);
  l->parsed->units.items[index].tokens = tokens;
  l->parsed->units.items[index].tree = tree;
  if (tree == NULL) return NOTCH_USE_NOT_LOADED;
  for (notch_tree_node *node = tree->first; node != NULL; node = node->next)
    if (node->kind == NOTCH_AST_USE) node->detail = load_used(l, source, node, depth);
  l->parsed->units.items[index].loading = false; /* the row may have moved meanwhile */
  return index;
}

notch_parsed *notch_load(notch_text name, notch_text text, const notch_resolver *resolver,
                         notch_diags *diags, notch_arena *parse)
{
  jmp_buf *escape = parse->escape;
  parse->escape = NULL; /* one check at the end instead of a jump across the resolver */
  notch_parsed *parsed = NOTCH_NEW(parse, notch_parsed);
  loader l = {.parsed = parsed, .resolver = resolver, .diags = diags, .arena = parse};
  if (parsed != NULL) (void)load_unit(&l, name, (notch_text){0}, text, NULL, NULL, 0);
  parse->escape = escape;
  bool failed = parse->failed || diags->arena->failed;
  if (failed && escape != NULL) longjmp(*escape, 1);
  return failed ? NULL : parsed;
}

void notch_parsed_canonical(notch_buffer *to, const notch_parsed *parsed)
{
  for (uint32_t i = 0; i < parsed->units.count; i++) {
    const notch_parsed_unit *unit = &parsed->units.items[i];
    if (i > 0) {
      notch_buffer_put(to, "use ", 4);
      notch_buffer_text(to, unit->path);
      notch_buffer_put(to, "\n", 1);
    }
    notch_canonical(to, &unit->tokens);
    notch_buffer_put(to, "\n", 1);
  }
}
