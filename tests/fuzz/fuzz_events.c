/*
 * fuzz_events.c -- any bytes as events: each line is applied, refused or called unreadable, and
 * what came of it proves, replays and is told in every way.
 *
 * A first byte of '#' stands before CSV, anything else begins JSON Lines.
 */
#include <config.h>

#include "notch.h"
#include "tests/api/life.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define EXPLAINED 3

const fuzz_inputs fuzz_inputs_of_target = {
    .folders = {"tests/fuzz/events"}, .suffix = ".events", .damages = 60};

typedef struct source {
  const uint8_t *at;
  size_t left;
} source;

static size_t read_source(void *payload, char *to, size_t size)
{
  source *from = payload;
  size = size < from->left ? size : from->left;
  memcpy(to, from->at, size);
  from->at += size;
  from->left -= size;
  return size;
}

static void see_line(void *payload, const notch_line *line)
{
  (void)payload;
  fuzz_require(line->line > 0 && line->reason[0] != '\0');
  fuzz_require(line->answer == NOTCH_ANSWER_WAITING || line->sentence[0] != '\0');
}

static void apply_all(life *l, const uint8_t *bytes, size_t size)
{
  notch_bulk_options options = NOTCH_BULK_OPTIONS_INIT;
  notch_counts counts = {0};
  options.csv = size > 0 && bytes[0] == '#';
  options.type = options.csv ? "visit" : NULL;
  options.name = "fuzz.csv";
  source from = {bytes + options.csv, size - (size_t)options.csv};
  options.read = read_source;
  options.read_payload = &from;
  options.line = see_line;
  notch_status status = notch_ledger_apply_all(l->ledger, &options, &counts);
  fuzz_require(status == NOTCH_OK || notch_error(l->ledger)[0] != '\0');
}

/* The record holds together, whatever was recorded. */
static void audit(life *l)
{
  notch_audit_options options = NOTCH_AUDIT_OPTIONS_INIT;
  uint64_t differences = 0;
  options.threads = 1;
  fuzz_require(notch_ledger_verify(l->ledger, &options, NOTCH_VIEW_JSON, hear, l,
                                   &differences) == NOTCH_OK);
  fuzz_require(differences == 0);
  fuzz_require(notch_ledger_replay(l->ledger, &options, NOTCH_VIEW_JSON, hear, l,
                                   &differences) == NOTCH_OK);
  fuzz_require(differences == 0);
}

/* Each in one view only, and one export: which, is up to the input. */
static void tell_all(life *l, size_t choice)
{
  static const char *const formats[] = {"hledger", "beancount", "csv", "jsonl"};
  notch_view view = (notch_view)(choice % 3);
  fuzz_require(notch_ledger_balance(l->ledger, NULL, NULL, NULL, view, hear, l) == NOTCH_OK);
  fuzz_require(notch_ledger_refused(l->ledger, view, hear, l) == NOTCH_OK);
  fuzz_require(notch_ledger_effects(l->ledger, 0, view, hear, l) == NOTCH_OK);
  notch_ledger_statement(l->ledger, "ann", NULL, NULL, view, hear, l);
  notch_ledger_liability(l->ledger, NULL, NULL, view, hear, l);
  for (int i = 1; i <= EXPLAINED; i++) {
    const char number[] = {'#', (char)('1' + i), '\0'};
    notch_ledger_explain(l->ledger, number, view, hear, l);
  }
  fuzz_require(notch_ledger_export(l->ledger, formats[choice % 4], hear, l) == NOTCH_OK);
}

/* Every day between two events is looked at, and every quarter ranks: centuries take their time. */
static bool spans_centuries(const uint8_t *bytes, size_t size)
{
  for (size_t i = 4; i < size; i++) {
    int year = 0, digits = 0;
    for (; digits < 4 && bytes[i - 4 + digits] >= '0' && bytes[i - 4 + digits] <= '9'; digits++)
      year = year * 10 + bytes[i - 4 + digits] - '0';
    if (bytes[i] == '-' && digits == 4 && (year < 2020 || year > 2032))
      return true;
  }
  return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  static life l; /* the rules are compiled once */
  if (l.engine == NULL)
    life_begin(&l);
  if (size > 1 << 14 || spans_centuries(bytes, size))
    return 0;
  fuzz_require(make_ledger(&l) == NOTCH_OK);
  apply_all(&l, bytes, size);
  audit(&l);
  tell_all(&l, size);
  life_forget(&l);
  fuzz_require(l.memory.live == l.owned);
  return 0;
}
