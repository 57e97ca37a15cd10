/*
 * baseline.c -- the rules of w.notch by hand (w_rules.c) over SQLite: what apply is measured by.
 *
 * Six rows an event (event, posting, lot, balance, tier, limit), 1,000 events a commit, WAL,
 * synchronous FULL; members are kept in memory, event ids are unique.  It does what a careful
 * programmer would write for one fixed programme: no audit tree, no replay, no other rules.
 *
 * usage: baseline DATABASE EVENTS   (reads the flat JSON lines of gen_w, without --w2)
 */
#include <config.h>

#include "w_rules.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_PER_COMMIT 1000
#define FIELD_BYTES 64

enum {
  INSERT_EVENT,
  INSERT_POSTING,
  INSERT_LOT,
  PUT_BALANCE,
  PUT_TIER,
  PUT_LIMIT,
  INSERT_MEMBER,
  STATEMENT_COUNT
};

static const char schema[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
    "CREATE TABLE member(member INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE event(event INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, member INTEGER NOT "
    "NULL,"
    " at TEXT NOT NULL, amount INTEGER NOT NULL, category TEXT NOT NULL, channel TEXT NOT NULL,"
    " birthday TEXT NOT NULL) STRICT;"
    "CREATE TABLE posting(posting INTEGER PRIMARY KEY, event INTEGER NOT NULL,"
    " member INTEGER NOT NULL, amount INTEGER NOT NULL CHECK(amount>0)) STRICT;"
    "CREATE TABLE lot(lot INTEGER PRIMARY KEY, member INTEGER NOT NULL, amount INTEGER NOT NULL,"
    " left INTEGER NOT NULL, earned INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;"
    "CREATE TABLE balance(member INTEGER PRIMARY KEY, points INTEGER NOT NULL) STRICT;"
    "CREATE TABLE tier(member INTEGER PRIMARY KEY, tier INTEGER NOT NULL, until INTEGER NOT NULL,"
    " spend INTEGER NOT NULL, visits INTEGER NOT NULL) STRICT;"
    "CREATE TABLE daily(member INTEGER PRIMARY KEY, day INTEGER NOT NULL, used INTEGER NOT NULL)"
    " STRICT;";

static const char *const statements[STATEMENT_COUNT] = {
    [INSERT_EVENT] = "INSERT INTO event VALUES(?,?,?,?,?,?,?,?)",
    [INSERT_POSTING] = "INSERT INTO posting VALUES(?,?,?,?)",
    [INSERT_LOT] = "INSERT INTO lot VALUES(?,?,?,?,?,?)",
    [PUT_BALANCE] = "INSERT INTO balance VALUES(?,?)"
                    " ON CONFLICT(member) DO UPDATE SET points=excluded.points",
    [PUT_TIER] = "INSERT INTO tier VALUES(?,?,?,?,?) ON CONFLICT(member) DO UPDATE SET"
                 " tier=excluded.tier, until=excluded.until, spend=excluded.spend,"
                 " visits=excluded.visits",
    [PUT_LIMIT] = "INSERT INTO daily VALUES(?,?,?)"
                  " ON CONFLICT(member) DO UPDATE SET day=excluded.day, used=excluded.used",
    [INSERT_MEMBER] = "INSERT INTO member VALUES(?,?)",
};

struct member {
  char name[FIELD_BYTES];
  int64_t number;
  struct w_member state;
};

struct bench {
  sqlite3 *db;
  sqlite3_stmt *prepared[STATEMENT_COUNT];
  struct member **slots; /* open addressing, a power of two */
  size_t slot_count, member_count;
  int64_t events, postings, issued;
};

struct purchase {
  char id[FIELD_BYTES], member[FIELD_BYTES], at[FIELD_BYTES], amount[FIELD_BYTES];
  char category[FIELD_BYTES], channel[FIELD_BYTES], birthday[FIELD_BYTES];
  struct w_purchase read;
};

/* ---- input ---- */

static char *field_of(struct purchase *p, const char *name, size_t length)
{
  switch (length) {
  case 2: return memcmp(name, "id", 2) == 0 ? p->id : memcmp(name, "at", 2) == 0 ? p->at : NULL;
  case 6:
    return memcmp(name, "member", 6) == 0   ? p->member
           : memcmp(name, "amount", 6) == 0 ? p->amount
                                            : NULL;
  case 7: return memcmp(name, "channel", 7) == 0 ? p->channel : NULL;
  case 8:
    return memcmp(name, "category", 8) == 0   ? p->category
           : memcmp(name, "birthday", 8) == 0 ? p->birthday
                                              : NULL;
  default: return NULL;
  }
}

/* A flat object of strings without escapes, which is what gen_w writes. */
static int scan(const char *line, struct purchase *p)
{
  memset(p, 0, sizeof *p);
  const char *at = strchr(line, '"');
  while (at != NULL) {
    const char *name = at + 1;
    const char *name_end = strchr(name, '"');
    if (name_end == NULL || name_end[1] != ':' || name_end[2] != '"')
      return 0;
    const char *value = name_end + 3;
    const char *end = strchr(value, '"');
    if (end == NULL || end - value >= FIELD_BYTES)
      return 0;
    char *to = field_of(p, name, (size_t)(name_end - name));
    if (to != NULL)
      memcpy(to, value, (size_t)(end - value));
    at = strchr(end + 1, '"');
  }
  return p->id[0] != 0 && p->member[0] != 0;
}

static struct w_text text_of(const char *text)
{
  return (struct w_text){text, (unsigned)strlen(text)};
}

static void understand(struct purchase *p)
{
  p->read = (struct w_purchase){.category = text_of(p->category), .channel = text_of(p->channel)};
  if (!w_read_date(&p->read, p->at, (unsigned)strlen(p->at)) ||
      !w_read_birthday(&p->read, p->birthday, (unsigned)strlen(p->birthday)))
    w_die("a line without its times");
  if (!w_read_amount(&p->read, p->amount, (unsigned)strlen(p->amount)))
    w_die("an amount without two decimals");
}

/* ---- members ---- */

static size_t hash_of(const char *name)
{
  uint64_t hash = UINT64_C(14695981039346656037);
  for (; *name != 0; name++)
    hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211);
  return (size_t)(hash ^ hash >> 32);
}

static void grow_members(struct bench *b)
{
  size_t count = b->slot_count == 0 ? 1024 : b->slot_count * 2;
  struct member **slots = w_must(calloc(count, sizeof *slots));
  for (size_t i = 0; i < b->slot_count; i++) {
    if (b->slots[i] == NULL)
      continue;
    size_t at = hash_of(b->slots[i]->name) & (count - 1);
    while (slots[at] != NULL)
      at = (at + 1) & (count - 1);
    slots[at] = b->slots[i];
  }
  free(b->slots);
  b->slots = slots;
  b->slot_count = count;
}

static void run(struct bench *b, int statement)
{
  if (sqlite3_step(b->prepared[statement]) != SQLITE_DONE)
    w_die(sqlite3_errmsg(b->db));
  sqlite3_reset(b->prepared[statement]);
}

static struct member *member_of(struct bench *b, const char *name)
{
  if ((b->member_count + 1) * 2 > b->slot_count)
    grow_members(b);
  size_t at = hash_of(name) & (b->slot_count - 1);
  for (; b->slots[at] != NULL; at = (at + 1) & (b->slot_count - 1))
    if (strcmp(b->slots[at]->name, name) == 0)
      return b->slots[at];
  struct member *m = w_must(calloc(1, sizeof *m));
  memcpy(m->name, name, strlen(name) + 1);
  m->number = (int64_t)++b->member_count;
  b->slots[at] = m;
  sqlite3_bind_int64(b->prepared[INSERT_MEMBER], 1, m->number);
  sqlite3_bind_text(b->prepared[INSERT_MEMBER], 2, m->name, -1, SQLITE_STATIC);
  run(b, INSERT_MEMBER);
  return m;
}

/* ---- six rows ---- */

static void store(struct bench *b, const struct member *m, const struct purchase *p,
                  const struct w_outcome *out)
{
  sqlite3_stmt *s = b->prepared[INSERT_EVENT];
  sqlite3_bind_int64(s, 1, b->events);
  sqlite3_bind_text(s, 2, p->id, -1, SQLITE_STATIC);
  sqlite3_bind_int64(s, 3, m->number);
  sqlite3_bind_text(s, 4, p->at, -1, SQLITE_STATIC);
  sqlite3_bind_int64(s, 5, p->read.cents);
  sqlite3_bind_text(s, 6, p->category, -1, SQLITE_STATIC);
  sqlite3_bind_text(s, 7, p->channel, -1, SQLITE_STATIC);
  sqlite3_bind_text(s, 8, p->birthday, -1, SQLITE_STATIC);
  run(b, INSERT_EVENT);
  if (out->points > 0) {
    b->postings++;
    s = b->prepared[INSERT_POSTING];
    sqlite3_bind_int64(s, 1, b->postings);
    sqlite3_bind_int64(s, 2, b->events);
    sqlite3_bind_int64(s, 3, m->number);
    sqlite3_bind_int64(s, 4, out->points);
    run(b, INSERT_POSTING);
    s = b->prepared[INSERT_LOT];
    sqlite3_bind_int64(s, 1, b->postings);
    sqlite3_bind_int64(s, 2, m->number);
    sqlite3_bind_int64(s, 3, out->points);
    sqlite3_bind_int64(s, 4, out->points);
    sqlite3_bind_int64(s, 5, p->read.day);
    sqlite3_bind_int64(s, 6, out->expires);
    run(b, INSERT_LOT);
  }
  s = b->prepared[PUT_BALANCE];
  sqlite3_bind_int64(s, 1, m->number);
  sqlite3_bind_int64(s, 2, m->state.points);
  run(b, PUT_BALANCE);
  s = b->prepared[PUT_TIER];
  sqlite3_bind_int64(s, 1, m->number);
  sqlite3_bind_int(s, 2, m->state.tier);
  sqlite3_bind_int(s, 3, m->state.until);
  sqlite3_bind_int64(s, 4, m->state.spend);
  sqlite3_bind_int64(s, 5, m->state.visits);
  run(b, PUT_TIER);
  s = b->prepared[PUT_LIMIT];
  sqlite3_bind_int64(s, 1, m->number);
  sqlite3_bind_int(s, 2, m->state.daily_day);
  sqlite3_bind_int(s, 3, m->state.daily_used);
  run(b, PUT_LIMIT);
}

static void execute(struct bench *b, const char *sql)
{
  if (sqlite3_exec(b->db, sql, NULL, NULL, NULL) != SQLITE_OK)
    w_die(sqlite3_errmsg(b->db));
}

static void apply_file(struct bench *b, FILE *file)
{
  char *line = NULL;
  size_t size = 0;
  execute(b, "BEGIN");
  while (getline(&line, &size, file) > 0) {
    struct purchase p;
    if (!scan(line, &p))
      w_die("a line that is not a purchase of gen_w");
    understand(&p);
    struct member *m = member_of(b, p.member);
    struct w_outcome out = w_decide(&m->state, &p.read);
    b->issued += out.points;
    b->events++;
    store(b, m, &p, &out);
    if (b->events % EVENTS_PER_COMMIT == 0)
      execute(b, "COMMIT; BEGIN");
  }
  execute(b, "COMMIT");
  free(line);
}

static void close_all(struct bench *b)
{
  for (int i = 0; i < STATEMENT_COUNT; i++)
    sqlite3_finalize(b->prepared[i]);
  sqlite3_close(b->db);
  for (size_t i = 0; i < b->slot_count; i++) {
    if (b->slots[i] != NULL)
      free(b->slots[i]->state.window);
    free(b->slots[i]);
  }
  free(b->slots);
}

int main(int argc, char **argv)
{
  struct bench b = {0};
  if (argc != 3) {
    fputs("usage: baseline DATABASE EVENTS\n", stderr);
    return 2;
  }
  FILE *file = fopen(argv[2], "r");
  if (file == NULL)
    w_die("cannot open the events");
  if (sqlite3_open(argv[1], &b.db) != SQLITE_OK)
    w_die("cannot open the database");
  execute(&b, schema);
  for (int i = 0; i < STATEMENT_COUNT; i++)
    if (sqlite3_prepare_v3(b.db, statements[i], -1, SQLITE_PREPARE_PERSISTENT, &b.prepared[i],
                           NULL) != SQLITE_OK)
      w_die(sqlite3_errmsg(b.db));
  apply_file(&b, file);
  fclose(file);
  int64_t tiers[W_TIER_COUNT] = {0};
  for (size_t i = 0; i < b.slot_count; i++)
    if (b.slots[i] != NULL)
      tiers[b.slots[i]->state.tier]++;
  printf("events %" PRId64 " members %zu issued %" PRId64 " tiers %" PRId64 " %" PRId64 " %" PRId64
         "\n",
         b.events, b.member_count, b.issued, tiers[W_BRONZE], tiers[W_SILVER], tiers[W_GOLD]);
  close_all(&b);
  return 0;
}
