/* api/program.c -- compiling rules, their modules and diagnostics. */
#include <config.h>

#include "api/api.h"
#include "suite/property.h"
#include "suite/spend.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- modules ---- */

typedef struct loader { /* finds modules: beside the script, in a folder, then the built-in ones */
  notch_engine *engine;
  const notch_compile_options *options;
  notch_arena arena; /* texts, as long as the compilation */
} loader;

notch_status notch_api_read_file(notch_engine *engine, const char *path, notch_arena *arena,
                                 notch_text *out)
{
  FILE *file = fopen(path, "rb");
  notch_buffer text;
  char piece[16384];
  size_t got;
  if (file == NULL) {
    return notch_api_say(engine, NOTCH_EOPEN, "cannot open %s", path);
  }
  notch_buffer_init(&text, &engine->memory);
  while ((got = fread(piece, 1, sizeof piece, file)) > 0 &&
         text.length <= NOTCH_SOURCE_BYTES_MAX) {
    notch_buffer_put(&text, piece, got);
  }
  bool bad = ferror(file) != 0;
  fclose(file);
  *out = notch_arena_text(arena, (notch_text){text.bytes, (uint32_t)text.length});
  bool memory = !text.failed && out->bytes != NULL;
  notch_buffer_free(&text);
  return bad      ? notch_api_say(engine, NOTCH_EOPEN, "cannot read %s", path)
         : memory ? NOTCH_OK
                  : notch_api_nomem(engine);
}

static bool try_file(loader *with, notch_text folder, notch_text module, notch_text *name,
                     notch_text *text)
{
  notch_text path = notch_arena_format(&with->arena, "%.*s%s%.*s.notch", (int)folder.length,
                                       folder.bytes, folder.length > 0 ? "/" : "",
                                       (int)module.length, module.bytes);
  if (path.bytes == NULL) {
    return false;
  }
  char sentence[NOTCH_SENTENCE_SIZE]; /* a file that is not there is no failure */
  memcpy(sentence, with->engine->handle.sentence, sizeof sentence);
  notch_status status = notch_api_read_file(with->engine, path.bytes, &with->arena, text);
  memcpy(with->engine->handle.sentence, sentence, sizeof sentence);
  *name = path;
  return status == NOTCH_OK;
}

static bool find_in_files(loader *with, notch_text path, notch_text importer, notch_text *name,
                          notch_text *text)
{
  char *module = notch_arena_alloc(&with->arena, (size_t)path.length + 1);
  if (module == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < path.length; i++) {
    module[i] = path.bytes[i] == '.' ? '/' : path.bytes[i];
  }
  notch_text file = {module, path.length}, folder = importer;
  while (folder.length > 0 && folder.bytes[folder.length - 1] != '/') {
    folder.length--;
  }
  folder.length -= folder.length > 1 ? 1 : 0;
  return try_file(with, folder, file, name, text) ||
         (with->options != NULL && with->options->rules_folder != NULL &&
          try_file(with, notch_text_of(with->options->rules_folder), file, name, text));
}

static bool find_by_host(loader *with, notch_text path, notch_text importer, notch_text *name,
                         notch_text *text)
{
  const char *found = NULL, *bytes = NULL;
  size_t size = 0;
  if (with->options->load(with->options->load_payload,
                          notch_api_text(&with->arena, path),
                          notch_api_text(&with->arena, importer), &found, &bytes, &size) != 0 ||
      bytes == NULL || size > NOTCH_SOURCE_BYTES_MAX) {
    return false;
  }
  *name = found != NULL ? notch_text_of(found) : path;
  *text = (notch_text){bytes, (uint32_t)size};
  return true;
}

static bool find_module(void *payload, notch_text path, notch_text importer, notch_text *name,
                        notch_text *text)
{
  loader *with = payload;
  bool by_host = with->options != NULL && with->options->load != NULL;
  if (by_host ? find_by_host(with, path, importer, name, text)
              : find_in_files(with, path, importer, name, text)) {
    return true;
  }
  *name = notch_arena_format(&with->arena, "<standard rules>/%.*s.notch", (int)path.length,
                             path.bytes);
  return name->bytes != NULL && notch_standard_rule(path, text);
}

/* ---- diagnostics ---- */

void notch_api_report(const notch_diag *diag, const notch_compile_options *options)
{
  char code[16];
  notch_arena arena;
  notch_arena_init(&arena, &notch_memory_system);
  snprintf(code, sizeof code, "N%04u", notch_diag_info_of(diag->code)->number);
  notch_diagnostic shown = {.code = code,
                            .level = (notch_level)diag->severity,
                            .message = notch_api_text(&arena, diag->message),
                            .inner = diag};
  if (diag->source != NULL) {
    notch_position start = notch_source_position(diag->source, diag->span.start);
    notch_position end = notch_source_position(diag->source, diag->span.end);
    shown.file = notch_api_text(&arena, diag->source->name);
    shown.line = start.line;
    shown.column = start.column;
    shown.end_line = end.line;
    shown.end_column = end.column;
  }
  options->report(options->report_payload, &shown);
  notch_arena_free(&arena);
}

notch_status notch_diagnostic_write(const notch_diagnostic *diagnostic, notch_view view,
                                    notch_write *write, void *payload)
{
  notch_buffer text;
  if (diagnostic == NULL || diagnostic->inner == NULL || write == NULL) {
    return NOTCH_EMISUSE;
  }
  notch_buffer_init(&text, &notch_memory_system);
  if (view == NOTCH_VIEW_JSON) {
    notch_diag_print_json(&text, diagnostic->inner);
  } else {
    notch_diag_print_text(&text, diagnostic->inner, view == NOTCH_VIEW_COLOUR);
  }
  notch_status status = notch_api_write(NULL, write, payload, &text);
  notch_buffer_free(&text);
  return status;
}

static void report_all(notch_diags *diags, const notch_compile_options *options)
{
  notch_diags_sort(diags);
  for (const notch_diag *diag = diags->first; diag != NULL; diag = diag->next) {
    notch_api_report(diag, options);
  }
}

static void begin(loader *with, notch_diags *diags, notch_arena *arena, notch_engine *engine,
                  const notch_compile_options *options)
{
  *with = (loader){.engine = engine, .options = options};
  notch_arena_init(&with->arena, &engine->memory);
  notch_arena_init(arena, &engine->memory);
  notch_diags_init(diags, arena);
  diags->translate = options != NULL ? options->translate : NULL;
}

/* What is claimed of rules that can run is tried on real decisions. */
static notch_rules_status try_out(const notch_rules *rules, notch_engine *engine,
                                  notch_diags *diags, const notch_compile_options *options)
{
  bool later = options != NULL && options->properties_later;
  if (!later && !notch_property_report(rules, &engine->memory, diags)) {
    return NOTCH_RULES_NOMEM;
  }
  int advice = options == NULL ? 0 : options->advice;
  if (advice > 0 && !notch_spend_report(rules, &engine->memory, advice > 1, diags)) {
    return NOTCH_RULES_NOMEM;
  }
  return diags->error_count > 0 ? NOTCH_RULES_ERRORS : NOTCH_RULES_OK;
}

notch_status notch_api_compile(notch_rules **rules, notch_engine *engine, notch_text name,
                               notch_text text, const notch_compile_options *options)
{
  loader with;
  notch_diags diags;
  notch_arena arena;
  begin(&with, &diags, &arena, engine, options);
  const notch_resolver resolver = {find_module, &with};
  notch_rules_status status =
      notch_rules_compile(rules, &engine->memory, name, text, &resolver, &diags);
  if (status == NOTCH_RULES_OK) {
    status = try_out(*rules, engine, &diags, options);
  }
  if (options != NULL && options->report != NULL && status != NOTCH_RULES_NOMEM) {
    report_all(&diags, options);
  }
  notch_status out = NOTCH_OK;
  if (status == NOTCH_RULES_NOMEM || arena.failed) {
    out = notch_api_nomem(engine);
  } else if (status == NOTCH_RULES_ERRORS) {
    out = notch_api_say(engine, NOTCH_ESCRIPT, "%.*s has %u error%s%s%.*s", (int)name.length,
                        name.bytes, diags.error_count, diags.error_count == 1 ? "" : "s",
                        diags.first != NULL ? ": " : "",
                        diags.first != NULL ? (int)diags.first->message.length : 0,
                        diags.first != NULL ? diags.first->message.bytes : "");
  }
  if (out != NOTCH_OK) {
    notch_rules_free(*rules, &engine->memory);
    *rules = NULL;
  }
  notch_arena_free(&with.arena);
  notch_arena_free(&arena);
  return out;
}

notch_parsed *notch_api_parse(notch_engine *engine, notch_text name, notch_text text,
                              const notch_compile_options *options, notch_diags *diags,
                              notch_arena *arena)
{
  loader with;
  begin(&with, diags, arena, engine, options);
  const notch_resolver resolver = {find_module, &with};
  notch_parsed *parsed = notch_load(name, text, &resolver, diags, arena);
  notch_arena_free(&with.arena);
  return parsed;
}

/* ---- programmes ---- */

static notch_status wrap(notch_program_handle **out, notch_engine *engine, notch_rules *rules)
{
  notch_program_handle *program = notch_memory_resize(&engine->memory, NULL, sizeof *program);
  if (program == NULL) {
    notch_rules_free(rules, &engine->memory);
    return notch_api_nomem(engine);
  }
  memset(program, 0, sizeof *program);
  program->engine = engine;
  program->rules = rules;
  program->name = notch_api_copy(&engine->memory, rules->program->name);
  program->title = notch_api_copy(&engine->memory, rules->program->title);
  notch_hex(program->identity, rules->program->identity.bytes,
            sizeof rules->program->identity.bytes);
  if (program->name == NULL || program->title == NULL) {
    notch_program_free(program);
    return notch_api_nomem(engine);
  }
  *out = program;
  return NOTCH_OK;
}

notch_status notch_program_compile(notch_program_handle **out, notch_engine *engine,
                                   const char *name, const char *bytes, size_t size,
                                   const notch_compile_options *options)
{
  notch_rules *rules = NULL;
  if (out != NULL) {
    *out = NULL;
  }
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, name != NULL && (bytes != NULL || size == 0));
  NOTCH_CHECK_ARG(engine, options == NULL || options->version == 1);
  if (size > NOTCH_SOURCE_BYTES_MAX) {
    return notch_api_say(engine, NOTCH_ESCRIPT, "%s is larger than a script may be (8 MiB)", name);
  }
  notch_status status = notch_api_compile(&rules, engine, notch_text_of(name),
                                          (notch_text){bytes, (uint32_t)size}, options);
  if (status == NOTCH_OK && out != NULL) {
    return wrap(out, engine, rules);
  }
  notch_rules_free(rules, &engine->memory);
  return status;
}

notch_status notch_program_load(notch_program_handle **out, notch_engine *engine,
                                const char *path, const notch_compile_options *options)
{
  notch_arena arena;
  notch_text text;
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, path != NULL);
  notch_arena_init(&arena, &engine->memory);
  notch_status status = notch_api_read_file(engine, path, &arena, &text);
  if (status == NOTCH_OK) {
    status = notch_program_compile(out, engine, path, text.bytes, text.length, options);
  } else if (out != NULL) {
    *out = NULL;
  }
  notch_arena_free(&arena);
  return status;
}

void notch_program_free(notch_program_handle *program)
{
  if (program != NULL) {
    const notch_memory *memory = &program->engine->memory;
    notch_rules_free(program->rules, memory);
    notch_memory_free(memory, program->name);
    notch_memory_free(memory, program->title);
    notch_memory_free(memory, program);
  }
}

const char *notch_program_name(const notch_program_handle *program)
{
  return program == NULL ? "" : program->name;
}

const char *notch_program_title(const notch_program_handle *program)
{
  return program == NULL ? "" : program->title;
}

const char *notch_program_identity(const notch_program_handle *program)
{
  return program == NULL ? "" : program->identity;
}
