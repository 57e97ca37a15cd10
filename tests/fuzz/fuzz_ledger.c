/*
 * fuzz_ledger.c -- any change of a ledger's bytes: it is found, or it does no harm; nothing that
 * can be asked of such a ledger, or done to it, crashes, hangs or leaks.
 *
 * The input: three deeds of api/deeds.c, then changes of four bytes: where, and the new value.
 */
#include <config.h>

#include "notch.h"
#include "tests/api/life.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define DEEDS 3
#define CHANGE_BYTES 4

const fuzz_inputs fuzz_inputs_of_target = {.drawn = 400};

static life l;
static shelf intact; /* once everything was done that is done to it before it is asked */
static unsigned first_question, deed_count;

static void do_deed(const deed *what)
{
  l.line = what->line;
  what->act(&l);
}

static void live(void)
{
  life_begin(&l);
  live_until(&l, "reopen");
  while (strcmp(deeds[first_question].name, "reopen") != 0)
    first_question++;
  for (deed_count = first_question; deeds[deed_count].name != NULL;)
    deed_count++;
  close_ledger(&l);
  shelf_copy(&intact, &l.shelf);
  fuzz_require(l.memory.live == l.owned);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  if (deed_count == 0)
    live();
  if (size < DEEDS)
    return 0;
  shelf_copy(&l.shelf, &intact);
  for (size_t at = DEEDS; at + CHANGE_BYTES <= size; at += CHANGE_BYTES) {
    size_t place = bytes[at] + 256u * bytes[at + 1] + 65536u * bytes[at + 2];
    l.shelf.bytes[0][place % (size_t)l.shelf.size[0]] = (char)bytes[at + 3];
  }
  if (open_ledger(&l) != NOTCH_OK)
    fuzz_require(notch_error(l.engine)[0] != '\0');
  for (unsigned i = 0; i < DEEDS && l.ledger != NULL; i++)
    do_deed(&deeds[first_question + bytes[i] % (deed_count - first_question)]);
  close_ledger(&l);
  fuzz_require(l.memory.live == l.owned);
  return 0;
}
