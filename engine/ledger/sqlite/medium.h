/*
 * ledger/sqlite/medium.h -- a ledger in the storage of the host instead of in files.
 *
 * A file layer of SQLite's for one handle: its two files are the host's two rows of bytes.
 */
#ifndef NOTCH_LEDGER_SQLITE_MEDIUM_H
#define NOTCH_LEDGER_SQLITE_MEDIUM_H

#include "base/memory.h"
#include "ledger/store.h"

#include <sqlite3.h>

#define NOTCH_MEDIUM_FILE "ledger" /* what the database is called in its file layer */

typedef struct notch_medium notch_medium;

/* NULL: no memory. */
notch_medium *notch_medium_new(const notch_memory *memory, const notch_store_medium *host);
/* Once no database uses it; accepts NULL. */
void notch_medium_free(notch_medium *medium, const notch_memory *memory);
const char *notch_medium_layer(const notch_medium *medium); /* for sqlite3_open_v2() */

/* Bytes of the ledger, or -1. */
int64_t notch_medium_size(const notch_store_medium *host);
/* Leaves nothing of what a failed creation wrote. */
void notch_medium_clear(const notch_store_medium *host);

#endif
