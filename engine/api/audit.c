/* api/audit.c -- verify and replay: the reports of the two levels of audit. */
#include <config.h>

#include "api/api.h"
#include "apply/replay.h"
#include "audit/note.h"
#include "audit/report.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct audit {
  notch_ledger *ledger;
  const notch_audit_options *options;
  notch_view view;
  notch_findings findings;
  notch_buffer text;
} audit;

static const notch_audit_options no_options = NOTCH_AUDIT_OPTIONS_INIT;

static void begin(audit *a, notch_ledger *ledger, const notch_audit_options *options,
                  notch_view view)
{
  memset(a, 0, sizeof *a);
  a->ledger = ledger;
  a->options = options == NULL ? &no_options : options;
  a->view = view;
  notch_findings_init(&a->findings, &ledger->engine->memory);
  notch_buffer_init(&a->text, &ledger->engine->memory);
}

static notch_status end(audit *a, notch_status status, notch_write *write, void *payload,
                        uint64_t *differences)
{
  *differences = (uint64_t)a->findings.count;
  if (status == NOTCH_OK) {
    status = notch_api_write(a->ledger, write, payload, &a->text);
  }
  notch_findings_free(&a->findings);
  notch_buffer_free(&a->text);
  return status;
}

static notch_replay replay_of(audit *a)
{
  return (notch_replay){.memory = &a->ledger->engine->memory,
                        .store = a->ledger->books->store,
                        .threads = a->options->threads,
                        .progress = a->options->progress,
                        .payload = a->options->payload,
                        .findings = &a->findings};
}

static notch_status failed(audit *a, const notch_replay *replay)
{
  return notch_api_say(a->ledger, notch_api_status(replay->status), "%s", replay->sentence);
}

/* Verify and replay read a snapshot, so that others may go on writing. */
static notch_status in_snapshot(audit *a, notch_status (*run)(audit *a))
{
  notch_store *store = a->ledger->books->store;
  notch_store_status status = notch_store_snapshot_begin(store);
  if (status != NOTCH_STORE_OK) {
    return notch_api_failed(a->ledger, status);
  }
  notch_status done = run(a);
  notch_store_snapshot_end(store);
  return done;
}

static void write_report(audit *a, const notch_audit_report *report)
{
  if (a->view == NOTCH_VIEW_JSON) {
    notch_audit_json(&a->text, report);
  } else {
    notch_audit_print(&a->text, report, a->view == NOTCH_VIEW_COLOUR);
  }
}

static notch_audit_report report_of(audit *a)
{
  notch_audit_report report = {.count = a->findings.count,
                               .shown = a->findings.items.count};
  notch_audit_item *items =
      NOTCH_NEW_ARRAY(&a->findings.arena, notch_audit_item, a->findings.items.count + 1);
  for (uint32_t i = 0; items != NULL && i < a->findings.items.count; i++) {
    const notch_finding *from = &a->findings.items.items[i];
    items[i] = (notch_audit_item){from->event, from->id, from->what, from->recorded,
                                  from->recomputed};
  }
  report.items = items;
  report.shown = items == NULL ? 0 : report.shown;
  return report;
}

/* ---- verify ---- */

static bool store_found(void *payload, const notch_difference *what)
{
  audit *a = payload;
  notch_findings_add(&a->findings, what->event, what->what, what->recorded, what->recomputed);
  return a->findings.count < 100000;
}

static bool read_root(notch_text text, notch_digest *out)
{
  uint8_t raw[40];
  size_t size = sizeof raw;
  if (text.length == 64) {
    return notch_unhex(out->bytes, sizeof out->bytes, text);
  }
  if (text.length != 44 || !notch_base64_decode(raw, &size, text) || size != 32) {
    return false;
  }
  memcpy(out->bytes, raw, 32);
  return true;
}

/* The size at which the ledger had this root: one of the heads that its commits left. */
static notch_status find_head(audit *a, const notch_digest *root, int64_t *size)
{
  notch_store *store = a->ledger->books->store;
  notch_head head = {.size = 0};
  *size = 0;
  for (int64_t at = 1;; at = head.size + 1) {
    notch_store_status status = notch_store_head_over(store, at, &head);
    if (status == NOTCH_STORE_NOTFOUND) {
      return NOTCH_OK;
    }
    if (status != NOTCH_STORE_OK) {
      return notch_api_failed(a->ledger, status);
    }
    if (memcmp(&head.root, root, sizeof *root) == 0) {
      *size = head.size;
      return NOTCH_OK;
    }
  }
}

static notch_status check_published(audit *a, notch_audit_report *report)
{
  notch_digest root;
  if (!read_root(notch_text_of(a->options->head), &root)) {
    return notch_api_say(a->ledger, NOTCH_EVALUE,
                         "`%s` is no head: 64 hexadecimal digits, or base64 as in a checkpoint",
                         a->options->head);
  }
  notch_status status = find_head(a, &root, &report->published_size);
  report->published = true;
  if (status == NOTCH_OK && report->published_size == 0) {
    char head[65];
    notch_hex(head, report->head.root.bytes, sizeof report->head.root.bytes);
    notch_findings_add(&a->findings, 0, "published head", head, a->options->head);
  }
  return status;
}

/* A seal may be older than the head, but what it says must be true. */
static void check_seal(audit *a)
{
  notch_store *store = a->ledger->books->store;
  notch_arena run;
  notch_text note;
  notch_checkpoint checkpoint;
  notch_head head;
  int64_t size;
  notch_arena_init(&run, &a->ledger->engine->memory);
  if (notch_store_seal_last(store, &run, &size, &note) == NOTCH_STORE_OK) {
    bool read = notch_checkpoint_read(&checkpoint, note);
    if (!read || checkpoint.head.size != size ||
        !notch_text_equal(checkpoint.origin, notch_store_origin(store)) ||
        notch_store_head_at(store, size, &head) != NOTCH_STORE_OK ||
        memcmp(&head.root, &checkpoint.head.root, sizeof head.root) != 0) {
      notch_findings_add(&a->findings, size, "seal", "another head than the ledger had",
                         "the head of that size");
    }
  }
  notch_arena_free(&run);
}

/* The events that were sent, of a journal that cannot be folded; as far as it can be read. */
static int64_t count_sent(notch_store *store)
{
  notch_cursor *cursor = NULL;
  const notch_transaction *row;
  int64_t count = 0;
  if (notch_cursor_open(&cursor, store, 1, 0) == NOTCH_STORE_OK) {
    while ((row = notch_cursor_next(cursor)) != NULL) {
      count += row->origin == NOTCH_ORIGIN_SENT;
    }
  }
  notch_cursor_close(cursor);
  return count;
}

static notch_status run_verify(audit *a)
{
  notch_books *books = a->ledger->books;
  notch_check_report checked = {.events = 0};
  notch_audit_report head = {.published = false};
  notch_store_status status = notch_store_check(books->store, store_found, a, &checked);
  if (status == NOTCH_STORE_CORRUPT) {
    notch_findings_add(&a->findings, 0, "structure", notch_store_error(books->store),
                       "a ledger that can be read");
  } else if (status != NOTCH_STORE_OK) {
    return notch_api_failed(a->ledger, status);
  }
  notch_replay refold = replay_of(a);
  /* What follows from a damaged journal says nothing. */
  bool readable = status == NOTCH_STORE_OK && a->findings.count == 0;
  if (readable && !notch_refold_run(&refold)) {
    if (refold.status == NOTCH_STORE_NOMEM) {
      return failed(a, &refold);
    }
    notch_findings_add(&a->findings, 0, "fold", refold.sentence, "rows that follow each other");
  }
  if (refold.stopped) {
    return notch_api_say(a->ledger, NOTCH_ESTOPPED, "stopped");
  }
  head.head = checked.head;
  if (status == NOTCH_STORE_OK) {
    check_seal(a);
  }
  if (a->options->head != NULL) {
    notch_status published = check_published(a, &head);
    if (published != NOTCH_OK) {
      return published;
    }
  }
  notch_findings_sort(&a->findings, books->store);
  notch_audit_report report = report_of(a);
  report.verify = true;
  report.skipped = !readable;
  report.events = readable ? refold.events : count_sent(books->store);
  report.transactions = checked.events;
  report.postings = checked.postings;
  report.head = checked.head;
  report.published = head.published;
  report.published_size = head.published_size;
  write_report(a, &report);
  return NOTCH_OK;
}

/* ---- replay ---- */

/* What other rules are to go on from is as recorded, which they must be able to count. */
static notch_status can_count(audit *a, const notch_program *other)
{
  notch_books *books = a->ledger->books;
  if (!notch_books_versions(books)) {
    return notch_api_books(a->ledger);
  }
  for (uint32_t v = 1; v <= books->edition_count; v++) {
    const notch_edition *edition = notch_books_edition(books, v);
    if (edition == NULL) {
      return notch_api_books(a->ledger);
    }
    const notch_program *recorded = edition->rules->program;
    for (uint32_t i = 0; i < recorded->points_count; i++) {
      const notch_points *old = &recorded->points[i];
      const notch_points *now = notch_api_redenominated(old, other);
      if (now != NULL) {
        return notch_api_say(a->ledger, NOTCH_ESCRIPT,
                             "points %.*s have %u decimals, and %u in these rules: what is "
                             "recorded would be another amount; `notch backtest` decides by such "
                             "rules, from the first event on",
                             (int)old->decl.name.length, old->decl.name.bytes, old->decimals,
                             now->decimals);
      }
    }
  }
  return NOTCH_OK;
}

static notch_status run_replay(audit *a)
{
  notch_replay replay = replay_of(a);
  notch_store_status status;
  const notch_program_handle *other = a->options->rules;
  notch_status fits = other == NULL ? NOTCH_OK : can_count(a, other->rules->program);
  if (fits != NOTCH_OK) {
    return fits;
  }
  replay.other = other == NULL ? NULL : other->rules;
  if (!notch_replay_run(&replay)) {
    return failed(a, &replay);
  }
  if (replay.stopped) {
    return notch_api_say(a->ledger, NOTCH_ESTOPPED, "stopped");
  }
  notch_audit_report report = report_of(a);
  status = notch_store_head(a->ledger->books->store, &report.head);
  if (status != NOTCH_STORE_OK) {
    return notch_api_failed(a->ledger, status);
  }
  report.other = other != NULL;
  report.events = replay.events;
  report.transactions = replay.transactions;
  report.postings = replay.postings;
  report.erased = replay.erased;
  report.erased_rows = replay.erased_rows;
  write_report(a, &report);
  return NOTCH_OK;
}

/* ---- the two verbs ---- */

static notch_status run_audit(notch_ledger *ledger, notch_status (*pass)(audit *),
                              const notch_audit_options *options, notch_view view,
                              notch_write *write, void *payload, uint64_t *differences)
{
  audit a;
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, write != NULL && differences != NULL);
  NOTCH_CHECK_ARG(ledger, options == NULL || options->version == 1);
  begin(&a, ledger, options, view);
  uint64_t denied = notch_memory_denied(&ledger->engine->memory);
  notch_status status = in_snapshot(&a, pass);
  if (denied != notch_memory_denied(&ledger->engine->memory)) {
    status = notch_api_nomem(ledger); /* whatever it was taken for */
  }
  return end(&a, status, write, payload, differences);
}

notch_status notch_ledger_verify(notch_ledger *ledger, const notch_audit_options *options,
                                 notch_view view, notch_write *write, void *payload,
                                 uint64_t *differences)
{
  return run_audit(ledger, run_verify, options, view, write, payload, differences);
}

notch_status notch_ledger_replay(notch_ledger *ledger, const notch_audit_options *options,
                                 notch_view view, notch_write *write, void *payload,
                                 uint64_t *differences)
{
  return run_audit(ledger, run_replay, options, view, write, payload, differences);
}
