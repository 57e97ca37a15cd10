/* ledger/check.h -- the checks of a stored ledger, as the files check*.c share them. */
#ifndef NOTCH_LEDGER_CHECK_H
#define NOTCH_LEDGER_CHECK_H

#include "ledger/sqlite/internal.h"

typedef struct notch_check_tree notch_check_tree;
typedef struct notch_check_books notch_check_books;
typedef struct notch_check_personal notch_check_personal;
typedef struct notch_check_caches notch_check_caches;

typedef struct notch_check {
  notch_store *store;
  bool (*found)(void *payload, const notch_difference *what);
  void *payload;
  notch_check_report *report;
  bool stopped; /* found said so */
} notch_check;

/* Reports a difference; the texts are formatted from numbers or given whole. */
void notch_check_text(notch_check *check, int64_t event, const char *what, const char *recorded,
                      const char *recomputed);
void notch_check_number(notch_check *check, int64_t event, const char *what, int64_t recorded,
                        int64_t recomputed);
void notch_check_digest(notch_check *check, int64_t event, const char *what,
                        const notch_digest *recorded, const notch_digest *recomputed);
/* A number of rows that the file claims, as far as memory may be taken by it. */
int64_t notch_check_rows_at_most(notch_store *store, int64_t claimed);

/* check_tree.c: leaves, nodes, heads.  One call for each transaction, in order, then the end. */
notch_store_status notch_check_tree_begin(notch_check_tree **out, notch_check *check);
notch_store_status notch_check_tree_row(notch_check_tree *tree, const notch_transaction *t,
                                        const notch_digest *leaf, bool *at_head);
notch_store_status notch_check_tree_end(notch_check_tree *tree);
void notch_check_tree_free(notch_check_tree *tree);

/* check_books.c: references, chains, times, double entry, lots, holds, reward lots. */
notch_store_status notch_check_books_begin(notch_check_books **out, notch_check *check);
void notch_check_books_row(notch_check_books *books, const notch_transaction *t);
void notch_check_books_head(notch_check_books *books, int64_t size); /* after a commit's rows */
notch_store_status notch_check_books_end(notch_check_books *books);
void notch_check_books_free(notch_check_books *books);

/* check_personal.c: ids, personal values, keys of members. */
notch_store_status notch_check_personal_begin(notch_check_personal **out, notch_check *check);
notch_store_status notch_check_personal_row(notch_check_personal *p, const notch_transaction *t);
notch_store_status notch_check_personal_end(notch_check_personal *p);
void notch_check_personal_free(notch_check_personal *p);

/* check_caches.c: keys of events, last rows, how far they go. */
notch_store_status notch_check_caches_begin(notch_check_caches **out, notch_check *check);
notch_store_status notch_check_caches_row(notch_check_caches *c, const notch_transaction *t);
notch_store_status notch_check_caches_end(notch_check_caches *c);
void notch_check_caches_free(notch_check_caches *c);

#endif
