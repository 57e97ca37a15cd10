/*
 * tests/audit/check_flips.c -- one bit of every byte of every row is flipped, rows are deleted,
 * inserted and swapped, pages are swapped: verify finds each, or, in caches, the ledger answers
 * as before.
 */
#include <config.h>

#include "notch.h"
#include "tests/gathered.h"

#include <check.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char rules[] = "program small\n"
                            "  timezone \"UTC\"\n"
                            "  currency CNY\n"
                            "  rounded down per event\n"
                            "points star whole expire 12 months after earning\n"
                            "points gem whole\n"
                            "member field city text?\n"
                            "event sale field amount CNY in 0.00 CNY .. 1_000.00 CNY\n"
                            "measure spend is sum of amount on sale\n"
                            "ladder status tiers low < high\n"
                            "  tier high reach when spend over the last 12 months >= 50.00 CNY\n"
                            "  lasts for 12 months\n"
                            "rule base on sale earn 1 star per 1.00 CNY of amount\n"
                            "rule large on sale when amount >= 60.00 CNY earn 3 gem\n"
                            "rule thanks on sale when amount >= 60.00 CNY notify \"thanks\"\n"
                            "use anniversary with pts star, gift 100 star\n";

static const char *const events[] = {
    "{\"id\":\"j\",\"type\":\"join\",\"member\":\"ann\",\"at\":\"2026-01-01T00:00:00Z\",\"city\":"
    "\"Aix\"}",
    "{\"id\":\"a\",\"type\":\"sale\",\"member\":\"ann\",\"at\":\"2026-01-02T00:00:00Z\","
    "\"amount\":\"60.00\"}",
    "{\"id\":\"b\",\"type\":\"sale\",\"member\":\"bob\",\"at\":\"2026-01-03T00:00:00Z\","
    "\"amount\":\"7.00\"}",
    "{\"id\":\"c\",\"type\":\"return\",\"member\":\"ann\",\"at\":\"2026-01-04T00:00:00Z\","
    "\"of\":\"a\",\"amount\":\"10.00\"}",
    "{\"id\":\"d\",\"type\":\"sale\",\"member\":\"bob\",\"at\":\"2026-01-05T00:00:00Z\","
    "\"amount\":\"x\"}",
};

static char folder[] = "/tmp/notch-flips-XXXXXX";
static char path[128], long_path[128], copy[128];
static notch_engine *engine;
static uint64_t looks;

static int swallow(void *payload, const char *bytes, size_t size)
{
  (void)payload;
  (void)bytes;
  (void)size;
  return 0;
}

/* Whether verify finds something, or the ledger cannot even be opened or read. */
static bool is_found(const char *file)
{
  notch_ledger *ledger = NULL;
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  uint64_t differences = 0;
  looks++;
  options.read_only = 1;
  if (notch_ledger_open(&ledger, engine, file, &options) != NOTCH_OK) {
    return true;
  }
  notch_status status =
      notch_ledger_verify(ledger, NULL, NOTCH_VIEW_JSON, swallow, NULL, &differences);
  notch_ledger_close(ledger);
  return status != NOTCH_OK || differences > 0;
}

static void apply(notch_ledger *ledger, const char *text)
{
  notch_event *event = NULL;
  ck_assert_int_eq(notch_event_parse(&event, engine, text, strlen(text)), NOTCH_OK);
  ck_assert_msg(notch_ledger_apply(ledger, event, NULL) == NOTCH_OK, "%s", notch_error(ledger));
  notch_event_free(event);
}

/* The events, then this many sales more. */
static void make_ledger(const char *file, const notch_program *program, int sales)
{
  notch_ledger *ledger = NULL;
  notch_ledger_options options = NOTCH_LEDGER_OPTIONS_INIT;
  notch_counts counts;
  options.rollback = 1;
  options.clock_events = 1;
  options.origin = "flips.example";
  ck_assert_int_eq(notch_ledger_create(&ledger, engine, file, program, &options), NOTCH_OK);
  for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
    apply(ledger, events[i]);
  }
  for (int i = 0; i < sales; i++) {
    char text[160];
    snprintf(text, sizeof text,
             "{\"id\":\"s%d\",\"type\":\"sale\",\"member\":\"cat\",\"at\":"
             "\"2026-02-01T00:00:00Z\",\"amount\":\"1.00\"}",
             i);
    apply(ledger, text);
  }
  ck_assert_int_eq(notch_ledger_advance(ledger, "2027-06-01", &counts), NOTCH_OK);
  ck_assert_int_eq(notch_ledger_seal(ledger, NULL, swallow, NULL), NOTCH_OK);
  notch_ledger_close(ledger);
  ck_assert(!is_found(file));
}

static void make_ledgers(void)
{
  notch_program *program = NULL;
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/ledger", folder);
  snprintf(long_path, sizeof long_path, "%s/long", folder);
  snprintf(copy, sizeof copy, "%s/copy", folder);
  ck_assert_int_eq(notch_engine_new(&engine, NULL), NOTCH_OK);
  ck_assert_int_eq(notch_program_compile(&program, engine, "small", rules, strlen(rules), NULL),
                   NOTCH_OK);
  make_ledger(path, program, 0);
  make_ledger(long_path, program, 300);
  notch_program_free(program);
}

static void remove_all(void)
{
  static const char *const ends[] = {"", "-journal", "-wal", "-shm", "-lock"};
  const char *const files[] = {path, long_path, copy};
  char name[160];
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    for (size_t j = 0; j < sizeof files / sizeof files[0]; j++) {
      snprintf(name, sizeof name, "%s%s", files[j], ends[i]);
      unlink(name);
    }
  }
  rmdir(folder);
  notch_engine_free(engine);
}

/* ---- what a ledger answers ---- */

/* Balances of all, a sale that is known, one of each member that is not, what then falls due,
 * and balances again: whatever reads caches has read them. */
static void ask(const char *file, gathered *out)
{
  static const char *const more[] = {
      "{\"id\":\"a\",\"type\":\"sale\",\"member\":\"ann\",\"at\":\"2026-01-02T00:00:00Z\","
      "\"amount\":\"60.00\"}",
      "{\"id\":\"y\",\"type\":\"sale\",\"member\":\"ann\",\"at\":\"2027-07-02T00:00:00Z\","
      "\"amount\":\"20.00\"}",
      "{\"id\":\"z\",\"type\":\"sale\",\"member\":\"bob\",\"at\":\"2027-07-02T00:00:00Z\","
      "\"amount\":\"70.00\"}"};
  static const char *const members[] = {NULL, "ann", "bob"};
  notch_ledger *ledger = NULL;
  notch_counts counts = {0};
  out->length = 0;
  if (notch_ledger_open(&ledger, engine, file, NULL) != NOTCH_OK) {
    return;
  }
  for (size_t i = 0; i < 6; i++) {
    notch_ledger_balance(ledger, members[i % 3], NULL, NULL, NOTCH_VIEW_JSON, gather, out);
    if (i < 3) {
      notch_event *event = NULL;
      notch_result *result = NULL;
      notch_event_parse(&event, engine, more[i], strlen(more[i]));
      if (notch_ledger_apply(ledger, event, &result) == NOTCH_OK) {
        notch_result_write(result, NOTCH_VIEW_JSON, gather, out);
      }
      notch_result_free(result);
      notch_event_free(event);
    }
    if (i == 2) {
      notch_ledger_advance(ledger, "2029-01-01", &counts);
      out->text[out->length++] = (char)('0' + counts.transactions);
    }
  }
  notch_ledger_close(ledger);
}

/* Both are of the copy: first of the ledger as it was, then of what a test made of it. */
static gathered right_answers;

static bool answers_the_same(const char *file)
{
  static gathered now;
  ask(file, &now);
  return now.length > 0 && now.length == right_answers.length &&
         memcmp(now.text, right_answers.text, now.length) == 0;
}

/* ---- the file as bytes ---- */

static unsigned char *read_file(const char *name, long *size)
{
  FILE *file = fopen(name, "rb");
  ck_assert_ptr_nonnull(file);
  fseek(file, 0, SEEK_END);
  *size = ftell(file);
  rewind(file);
  unsigned char *bytes = malloc((size_t)*size);
  ck_assert_uint_eq(fread(bytes, 1, (size_t)*size, file), (size_t)*size);
  fclose(file);
  return bytes;
}

static void write_file(const char *name, const unsigned char *bytes, long size)
{
  FILE *file = fopen(name, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(bytes, 1, (size_t)size, file), (size_t)size);
  fclose(file);
}

static sqlite3 *open_copy(void)
{
  sqlite3 *db = NULL;
  ck_assert_int_eq(sqlite3_open(copy, &db), SQLITE_OK);
  sqlite3_exec(db, "PRAGMA synchronous=OFF; PRAGMA ignore_check_constraints=ON", NULL, NULL, NULL);
  return db;
}

/* The triggers that refuse changes, dropped as somebody would, and put back so that only the
 * change itself is left to be found. */
static char triggers[64][400];
static char dropped[64][80];
static int trigger_count;

static void read_triggers(void)
{
  sqlite3_stmt *rows = NULL;
  sqlite3 *db = open_copy();
  trigger_count = 0;
  sqlite3_prepare_v2(db, "SELECT name,sql FROM sqlite_schema WHERE type='trigger'", -1, &rows,
                     NULL);
  while (sqlite3_step(rows) == SQLITE_ROW && trigger_count < 64) {
    snprintf(dropped[trigger_count], sizeof dropped[0], "DROP TRIGGER %s",
             (const char *)sqlite3_column_text(rows, 0));
    snprintf(triggers[trigger_count++], sizeof triggers[0], "%s",
             (const char *)sqlite3_column_text(rows, 1));
  }
  sqlite3_finalize(rows);
  sqlite3_close(db);
}

static void drop_triggers(sqlite3 *db)
{
  for (int i = 0; i < trigger_count; i++) {
    ck_assert_int_eq(sqlite3_exec(db, dropped[i], NULL, NULL, NULL), SQLITE_OK);
  }
}

static void restore_triggers(sqlite3 *db)
{
  for (int i = 0; i < trigger_count; i++) {
    ck_assert_int_eq(sqlite3_exec(db, triggers[i], NULL, NULL, NULL), SQLITE_OK);
  }
}

/* Runs SQL behind the triggers on a fresh copy.  False: SQLite itself refused. */
static bool change(const unsigned char *bytes, long size, const char *sql)
{
  write_file(copy, bytes, size);
  sqlite3 *db = open_copy();
  drop_triggers(db);
  bool done = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
  restore_triggers(db);
  sqlite3_close(db);
  return done;
}

/* The journal, and what hangs on it: of caches a flip may also go unseen where nobody can tell
 * the difference, because what was damaged is not believed or not asked for. */
static const struct {
  const char *name, *key;
  bool is_cache;
} tables[] = {
    {"ledger", "ledger", false},
    {"version", "version", false},
    {"module", "module", false},
    {"name", "name", false},
    {"member", "member", false},
    {"shape", "shape", false},
    {"form", "form", false},
    {"event", "event", false},
    {"event_more", "event", false},
    {"posting_more", "posting", false},
    {"move", "move", false},
    {"effect", "effect", false},
    {"head", "size", false},
    {"node", "node", false},
    {"seal", "seal", false},
    {"personal", "member,field,event", false},
    {"event_key", "key,event", true},
    {"member_key", "key,member", true},
    {"cache", "cache", true},
    {"state", "member", true},
};

/* ---- every byte of every column of every row ---- */

typedef struct cell {
  const char *table, *key;
  char column[32];
  int row; /* by the key, from 0 */
  int type;
  unsigned char value[8192];
  int size; /* bytes */
} cell;

/* Reads cell number n of a table; false: there are no more. */
static bool read_cell(sqlite3 *db, int n, cell *out)
{
  sqlite3_stmt *rows = NULL;
  char sql[160];
  bool found = false;
  snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY %s", out->table, out->key);
  ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &rows, NULL), SQLITE_OK);
  int columns = sqlite3_column_count(rows), column = n % columns;
  for (out->row = 0; !found && sqlite3_step(rows) == SQLITE_ROW; out->row++) {
    found = n / columns == out->row;
    if (found) {
      snprintf(out->column, sizeof out->column, "%s", sqlite3_column_name(rows, column));
      out->type = sqlite3_column_type(rows, column);
      sqlite3_int64 number = sqlite3_column_int64(rows, column);
      const void *bytes = sqlite3_column_blob(rows, column);
      out->size = out->type == SQLITE_INTEGER ? 8 : sqlite3_column_bytes(rows, column);
      ck_assert_int_le(out->size, (int)sizeof out->value);
      if (out->size > 0) {
        memcpy(out->value, out->type == SQLITE_INTEGER ? (const void *)&number : bytes,
               (size_t)out->size);
      }
    }
  }
  out->row--;
  sqlite3_finalize(rows);
  return found;
}

/* Writes the cell with one bit changed; false: SQLite refuses such a value. */
static bool write_flipped(const cell *from, int byte, int bit)
{
  unsigned char value[sizeof from->value];
  sqlite3_stmt *put = NULL;
  char sql[300];
  sqlite3 *db = open_copy();
  memcpy(value, from->value, (size_t)from->size);
  value[byte] ^= (unsigned char)(1 << bit);
  drop_triggers(db);
  snprintf(sql, sizeof sql,
           "UPDATE %s SET \"%s\"=?1 WHERE (%s)=(SELECT %s FROM %s ORDER BY %s LIMIT 1 OFFSET ?2)",
           from->table, from->column, from->key, from->key, from->table, from->key);
  ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &put, NULL), SQLITE_OK);
  if (from->type == SQLITE_INTEGER) {
    sqlite3_int64 number;
    memcpy(&number, value, sizeof number);
    sqlite3_bind_int64(put, 1, number);
  } else if (from->type == SQLITE_TEXT) {
    sqlite3_bind_text(put, 1, (const char *)value, from->size, SQLITE_TRANSIENT);
  } else {
    sqlite3_bind_blob(put, 1, value, from->size, SQLITE_TRANSIENT);
  }
  sqlite3_bind_int(put, 2, from->row);
  bool written = sqlite3_step(put) == SQLITE_DONE;
  sqlite3_finalize(put);
  restore_triggers(db);
  sqlite3_close(db);
  return written;
}

/* The long ledger is there for the inner nodes of its tree, the short one for all else. */
static const char *ledger_of(const char *table)
{
  return strcmp(table, "node") == 0 ? long_path : path;
}

START_TEST(a_flipped_bit_is_found)
{
  long size;
  static cell at;
  at.table = tables[_i].name;
  at.key = tables[_i].key;
  unsigned char *bytes = read_file(ledger_of(at.table), &size);
  int flips = 0;
  write_file(copy, bytes, size);
  ask(copy, &right_answers);
  ck_assert_uint_gt(right_answers.length, 1000);
  write_file(copy, bytes, size);
  read_triggers();
  for (int n = 0;; n++) {
    write_file(copy, bytes, size);
    sqlite3 *db = open_copy();
    bool more = read_cell(db, n, &at);
    sqlite3_close(db);
    if (!more) {
      break;
    }
    /* The zone's table is long: every seventh byte of what is longer than a thousand. */
    for (int byte = 0; byte<at.size; byte += at.size> 1000 ? 7 : 1) {
      write_file(copy, bytes, size);
      if (write_flipped(&at, byte, byte % 7)) {
        flips++;
        ck_assert_msg(is_found(copy) || (tables[_i].is_cache && answers_the_same(copy)),
                      "%s.%s of row %d, byte %d", at.table, at.column, at.row, byte);
      }
    }
  }
  ck_assert_int_gt(flips, 0);
  free(bytes);
}
END_TEST

/* ---- rows and pages ---- */

static const char *const whole_rows[] = {
    "DELETE FROM event WHERE event=3",
    "DELETE FROM event WHERE event=(SELECT max(event) FROM event)",
    "UPDATE event SET form=(SELECT form FROM form WHERE postings=0),amount=NULL,lot=NULL"
    " WHERE event-posting=1 AND amount IS NOT NULL",
    "UPDATE event SET form=form+1 WHERE event=3",
    "UPDATE event SET form=99 WHERE event=3",
    "DELETE FROM form WHERE form=(SELECT max(form) FROM form)",
    "INSERT INTO form SELECT max(form)+1,type,offset,version,outcome,postings,points,source,target,"
    "terms,shape,more FROM form",
    "UPDATE form SET offset=offset+1",
    "UPDATE form SET more=1-more",
    "DELETE FROM event_more WHERE event=(SELECT max(event) FROM event_more)",
    "INSERT INTO event_more(event,origin,cause,move,effect,detail) VALUES(1,0,0,0,0,'x')",
    "INSERT INTO event_more(event,origin,cause,move,effect) VALUES(1,0,0,0,0)",
    "INSERT INTO event_more(event,origin,cause,move,effect) VALUES(999,1,0,0,0)",
    "UPDATE shape SET texts='v' WHERE texts='t'",
    "UPDATE shape SET texts=texts||'t' WHERE texts IS NOT NULL",
    "DELETE FROM posting_more WHERE posting=(SELECT min(posting) FROM posting_more)",
    "DELETE FROM posting_more WHERE posting=(SELECT max(posting) FROM posting_more)",
    "DELETE FROM move",
    "DELETE FROM shape WHERE shape=(SELECT max(shape) FROM shape)",
    "INSERT INTO shape(keys) VALUES('[\"x\"]')",
    "DELETE FROM effect WHERE effect=1",
    "DELETE FROM member WHERE member=2",
    "DELETE FROM head WHERE size=(SELECT max(size) FROM head)",
    "DELETE FROM name WHERE name=(SELECT max(name) FROM name)",
    "INSERT INTO posting_more SELECT posting+100,event,points,source,target,amount,lot,rules,"
    "earned,matures,expires,terms,partner FROM posting WHERE posting=1",
    "INSERT INTO posting_more SELECT posting+1,event,points,source,target,amount,lot,rules,"
    "earned,matures,expires,terms,partner FROM posting ORDER BY posting DESC LIMIT 1",
    "INSERT INTO head VALUES(1000,zeroblob(32))",
    "INSERT INTO member VALUES(3,1,zeroblob(32))",
    /* two rows exchanged */
    "UPDATE event SET event=-3 WHERE event=3; UPDATE event SET event=3 WHERE event=4;"
    "UPDATE event SET event=4 WHERE event=-3",
    "UPDATE event SET posting=posting+1 WHERE amount IS NOT NULL",
    "UPDATE form SET postings=postings+1 WHERE form=(SELECT form FROM event WHERE"
    " event=(SELECT max(event) FROM event))",
    "UPDATE effect SET event=event-1 WHERE effect=1",
    "UPDATE personal SET value='Ax' WHERE field<>0",
    "UPDATE personal SET value='amn' WHERE value='ann'",
    "DELETE FROM personal WHERE value='ann'",
    "DELETE FROM personal WHERE field<>0",
    "DELETE FROM personal WHERE member=1",
    "INSERT INTO personal SELECT member,field,event+1,salt,value FROM personal WHERE field<>0",
    "INSERT INTO personal VALUES(77,0,1,zeroblob(32),'nobody')",
    "DELETE FROM event_key WHERE 3 BETWEEN event AND event+more",
    "INSERT INTO event_key VALUES(1,3,0)",
    "UPDATE event_key SET more=more+1",
    "DELETE FROM member_key WHERE member=2",
    "INSERT INTO member_key VALUES(1,2)",
    "DELETE FROM state WHERE member=1",
    "UPDATE state SET data=(SELECT data FROM state WHERE member=2) WHERE member=1",
    "UPDATE state SET due=9223372036854775807",
    "UPDATE cache SET upto=upto+100",
    "UPDATE cache SET booked=booked+1",
    "UPDATE seal SET note=replace(note,'flips','slips')",
};

START_TEST(a_changed_row_is_found)
{
  long size;
  unsigned char *bytes = read_file(path, &size);
  write_file(copy, bytes, size);
  read_triggers();
  const char *sql = whole_rows[_i];
  if (change(bytes, size, sql)) {
    ck_assert_msg(is_found(copy), "%s", sql);
  } else {
    ck_assert_msg(strncmp(sql, "INSERT", 6) == 0, "%s could not be tried", sql);
  }
  free(bytes);
}
END_TEST

static void swap_pages(unsigned char *bytes, long left, long right)
{
  unsigned char kept[4096];
  memcpy(kept, bytes + left * 4096, 4096);
  memcpy(bytes + left * 4096, bytes + right * 4096, 4096);
  memcpy(bytes + right * 4096, kept, 4096);
}

START_TEST(swapped_pages_are_found)
{
  long size;
  unsigned char *bytes = read_file(path, &size);
  long pages = size / 4096;
  for (long left = 1; left < pages; left++) {
    for (long right = left + 1; right < pages; right++) {
      if (memcmp(bytes + left * 4096, bytes + right * 4096, 4096) != 0) {
        swap_pages(bytes, left, right);
        write_file(copy, bytes, size);
        ck_assert_msg(is_found(copy), "pages %ld and %ld", left, right);
        swap_pages(bytes, left, right);
      }
    }
  }
  free(bytes);
}
END_TEST

START_TEST(the_ledger_as_it_was_made_is_intact)
{
  ck_assert(!is_found(path));
}
END_TEST

int main(void)
{
  TCase *cases = tcase_create("flips");
  tcase_set_timeout(cases, 600);
  tcase_add_unchecked_fixture(cases, make_ledgers, remove_all);
  tcase_add_test(cases, the_ledger_as_it_was_made_is_intact);
  tcase_add_loop_test(cases, a_flipped_bit_is_found, 0, sizeof tables / sizeof tables[0]);
  tcase_add_loop_test(cases, a_changed_row_is_found, 0, sizeof whole_rows / sizeof whole_rows[0]);
  tcase_add_test(cases, swapped_pages_are_found);
  Suite *suite = suite_create("flips");
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
