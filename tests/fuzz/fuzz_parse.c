/*
 * fuzz_parse.c -- any bytes as a script: the parser says what is wrong, and never crashes, hangs
 * or leaks.
 */
#include <config.h>

#include "base/memory.h"
#include "syntax/diag.h"
#include "syntax/load.h"
#include "tests/fuzz/fuzz.h"

const fuzz_inputs fuzz_inputs_of_target = {
    .folders = {"stdlib-rules", "tests"}, .suffix = ".notch", .damages = 40, .repeated = true};

/* Every kept diagnostic prints in both forms, whatever it points at. */
static void print_all(const notch_diags *diags, const notch_memory *memory)
{
  notch_buffer buffer;
  notch_buffer_init(&buffer, memory);
  notch_diags_print_text(&buffer, diags, false);
  notch_diags_print_json(&buffer, diags);
  fuzz_require(diags->first == NULL || buffer.length > 0);
  notch_buffer_free(&buffer);
}

/* Not inlined: what it keeps in registers must not be in the frame of setjmp. */
__attribute__((noinline)) static void parse_text(notch_text text, notch_arena *parse)
{
  notch_diags diags;
  notch_diags_init(&diags, parse);
  notch_parsed *parsed = notch_load(NOTCH_TEXT("fuzz.notch"), text, NULL, &diags, parse);
  fuzz_require(parsed != NULL);
  fuzz_require(diags.error_count == 0 || diags.first != NULL);
  notch_diags_sort(&diags);
  print_all(&diags, parse->memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  if (size > 1 << 20)
    return 0;
  scarcity counted = {0};
  notch_memory memory = {.resize = scarce_resize, .payload = &counted};
  notch_arena parse;
  notch_arena_init(&parse, &memory);
  jmp_buf no_memory;
  if (setjmp(no_memory) == 0) {
    parse.escape = &no_memory;
    parse_text((notch_text){(const char *)bytes, (uint32_t)size}, &parse);
  }
  notch_arena_free(&parse);
  fuzz_require(counted.live == 0);
  return 0;
}
