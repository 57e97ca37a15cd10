/*
 * fuzz_proof.c -- any bytes as a proof: it is valid, or the text says why not; and as a public key
 * and a head, beside a real proof and a real ledger.
 */
#include <config.h>

#include "notch.h"
#include "tests/api/life.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

const fuzz_inputs fuzz_inputs_of_target = {
    .folders = {"tests/fuzz/proofs"}, .suffix = ".proof", .damages = 400};

static life l;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  notch_audit_options options = NOTCH_AUDIT_OPTIONS_INIT;
  uint64_t differences = 0;
  int valid = 0;
  if (l.engine == NULL) {
    life_begin(&l);
    live_until(&l, "enter");
  }
  char *text = malloc(size + 1);
  fuzz_require(text != NULL);
  memcpy(text, bytes, size);
  text[size] = '\0';
  notch_status status =
      notch_proof_check(l.engine, text, size, NULL, NOTCH_VIEW_TEXT, hear, &l, &valid);
  fuzz_require(status == NOTCH_OK || (!valid && notch_error(l.engine)[0] != '\0'));
  notch_proof_check(l.engine, text, size, text, NOTCH_VIEW_JSON, hear, &l, &valid);
  options.head = text;
  notch_ledger_verify(l.ledger, &options, NOTCH_VIEW_TEXT, hear, &l, &differences);
  free(text);
  return 0;
}
