/*
 * fuzz_rules.c -- any bytes as a programme: what the compiler takes it compiles to the end, its
 * tests run, and its canonical text is the same programme.
 */
#include <config.h>

#include "notch.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define NAME "fuzz.notch"

const fuzz_inputs fuzz_inputs_of_target = {
    .folders = {"stdlib-rules", "tests"}, .suffix = ".notch", .damages = 1};

typedef struct text {
  char *bytes;
  size_t size;
} text;

static int64_t now_us(void *payload)
{
  (void)payload;
  return INT64_C(1780000000000000); /* late in May 2026 */
}

static int gather(void *payload, const char *bytes, size_t size)
{
  text *to = payload;
  to->bytes = realloc(to->bytes, to->size + size + 1);
  fuzz_require(to->bytes != NULL);
  memcpy(to->bytes + to->size, bytes, size);
  to->size += size;
  return 0;
}

static int overhear(void *payload, const char *bytes, size_t size)
{
  (void)payload;
  (void)bytes;
  (void)size;
  return 0;
}

static int pass_declared(void *payload, const notch_declared *declared)
{
  (void)payload;
  fuzz_require(declared->line > 0 && declared->name != NULL && declared->head != NULL);
  return 0;
}

static int pass_word(void *payload, const char *word, const char *kind, int unlikely)
{
  (void)payload;
  (void)unlikely;
  fuzz_require(word != NULL && kind != NULL);
  return 0;
}

/* Modules come with the library or not at all: what is fuzzed names no files. */
static int no_file(void *payload, const char *path, const char *importer, const char **name,
                   const char **bytes, size_t *size)
{
  (void)payload;
  (void)path;
  (void)importer;
  (void)name;
  (void)bytes;
  (void)size;
  return 1;
}

static void report(void *payload, const notch_diagnostic *diagnostic)
{
  uint32_t *errors = payload;
  *errors += diagnostic->level == NOTCH_LEVEL_ERROR;
  fuzz_require(diagnostic->message[0] != '\0');
  notch_diagnostic_write(diagnostic, NOTCH_VIEW_TEXT, overhear, NULL);
  notch_diagnostic_write(diagnostic, NOTCH_VIEW_JSON, overhear, NULL);
}

/* Laying out changes nothing, and what is laid out stays as it is. */
static void check_layout(notch_engine *engine, const notch_program *program, const char *bytes,
                         size_t size, const notch_compile_options *options)
{
  text once = {NULL, 0}, twice = {NULL, 0};
  notch_program *again = NULL;
  fuzz_require(notch_format(engine, NAME, bytes, size, options, gather, &once) == NOTCH_OK);
  fuzz_require(notch_format(engine, NAME, once.bytes, once.size, options, gather, &twice) ==
               NOTCH_OK);
  fuzz_require(once.size == twice.size && memcmp(once.bytes, twice.bytes, once.size) == 0);
  fuzz_require(notch_program_compile(&again, engine, NAME, once.bytes, once.size, options) ==
               NOTCH_OK);
  fuzz_require(strcmp(notch_program_identity(program), notch_program_identity(again)) == 0);
  notch_program_free(again);
  free(once.bytes);
  free(twice.bytes);
}

static void try_program(notch_engine *engine, const notch_program *program)
{
  notch_test_counts counts = {0, 0};
  notch_test_options tests = NOTCH_TEST_OPTIONS_INIT;
  notch_event *event = NULL;
  notch_result *result = NULL;
  static const char visit[] = "{\"type\":\"visit\",\"at\":\"2026-03-04\",\"amount\":\"1.00\"}";
  fuzz_require(notch_program_test(engine, program, &tests, &counts) == NOTCH_OK);
  notch_program_outlook(engine, program, 1, NOTCH_VIEW_JSON, overhear, NULL);
  if (notch_event_parse(&event, engine, visit, sizeof visit - 1) == NOTCH_OK &&
      notch_program_preview(engine, program, NULL, event, &result) == NOTCH_OK)
    notch_result_write(result, NOTCH_VIEW_TEXT, overhear, NULL);
  notch_result_free(result);
  notch_event_free(event);
}

/* An editor asks while there are errors, at any place. */
static void edit(notch_engine *engine, const char *bytes, size_t size,
                 const notch_compile_options *options)
{
  uint32_t line = 1 + (uint32_t)(size / 40), column = 1 + (uint32_t)(size % 40);
  notch_outline(engine, NAME, bytes, size, options, pass_declared, NULL);
  notch_meaning(engine, NAME, bytes, size, line, column, options, pass_declared, NULL);
  notch_complete(engine, NAME, bytes, size, line, column, options, pass_word, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
  const char *bytes = (const char *)input;
  scarcity counted = {0};
  uint32_t errors = 0;
  notch_engine_options options = NOTCH_ENGINE_OPTIONS_INIT;
  notch_compile_options compile = NOTCH_COMPILE_OPTIONS_INIT;
  notch_engine *engine = NULL;
  notch_program *program = NULL;
  options.resize = scarce_resize;
  options.resize_payload = &counted;
  options.memory_max = 16 << 20;
  options.steps_max = 100000;
  options.now_us = now_us;
  compile.report = report;
  compile.report_payload = &errors;
  compile.load = no_file;
  compile.properties_later = 1;
  compile.advice = 1;
  if (size > 1 << 16 || notch_engine_new(&engine, &options) != NOTCH_OK)
    return 0;
  notch_status status = notch_program_compile(&program, engine, NAME, bytes, size, &compile);
  fuzz_require((status == NOTCH_OK) == (errors == 0));
  fuzz_require((status == NOTCH_OK) == (program != NULL));
  compile.report = NULL;
  edit(engine, bytes, size, &compile);
  if (program != NULL) {
    check_layout(engine, program, bytes, size, &compile);
    try_program(engine, program);
  }
  notch_program_free(program);
  notch_engine_free(engine);
  fuzz_require(counted.live == 0);
  return 0;
}
