/* tests/ledger/support.h -- small ledgers for the tests of this folder. */
#ifndef NOTCH_TESTS_LEDGER_SUPPORT_H
#define NOTCH_TESTS_LEDGER_SUPPORT_H

#include "ledger/store.h"

typedef struct sample {
  notch_store *store;
  notch_arena arena;
  uint32_t type, points, rule, other_rule, ladder, tier;
  int64_t now_us; /* what the ledger takes as its clock */
} sample;

/* A path in a folder of its own that is removed at exit; static. */
const char *sample_path(const char *name);
/* Creates a ledger with its names and one version; path NULL: in memory. */
void sample_create(sample *s, const char *path, bool rollback);
/* Opens what sample_create() made. */
void sample_open(sample *s, const char *path, bool read_only);
void sample_close(sample *s);
/* Appends one purchase of the member (added if new) that earns `amount`; returns its number. */
int64_t sample_purchase(sample *s, const char *member, const char *id, int64_t amount);
/* The same in a commit of its own. */
int64_t sample_buy(sample *s, const char *member, const char *id, int64_t amount);
/* Erases a member by an event, in a commit of its own. */
void sample_erase(sample *s, int64_t member);
void sample_must(sample *s, notch_store_status status);
/* Runs SQL on the file with plain SQLite; returns its result code. */
int sample_sql(const char *path, const char *text);
/* Differences found by notch_store_check(); the kinds go to `what`, separated by spaces. */
int64_t sample_check(sample *s, char *what, size_t size);

#endif
