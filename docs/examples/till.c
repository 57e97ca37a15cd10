/*
 * till.c -- a till: shows the customer what a sale would give, then books it.
 *
 *   till LEDGER RULES ID MEMBER AT AMOUNT
 *
 * AT is when it was sold, 2025-03-03T10:00:00+08:00; AMOUNT is as on the bill, 48.00.
 * The first run creates the ledger.  The same ID again books nothing and answers the same.
 */
#include <notch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_diagnostic(void *payload, const notch_diagnostic *diagnostic)
{
  (void) payload;
  fprintf(stderr, "%s:%u: %s\n", diagnostic->file ? diagnostic->file : "rules",
          (unsigned) diagnostic->line, diagnostic->message);
}

/* Every failure ends here: one sentence from the handle that the call was made on. */
static int failed(const void *handle, const char *what)
{
  fprintf(stderr, "till: %s: %s\n", what, notch_error(handle));
  return 1;
}

/* Opens the ledger, or creates it with the rules.  NOTCH_OK: *out is the caller's to close. */
static notch_status open_ledger(notch_ledger **out, notch_engine *engine, const char *path,
                                const char *rules_path)
{
  notch_status status = notch_ledger_open(out, engine, path, NULL);
  if (status != NOTCH_EOPEN) return status;
  notch_compile_options options = NOTCH_COMPILE_OPTIONS_INIT;
  options.report = print_diagnostic;
  notch_program *rules = NULL;
  status = notch_program_load(&rules, engine, rules_path, &options);
  if (status == NOTCH_OK) status = notch_ledger_create(out, engine, path, rules, NULL);
  notch_program_free(rules); /* the ledger keeps its own */
  return status;
}

/* What moved to and from the member's points, and which tier was reached. */
static void print_result(const char *word, const notch_result *result)
{
  printf("%s:", word);
  if (notch_result_answer(result) == NOTCH_ANSWER_REFUSED) {
    printf(" refused, %s: %s", notch_result_reason(result), notch_result_sentence(result));
  }
  notch_result_posting posting;
  for (uint32_t i = 0; notch_result_posting_at(result, i, &posting); i++) {
    if (!strcmp(posting.source, "issued")) printf(" +%s %s", posting.amount, posting.points);
  }
  notch_result_move move;
  for (uint32_t i = 0; notch_result_move_at(result, i, &move); i++) {
    printf(" %s %s (%s)", move.ladder, move.tier, move.cause);
  }
  if (notch_result_answer(result) == NOTCH_ANSWER_KNOWN) printf(" (already booked)");
  putchar('\n');
}

static int sell(notch_ledger *ledger, const notch_event *sale)
{
  /* A preview decides the sale as it would be decided now, and writes nothing. */
  notch_result *result = NULL;
  if (notch_ledger_preview(ledger, sale, &result) != NOTCH_OK) return failed(ledger, "preview");
  print_result("would give", result);
  notch_result_free(result);

  /* When this returns the sale is on the disk.  A refusal is an answer, not an error. */
  if (notch_ledger_apply(ledger, sale, &result) != NOTCH_OK) return failed(ledger, "apply");
  print_result("booked", result);
  int refused = notch_result_answer(result) == NOTCH_ANSWER_REFUSED;
  notch_result_free(result);
  return refused ? 3 : 0;
}

int main(int argc, char **argv)
{
  if (argc != 7) {
    fprintf(stderr, "usage: till LEDGER RULES ID MEMBER AT AMOUNT\n");
    return 2;
  }
  notch_engine *engine = NULL;
  if (notch_engine_new(&engine, NULL) != NOTCH_OK) return 1;
  notch_ledger *ledger = NULL;
  notch_event *sale = NULL;
  int code = 1;
  if (open_ledger(&ledger, engine, argv[1], argv[2]) != NOTCH_OK) {
    failed(engine, argv[1]);
  } else if (notch_event_new(&sale, engine, argv[3], "purchase", argv[4], argv[5])
                 != NOTCH_OK
             || notch_event_set_text(sale, "amount", argv[6]) != NOTCH_OK) {
    failed(engine, "the sale");
  } else {
    code = sell(ledger, sale);
  }
  if (code == 0) {
    /* Points are integers in the smallest unit of their kind; stars are whole. */
    notch_points_of_member points = {0, 0, 0, 0};
    if (notch_ledger_points(ledger, argv[4], "star", argv[5], &points) == NOTCH_OK) {
      printf("%s has %lld star\n", argv[4], (long long) points.available);
    }
  }
  notch_event_free(sale);
  notch_ledger_close(ledger);
  notch_engine_free(engine);
  return code;
}
