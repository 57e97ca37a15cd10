/*
 * fuzz/fuzz.h -- what a fuzz target is: a function of bytes, and where it finds bytes to begin
 * with.  libFuzzer drives it, or replay.c, which needs nothing but this.
 */
#ifndef NOTCH_TESTS_FUZZ_H
#define NOTCH_TESTS_FUZZ_H

#include "tests/scarce.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What replay.c gives the target of its program. */
typedef struct fuzz_inputs {
  const char *folders[2]; /* below $top_srcdir, NULL: no more; all files that end in `suffix` */
  const char *suffix;
  unsigned damages; /* of each file: so many pieces of it, and so many damaged copies */
  unsigned drawn;   /* inputs of nothing but chance */
  bool repeated;    /* one bracket, word or sign over and over */
} fuzz_inputs;
extern const fuzz_inputs fuzz_inputs_of_target;

/* What must hold whatever the bytes are. */
static inline void fuzz_require(bool holds)
{
  if (!holds)
    abort();
}

#endif
