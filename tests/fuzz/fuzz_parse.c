/*
 * fuzz_parse.c -- any bytes as a script: the parser says what is wrong, and never crashes, hangs
 * or leaks.
 */
#include <config.h>

#include "base/memory.h"
#include "syntax/diag.h"
#include "syntax/load.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

/* Counts the blocks that are alive, so that a leak is seen at once. */
static void *resize_counted(void *payload, void *block, size_t size)
{
  long *alive = payload;
  if (block == NULL && size != 0)
    ++*alive;
  if (block != NULL && size == 0)
    --*alive;
  return notch_memory_resize(&notch_memory_system, block, size);
}

static void require(bool holds)
{
  if (!holds)
    abort();
}

/* Every kept diagnostic prints in both forms, whatever it points at. */
static void print_all(const notch_diags *diags, const notch_memory *memory)
{
  notch_buffer buffer;
  notch_buffer_init(&buffer, memory);
  notch_diags_print_text(&buffer, diags, false);
  notch_diags_print_json(&buffer, diags);
  require(diags->first == NULL || buffer.length > 0);
  notch_buffer_free(&buffer);
}

/* Not inlined: what it keeps in registers must not be in the frame of setjmp. */
__attribute__((noinline)) static void parse_text(notch_text text, notch_arena *parse)
{
  notch_diags diags;
  notch_diags_init(&diags, parse);
  notch_parsed *parsed = notch_load(NOTCH_TEXT("fuzz.notch"), text, NULL, &diags, parse);
  require(parsed != NULL);
  require(diags.error_count == 0 || diags.first != NULL);
  notch_diags_sort(&diags);
  print_all(&diags, parse->memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  if (size > 1 << 20)
    return 0;
  long alive = 0;
  notch_memory memory = {.resize = resize_counted, .payload = &alive};
  notch_arena parse;
  notch_arena_init(&parse, &memory);
  jmp_buf no_memory;
  if (setjmp(no_memory) == 0) {
    parse.escape = &no_memory;
    parse_text((notch_text){(const char *)bytes, (uint32_t)size}, &parse);
  }
  notch_arena_free(&parse);
  require(alive == 0);
  return 0;
}
