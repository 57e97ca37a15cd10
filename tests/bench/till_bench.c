/*
 * till_bench.c -- single sales, each durable before the next: how long a till waits.
 *
 * usage: till_bench beside LEDGER STOP    a sale every 20 ms until the file STOP exists,
 *                                         beside whoever else writes; prints waits
 *        till_bench alone LEDGER BARE N   N sales in turns with N commits of one row of their
 *                                         size to the new SQLite file BARE, in the same journal
 *                                         mode; prints both rates
 */
#include <config.h>

#include <notch.h>

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_US 20000
#define WAITS_MAX 1000000
#define TURN 100      /* commits of one kind before those of the other */
#define ROW_BYTES 200 /* what a sale takes in the ledger, about */
#define MEMBERS 50

static _Noreturn void die(const char *what)
{
  fprintf(stderr, "till_bench: %s\n", what);
  exit(1);
}

static int64_t now_us(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- the till ---- */

struct till {
  notch_engine *engine;
  notch_ledger *ledger;
  int64_t sold;
};

static void open_till(struct till *till, const char *path)
{
  memset(till, 0, sizeof *till);
  if (notch_engine_new(&till->engine, NULL) != NOTCH_OK)
    die("no engine");
  if (notch_ledger_open(&till->ledger, till->engine, path, NULL) != NOTCH_OK)
    die(notch_error(till->engine));
}

static void close_till(struct till *till)
{
  notch_ledger_close(till->ledger);
  notch_engine_free(till->engine);
}

static void set(notch_event *sale, const char *field, const char *value)
{
  if (notch_event_set_text(sale, field, value) != NOTCH_OK)
    die(notch_error(sale));
}

/* Microseconds from asking to its being safe. */
static int64_t sell(struct till *till)
{
  char id[40], member[40], at[40];
  int64_t number = till->sold++;
  notch_event *sale;
  notch_result *result;
  snprintf(id, sizeof id, "till-%d-%" PRId64, (int)getpid(), number);
  snprintf(member, sizeof member, "guest%" PRId64, number % MEMBERS);
  snprintf(at, sizeof at, "2024-06-03T%02d:%02d:%02d+08:00", (int)(number / 3600 % 24),
           (int)(number / 60 % 60), (int)(number % 60));
  if (notch_event_new(&sale, till->engine, id, "purchase", member, at) != NOTCH_OK)
    die(notch_error(till->engine));
  set(sale, "amount", "12.50");
  set(sale, "category", "coffee");
  set(sale, "channel", "store");
  set(sale, "birthday", "1990-04-17");
  int64_t begin = now_us();
  if (notch_ledger_apply(till->ledger, sale, &result) != NOTCH_OK)
    die(notch_error(till->ledger));
  int64_t took = now_us() - begin;
  if (notch_result_answer(result) != NOTCH_ANSWER_APPLIED)
    die(notch_result_sentence(result));
  notch_result_free(result);
  notch_event_free(sale);
  return took;
}

/* ---- beside a bulk writer ---- */

static int by_size(const void *a, const void *b)
{
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

static void wait_beside(const char *path, const char *stop)
{
  struct till till;
  int64_t *waits = malloc(WAITS_MAX * sizeof *waits);
  size_t count = 0;
  if (waits == NULL)
    die("out of memory");
  open_till(&till, path);
  while (count < WAITS_MAX && access(stop, F_OK) != 0) {
    waits[count++] = sell(&till);
    usleep(PAUSE_US);
  }
  close_till(&till);
  if (count == 0)
    die("the other writer was done before the first sale");
  qsort(waits, count, sizeof *waits, by_size);
  printf("%zu sales: half of them within %.1f ms, 99 %% within %.1f ms, all within %.1f ms\n",
         count, (double)waits[count / 2] / 1000.0, (double)waits[count * 99 / 100] / 1000.0,
         (double)waits[count - 1] / 1000.0);
  free(waits);
}

/* ---- beside the bare commit ---- */

struct bare {
  sqlite3 *db;
  sqlite3_stmt *insert;
};

static void text_of(sqlite3 *db, const char *sql, char *text, size_t size)
{
  sqlite3_stmt *row;
  if (sqlite3_prepare_v2(db, sql, -1, &row, NULL) != SQLITE_OK || sqlite3_step(row) != SQLITE_ROW)
    die(sqlite3_errmsg(db));
  snprintf(text, size, "%s", (const char *)sqlite3_column_text(row, 0));
  sqlite3_finalize(row);
}

/* The journal mode is the ledger's own: wal, or, made with --rollback, one that is set when a
 * file is opened. */
static void open_bare(struct bare *bare, const char *path, const char *ledger, char *mode,
                      size_t size)
{
  sqlite3 *db;
  char sql[80], got[20];
  if (sqlite3_open_v2(ledger, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
    die(sqlite3_errmsg(db));
  text_of(db, "PRAGMA journal_mode", mode, size);
  sqlite3_close(db);
  if (strcmp(mode, "wal") != 0)
    snprintf(mode, size, "truncate");
  if (sqlite3_open(path, &bare->db) != SQLITE_OK)
    die(sqlite3_errmsg(bare->db));
  snprintf(sql, sizeof sql, "PRAGMA journal_mode=%s", mode);
  text_of(bare->db, sql, got, sizeof got);
  if (sqlite3_exec(bare->db,
                   "PRAGMA synchronous=FULL; CREATE TABLE sale(n INTEGER PRIMARY KEY,"
                   " row BLOB NOT NULL)",
                   NULL, NULL, NULL) != SQLITE_OK ||
      sqlite3_prepare_v2(bare->db, "INSERT INTO sale(row) VALUES(?)", -1, &bare->insert, NULL) !=
          SQLITE_OK)
    die(sqlite3_errmsg(bare->db));
}

static int64_t commit_bare(struct bare *bare)
{
  char row[ROW_BYTES];
  memset(row, 'x', sizeof row);
  int64_t begin = now_us();
  sqlite3_bind_blob(bare->insert, 1, row, sizeof row, SQLITE_STATIC);
  if (sqlite3_step(bare->insert) != SQLITE_DONE)
    die(sqlite3_errmsg(bare->db));
  sqlite3_reset(bare->insert);
  return now_us() - begin;
}

static void compare_alone(const char *ledger, const char *path, int64_t count)
{
  struct till till;
  struct bare bare;
  char mode[20];
  int64_t ours = 0, theirs = 0;
  open_till(&till, ledger);
  open_bare(&bare, path, ledger, mode, sizeof mode);
  int64_t rounds = (count + TURN - 1) / TURN;
  for (int64_t i = 0; i < rounds; i++) {
    for (int turn = 0; turn < TURN; turn++)
      theirs += commit_bare(&bare);
    for (int turn = 0; turn < TURN; turn++)
      ours += sell(&till);
  }
  sqlite3_finalize(bare.insert);
  sqlite3_close(bare.db);
  close_till(&till);
  double commits = (double)(rounds * TURN);
  printf("one a commit (%s): %.0f bare commits a second, %.0f sales, ratio %.2f\n", mode,
         commits * 1e6 / (double)theirs, commits * 1e6 / (double)ours,
         (double)theirs / (double)ours);
}

int main(int argc, char **argv)
{
  if (argc == 4 && strcmp(argv[1], "beside") == 0)
    wait_beside(argv[2], argv[3]);
  else if (argc == 5 && strcmp(argv[1], "alone") == 0)
    compare_alone(argv[2], argv[3], strtoll(argv[4], NULL, 10));
  else {
    fputs("usage: till_bench beside LEDGER STOP | alone LEDGER BARE N\n", stderr);
    return 2;
  }
  return 0;
}
