/* api/editor.c -- for editors: the outline of a script, what a name means, what may come. */
#include <config.h>

#include "api/api.h"
#include "syntax/outline.h"

typedef struct editor_question {
  notch_engine *engine;
  const notch_parsed *parsed;
  notch_arena arena;
  notch_each_declared *each;
  notch_each_word *word;
  void *payload;
  uint32_t offset;
} editor_question;

/* The byte that line:column (from 1, in characters) is at; behind a line's end, its end. */
static uint32_t offset_of(const notch_source *source, uint32_t line, uint32_t column)
{
  if (line == 0)
    return 0;
  if (line > source->line_count)
    return source->text.length;
  notch_text text = notch_source_line(source, line);
  uint32_t at = 0, code_point;
  for (uint32_t i = 1; i < column && at < text.length; i++)
    at = notch_source_next(text, at, &code_point);
  return source->line_starts[line - 1] + at;
}

static notch_status hand_over(editor_question *q, const notch_outline_item *item)
{
  const notch_source *source = item->tokens->source;
  notch_position start = notch_source_position(source, item->span.start);
  notch_position end = notch_source_position(source, item->span.end);
  notch_position name = notch_source_position(source, item->name_span.start);
  notch_position name_end = notch_source_position(source, item->name_span.end);
  notch_buffer head;
  notch_buffer_init(&head, &q->engine->memory);
  notch_outline_head(&head, item);
  notch_declared declared = {.kind = item->kind,
                             .name = notch_api_text(&q->arena, item->name),
                             .title = notch_api_text(&q->arena, item->title),
                             .comment = notch_api_text(&q->arena, item->node->doc),
                             .head = head.bytes != NULL ? head.bytes : "",
                             .file = notch_api_text(&q->arena, source->name),
                             .line = start.line,
                             .column = start.column,
                             .end_line = end.line,
                             .end_column = end.column,
                             .name_line = name.line,
                             .name_column = name.column,
                             .name_end_column = name_end.column,
                             .depth = item->depth};
  notch_status status = head.failed || q->arena.failed ? notch_api_nomem(q->engine)
                        : q->each(q->payload, &declared) != 0
                            ? notch_api_say(q->engine, NOTCH_ESTOPPED, "stopped by the caller")
                            : NOTCH_OK;
  notch_buffer_free(&head);
  return status;
}

static notch_status hand_over_all(editor_question *q, const notch_outline_items *outline)
{
  notch_status status = q->arena.failed ? notch_api_nomem(q->engine) : NOTCH_OK;
  for (uint32_t i = 0; i < outline->count && status == NOTCH_OK; i++)
    status = hand_over(q, &outline->items[i]);
  return status;
}

static notch_status ask_outline(editor_question *q)
{
  notch_outline_items outline = {0};
  notch_outline_make(&outline, &q->parsed->units.items[0], &q->arena);
  return hand_over_all(q, &outline);
}

static notch_status ask_meaning(editor_question *q)
{
  notch_outline_items found = {0};
  notch_outline_find(&found, q->parsed, q->offset, &q->arena);
  return hand_over_all(q, &found);
}

static notch_status ask_words(editor_question *q)
{
  notch_completions found = {0};
  notch_outline_complete(&found, q->parsed, q->offset, &q->arena);
  if (q->arena.failed)
    return notch_api_nomem(q->engine);
  for (uint32_t i = 0; i < found.count; i++) {
    const notch_completion *item = &found.items[i];
    const char *word = notch_api_text(&q->arena, item->word);
    if (q->arena.failed)
      return notch_api_nomem(q->engine);
    if (q->word(q->payload, word, item->kind, item->soft) != 0)
      return notch_api_say(q->engine, NOTCH_ESTOPPED, "stopped by the caller");
  }
  return NOTCH_OK;
}

typedef struct editor_script { /* what all three are given */
  const char *name, *bytes;
  size_t size;
  uint32_t line, column; /* 0: no place is asked about */
  const notch_compile_options *options;
} editor_script;

static notch_status ask(editor_question *q, const editor_script *script,
                        notch_status (*answer)(editor_question *q))
{
  notch_diags quiet;
  NOTCH_CHECK_ARG(q->engine, script->name != NULL);
  NOTCH_CHECK_ARG(q->engine, script->bytes != NULL || script->size == 0);
  NOTCH_CHECK_ARG(q->engine, script->options == NULL || script->options->version == 1);
  NOTCH_CHECK_ARG(q->engine, q->each != NULL || q->word != NULL);
  if (script->size > NOTCH_SOURCE_BYTES_MAX)
    return notch_api_say(q->engine, NOTCH_ESCRIPT, "%s is larger than a script may be (8 MiB)",
                         script->name);
  q->parsed = notch_api_parse(q->engine, notch_text_of(script->name),
                              (notch_text){script->bytes, (uint32_t)script->size}, script->options,
                              &quiet, &q->arena);
  if (q->parsed != NULL)
    q->offset = offset_of(q->parsed->units.items[0].source, script->line, script->column);
  notch_status status = q->parsed != NULL ? answer(q) : notch_api_nomem(q->engine);
  notch_arena_free(&q->arena);
  return status;
}

notch_status notch_outline(notch_engine *engine, const char *name, const char *bytes, size_t size,
                           const notch_compile_options *options, notch_each_declared *each,
                           void *payload)
{
  if (engine == NULL)
    return NOTCH_EMISUSE;
  editor_question q = {.engine = engine, .each = each, .payload = payload};
  const editor_script script = {name, bytes, size, 0, 0, options};
  return ask(&q, &script, ask_outline);
}

notch_status notch_meaning(notch_engine *engine, const char *name, const char *bytes, size_t size,
                           uint32_t line, uint32_t column, const notch_compile_options *options,
                           notch_each_declared *each, void *payload)
{
  if (engine == NULL)
    return NOTCH_EMISUSE;
  editor_question q = {.engine = engine, .each = each, .payload = payload};
  const editor_script script = {name, bytes, size, line, column, options};
  return ask(&q, &script, ask_meaning);
}

notch_status notch_complete(notch_engine *engine, const char *name, const char *bytes, size_t size,
                            uint32_t line, uint32_t column, const notch_compile_options *options,
                            notch_each_word *each, void *payload)
{
  if (engine == NULL)
    return NOTCH_EMISUSE;
  editor_question q = {.engine = engine, .word = each, .payload = payload};
  const editor_script script = {name, bytes, size, line, column, options};
  return ask(&q, &script, ask_words);
}
