/* ledger/sqlite/totals.c -- what a whole ledger adds up to, exactly (L4). */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>

notch_store_status notch_store_totals(notch_store *store, int64_t upto, int64_t booked_us,
                                      bool (*each)(void *payload, const notch_store_total *total),
                                      void *payload)
{
  bool all = upto == 0 && booked_us >= store->booked_newest;
  sqlite3_stmt *rows = notch_sql_get(store, all ? NOTCH_SQL_TOTALS : NOTCH_SQL_TOTALS_TO);
  if (rows == NULL) {
    return store->last;
  }
  if (!all) {
    sqlite3_bind_int64(rows, 1, upto == 0 ? INT64_MAX : upto);
    sqlite3_bind_int64(rows, 2, booked_us);
  }
  notch_store_status status;
  while ((status = notch_sql_row(store, rows, "adding up")) == NOTCH_STORE_OK) {
    const notch_store_total total = {
        .points = (uint32_t)sqlite3_column_int64(rows, 0),
        .source = (uint8_t)sqlite3_column_int(rows, 1),
        .target = (uint8_t)sqlite3_column_int(rows, 2),
        .amount = ((__int128)sqlite3_column_int64(rows, 3) << 32) +
                  sqlite3_column_int64(rows, 4)};
    if (!each(payload, &total)) {
      break;
    }
  }
  notch_sql_done(rows);
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

notch_store_status notch_store_effect_totals(notch_store *store, int64_t upto, int64_t booked_us,
                                             bool (*each)(void *payload, uint8_t kind,
                                                          uint32_t subject, int64_t amount),
                                             void *payload)
{
  sqlite3_stmt *rows = notch_sql_get(store, NOTCH_SQL_EFFECT_TOTALS);
  if (rows == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(rows, 1, upto == 0 ? INT64_MAX : upto);
  sqlite3_bind_int64(rows, 2, booked_us);
  notch_store_status status;
  while ((status = notch_sql_row(store, rows, "adding up")) == NOTCH_STORE_OK) {
    uint32_t subject = sqlite3_column_type(rows, 1) == SQLITE_NULL
                           ? NOTCH_NONE
                           : (uint32_t)sqlite3_column_int64(rows, 1);
    if (!each(payload, (uint8_t)sqlite3_column_int(rows, 0), subject,
              sqlite3_column_int64(rows, 2))) {
      break;
    }
  }
  notch_sql_done(rows);
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}
