/*
 * replay.c -- runs a fuzz target without libFuzzer: over its files in the tree, over pieces of
 * each, over what a fixed sequence of small damages makes of them, and over bytes of chance.
 *
 * usage: replay [FILE...]   (without a file: what the target asks for)
 */
#include <config.h>

#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRAWN_BYTES_MAX 400u
#define FILE_BYTES_MAX ((size_t)1 << 20)

static unsigned long runs;
static uint64_t sequence = UINT64_C(88172645463325252);

static uint32_t draw(uint32_t limit)
{
  sequence ^= sequence << 13;
  sequence ^= sequence >> 7;
  sequence ^= sequence << 17;
  return (uint32_t)(sequence >> 32) % limit;
}

/* The target gets a block of exactly its size, so that ASan sees a read past the end. */
static void run(const uint8_t *bytes, size_t size)
{
  uint8_t *exact = malloc(size > 0 ? size : 1);
  if (exact == NULL)
    abort();
  memcpy(exact, bytes, size);
  LLVMFuzzerTestOneInput(exact, size);
  free(exact);
  runs++;
}

static void damage(uint8_t *bytes, size_t size)
{
  static const char odd[] = "(){}\"`#\n\\.%<>=|:;,0_-\xff\xc3\xe2\0";
  for (uint32_t count = 1 + draw(4); count > 0 && size > 0; count--) {
    size_t at = draw((uint32_t)size);
    switch (draw(3)) {
    case 0: bytes[at] = (uint8_t)odd[draw(sizeof odd)]; break;
    case 1: bytes[at] = (uint8_t)draw(256); break;
    default: {
      size_t from = draw((uint32_t)size);
      size_t length = draw(30);
      if (from + length < size && at + length < size)
        memmove(bytes + at, bytes + from, length);
      break;
    }
    }
  }
}

static void run_file(const char *path)
{
  static uint8_t bytes[FILE_BYTES_MAX], copy[FILE_BYTES_MAX];
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    fprintf(stderr, "cannot read %s\n", path);
    exit(99);
  }
  size_t size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  run(bytes, size);
  for (unsigned i = 0; i < fuzz_inputs_of_target.damages; i++) {
    size_t length = size > 0 ? 1 + draw((uint32_t)size) : 0;
    run(bytes, length);
    memcpy(copy, bytes, size);
    damage(copy, size);
    run(copy, size);
  }
}

static int visit(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
  (void)status;
  (void)walk;
  const char *suffix = fuzz_inputs_of_target.suffix;
  size_t length = strlen(path), end = strlen(suffix);
  if (kind == FTW_F && length > end && strcmp(path + length - end, suffix) == 0)
    run_file(path);
  return 0;
}

/* One bracket, word or sign over and over: depth and size have their limits. */
static void run_repeated(void)
{
  static const char *const pieces[] = {"(",
                                       ")",
                                       "{",
                                       "not ",
                                       "if ",
                                       "- ",
                                       "rule ",
                                       "\"",
                                       "`",
                                       "1 ",
                                       "a.",
                                       "a\n",
                                       "\xef\xbb\xbf",
                                       "\xff",
                                       "| ",
                                       "/*",
                                       "/* */",
                                       "\xe2\x80\x9c",
                                       "\xef\xbc\x8c",
                                       "'",
                                       "1x",
                                       "12:",
                                       "a\xef\xbb\xbf",
                                       "\\"};
  static uint8_t bytes[FILE_BYTES_MAX];
  for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
    size_t length = strlen(pieces[i]);
    size_t size = 0;
    static const char head[] = "rule r\n  on e\n  when ";
    if (i % 2 == 0) {
      memcpy(bytes, head, sizeof head - 1);
      size = sizeof head - 1;
    }
    for (; size + length <= sizeof bytes; size += length)
      memcpy(bytes + size, pieces[i], length);
    run(bytes, size);
  }
  run(bytes, 0);
}

static void run_drawn(void)
{
  static uint8_t bytes[DRAWN_BYTES_MAX];
  for (unsigned i = 0; i < fuzz_inputs_of_target.drawn; i++) {
    size_t size = draw(DRAWN_BYTES_MAX);
    for (size_t j = 0; j < size; j++)
      bytes[j] = (uint8_t)draw(256);
    run(bytes, size);
  }
}

static void run_folders(void)
{
  const char *top = getenv("top_srcdir");
  for (size_t i = 0; i < 2 && fuzz_inputs_of_target.folders[i] != NULL; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", top != NULL ? top : ".",
             fuzz_inputs_of_target.folders[i]);
    nftw(path, visit, 16, FTW_PHYS);
  }
}

int main(int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    run_file(argv[i]);
  if (argc == 1) {
    if (fuzz_inputs_of_target.repeated)
      run_repeated();
    run_folders();
    run_drawn();
  }
  printf("%lu inputs\n%s\n", runs, runs > 0 ? "1 passed, 0 failed" : "0 passed, 1 failed");
  return runs > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
