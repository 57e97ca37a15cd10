/*
 * replay.c -- runs a fuzz target without libFuzzer: over every script of the tree, over pieces of
 * each, and over what a fixed sequence of small damages makes of them.
 *
 * usage: replay [FILE...]   (without a file: all scripts under $top_srcdir)
 */
#include <config.h>

#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAMAGES_PER_FILE 40
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
  for (int i = 0; i < DAMAGES_PER_FILE; i++) {
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
  size_t length = strlen(path);
  if (kind == FTW_F && length > 6 && strcmp(path + length - 6, ".notch") == 0)
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

int main(int argc, char **argv)
{
  if (argc > 1) {
    for (int i = 1; i < argc; i++)
      run_file(argv[i]);
  } else {
    const char *top = getenv("top_srcdir");
    static const char *const folders[] = {"stdlib-rules", "tests"};
    run_repeated();
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
      char path[4096];
      snprintf(path, sizeof path, "%s/%s", top != NULL ? top : ".", folders[i]);
      nftw(path, visit, 16, FTW_PHYS);
    }
  }
  printf("%lu inputs\n1 passed, 0 failed\n", runs);
  return 0;
}
