/*
 * replay_baseline.c -- reading back and recomputing by hand: what `notch replay` is measured by.
 *
 * Every event of workload W is read, decided again by w_rules.c and compared with what is
 * recorded.  It reads either the ledger that `notch apply` wrote (the content value by value; the
 * sum and the lot's day of each posting, the tier and the term of each move), or the
 * plain columns that baseline.c wrote (postings, and in the end every balance, tier and limit).
 * No hashes, no shares by rule, no other rules: less than replay compares.
 *
 * usage: replay_baseline --ledger LEDGER | --plain DATABASE
 */
#include <config.h>

#include "w_rules.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ISSUED 4 /* base/account.def */
#define POINTS 1 /* the same */

/* What events have in common. */
struct form {
  int64_t type;
  int outcome, postings, source, target;
};

struct bench {
  sqlite3 *db;
  struct w_member *members; /* by number, which is dense */
  int64_t member_count;
  int64_t events, postings, moves, issued, differences;
  /* how the ledger at hand numbers names */
  int64_t purchase, tiers[W_TIER_COUNT];
  struct form *forms; /* by number, which is dense */
  int64_t form_count;
};

/* The rows of a table in order, of which one is looked at. */
struct scan {
  struct bench *bench;
  sqlite3_stmt *rows;
  int64_t event; /* that the row at hand belongs to; after the last row, none has it */
};

static sqlite3_stmt *prepare(struct bench *b, const char *sql)
{
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v2(b->db, sql, -1, &statement, NULL) != SQLITE_OK)
    w_die(sqlite3_errmsg(b->db));
  return statement;
}

static int step(struct bench *b, sqlite3_stmt *rows)
{
  int code = sqlite3_step(rows);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    w_die(sqlite3_errmsg(b->db));
  return code == SQLITE_ROW;
}

/* The first column is the event. */
static void advance(struct scan *s)
{
  s->event = step(s->bench, s->rows) ? sqlite3_column_int64(s->rows, 0) : INT64_MAX;
}

static void begin_scan(struct scan *s, struct bench *b, const char *sql)
{
  s->bench = b;
  s->rows = prepare(b, sql);
  advance(s);
}

static int64_t one_number(struct bench *b, const char *sql)
{
  sqlite3_stmt *rows = prepare(b, sql);
  int64_t number = step(b, rows) ? sqlite3_column_int64(rows, 0) : 0;
  sqlite3_finalize(rows);
  return number;
}

static struct w_member *member_of(struct bench *b, int64_t number)
{
  if (number < 1 || number > b->member_count)
    w_die("an event of no member");
  return &b->members[number];
}

static struct w_text column_text(sqlite3_stmt *rows, int column)
{
  return (struct w_text){(const char *)sqlite3_column_text(rows, column),
                         (unsigned)sqlite3_column_bytes(rows, column)};
}

static void differ(struct bench *b, int64_t event, const char *what)
{
  if (b->differences++ < 10)
    printf("event %" PRId64 ": another %s\n", event, what);
}

static void count(struct bench *b, const struct w_outcome *out)
{
  b->events++;
  b->issued += out->points;
  b->postings += out->points > 0;
  b->moves += out->moved;
}

/* ---- the ledger ---- */

static void read_names(struct bench *b)
{
  b->purchase = one_number(b, "SELECT name FROM name WHERE sort=1 AND text='purchase'");
  b->tiers[W_SILVER] = one_number(b, "SELECT name FROM name WHERE sort=5 AND text='status.silver'");
  b->tiers[W_GOLD] = one_number(b, "SELECT name FROM name WHERE sort=5 AND text='status.gold'");
}

static void read_forms(struct bench *b)
{
  sqlite3_stmt *rows = prepare(b, "SELECT type, outcome, postings, source, target FROM form"
                                  " ORDER BY form");
  b->form_count = one_number(b, "SELECT max(form) FROM form");
  b->forms = w_must(calloc((size_t)b->form_count + 1, sizeof *b->forms));
  for (int64_t i = 1; i <= b->form_count && step(b, rows); i++)
    b->forms[i] = (struct form){sqlite3_column_int64(rows, 0), sqlite3_column_int(rows, 1),
                                sqlite3_column_int(rows, 2), sqlite3_column_int(rows, 3),
                                sqlite3_column_int(rows, 4)};
  sqlite3_finalize(rows);
}

/* The values of a purchase stand between commas, in the order of their keys. */
static void read_content(struct w_purchase *purchase, struct w_text content)
{
  struct w_text values[4]; /* amount, birthday, category, channel */
  const char *at = content.bytes, *end = at + content.length;
  for (int i = 0; i < 4; i++) {
    const char *comma = i < 3 ? memchr(at, ',', (size_t)(end - at)) : end;
    if (comma == NULL)
      w_die("a content that is not a purchase of gen_w");
    values[i] = (struct w_text){at, (unsigned)(comma - at)};
    at = comma + 1;
  }
  purchase->category = values[2];
  purchase->channel = values[3];
  if (!w_read_amount(purchase, values[0].bytes, values[0].length) ||
      !w_read_birthday(purchase, values[1].bytes, values[1].length))
    w_die("a content that is not a purchase of gen_w");
}

static int64_t seconds_of_day(int day)
{
  return (int64_t)day * W_DAY_S - W_OFFSET_S;
}

/* A purchase has one posting at most, and the first stands in the event's own row. */
static void compare_posting(struct bench *b, sqlite3_stmt *row, const struct form *form,
                            const struct w_outcome *out)
{
  int64_t event = sqlite3_column_int64(row, 0);
  if (form->postings != (out->points > 0))
    differ(b, event, "number of postings");
  if (form->postings == 0)
    return;
  if (form->source != ISSUED || form->target != POINTS)
    differ(b, event, "account");
  if (sqlite3_column_int64(row, 5) != out->points)
    differ(b, event, "sum");
  if (sqlite3_column_int64(row, 6) != seconds_of_day(out->expires))
    differ(b, event, "expiry");
}

static void compare_moves(struct scan *s, int64_t event, const struct w_outcome *out,
                          const struct w_member *m)
{
  int rows = 0;
  for (; s->event == event; advance(s)) {
    if (sqlite3_column_int64(s->rows, 1) != s->bench->tiers[m->tier])
      differ(s->bench, event, "tier");
    if (sqlite3_column_int64(s->rows, 2) != seconds_of_day(m->until))
      differ(s->bench, event, "term");
    rows++;
  }
  if (rows != out->moved)
    differ(s->bench, event, "number of moves");
}

static void replay_ledger(struct bench *b)
{
  struct w_purchase purchase = {0};
  struct scan moves;
  sqlite3_stmt *events =
      prepare(b, "SELECT event, form, member, at, content, amount, expires FROM event"
                 " ORDER BY event");
  begin_scan(&moves, b, "SELECT event, tier, until FROM move ORDER BY move");
  read_names(b);
  read_forms(b);
  while (step(b, events)) {
    int64_t event = sqlite3_column_int64(events, 0), number = sqlite3_column_int64(events, 1);
    const struct form *form = &b->forms[number < 1 || number > b->form_count ? 0 : number];
    if (form->type != b->purchase)
      continue; /* the rules' own row */
    read_content(&purchase, column_text(events, 4));
    w_read_moment(&purchase, sqlite3_column_int64(events, 3) / 1000000);
    struct w_member *m = member_of(b, sqlite3_column_int64(events, 2));
    struct w_outcome out = w_decide(m, &purchase);
    if (form->outcome != 0)
      differ(b, event, "verdict");
    compare_posting(b, events, form, &out);
    compare_moves(&moves, event, &out, m);
    count(b, &out);
  }
  free(b->forms);
  sqlite3_finalize(events);
  sqlite3_finalize(moves.rows);
}

/* ---- plain columns ---- */

static void compare_members(struct bench *b)
{
  int64_t seen = 0;
  sqlite3_stmt *rows =
      prepare(b, "SELECT member, points, tier, until, spend, visits, day, used"
                 " FROM balance JOIN tier USING(member) JOIN daily USING(member) ORDER BY member");
  for (; step(b, rows); seen++) {
    int64_t number = sqlite3_column_int64(rows, 0);
    const struct w_member *m = member_of(b, number);
    const int64_t want[] = {m->points, m->tier,      m->until,     m->spend,
                            m->visits, m->daily_day, m->daily_used};
    for (int i = 0; i < (int)(sizeof want / sizeof want[0]); i++)
      if (sqlite3_column_int64(rows, i + 1) != want[i])
        differ(b, number, "state of the member of that number");
  }
  if (seen != b->member_count)
    differ(b, 0, "number of members");
  sqlite3_finalize(rows);
}

static void replay_plain(struct bench *b)
{
  struct scan postings;
  sqlite3_stmt *events =
      prepare(b, "SELECT event, member, at, amount, category, channel, birthday FROM event"
                 " ORDER BY event");
  begin_scan(&postings, b, "SELECT event, amount FROM posting ORDER BY posting");
  while (step(b, events)) {
    int64_t event = sqlite3_column_int64(events, 0);
    struct w_purchase p = {.cents = sqlite3_column_int64(events, 3)};
    struct w_text at = column_text(events, 2), birthday = column_text(events, 6);
    p.category = column_text(events, 4);
    p.channel = column_text(events, 5);
    if (!w_read_date(&p, at.bytes, at.length) ||
        !w_read_birthday(&p, birthday.bytes, birthday.length))
      w_die("an event without its times");
    struct w_outcome out = w_decide(member_of(b, sqlite3_column_int64(events, 1)), &p);
    int64_t sum = 0;
    for (; postings.event == event; advance(&postings))
      sum += sqlite3_column_int64(postings.rows, 1);
    if (sum != out.points)
      differ(b, event, "sum");
    count(b, &out);
  }
  compare_members(b);
  sqlite3_finalize(events);
  sqlite3_finalize(postings.rows);
}

int main(int argc, char **argv)
{
  struct bench b = {0};
  int ledger = argc == 3 && strcmp(argv[1], "--ledger") == 0;
  if (!ledger && (argc != 3 || strcmp(argv[1], "--plain") != 0)) {
    fputs("usage: replay_baseline --ledger LEDGER | --plain DATABASE\n", stderr);
    return 2;
  }
  if (sqlite3_open_v2(argv[2], &b.db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
    w_die("cannot open the database");
  if (sqlite3_exec(b.db, "PRAGMA cache_size=-32768; BEGIN", NULL, NULL, NULL) != SQLITE_OK)
    w_die(sqlite3_errmsg(b.db));
  b.member_count = one_number(&b, "SELECT max(member) FROM member");
  b.members = w_must(calloc((size_t)b.member_count + 1, sizeof *b.members));
  if (ledger)
    replay_ledger(&b);
  else
    replay_plain(&b);
  sqlite3_close(b.db);
  for (int64_t i = 1; i <= b.member_count; i++)
    free(b.members[i].window);
  free(b.members);
  printf("events %" PRId64 " postings %" PRId64 " issued %" PRId64 " moves %" PRId64
         " differences %" PRId64 "\n",
         b.events, b.postings, b.issued, b.moves, b.differences);
  return b.differences > 0;
}
