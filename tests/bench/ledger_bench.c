/*
 * bench/ledger_bench.c -- how fast the store alone is: transactions with one posting each, 10,000
 * a commit, then reading them all back, some with a commit each, and all checks.
 * Usage: ledger_bench FILE [EVENTS [MEMBERS [uuid]]]
 */
#include <config.h>

#include "ledger/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define A_COMMIT 10000
#define SINGLE 2000
#define STATE_BYTES 600 /* about what a member of an ordinary programme takes */

static double now_s(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void must(notch_store *store, notch_store_status status)
{
  if (status != NOTCH_STORE_OK) {
    fprintf(stderr, "%s: %s\n", notch_store_status_word(status), notch_store_error(store));
    exit(1);
  }
}

static uint64_t random_state = 88172645463325252u;

static uint64_t next_random(void)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

static double cpu_s(void) /* of this process: steadier than the clock on a busy machine */
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

typedef struct bench {
  notch_store *store;
  uint32_t type, points, rules[3];
  uint32_t versions;
  bool uuid;
  char state[STATE_BYTES];
} bench;

static void publish(bench *b)
{
  notch_store_version version = {.source = NOTCH_TEXT("bench"), .semantics = 1,
                                 .effective_us = INT64_MIN};
  must(b->store, notch_store_begin(b->store));
  must(b->store, notch_store_name_add(b->store, &b->type, NOTCH_NAME_TYPE, NOTCH_TEXT("purchase")));
  must(b->store, notch_store_name_add(b->store, &b->points, NOTCH_NAME_POINTS, NOTCH_TEXT("star")));
  must(b->store, notch_store_name_add(b->store, &b->rules[0], NOTCH_NAME_RULE, NOTCH_TEXT("base")));
  must(b->store, notch_store_name_add(b->store, &b->rules[1], NOTCH_NAME_RULE, NOTCH_TEXT("tier")));
  must(b->store, notch_store_name_add(b->store, &b->rules[2], NOTCH_NAME_RULE, NOTCH_TEXT("app")));
  must(b->store, notch_store_version_add(b->store, &version));
  notch_transaction t = {.type = b->type, .version = version.version,
                         .at_us = INT64_C(1700000000000000),
                         .booked_us = INT64_C(1700000000000000)};
  must(b->store, notch_store_append(b->store, &t));
  must(b->store, notch_store_commit(b->store));
}

static void purchase(bench *b, int64_t i, int64_t members)
{
  char id[64], content[96], name[32];
  uint64_t random = next_random();
  if (b->uuid) {
    uint64_t more = next_random();
    snprintf(id, sizeof id, "%08x-%04x-4%03x-8%03x-%012" PRIx64, (unsigned)(random >> 32),
             (unsigned)(random & 0xffff), (unsigned)(more & 0xfff), (unsigned)(more >> 12 & 0xfff),
             more >> 16);
  } else {
    snprintf(id, sizeof id, "e-%" PRId64, i);
  }
  snprintf(content, sizeof content,
           "{\"amount\":\"%u.%02u\",\"category\":\"food\",\"channel\":\"app\"}",
           (unsigned)(random % 200 + 1), (unsigned)(random >> 20) % 100);
  snprintf(name, sizeof name, "m-%" PRId64, (int64_t)(random >> 8) % members);
  int64_t found, member;
  notch_store_status status = notch_store_event_find(b->store, &found, notch_text_of(id), 0);
  if (status != NOTCH_STORE_NOTFOUND) {
    must(b->store, status);
    return;
  }
  status = notch_store_member_find(b->store, &member, notch_text_of(name));
  if (status == NOTCH_STORE_NOTFOUND) {
    status = notch_store_member_add(b->store, &member, notch_text_of(name));
  }
  must(b->store, status);
  const notch_store_numbers *next = notch_store_next(b->store);
  int64_t amount = (int64_t)(random % 200 + 3);
  notch_share shares[3] = {{b->rules[0], amount - 2}, {b->rules[1], 1}, {b->rules[2], 1}};
  int64_t at_us = INT64_C(1700000000000000) + i * 31536000;
  notch_posting posting = {.posting = next->posting, .amount = amount, .lot = next->posting,
                           .points = b->points, .source = NOTCH_ACCOUNT_ISSUED,
                           .target = NOTCH_ACCOUNT_POINTS, .share_count = 1 + (i % 3),
                           .shares = shares, .earned_us = at_us, .matures_s = INT64_MIN,
                           .expires_s = at_us / 1000000 + 31536000, .terms = NOTCH_NONE,
                           .partner = NOTCH_NONE};
  shares[0].amount = amount - (i % 3);
  notch_transaction t = {.type = b->type, .version = 1, .member = member,
                         .id = notch_text_of(id), .at_us = at_us, .booked_us = at_us,
                         .offset_min = 480, .content = notch_text_of(content),
                         .postings = &posting, .posting_count = 1};
  must(b->store, notch_store_append(b->store, &t));
  must(b->store, notch_store_state_put(b->store, member, (notch_text){b->state, STATE_BYTES},
                                       posting.expires_s, 1));
}

static void read_back(bench *b)
{
  notch_cursor *cursor;
  double start_s = now_s();
  int64_t count = 0, sum = 0;
  must(b->store, notch_cursor_open(&cursor, b->store, 1, 0));
  for (const notch_transaction *t; (t = notch_cursor_next(cursor)) != NULL; count++) {
    for (uint32_t i = 0; i < t->posting_count; i++) {
      sum += t->postings[i].amount;
    }
  }
  must(b->store, notch_cursor_status(cursor));
  notch_cursor_close(cursor);
  printf("read back: %" PRId64 " transactions, %.0f a second (sum %" PRId64 ")\n", count,
         (double)count / (now_s() - start_s), sum);
}

static void one_a_commit(bench *b, int64_t from, int64_t count, int64_t members)
{
  double start_s = now_s(), start_cpu_s = cpu_s();
  for (int64_t i = from; i < from + count; i++) {
    must(b->store, notch_store_begin(b->store));
    purchase(b, i, members);
    must(b->store, notch_store_commit(b->store));
  }
  printf("one a commit: %.0f a second (processor %.0f us each)\n",
         (double)count / (now_s() - start_s), (cpu_s() - start_cpu_s) * 1e6 / (double)count);
}

static void check(bench *b)
{
  double start_s = now_s();
  notch_check_report report;
  must(b->store, notch_store_check(b->store, NULL, NULL, &report));
  printf("check: %" PRId64 " transactions, %.0f a second, %" PRId64 " differences\n",
         report.events, (double)report.events / (now_s() - start_s), report.differences);
}

int main(int argc, char **argv)
{
  if (argc < 2) {
    fprintf(stderr, "usage: ledger_bench FILE [EVENTS [MEMBERS [uuid]]]\n");
    return 2;
  }
  int64_t events = argc > 2 ? strtoll(argv[2], NULL, 10) : 1000000;
  int64_t members = argc > 3 ? strtoll(argv[3], NULL, 10) : 100000;
  bench b = {.uuid = argc > 4};
  notch_store_problem problem;
  notch_store_options options = {0};
  if (notch_store_create(&b.store, argv[1], &options, &problem) != NOTCH_STORE_OK) {
    fprintf(stderr, "%s\n", problem.sentence);
    return 1;
  }
  memset(b.state, 7, sizeof b.state);
  publish(&b);
  double start_s = now_s(), start_cpu_s = cpu_s();
  for (int64_t i = 0; i < events;) {
    must(b.store, notch_store_begin(b.store));
    for (int64_t end = i + A_COMMIT < events ? i + A_COMMIT : events; i < end; i++) {
      purchase(&b, i, members);
    }
    must(b.store, notch_store_commit(b.store));
  }
  double took_s = now_s() - start_s;
  printf("append: %" PRId64 " transactions in %.2f s (processor %.2f s), %.0f a second\n", events,
         took_s, cpu_s() - start_cpu_s, (double)events / took_s);
  read_back(&b);
  one_a_commit(&b, events, SINGLE, members);
  check(&b);
  notch_store_close(b.store);
  if (notch_store_open(&b.store, argv[1], &options, &problem) != NOTCH_STORE_OK) {
    fprintf(stderr, "%s\n", problem.sentence);
    return 1;
  }
  notch_store_info info;
  must(b.store, notch_store_info_read(b.store, &info));
  printf("file: %" PRId64 " bytes, %.0f an event\n", info.file_bytes,
         (double)info.file_bytes / (double)events);
  notch_store_close(b.store);
  return 0;
}
