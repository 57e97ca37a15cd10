/*
 * baseline.c -- the rules of w.notch written by hand in C over SQLite: what Notch is measured by.
 *
 * Six rows an event (event, posting, lot, balance, tier, limit), 1,000 events a commit, WAL,
 * synchronous FULL; members are kept in memory, event ids are unique.  It does what a careful
 * programmer would write for one fixed programme: no audit tree, no replay, no other rules.
 *
 * usage: baseline DATABASE EVENTS   (reads the flat JSON lines of gen_w, without --w2)
 */
#include <config.h>

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

struct spent {
  int day;
  int64_t cents;
};

struct member {
  char name[FIELD_BYTES];
  int64_t number;
  int64_t points;
  int64_t visits;
  int64_t spend; /* over the window */
  int tier, until;
  int daily_day, daily_used;
  struct spent *window; /* from first to count: what the window still holds */
  unsigned first, count, capacity;
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
  int64_t cents;
  int year, month, day_of_month, day; /* local; day counts from 1970-01-01 */
};

static void die(const char *what)
{
  fprintf(stderr, "baseline: %s\n", what);
  exit(1);
}

static void *must(void *block)
{
  if (block == NULL)
    die("out of memory");
  return block;
}

/* ---- dates ---- */

static int days_from_civil(int year, int month, int day)
{
  year -= month <= 2;
  int era = year / 400;
  int of_era = year - era * 400;
  int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int month_length(int year, int month)
{
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return lengths[month - 1] + (month == 2 && leap);
}

static int day_years_on(const struct purchase *p, int years)
{
  int last = month_length(p->year + years, p->month);
  int day = p->day_of_month < last ? p->day_of_month : last;
  return days_from_civil(p->year + years, p->month, day);
}

/* The midnight that ends the month a year after the purchase: where a term reached now ends. */
static int term_end(const struct purchase *p)
{
  int year = p->year + 1 + (p->month == 12);
  return days_from_civil(year, p->month % 12 + 1, 1);
}

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

static int two_digits(const char *text)
{
  return (text[0] - '0') * 10 + (text[1] - '0');
}

/* Times carry the programme's own offset, so that the date can be read from the text. */
static void understand(struct purchase *p)
{
  if (strlen(p->at) < 19 || strlen(p->birthday) != 10)
    die("a line without its times");
  p->year = two_digits(p->at) * 100 + two_digits(p->at + 2);
  p->month = two_digits(p->at + 5);
  p->day_of_month = two_digits(p->at + 8);
  p->day = days_from_civil(p->year, p->month, p->day_of_month);
  char *point;
  p->cents = strtoll(p->amount, &point, 10) * 100;
  if (point[0] != '.' || strlen(point) != 3)
    die("an amount without two decimals");
  p->cents += two_digits(point + 1);
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
  struct member **slots = must(calloc(count, sizeof *slots));
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
    die(sqlite3_errmsg(b->db));
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
  struct member *m = must(calloc(1, sizeof *m));
  memcpy(m->name, name, strlen(name) + 1);
  m->number = (int64_t)++b->member_count;
  b->slots[at] = m;
  sqlite3_bind_int64(b->prepared[INSERT_MEMBER], 1, m->number);
  sqlite3_bind_text(b->prepared[INSERT_MEMBER], 2, m->name, -1, SQLITE_STATIC);
  run(b, INSERT_MEMBER);
  return m;
}

/* ---- the rules of w.notch, by hand ---- */

static void absorb(struct member *m, const struct purchase *p)
{
  int since = day_years_on(p, -1);
  while (m->first < m->count && m->window[m->first].day <= since)
    m->spend -= m->window[m->first++].cents;
  if (m->count == m->capacity) {
    unsigned kept = m->count - m->first;
    memmove(m->window, m->window + m->first, kept * sizeof *m->window);
    m->first = 0;
    m->count = kept;
    if (kept * 2 >= m->capacity) {
      m->capacity = m->capacity == 0 ? 8 : m->capacity * 2;
      m->window = must(realloc(m->window, m->capacity * sizeof *m->window));
    }
  }
  m->window[m->count++] = (struct spent){p->day, p->cents};
  m->spend += p->cents;
  m->visits++;
}

/* Per cent put on the base by the rules that multiply it. */
static int64_t percent_of(const struct member *m, const struct purchase *p)
{
  static const int tier_percent[] = {0, 25, 50};
  int64_t percent = 100 + tier_percent[m->tier];
  if (strcmp(p->category, "beans") == 0)
    percent += 20;
  if (strcmp(p->category, "gear") == 0)
    percent += 10;
  if (two_digits(p->birthday + 5) == p->month)
    percent += 100;
  int weekday = (p->day + 3) % 7; /* 0 Monday; 1970-01-01 was a Thursday */
  if (weekday >= 5)
    percent += 10;
  if (p->month == 6 && p->day_of_month <= 18)
    percent += 50;
  return percent;
}

static int64_t points_of(struct member *m, const struct purchase *p)
{
  int64_t fixed = 0;
  if (strcmp(p->category, "coffee") == 0)
    fixed += 5;
  if (strcmp(p->channel, "app") == 0)
    fixed += 3;
  if (m->visits == 1)
    fixed += 50;
  if (p->cents >= 20000)
    fixed += 20;
  if (m->daily_day != p->day) {
    m->daily_day = p->day;
    m->daily_used = 0;
  }
  int daily = 4 - m->daily_used < 2 ? 4 - m->daily_used : 2;
  m->daily_used += daily;
  return fixed + daily + p->cents * percent_of(m, p) / 10000;
}

static void move_tier(struct member *m, const struct purchase *p)
{
  int earned = m->spend >= 80000 ? 2 : m->spend >= 30000 ? 1 : 0;
  if (earned > m->tier) {
    m->tier = earned;
    m->until = term_end(p);
  }
}

/* A term that ended before this purchase: kept, or one step down. */
static void review_tier(struct member *m, const struct purchase *p)
{
  while (m->tier > 0 && m->until <= p->day) {
    int64_t needed = m->tier == 2 ? 80000 : 30000;
    if (m->spend < needed)
      m->tier--;
    m->until += 365;
  }
}

/* ---- six rows ---- */

static void store(struct bench *b, const struct member *m, const struct purchase *p, int64_t points)
{
  sqlite3_stmt *s = b->prepared[INSERT_EVENT];
  sqlite3_bind_int64(s, 1, b->events);
  sqlite3_bind_text(s, 2, p->id, -1, SQLITE_STATIC);
  sqlite3_bind_int64(s, 3, m->number);
  sqlite3_bind_text(s, 4, p->at, -1, SQLITE_STATIC);
  sqlite3_bind_int64(s, 5, p->cents);
  sqlite3_bind_text(s, 6, p->category, -1, SQLITE_STATIC);
  sqlite3_bind_text(s, 7, p->channel, -1, SQLITE_STATIC);
  sqlite3_bind_text(s, 8, p->birthday, -1, SQLITE_STATIC);
  run(b, INSERT_EVENT);
  if (points > 0) {
    b->postings++;
    s = b->prepared[INSERT_POSTING];
    sqlite3_bind_int64(s, 1, b->postings);
    sqlite3_bind_int64(s, 2, b->events);
    sqlite3_bind_int64(s, 3, m->number);
    sqlite3_bind_int64(s, 4, points);
    run(b, INSERT_POSTING);
    s = b->prepared[INSERT_LOT];
    sqlite3_bind_int64(s, 1, b->postings);
    sqlite3_bind_int64(s, 2, m->number);
    sqlite3_bind_int64(s, 3, points);
    sqlite3_bind_int64(s, 4, points);
    sqlite3_bind_int64(s, 5, p->day);
    sqlite3_bind_int64(s, 6, day_years_on(p, 1) + 1);
    run(b, INSERT_LOT);
  }
  s = b->prepared[PUT_BALANCE];
  sqlite3_bind_int64(s, 1, m->number);
  sqlite3_bind_int64(s, 2, m->points);
  run(b, PUT_BALANCE);
  s = b->prepared[PUT_TIER];
  sqlite3_bind_int64(s, 1, m->number);
  sqlite3_bind_int(s, 2, m->tier);
  sqlite3_bind_int(s, 3, m->until);
  sqlite3_bind_int64(s, 4, m->spend);
  sqlite3_bind_int64(s, 5, m->visits);
  run(b, PUT_TIER);
  s = b->prepared[PUT_LIMIT];
  sqlite3_bind_int64(s, 1, m->number);
  sqlite3_bind_int(s, 2, m->daily_day);
  sqlite3_bind_int(s, 3, m->daily_used);
  run(b, PUT_LIMIT);
}

static void execute(struct bench *b, const char *sql)
{
  if (sqlite3_exec(b->db, sql, NULL, NULL, NULL) != SQLITE_OK)
    die(sqlite3_errmsg(b->db));
}

static void apply_file(struct bench *b, FILE *file)
{
  char *line = NULL;
  size_t size = 0;
  execute(b, "BEGIN");
  while (getline(&line, &size, file) > 0) {
    struct purchase p;
    if (!scan(line, &p))
      die("a line that is not a purchase of gen_w");
    understand(&p);
    struct member *m = member_of(b, p.member);
    review_tier(m, &p);
    absorb(m, &p);
    int64_t points = points_of(m, &p);
    move_tier(m, &p);
    m->points += points;
    b->issued += points;
    b->events++;
    store(b, m, &p, points);
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
      free(b->slots[i]->window);
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
    die("cannot open the events");
  if (sqlite3_open(argv[1], &b.db) != SQLITE_OK)
    die("cannot open the database");
  execute(&b, schema);
  for (int i = 0; i < STATEMENT_COUNT; i++)
    if (sqlite3_prepare_v3(b.db, statements[i], -1, SQLITE_PREPARE_PERSISTENT, &b.prepared[i],
                           NULL) != SQLITE_OK)
      die(sqlite3_errmsg(b.db));
  apply_file(&b, file);
  fclose(file);
  int64_t tiers[3] = {0};
  for (size_t i = 0; i < b.slot_count; i++)
    if (b.slots[i] != NULL)
      tiers[b.slots[i]->tier]++;
  printf("events %" PRId64 " members %zu issued %" PRId64 " tiers %" PRId64 " %" PRId64 " %" PRId64
         "\n",
         b.events, b.member_count, b.issued, tiers[0], tiers[1], tiers[2]);
  close_all(&b);
  return 0;
}
