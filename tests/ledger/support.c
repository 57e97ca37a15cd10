/* tests/ledger/support.c -- small ledgers for the tests of this folder. */
#include <config.h>

#include "support.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static pid_t maker;

static void remove_folder(void)
{
  char command[128];
  if (getpid() == maker) {
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0) {
      perror(folder);
    }
  }
}

const char *sample_path(const char *name)
{
  static char path[256];
  if (folder[0] == '\0' || maker != getpid()) {
    strcpy(folder, "/tmp/notch-ledger-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    maker = getpid();
    atexit(remove_folder);
  }
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static int64_t tell_time(void *payload)
{
  return ((sample *)payload)->now_us += 1000;
}

void sample_must(sample *s, notch_store_status status)
{
  if (status != NOTCH_STORE_OK) {
    ck_abort_msg("%s: %s", notch_store_status_word(status), notch_store_error(s->store));
  }
}

static void take_names(sample *s, bool add)
{
  notch_store_status (*name)(notch_store *, uint32_t *, notch_name_sort, notch_text) =
      add ? notch_store_name_add : notch_store_name_find;
  sample_must(s, name(s->store, &s->type, NOTCH_NAME_TYPE, NOTCH_TEXT("purchase")));
  sample_must(s, name(s->store, &s->points, NOTCH_NAME_POINTS, NOTCH_TEXT("star")));
  sample_must(s, name(s->store, &s->rule, NOTCH_NAME_RULE, NOTCH_TEXT("base")));
  sample_must(s, name(s->store, &s->other_rule, NOTCH_NAME_RULE, NOTCH_TEXT("boost")));
  sample_must(s, name(s->store, &s->ladder, NOTCH_NAME_LADDER, NOTCH_TEXT("status")));
  sample_must(s, name(s->store, &s->tier, NOTCH_NAME_TIER, NOTCH_TEXT("status.gold")));
}

static notch_store_options options_of(sample *s)
{
  return (notch_store_options){.now_us = tell_time, .now_payload = s, .busy_ms = 2000};
}

void sample_create(sample *s, const char *path, bool rollback)
{
  *s = (sample){.now_us = INT64_C(1700000000000000)};
  notch_arena_init(&s->arena, &notch_memory_system);
  notch_store_options options = options_of(s);
  options.rollback = rollback;
  notch_store_problem problem;
  if (notch_store_create(&s->store, path, &options, &problem) != NOTCH_STORE_OK) {
    ck_abort_msg("%s", problem.sentence);
  }
  sample_must(s, notch_store_begin(s->store));
  take_names(s, true);
  notch_store_module module = {NOTCH_TEXT("std"), NOTCH_TEXT("module text")};
  notch_store_version version = {.source = NOTCH_TEXT("programme text"),
                                 .zone = NOTCH_TEXT("zone\0table"),
                                 .semantics = 1,
                                 .effective_us = INT64_MIN,
                                 .modules = &module,
                                 .module_count = 1};
  sample_must(s, notch_store_version_add(s->store, &version));
  ck_assert_uint_eq(version.version, 1);
  notch_transaction publication = {.type = s->type, .version = 1, .at_us = s->now_us,
                                   .booked_us = s->now_us};
  sample_must(s, notch_store_append(s->store, &publication));
  sample_must(s, notch_store_commit(s->store));
}

void sample_open(sample *s, const char *path, bool read_only)
{
  *s = (sample){.now_us = INT64_C(1700000000000000)};
  notch_arena_init(&s->arena, &notch_memory_system);
  notch_store_options options = options_of(s);
  options.read_only = read_only;
  notch_store_problem problem;
  if (notch_store_open(&s->store, path, &options, &problem) != NOTCH_STORE_OK) {
    ck_abort_msg("%s", problem.sentence);
  }
  take_names(s, false);
}

void sample_close(sample *s)
{
  notch_store_close(s->store);
  notch_arena_free(&s->arena);
  s->store = NULL;
}

int64_t sample_purchase(sample *s, const char *member, const char *id, int64_t amount)
{
  int64_t number;
  notch_store_status status =
      notch_store_member_find(s->store, &number, notch_text_of(member));
  if (status == NOTCH_STORE_NOTFOUND) {
    status = notch_store_member_add(s->store, &number, notch_text_of(member));
  }
  sample_must(s, status);
  int64_t posting = notch_store_next(s->store)->posting;
  int64_t booked_us; /* no earlier than anything booked before, whatever our clock says */
  sample_must(s, notch_store_newest_booked(s->store, &booked_us));
  booked_us = booked_us > s->now_us ? booked_us : s->now_us;
  notch_share shares[] = {{s->rule, amount - 1}, {s->other_rule, 1}};
  notch_posting earned = {.posting = posting, .amount = amount, .lot = posting,
                          .points = s->points, .source = NOTCH_ACCOUNT_ISSUED,
                          .target = NOTCH_ACCOUNT_POINTS,
                          .share_count = amount > 1 ? 2 : 0, .shares = shares,
                          .earned_us = s->now_us, .matures_s = INT64_MIN,
                          .expires_s = NOTCH_NEVER, .terms = NOTCH_NONE, .partner = NOTCH_NONE};
  notch_transaction t = {.type = s->type, .version = 1, .member = number,
                         .id = notch_text_of(id), .at_us = s->now_us, .booked_us = booked_us,
                         .offset_min = 480, .content = NOTCH_TEXT("{\"amount\":\"1.00\"}"),
                         .postings = &earned, .posting_count = 1};
  sample_must(s, notch_store_append(s->store, &t));
  return t.event;
}

int64_t sample_buy(sample *s, const char *member, const char *id, int64_t amount)
{
  sample_must(s, notch_store_begin(s->store));
  int64_t event = sample_purchase(s, member, id, amount);
  sample_must(s, notch_store_commit(s->store));
  return event;
}

void sample_erase(sample *s, int64_t member)
{
  int64_t booked_us;
  uint32_t type;
  sample_must(s, notch_store_begin(s->store));
  sample_must(s, notch_store_newest_booked(s->store, &booked_us));
  sample_must(s, notch_store_name_add(s->store, &type, NOTCH_NAME_TYPE, NOTCH_TEXT("erase")));
  notch_transaction t = {.type = type, .version = 1, .member = member, .at_us = booked_us,
                         .booked_us = booked_us, .id = NOTCH_TEXT("erasure")};
  sample_must(s, notch_store_append(s->store, &t));
  sample_must(s, notch_store_member_erase(s->store, member));
  sample_must(s, notch_store_commit(s->store));
}

int sample_sql(const char *path, const char *text)
{
  sqlite3 *db;
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  int code = sqlite3_exec(db, text, NULL, NULL, NULL);
  sqlite3_close(db);
  return code;
}

typedef struct gathered {
  char *what;
  size_t size;
} gathered;

static bool gather(void *payload, const notch_difference *difference)
{
  gathered *to = payload;
  size_t length = strlen(to->what);
  snprintf(to->what + length, to->size - length, "[%s]", difference->what);
  return true;
}

int64_t sample_check(sample *s, char *what, size_t size)
{
  gathered to = {what, size};
  notch_check_report report;
  what[0] = '\0';
  sample_must(s, notch_store_check(s->store, gather, &to, &report));
  return report.differences;
}
