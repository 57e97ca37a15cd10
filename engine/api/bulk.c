/*
 * api/bulk.c -- whole inputs: lines of JSON or rows of CSV, committed thousands at a time (L7).
 *
 * Nothing is counted or reported before its commit: what a commit will say is kept until then.
 */
#include <config.h>

#include "api/api.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#define COMMIT_EVENTS 10000u
#define COMMIT_NS INT64_C(50000000)
#define COMMIT_SHARED_NS INT64_C(20000000) /* while others write, too */
#define READ_BYTES 262144u
#define LINE_BYTES_MAX (16u << 20)

typedef struct pending { /* a line to report once it is committed */
  uint64_t line;
  notch_answer answer;
  const char *id, *reason, *sentence;
} pending;

typedef struct bulk {
  notch_ledger *ledger;
  notch_books *books;
  const notch_bulk_options *options;
  notch_apply_options apply;
  notch_csv csv;
  bool has_header, at_end, open; /* open: a transaction is under way */
  bool skipping;                 /* a line that is too long */
  char *input;
  size_t start, end, capacity;
  uint64_t line, bytes;
  uint32_t events; /* of this commit */
  int64_t begun_ns, most_ns;
  notch_counts done, now; /* committed; with this commit's */
  notch_arena keep;       /* the csv's header */
  notch_arena texts;      /* of what is pending, and of a row */
  NOTCH_VEC(pending) lines;
  notch_buffer row;
} bulk;

static int64_t clock_ns(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- commits ---- */

static notch_status begin(bulk *b)
{
  if (b->open) {
    return NOTCH_OK;
  }
  if (!notch_books_begin(b->books)) {
    return notch_api_books(b->ledger);
  }
  b->open = true;
  b->events = 0;
  b->begun_ns = clock_ns();
  b->most_ns = notch_store_is_shared(b->books->store) ? COMMIT_SHARED_NS : COMMIT_NS;
  return NOTCH_OK;
}

static notch_status commit(bulk *b)
{
  if (!b->open) {
    return NOTCH_OK;
  }
  b->open = false;
  if (!notch_books_commit(b->books)) {
    b->now = b->done;
    return notch_api_books(b->ledger);
  }
  b->done = b->now;
  for (uint32_t i = 0; i < b->lines.count; i++) {
    const pending *p = &b->lines.items[i];
    const notch_line line = {p->line, p->answer, p->id, p->reason, p->sentence};
    if (b->options->line != NULL) {
      b->options->line(b->options->payload, &line);
    }
  }
  notch_arena_reset(&b->texts);
  memset(&b->lines, 0, sizeof b->lines);
  if (b->options->committed != NULL &&
      b->options->committed(b->options->payload, &b->done, b->bytes) != 0) {
    return notch_api_say(b->ledger, NOTCH_ESTOPPED, "stopped");
  }
  return NOTCH_OK;
}

static void roll_back(bulk *b)
{
  if (b->open) {
    notch_books_rollback(b->books);
    b->open = false;
  }
  b->now = b->done;
}

/* ---- lines ---- */

static void count(bulk *b, const notch_receipt *receipt)
{
  switch (receipt->reply) {
  case NOTCH_REPLY_APPLIED: b->now.applied++; break;
  case NOTCH_REPLY_KNOWN: b->now.known++; break;
  case NOTCH_REPLY_REFUSED: b->now.refused++; break;
  case NOTCH_REPLY_WAITING: b->now.waiting++; break;
  case NOTCH_REPLY_UNREADABLE: b->now.unreadable++; break;
  }
}

static notch_status note(bulk *b, const notch_receipt *receipt)
{
  count(b, receipt);
  if (receipt->reply == NOTCH_REPLY_APPLIED || receipt->reply == NOTCH_REPLY_KNOWN) {
    return NOTCH_OK;
  }
  pending *p = notch_vec_try_push(&b->lines, &b->texts);
  if (p == NULL) {
    return notch_api_nomem(b->ledger);
  }
  *p = (pending){.line = b->line,
                 .answer = (notch_answer)receipt->reply,
                 .id = notch_api_text(&b->texts, receipt->id),
                 .reason = receipt->reply == NOTCH_REPLY_UNREADABLE
                               ? "unreadable"
                               : notch_verdict_word(receipt->verdict),
                 .sentence = notch_api_text(&b->texts, receipt->sentence)};
  return b->texts.failed ? notch_api_nomem(b->ledger) : NOTCH_OK;
}

static notch_status unreadable(bulk *b, const char *why)
{
  const notch_receipt receipt = {.reply = NOTCH_REPLY_UNREADABLE,
                                 .sentence = notch_text_of(why)};
  return note(b, &receipt);
}

static notch_status apply_line(bulk *b, notch_text line)
{
  notch_receipt receipt;
  const char *why = NULL;
  if (b->options->csv) {
    notch_buffer_clear(&b->row);
    bool fine = notch_csv_event(&b->row, &b->csv, line, b->line, &b->texts, &why);
    if (b->texts.failed || b->row.failed) {
      return notch_api_nomem(b->ledger);
    }
    if (!fine) {
      return unreadable(b, why);
    }
    line = (notch_text){b->row.bytes, (uint32_t)b->row.length};
  }
  int64_t first = notch_store_next(b->books->store)->event;
  if (!notch_books_apply_text(b->books, line, &b->apply, &receipt)) {
    return notch_api_books(b->ledger);
  }
  b->events++;
  /* With what a ranking settled of everybody. */
  b->now.transactions += (uint64_t)(notch_store_next(b->books->store)->event - first);
  return note(b, &receipt);
}

/* Where the rules declare one event of members, rows without a type are that. */
static notch_status only_event(bulk *b)
{
  notch_status status = begin(b);
  notch_edition *newest = status == NOTCH_OK ? notch_books_newest(b->books) : NULL;
  uint32_t found = 0;
  if (newest == NULL) {
    return status != NOTCH_OK ? status : notch_api_books(b->ledger);
  }
  const notch_program *program = newest->rules->program;
  for (uint32_t i = NOTCH_EVENT_BUILTIN_COUNT; i < program->event_count; i++) {
    if (program->events[i].has_member) {
      b->csv.type = program->events[i].decl.name;
      found++;
    }
  }
  b->csv.type = found == 1 ? b->csv.type : (notch_text){NULL, 0};
  return NOTCH_OK;
}

static notch_status read_header(bulk *b, notch_text line)
{
  const char *why = NULL;
  if (b->options->type == NULL || b->options->type[0] == '\0') {
    notch_status status = only_event(b);
    if (status != NOTCH_OK) {
      return status;
    }
  } else {
    b->csv.type = notch_text_of(b->options->type);
  }
  b->has_header = true;
  b->csv.name = notch_text_of(b->options->name != NULL ? b->options->name : "");
  bool fine = notch_csv_open(&b->csv, line, &b->keep, &why);
  if (b->keep.failed) {
    return notch_api_nomem(b->ledger);
  }
  return fine ? NOTCH_OK : notch_api_say(b->ledger, NOTCH_EVALUE, "%s", why);
}

static bool is_blank(notch_text line)
{
  for (uint32_t i = 0; i < line.length; i++) {
    char c = line.bytes[i];
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
      return false;
    }
  }
  return true;
}

static uint64_t lines_in(notch_text record)
{
  uint64_t lines = 0;
  for (uint32_t i = 0; i < record.length; i++) {
    bool half = i + 1 < record.length && record.bytes[i + 1] == '\n';
    lines += record.bytes[i] == '\n' || (record.bytes[i] == '\r' && !half) ? 1 : 0;
  }
  return lines > 0 ? lines : 1;
}

static notch_status take_record(bulk *b, size_t size)
{
  notch_text record = {b->input + b->start, (uint32_t)size};
  b->start += size;
  b->bytes += size;
  b->line++;
  bool marked = b->line == 1 && size >= 3 && memcmp(record.bytes, "\xEF\xBB\xBF", 3) == 0;
  if (marked) { /* a byte order mark, as some editors write it */
    record.bytes += 3;
    record.length -= 3;
  }
  if (is_blank(record)) {
    return NOTCH_OK;
  }
  notch_status status;
  if (b->options->csv && !b->has_header) {
    status = read_header(b, record);
  } else {
    status = begin(b);
    if (status == NOTCH_OK) {
      status = apply_line(b, record);
    }
  }
  b->line += b->options->csv ? lines_in(record) - 1 : 0; /* a row may go over several lines */
  bool full = b->events >= COMMIT_EVENTS || (b->open && clock_ns() - b->begun_ns >= b->most_ns);
  return status == NOTCH_OK && full ? commit(b) : status;
}

/* ---- input ---- */

static notch_status fill(bulk *b)
{
  if (b->start > 0) {
    memmove(b->input, b->input + b->start, b->end - b->start);
    b->end -= b->start;
    b->start = 0;
  }
  if (b->capacity - b->end < READ_BYTES) {
    if (b->capacity > LINE_BYTES_MAX + READ_BYTES && !b->options->csv) {
      b->skipping = true;
      return NOTCH_OK;
    }
    if (b->capacity > LINE_BYTES_MAX + READ_BYTES) { /* where would the next row begin? */
      return notch_api_say(b->ledger, NOTCH_EVALUE,
                           "the row of line %llu is longer than 16 MiB: is a quote missing?",
                           (unsigned long long)b->line + 1);
    }
    size_t capacity = b->capacity == 0 ? 2 * READ_BYTES : 2 * b->capacity;
    char *grown = notch_memory_resize(&b->ledger->engine->memory, b->input, capacity);
    if (grown == NULL) {
      return notch_api_nomem(b->ledger);
    }
    b->input = grown;
    b->capacity = capacity;
  }
  /* No more input is ready: what there is, is made safe at once (L7). */
  if (b->open && b->options->ready != NULL &&
      b->options->ready(b->options->read_payload) == 0) {
    notch_status status = commit(b);
    if (status != NOTCH_OK) {
      return status;
    }
  }
  size_t got = b->options->read(b->options->read_payload, b->input + b->end,
                                b->capacity - b->end);
  if (got == SIZE_MAX || got > b->capacity - b->end) {
    return notch_api_say(b->ledger, NOTCH_EOPEN, "the input cannot be read");
  }
  b->end += got;
  b->at_end = got == 0;
  return NOTCH_OK;
}

/* Drops what there is of a line that is too long; at its end it counts as one. */
static notch_status skip_line(bulk *b)
{
  size_t size = b->end - b->start;
  const char *from = b->input + b->start;
  const char *newline = size == 0 ? NULL : memchr(from, '\n', size);
  size_t gone = newline != NULL ? (size_t)(newline - from) + 1 : size;
  b->start += gone;
  b->bytes += gone;
  if (newline == NULL && !b->at_end) {
    return fill(b);
  }
  b->skipping = false;
  b->line++;
  notch_status status = begin(b);
  return status == NOTCH_OK ? unreadable(b, "a line has at most 16 MiB") : status;
}

/* A carriage return alone ends a line, too: in JSON it stands nowhere else. */
static size_t next_line(const char *from, size_t size, bool last)
{
  const char *newline = size == 0 ? NULL : memchr(from, '\n', size);
  size_t end = newline != NULL ? (size_t)(newline - from) + 1 : last ? size : 0;
  size_t within = newline != NULL ? (size_t)(newline - from) : size;
  const char *half = within == 0 ? NULL : memchr(from, '\r', within);
  bool alone = half != NULL && half + 1 < from + size && half[1] != '\n';
  return alone ? (size_t)(half - from) + 1 : end;
}

static size_t next_record(const bulk *b)
{
  const char *from = b->input + b->start;
  size_t size = b->end - b->start;
  if (b->options->csv) {
    return notch_csv_record(from, size, b->at_end);
  }
  return next_line(from, size, b->at_end);
}

static notch_status run(bulk *b)
{
  notch_status status = NOTCH_OK;
  while (status == NOTCH_OK) {
    size_t size = b->end > b->start && !b->skipping ? next_record(b) : 0;
    if (b->skipping) {
      status = skip_line(b);
    } else if (size > 0) {
      status = take_record(b, size);
    } else if (b->at_end) {
      return commit(b);
    } else {
      status = fill(b);
    }
  }
  /* What is whole and good before the failure is kept where it can be. */
  if (status == NOTCH_ESTOPPED || status == NOTCH_EVALUE || status == NOTCH_EOPEN) {
    notch_status kept = b->open ? commit(b) : NOTCH_OK;
    return kept != NOTCH_OK && kept != NOTCH_ESTOPPED ? kept : status;
  }
  roll_back(b);
  return status;
}

notch_status notch_ledger_apply_all(notch_ledger *ledger, const notch_bulk_options *options,
                                    notch_counts *counts)
{
  int64_t ahead_us = INT64_C(86400) * 1000000;
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, options != NULL && counts != NULL && options->version == 1);
  NOTCH_CHECK_ARG(ledger, options->read != NULL);
  memset(counts, 0, sizeof *counts);
  if (options->ahead != NULL && !notch_api_duration(options->ahead, &ahead_us)) {
    return notch_api_say(ledger, NOTCH_EVALUE, "`%s` is no duration: write \"3 days\"",
                         options->ahead);
  }
  bulk b = {.ledger = ledger,
            .books = ledger->books,
            .options = options,
            .apply = {.ahead_us = ahead_us, .words = options->csv != 0}};
  notch_arena_init(&b.keep, &ledger->engine->memory);
  notch_arena_init(&b.texts, &ledger->engine->memory);
  notch_buffer_init(&b.row, &ledger->engine->memory);
  notch_status status = run(&b);
  *counts = b.done;
  notch_memory_free(&ledger->engine->memory, b.input);
  notch_buffer_free(&b.row);
  notch_arena_free(&b.texts);
  notch_arena_free(&b.keep);
  return status;
}
