/*
 * batch.c -- a nightly job: applies the day's file, lets time pass, prints totals and the outbox.
 *
 *   batch LEDGER EVENTS MOMENT
 *
 * Killed half-way it can be started again with the same file: what is in the ledger is known.
 */
#include <notch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static size_t read_file(void *payload, char *to, size_t size)
{
  FILE *file = payload;
  size_t got = fread(to, 1, size, file);
  return got == 0 && ferror(file) ? SIZE_MAX : got;
}

/* Called after each commit: everything up to here survives a power cut. */
static int report_commit(void *payload, const notch_counts *counts, uint64_t bytes)
{
  (void) payload;
  (void) counts;
  fprintf(stderr, "%" PRIu64 " bytes are safe\n", bytes);
  return 0; /* anything else stops, with what is committed kept */
}

static void report_line(void *payload, const notch_line *line)
{
  (void) payload;
  printf("line %" PRIu64 " (%s): %s: %s\n", line->line, line->id, line->reason, line->sentence);
}

static int print(void *payload, const char *bytes, size_t size)
{
  return fwrite(bytes, 1, size, payload) == size ? 0 : 1;
}

static notch_status work(notch_ledger *ledger, FILE *events, const char *moment)
{
  notch_bulk_options bulk = NOTCH_BULK_OPTIONS_INIT;
  bulk.read = read_file;
  bulk.read_payload = events;
  bulk.committed = report_commit;
  bulk.line = report_line;
  notch_counts counts = {0};
  notch_status status = notch_ledger_apply_all(ledger, &bulk, &counts);
  printf("%" PRIu64 " applied, %" PRIu64 " known, %" PRIu64 " refused, %" PRIu64 " waiting\n",
         counts.applied, counts.known, counts.refused, counts.waiting);
  if (status != NOTCH_OK) return status;

  /* Expiries, reviews and scheduled rules of members who did not come by. */
  status = notch_ledger_advance(ledger, moment, &counts);
  if (status != NOTCH_OK) return status;
  printf("%" PRIu64 " transactions fell due\n", counts.transactions);

  status = notch_ledger_balance(ledger, NULL, moment, NULL, NOTCH_VIEW_TEXT, print, stdout);
  if (status != NOTCH_OK) return status;
  /* The engine sends nothing itself: messages, coupons and the like are read here and sent. */
  return notch_ledger_effects(ledger, 0, NOTCH_VIEW_JSON, print, stdout);
}

int main(int argc, char **argv)
{
  if (argc != 4) {
    fprintf(stderr, "usage: batch LEDGER EVENTS MOMENT\n");
    return 2;
  }
  notch_engine_options options = NOTCH_ENGINE_OPTIONS_INIT;
  options.memory_max = (size_t) 16 << 20; /* for one event */
  notch_engine *engine = NULL;
  if (notch_engine_new(&engine, &options) != NOTCH_OK) return 1;
  notch_ledger *ledger = NULL;
  int code = 1;
  FILE *events = fopen(argv[2], "rb");
  if (!events) {
    fprintf(stderr, "batch: there is no file %s\n", argv[2]);
  } else if (notch_ledger_open(&ledger, engine, argv[1], NULL) != NOTCH_OK) {
    fprintf(stderr, "batch: %s: %s\n", argv[1], notch_error(engine));
  } else if (work(ledger, events, argv[3]) != NOTCH_OK) {
    fprintf(stderr, "batch: %s\n", notch_error(ledger));
  } else {
    code = 0;
  }
  if (events) fclose(events);
  notch_ledger_close(ledger);
  notch_engine_free(engine);
  return code;
}
