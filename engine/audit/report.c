/* audit/report.c -- what verify and replay print: counts, passes, differences. */
#include <config.h>

#include "audit/report.h"
#include "base/json.h"

#include <assert.h>
#include <string.h>

typedef struct pass {
  const char *name, *claims, *about;
} pass;

static const pass passes[] = {
#define PASS(name, claims, about) {name, claims, about},
#include "audit/pass.def"
#undef PASS
};
#define PASS_COUNT (sizeof passes / sizeof passes[0])

static bool is_digit(char byte)
{
  return byte >= '0' && byte <= '9';
}

/* How many bytes of `claim` stand at the beginning of `what`; N stands for a number. */
static size_t matched(const char *claim, size_t length, notch_text what)
{
  uint32_t at = 0;
  for (size_t i = 0; i < length; i++) {
    if (claim[i] == 'N') {
      if (at >= what.length || !is_digit(what.bytes[at])) {
        return 0;
      }
      while (at < what.length && is_digit(what.bytes[at])) {
        at++;
      }
    } else if (at >= what.length || what.bytes[at++] != claim[i]) {
      return 0;
    }
  }
  return length;
}

/* The pass with the longest claim on a difference. */
static size_t pass_of(notch_text what)
{
  size_t best = 0, longest = 0;
  for (size_t i = 0; i < PASS_COUNT; i++) {
    const char *claim = passes[i].claims + 1;
    while (*claim != '\0') {
      size_t length = strcspn(claim, "|");
      size_t here = matched(claim, length, what);
      if (here > longest) {
        longest = here;
        best = i;
      }
      claim += length + 1;
    }
  }
  return best;
}

static void count_passes(const notch_audit_report *report, int64_t counts[PASS_COUNT])
{
  memset(counts, 0, PASS_COUNT * sizeof counts[0]);
  for (uint32_t i = 0; i < report->shown; i++) {
    counts[pass_of(report->items[i].what)]++;
  }
}

static void put_head(notch_buffer *to, const notch_head *head)
{
  char hex[65];
  notch_hex(hex, head->root.bytes, sizeof head->root.bytes);
  notch_buffer_text(to, notch_text_of(hex));
}

/* The last two passes need a journal without damage; they may have found something before. */
static bool is_skipped(const notch_audit_report *report, size_t index, int64_t count)
{
  return report->skipped && count == 0 && index + 2 >= PASS_COUNT;
}

/* ---- for people ---- */

static void put_item(notch_buffer *to, const notch_audit_item *item)
{
  notch_buffer_put(to, "  ", 2);
  if (item->id.length > 0) {
    notch_buffer_text(to, item->id);
    notch_buffer_print(to, " (#%lld): ", (long long)item->event);
  } else if (item->event > 0) {
    notch_buffer_print(to, "#%lld: ", (long long)item->event);
  }
  notch_buffer_text(to, item->what);
  notch_buffer_text(to, NOTCH_TEXT(": recorded "));
  notch_buffer_text(to, item->recorded.length > 0 ? item->recorded : NOTCH_TEXT("nothing"));
  notch_buffer_text(to, NOTCH_TEXT(", recomputed "));
  notch_buffer_text(to, item->recomputed.length > 0 ? item->recomputed : NOTCH_TEXT("nothing"));
  notch_buffer_put(to, "\n", 1);
}

static void put_passes(notch_buffer *to, const notch_audit_report *report, bool colour)
{
  int64_t counts[PASS_COUNT];
  count_passes(report, counts);
  for (size_t i = 0; i < PASS_COUNT; i++) {
    const char *on = !colour ? "" : counts[i] == 0 ? "\x1b[32m" : "\x1b[31m";
    const char *off = colour ? "\x1b[0m" : "";
    const char *word = counts[i] != 0                           ? "FAILED"
                       : is_skipped(report, i, counts[i]) ? "-"
                                                          : "ok";
    notch_buffer_print(to, "%s%-6s%s %-13s %s\n", on, word, off, passes[i].name,
                       passes[i].about);
  }
}

static void put_published(notch_buffer *to, const notch_audit_report *report)
{
  if (report->published && report->published_size > 0) {
    notch_buffer_print(to, "the published head is that of %lld transactions of this ledger\n",
                       (long long)report->published_size);
  } else if (report->published) {
    notch_buffer_text(to, NOTCH_TEXT("the published head is none that this ledger ever had\n"));
  }
}

void notch_audit_print(notch_buffer *to, const notch_audit_report *report, bool colour)
{
  if (report->verify) {
    put_passes(to, report, colour);
  }
  for (uint32_t i = 0; i < report->shown; i++) {
    put_item(to, &report->items[i]);
  }
  if (report->count > report->shown) {
    notch_buffer_print(to, "  and %lld more\n", (long long)(report->count - report->shown));
  }
  notch_buffer_print(to, "%lld events, %lld transactions, %lld postings\n",
                     (long long)report->events, (long long)report->transactions,
                     (long long)report->postings);
  notch_buffer_text(to, NOTCH_TEXT("head "));
  put_head(to, &report->head);
  notch_buffer_put(to, "\n", 1);
  put_published(to, report);
  if (report->erased > 0) {
    notch_buffer_print(to, "%lld erased member%s: %lld transactions taken as recorded\n",
                       (long long)report->erased, report->erased == 1 ? "" : "s",
                       (long long)report->erased_rows);
  }
  if (report->count == 0) {
    notch_buffer_text(to, report->verify  ? NOTCH_TEXT("the ledger is intact\n")
                          : report->other ? NOTCH_TEXT("these rules give the same\n")
                                          : NOTCH_TEXT("every outcome is the recorded one\n"));
  } else {
    notch_buffer_print(to, "%lld difference%s\n", (long long)report->count,
                       report->count == 1 ? "" : "s");
  }
}

/* ---- for programs ---- */

static void json_items(notch_json_writer *json, const notch_audit_report *report,
                       notch_buffer *scratch)
{
  notch_json_key(json, NOTCH_TEXT("differences"));
  notch_json_begin(json, '[');
  for (uint32_t i = 0; i < report->shown; i++) {
    const notch_audit_item *item = &report->items[i];
    notch_json_begin(json, '{');
    notch_json_key(json, NOTCH_TEXT("event"));
    notch_buffer_clear(scratch);
    notch_buffer_print(scratch, "#%lld", (long long)item->event);
    if (item->event == 0) {
      notch_json_null(json);
    } else {
      notch_json_text(json, item->id.length > 0
                                ? item->id
                                : (notch_text){scratch->bytes, (uint32_t)scratch->length});
    }
    notch_json_put_integer(json, "number", item->event);
    notch_json_put_text(json, "what", item->what);
    notch_json_put_text(json, "recorded", item->recorded);
    notch_json_put_text(json, "recomputed", item->recomputed);
    notch_json_end(json, '}');
  }
  notch_json_end(json, ']');
}

static void json_passes(notch_json_writer *json, const notch_audit_report *report)
{
  int64_t counts[PASS_COUNT];
  count_passes(report, counts);
  notch_json_key(json, NOTCH_TEXT("passes"));
  notch_json_begin(json, '[');
  for (size_t i = 0; i < PASS_COUNT; i++) {
    notch_json_begin(json, '{');
    notch_json_put_text(json, "name", notch_text_of(passes[i].name));
    notch_json_key(json, NOTCH_TEXT("ok"));
    if (is_skipped(report, i, counts[i])) {
      notch_json_null(json);
    } else {
      notch_json_bool(json, counts[i] == 0);
    }
    notch_json_end(json, '}');
  }
  notch_json_end(json, ']');
}

void notch_audit_json(notch_buffer *to, const notch_audit_report *report)
{
  notch_json_writer json = {.to = to};
  notch_buffer scratch;
  notch_buffer_init(&scratch, to->memory);
  notch_json_begin(&json, '{');
  notch_json_key(&json, NOTCH_TEXT("ok"));
  notch_json_bool(&json, report->count == 0);
  notch_json_put_integer(&json, "events", report->events);
  notch_json_put_integer(&json, "transactions", report->transactions);
  notch_json_put_integer(&json, "postings", report->postings);
  put_head(&scratch, &report->head);
  notch_json_put_text(&json, "head", (notch_text){scratch.bytes, (uint32_t)scratch.length});
  if (report->published) {
    notch_json_put_integer(&json, "published_size", report->published_size);
  }
  if (!report->verify) {
    notch_json_put_integer(&json, "erased", report->erased);
    notch_json_put_integer(&json, "erased_transactions", report->erased_rows);
  }
  notch_json_put_integer(&json, "difference_count", report->count);
  json_items(&json, report, &scratch);
  if (report->verify) {
    json_passes(&json, report);
  }
  notch_json_end(&json, '}');
  notch_buffer_put(to, "\n", 1);
  notch_buffer_free(&scratch);
}
