/* report/export_books.c -- the journal as hledger and beancount read it, strict modes included. */
#include <config.h>

#include "report/export.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

/* The accounts beside the members' own three, as both tools have them. */
static const char *const programme_accounts[NOTCH_ACCOUNT_COUNT] = {
    [NOTCH_ACCOUNT_ISSUED] = "Income:Issued",
    [NOTCH_ACCOUNT_SPENT] = "Expenses:Spent",
    [NOTCH_ACCOUNT_EXPIRED] = "Expenses:Expired",
    [NOTCH_ACCOUNT_TAKEN_BACK] = "Expenses:TakenBack",
    [NOTCH_ACCOUNT_FORGIVEN] = "Income:Forgiven",
    [NOTCH_ACCOUNT_IN_TRANSIT] = "Equity:InTransit",
};

static const char *const member_accounts[NOTCH_ACCOUNT_COUNT] = {
    [NOTCH_ACCOUNT_POINTS] = "Assets:Members:%.*s:Points",
    [NOTCH_ACCOUNT_HELD] = "Assets:Members:%.*s:Held",
    [NOTCH_ACCOUNT_DEBT] = "Liabilities:Members:%.*s:Debt",
};

/* Text within quotes, brackets or a line: nothing that could end it. */
static notch_text tame(const notch_export *export, notch_text text)
{
  notch_text kept = notch_plain_text(export->run, text);
  char *bytes = (char *)(intptr_t)kept.bytes;
  for (uint32_t i = 0; i < kept.length; i++) {
    if (strchr("\"\\()|;", bytes[i]) != NULL) {
      bytes[i] = '_';
    }
  }
  return kept;
}

static void account(notch_export *export, notch_account which, notch_text name)
{
  notch_buffer *to = &export->out->text;
  const char *form = member_accounts[which];
  if (form == NULL) {
    notch_buffer_print(to, "%s", programme_accounts[which]);
    return;
  }
  const char *rest = strstr(form, "%.*s");
  notch_buffer_put(to, form, (size_t)(rest - form));
  notch_buffer_text(to, name);
  notch_buffer_print(to, "%s", rest + strlen("%.*s"));
}

static void open_account(notch_export *export, notch_account which, notch_text name,
                         notch_text day)
{
  notch_buffer *to = &export->out->text;
  bool beancount = export->format == NOTCH_EXPORT_BEANCOUNT;
  if (beancount) {
    notch_buffer_print(to, "%.*s open ", WORD(day));
  } else {
    notch_out_put(export->out, "account ");
  }
  account(export, which, name);
  notch_out_put(export->out, "\n");
}

void notch_export_books_head(notch_export *export, int64_t first_us)
{
  notch_buffer *to = &export->out->text;
  bool beancount = export->format == NOTCH_EXPORT_BEANCOUNT;
  const notch_program *p = export->program;
  notch_text title = tame(export, p->title.length > 0 ? p->title : p->name);
  notch_text day = notch_day_text(export->run, p, first_us);
  if (beancount) {
    notch_buffer_print(to, "option \"title\" \"%.*s\"\n", WORD(title));
  } else {
    notch_buffer_print(to, "; %.*s\n", WORD(title));
  }
  if (export->seed.length > 0) {
    notch_text seed = tame(export, export->seed);
    notch_buffer_print(to, "; seed of the draws: %.*s\n", WORD(seed));
  }
  notch_out_put(export->out, "\n");
  for (uint32_t i = 0; i < export->kinds.list.count; i++) {
    const notch_points_kind *kind = &export->kinds.list.items[i];
    notch_text name = tame(export, kind->title);
    if (beancount) {
      notch_buffer_print(to, "%.*s commodity %.*s\n  name: \"%.*s\"\n", WORD(day),
                         WORD(export->symbols[i]), WORD(name));
    } else {
      notch_buffer_print(to, "commodity 1000.%.*s \"%.*s\"  ; %.*s\n", (int)kind->decimals,
                         "000000000000000000", WORD(export->symbols[i]), WORD(name));
    }
  }
  for (unsigned which = 1; which < NOTCH_ACCOUNT_COUNT; which++) {
    if (programme_accounts[which] != NULL) {
      open_account(export, (notch_account)which, (notch_text){NULL, 0}, day);
    }
  }
}

void notch_export_declare(notch_export *export, const notch_export_member *member,
                          int64_t first_us)
{
  notch_buffer *to = &export->out->text;
  if (export->format != NOTCH_EXPORT_HLEDGER && export->format != NOTCH_EXPORT_BEANCOUNT) {
    return;
  }
  if (member->id.length > 0 && !notch_text_equal(member->id, member->name)) {
    notch_text id = tame(export, member->id);
    notch_buffer_print(to, "; %.*s is %.*s\n", WORD(member->name), WORD(id));
  }
  notch_text day = notch_day_text(export->run, export->program, first_us);
  for (unsigned which = 1; which < NOTCH_ACCOUNT_COUNT; which++) {
    if (member_accounts[which] != NULL && (member->accounts & (1u << which)) != 0) {
      open_account(export, (notch_account)which, member->name, day);
    }
  }
}

/* One leg: 120 STAR into an account, or out of it. */
static void leg(notch_export *export, const notch_deed *deed, const notch_posting *posting,
                bool out, notch_text name)
{
  notch_buffer *to = &export->out->text;
  uint32_t kind = notch_kinds_find(&export->kinds, deed->program, posting->points);
  bool beancount = export->format == NOTCH_EXPORT_BEANCOUNT;
  const char *quote = beancount ? "" : "\"";
  notch_out_put(export->out, "  ");
  account(export, (notch_account)(out ? posting->source : posting->target), name);
  notch_out_put(export->out, "  ");
  notch_wide_print(to, out ? -(__int128)posting->amount : posting->amount,
                   export->kinds.list.items[kind].decimals, false);
  notch_buffer_print(to, " %s%.*s%s", quote, WORD(export->symbols[kind]), quote);
  if (posting->lot != 0 && !out) {
    notch_buffer_print(to, beancount ? "\n    lot: %lld" : "  ; lot:%lld",
                       (long long)posting->lot);
  }
  notch_out_put(export->out, "\n");
}

void notch_export_books_row(notch_export *export, const notch_deed *deed, notch_text name)
{
  const notch_transaction *row = deed->row;
  notch_buffer *to = &export->out->text;
  if (row->posting_count == 0) {
    return;
  }
  notch_text day = notch_day_text(export->run, export->program, row->booked_us);
  notch_text type = tame(export, deed->type), id = tame(export, row->id);
  if (export->format == NOTCH_EXPORT_BEANCOUNT) {
    notch_buffer_print(to, "\n%.*s * \"%.*s\" \"%.*s\"\n  event: %lld\n", WORD(day), WORD(name),
                       WORD(type), (long long)row->event);
    if (id.length > 0) {
      notch_buffer_print(to, "  id: \"%.*s\"\n", WORD(id));
    }
  } else {
    notch_buffer_print(to, "\n%.*s * ", WORD(day));
    if (id.length > 0) {
      notch_buffer_print(to, "(%.*s) ", WORD(id));
    }
    notch_buffer_print(to, "%.*s  ; event:%lld\n", WORD(type), (long long)row->event);
  }
  for (uint32_t i = 0; i < row->posting_count; i++) {
    leg(export, deed, &row->postings[i], true, name);
    leg(export, deed, &row->postings[i], false, name);
  }
}
