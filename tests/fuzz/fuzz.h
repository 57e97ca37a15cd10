/* fuzz/fuzz.h -- the one function of a fuzz target, called by libFuzzer or by replay.c. */
#ifndef NOTCH_TESTS_FUZZ_H
#define NOTCH_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
