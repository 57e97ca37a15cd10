/* api/script.c -- scripts as text: phases shown, layout, long diagnostics. */
#include <config.h>

#include "api/api.h"
#include "check/check.h"
#include "suite/outlook.h"
#include "syntax/format.h"

#include <assert.h>
#include <string.h>

typedef struct parsing { /* a script on its way to tokens or a tree */
  notch_engine *engine;
  notch_arena arena;
  notch_sources sources;
  notch_diags diags;
  const notch_source *source;
  notch_tokens tokens;
  notch_tree_node *tree;
} parsing;

/* False: no memory. */
static bool parse(parsing *p, notch_engine *engine, const char *name, const char *bytes,
                  size_t size, const notch_compile_options *options)
{
  memset(p, 0, sizeof *p);
  p->engine = engine;
  notch_arena_init(&p->arena, &engine->memory);
  notch_diags_init(&p->diags, &p->arena);
  p->diags.translate = options != NULL ? options->translate : NULL;
  p->source = notch_source_add(&p->sources, notch_text_of(name),
                               (notch_text){bytes, (uint32_t)size}, &p->arena);
  if (p->source == NULL || !notch_tokens_scan(&p->tokens, p->source, &p->diags, &p->arena)) {
    return false;
  }
  p->tree = notch_parse_tokens(&p->tokens, &p->diags, &p->arena);
  return p->tree != NULL && !p->arena.failed;
}

static void report_all(parsing *p, const notch_compile_options *options)
{
  notch_diags_sort(&p->diags);
  for (const notch_diag *diag = p->diags.first;
       options != NULL && options->report != NULL && diag != NULL; diag = diag->next) {
    notch_api_report(diag, options);
  }
}

static notch_status dump_syntax(notch_engine *engine, notch_phase phase, const char *name,
                                const char *bytes, size_t size,
                                const notch_compile_options *options, notch_buffer *to)
{
  parsing p;
  notch_status status = NOTCH_OK;
  if (!parse(&p, engine, name, bytes, size, options)) {
    status = notch_api_nomem(engine);
  } else {
    report_all(&p, options);
    if (phase == NOTCH_PHASE_TOKENS) {
      notch_tokens_print(to, &p.tokens);
    } else {
      notch_tree_print(to, p.tree, p.source);
    }
    if (p.diags.error_count > 0) {
      status = notch_api_say(engine, NOTCH_ESCRIPT, "%s has %u syntax error%s", name,
                             p.diags.error_count, p.diags.error_count == 1 ? "" : "s");
    }
  }
  notch_arena_free(&p.arena);
  return status;
}

notch_status notch_dump(notch_engine *engine, notch_phase phase, const char *name,
                        const char *bytes, size_t size, const notch_compile_options *options,
                        notch_write *write, void *payload)
{
  notch_buffer text;
  notch_rules *rules = NULL;
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, name != NULL && (bytes != NULL || size == 0) && write != NULL);
  NOTCH_CHECK_ARG(engine, size <= NOTCH_SOURCE_BYTES_MAX);
  notch_buffer_init(&text, &engine->memory);
  notch_status status;
  if (phase == NOTCH_PHASE_TOKENS || phase == NOTCH_PHASE_TREE) {
    status = dump_syntax(engine, phase, name, bytes, size, options, &text);
  } else {
    status = notch_api_compile(&rules, engine, notch_text_of(name),
                               (notch_text){bytes, (uint32_t)size}, options);
    if (status == NOTCH_OK && phase == NOTCH_PHASE_PROGRAM) {
      notch_program_print(&text, rules->program);
    } else if (status == NOTCH_OK) {
      notch_code_print(rules->code, &text);
    }
    notch_rules_free(rules, &engine->memory);
  }
  /* What there is of broken tokens and trees is shown as well. */
  notch_status written = notch_api_write(engine, write, payload, &text);
  notch_buffer_free(&text);
  return status != NOTCH_OK ? status : written;
}

notch_status notch_format(notch_engine *engine, const char *name, const char *bytes, size_t size,
                          const notch_compile_options *options, notch_write *write,
                          void *payload)
{
  parsing p;
  notch_buffer text;
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, name != NULL && (bytes != NULL || size == 0) && write != NULL);
  NOTCH_CHECK_ARG(engine, size <= NOTCH_SOURCE_BYTES_MAX);
  notch_buffer_init(&text, &engine->memory);
  notch_status status = NOTCH_OK;
  if (!parse(&p, engine, name, bytes, size, options)) {
    status = notch_api_nomem(engine);
  } else if (p.diags.error_count > 0 || p.tree->broken) {
    report_all(&p, options);
    status = notch_api_say(engine, NOTCH_ESCRIPT, "%s has %u syntax error%s", name,
                           p.diags.error_count, p.diags.error_count == 1 ? "" : "s");
  } else {
    notch_format_script(&text, &p.tokens, p.tree);
    status = notch_api_write(engine, write, payload, &text);
  }
  notch_buffer_free(&text);
  notch_arena_free(&p.arena);
  return status;
}

notch_status notch_explain_code(notch_engine *engine, const char *code, notch_write *write,
                                void *payload)
{
  notch_buffer text;
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, code != NULL && write != NULL);
  const notch_diag_info *info = notch_diag_info_find(notch_text_of(code));
  if (info == NULL) {
    return notch_api_say(engine, NOTCH_ENOTFOUND, "there is no diagnostic %s", code);
  }
  notch_buffer_init(&text, &engine->memory);
  notch_buffer_print(&text, "N%04u  %s\n\n%s\n", info->number,
                     info->severity == NOTCH_SEVERITY_ERROR     ? "error"
                     : info->severity == NOTCH_SEVERITY_WARNING ? "warning"
                                                                : "note",
                     info->explanation);
  notch_status status = notch_api_write(engine, write, payload, &text);
  notch_buffer_free(&text);
  return status;
}

notch_status notch_program_outlook(notch_engine *engine, const notch_program_handle *program,
                                   int costs, notch_view view, notch_write *write, void *payload)
{
  notch_buffer text;
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, program != NULL && write != NULL);
  notch_outlook_form form = view == NOTCH_VIEW_JSON ? NOTCH_OUTLOOK_JSON
                            : costs                 ? NOTCH_OUTLOOK_ALL
                                                    : NOTCH_OUTLOOK_EARNS;
  notch_buffer_init(&text, &engine->memory);
  notch_status status = notch_outlook_write(program->rules, &engine->memory, form, &text)
                            ? notch_api_write(engine, write, payload, &text)
                            : notch_api_nomem(engine);
  notch_buffer_free(&text);
  return status;
}
