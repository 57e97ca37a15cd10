/*
 * ledger/sqlite/write.c -- begin, append, commit, rollback: the only writer of the journal.
 *
 * One append writes one transaction of the ledger whole; one commit makes any number of them
 * durable, with the caches from time to time (L5, L7, L8).
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#define CHECKPOINT_WAIT_MS 1000u
#define ROWS_SMALL 100 /* of a commit */

static int64_t system_now_us(void)
{
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * NOTCH_SECOND_US + now.tv_nsec / 1000;
}

notch_store_status notch_store_begin(notch_store *store)
{
  if (store->writing || store->snapshot) {
    return notch_store_say(store, NOTCH_STORE_MISUSE, "a transaction is open already");
  }
  if (store->options.read_only) {
    return notch_store_say(store, NOTCH_STORE_READONLY, "the ledger was opened for reading only");
  }
  if (store->broken) {
    return notch_store_say(store, NOTCH_STORE_BROKEN,
                           "the disk did not confirm an earlier write; close this ledger and "
                           "open it again once the disk is sound");
  }
  notch_store_status status = notch_lock_take(store, store->options.busy_ms);
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  sqlite3_stmt *begin = notch_sql_get(store, NOTCH_SQL_BEGIN_WRITE);
  status = begin == NULL ? store->last : notch_sql_run(store, begin, "beginning to write");
  if (status != NOTCH_STORE_OK) {
    notch_lock_give(store);
    return status;
  }
  store->writing = true;
  store->failed = false;
  status = notch_store_refresh(store);
  if (status != NOTCH_STORE_OK) {
    notch_store_rollback(store);
  }
  return status;
}

bool notch_store_is_shared(const notch_store *store)
{
  return store->lock.shared;
}

bool notch_store_is_writing(const notch_store *store)
{
  return store->writing;
}

const notch_store_numbers *notch_store_next(const notch_store *store)
{
  return &store->next;
}

static void reset_all(notch_store *store)
{
  for (unsigned i = 0; i < NOTCH_SQL_COUNT; i++) {
    if (store->statements[i] != NULL && sqlite3_stmt_busy(store->statements[i])) {
      sqlite3_reset(store->statements[i]);
    }
  }
}

void notch_store_rollback(notch_store *store)
{
  if (!store->writing) {
    return;
  }
  reset_all(store);
  if (!sqlite3_get_autocommit(store->db)) {
    char sentence[sizeof store->sentence]; /* the reason stays, whatever the rollback says */
    memcpy(sentence, store->sentence, sizeof sentence);
    sqlite3_stmt *rollback = notch_sql_get(store, NOTCH_SQL_ROLLBACK);
    if (rollback == NULL || notch_sql_run(store, rollback, "rolling back") != NOTCH_STORE_OK) {
      sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    memcpy(store->sentence, sentence, sizeof sentence);
  }
  store->writing = false;
  notch_store_forget(store);
  notch_lock_give(store);
}

notch_store_status notch_store_snapshot_begin(notch_store *store)
{
  if (store->writing || store->snapshot) {
    return notch_store_say(store, NOTCH_STORE_MISUSE, "a transaction is open already");
  }
  sqlite3_stmt *begin = notch_sql_get(store, NOTCH_SQL_BEGIN_READ);
  notch_store_status status =
      begin == NULL ? store->last : notch_sql_run(store, begin, "beginning to read");
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  store->snapshot = true;
  status = notch_store_refresh(store);
  if (status != NOTCH_STORE_OK) {
    notch_store_snapshot_end(store);
  }
  return status;
}

void notch_store_snapshot_end(notch_store *store)
{
  if (!store->snapshot) {
    return;
  }
  reset_all(store);
  sqlite3_stmt *commit = notch_sql_get(store, NOTCH_SQL_COMMIT);
  if (commit != NULL && sqlite3_step(commit) != SQLITE_DONE) {
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
  }
  if (commit != NULL) {
    sqlite3_reset(commit);
  }
  store->snapshot = false;
}

/* ---- append ---- */

static notch_store_status check_numbers(notch_store *store, const notch_transaction *t)
{
  int64_t posting = store->next.posting, effect = store->next.effect;
  for (uint32_t i = 0; i < t->posting_count; i++, posting++) {
    const notch_posting *p = &t->postings[i];
    if (p->posting != posting || p->lot < 0 || p->lot > posting || p->source == p->target) {
      return notch_store_say(store, NOTCH_STORE_MISUSE,
                             "posting %lld is not in order: number %lld comes next",
                             (long long)p->posting, (long long)posting);
    }
    if (p->amount < 1 || p->amount > NOTCH_AMOUNT_MAX) {
      return notch_store_say(store, NOTCH_STORE_OVERFLOW,
                             "a posting of %lld is outside 1 to 10^15 smallest units",
                             (long long)p->amount);
    }
  }
  for (uint32_t i = 0; i < t->effect_count; i++, effect++) {
    if (t->effects[i].effect != effect) {
      return notch_store_say(store, NOTCH_STORE_MISUSE,
                             "effect %lld is not in order: number %lld comes next",
                             (long long)t->effects[i].effect, (long long)effect);
    }
  }
  bool typed = t->type > 0 || t->verdict >= NOTCH_REFUSED_CONFLICT;
  if (t->member < 0 || t->member >= store->next.member || !typed ||
      t->type >= store->next.name || t->version >= store->next.version ||
      t->booked_us < t->at_us || t->cause < 0 || t->cause > store->next.event) {
    return notch_store_say(store, NOTCH_STORE_MISUSE,
                           "transaction %lld names a member, type, version or cause that is not "
                           "there, or is booked before its own time",
                           (long long)store->next.event);
  }
  return NOTCH_STORE_OK;
}

static void bind_number(sqlite3_stmt *statement, int index, int64_t value, int64_t absent)
{
  if (value == absent) {
    sqlite3_bind_null(statement, index);
  } else {
    sqlite3_bind_int64(statement, index, value);
  }
}

static notch_store_status bind_rules(notch_store *store, sqlite3_stmt *put, int index,
                                     const notch_posting *p)
{
  if (p->share_count == 0) {
    sqlite3_bind_null(put, index);
  } else if (p->share_count == 1 && p->shares[0].amount == p->amount) {
    sqlite3_bind_int64(put, index, p->shares[0].rule);
  } else {
    if (!notch_rules_encode(&store->rules, p)) {
      return notch_store_nomem(store);
    }
    sqlite3_bind_text(put, index, store->rules.bytes, (int)store->rules.length, SQLITE_STATIC);
  }
  return NOTCH_STORE_OK;
}

static bool opens_lot(const notch_posting *p)
{
  return p->lot == p->posting;
}

/* Two columns. */
static void bind_dates(sqlite3_stmt *put, int matures, const notch_posting *p)
{
  bind_number(put, matures, opens_lot(p) ? p->matures_s : INT64_MIN, INT64_MIN);
  bind_number(put, matures + 1, opens_lot(p) ? p->expires_s : NOTCH_NEVER, NOTCH_NEVER);
}

/* Two columns. */
static void bind_origin(sqlite3_stmt *put, int earned, const notch_posting *p, int64_t at_us)
{
  bool opens = p != NULL && opens_lot(p);
  bind_number(put, earned, opens ? p->earned_us : at_us, at_us);
  bind_number(put, earned + 1, opens ? p->partner : NOTCH_NONE, NOTCH_NONE);
}

static notch_store_status put_posting(notch_store *store, const notch_posting *p, int64_t event,
                                      int64_t at_us)
{
  sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_POSTING_PUT);
  if (put == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(put, 1, p->posting);
  sqlite3_bind_int64(put, 2, event);
  sqlite3_bind_int64(put, 1 + NOTCH_POSTING_POINTS, p->points);
  sqlite3_bind_int64(put, 1 + NOTCH_POSTING_SOURCE, p->source);
  sqlite3_bind_int64(put, 1 + NOTCH_POSTING_TARGET, p->target);
  sqlite3_bind_int64(put, 1 + NOTCH_POSTING_AMOUNT, p->amount);
  sqlite3_bind_int64(put, 1 + NOTCH_POSTING_LOT, p->lot);
  bind_dates(put, 1 + NOTCH_POSTING_MATURES, p);
  bind_number(put, 1 + NOTCH_POSTING_TERMS, opens_lot(p) ? p->terms : NOTCH_NONE, NOTCH_NONE);
  bind_origin(put, 1 + NOTCH_POSTING_EARNED, p, at_us);
  notch_store_status status = bind_rules(store, put, 1 + NOTCH_POSTING_RULES, p);
  return status == NOTCH_STORE_OK ? notch_sql_run(store, put, "writing a posting") : status;
}

static notch_store_status put_move(notch_store *store, const notch_move *m, int64_t number,
                                   int64_t event)
{
  sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_MOVE_PUT);
  if (put == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(put, 1, number);
  sqlite3_bind_int64(put, 2, event);
  sqlite3_bind_int64(put, 3, m->ladder);
  sqlite3_bind_int64(put, 4, m->tier);
  sqlite3_bind_int64(put, 5, m->since_us);
  bind_number(put, 6, m->until_s, NOTCH_NEVER);
  sqlite3_bind_int64(put, 7, m->cause);
  return notch_sql_run(store, put, "writing a tier move");
}

static notch_store_status put_effect(notch_store *store, const notch_effect *e, int64_t event)
{
  sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_EFFECT_PUT);
  if (put == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(put, 1, e->effect);
  sqlite3_bind_int64(put, 2, event);
  sqlite3_bind_int64(put, 3, e->kind);
  bind_number(put, 4, e->subject, NOTCH_NONE);
  bind_number(put, 5, e->rule, NOTCH_NONE);
  sqlite3_bind_int64(put, 6, e->amount);
  sqlite3_bind_int64(put, 7, e->ref);
  bind_number(put, 8, e->matures_s, INT64_MIN);
  bind_number(put, 9, e->until_s, NOTCH_NEVER);
  notch_bind_text(put, 10, e->text);
  return notch_sql_run(store, put, "writing an effect");
}

/* What few events have; whether this one does. */
static bool has_more(const notch_transaction *t)
{
  const notch_posting *first = t->posting_count > 0 ? &t->postings[0] : NULL;
  bool lot = first != NULL && opens_lot(first) &&
             (first->earned_us != t->at_us || first->partner != NOTCH_NONE);
  return lot || t->origin != NOTCH_ORIGIN_SENT || t->cause != 0 || t->move_count > 0 ||
         t->effect_count > 0 || t->shared.length > 0 || t->detail.length > 0;
}

static notch_store_status put_more(notch_store *store, const notch_transaction *t)
{
  sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_MORE_PUT);
  if (put == NULL) {
    return store->last;
  }
  sqlite3_bind_int64(put, 1 + NOTCH_MORE_EVENT, t->event);
  sqlite3_bind_int64(put, 1 + NOTCH_MORE_ORIGIN, t->origin);
  sqlite3_bind_int64(put, 1 + NOTCH_MORE_CAUSE, t->cause);
  sqlite3_bind_int64(put, 1 + NOTCH_MORE_MOVE, t->move_count > 0 ? store->next.move : 0);
  sqlite3_bind_int64(put, 1 + NOTCH_MORE_EFFECT, t->effect_count > 0 ? store->next.effect : 0);
  bind_origin(put, 1 + NOTCH_MORE_EARNED, t->posting_count > 0 ? &t->postings[0] : NULL,
              t->at_us);
  notch_bind_text(put, 1 + NOTCH_MORE_SHARED, t->shared);
  notch_bind_text(put, 1 + NOTCH_MORE_DETAIL, t->detail);
  return notch_sql_run(store, put, "writing what a transaction has more");
}

static notch_form form_of(const notch_transaction *t, uint32_t shape, bool more)
{
  const notch_posting *first = t->posting_count > 0 ? &t->postings[0] : NULL;
  bool terms = first != NULL && opens_lot(first) && first->terms != NOTCH_NONE;
  return (notch_form){{
      [NOTCH_FORM_TYPE] = t->type,
      [NOTCH_FORM_OFFSET] = t->offset_min,
      [NOTCH_FORM_VERSION] = t->version,
      [NOTCH_FORM_OUTCOME] = t->verdict,
      [NOTCH_FORM_POSTINGS] = t->posting_count,
      [NOTCH_FORM_POINTS] = first != NULL ? first->points : NOTCH_FORM_NULL,
      [NOTCH_FORM_SOURCE] = first != NULL ? first->source : NOTCH_FORM_NULL,
      [NOTCH_FORM_TARGET] = first != NULL ? first->target : NOTCH_FORM_NULL,
      [NOTCH_FORM_TERMS] = terms ? first->terms : NOTCH_FORM_NULL,
      [NOTCH_FORM_SHAPE] = shape,
      [NOTCH_FORM_MORE] = more,
  }};
}

/* The event's own columns of its first posting. */
static notch_store_status bind_first(notch_store *store, sqlite3_stmt *put,
                                     const notch_transaction *t)
{
  if (t->posting_count == 0) {
    for (int column = NOTCH_ROW_AMOUNT; column <= NOTCH_ROW_EXPIRES; column++) {
      sqlite3_bind_null(put, 1 + column);
    }
    return NOTCH_STORE_OK;
  }
  const notch_posting *first = &t->postings[0];
  sqlite3_bind_int64(put, 1 + NOTCH_ROW_AMOUNT, first->amount);
  sqlite3_bind_int64(put, 1 + NOTCH_ROW_LOT, first->posting - first->lot);
  bind_dates(put, 1 + NOTCH_ROW_MATURES, first);
  return bind_rules(store, put, 1 + NOTCH_ROW_RULES, first);
}

static notch_store_status put_event(notch_store *store, const notch_transaction *t,
                                    const notch_digest *leaf)
{
  uint32_t shape;
  notch_text values;
  int64_t number;
  bool more = has_more(t);
  sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_EVENT_PUT);
  notch_store_status status =
      put == NULL ? store->last
                  : notch_shape_split(store, t->content, t->verdict == NOTCH_APPLIED, &shape,
                                      &values);
  if (status == NOTCH_STORE_OK) {
    notch_form form = form_of(t, shape, more);
    status = notch_form_number(store, &form, &number);
  }
  status = status == NOTCH_STORE_OK ? bind_first(store, put, t) : status;
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  sqlite3_bind_int64(put, 1 + NOTCH_ROW_EVENT, t->event);
  notch_bind_text(put, 1 + NOTCH_ROW_ID, t->id);
  sqlite3_bind_int64(put, 1 + NOTCH_ROW_FORM, number);
  sqlite3_bind_int64(put, 1 + NOTCH_ROW_MEMBER, t->member);
  sqlite3_bind_int64(put, 1 + NOTCH_ROW_PREVIOUS,
                     t->previous == 0 ? 0 : t->event - t->previous);
  sqlite3_bind_int64(put, 1 + NOTCH_ROW_AT, t->at_us);
  sqlite3_bind_int64(put, 1 + NOTCH_ROW_BOOKED, t->booked_us - t->at_us);
  sqlite3_bind_int64(put, 1 + NOTCH_ROW_RECORDED, t->recorded_us - t->at_us);
  sqlite3_bind_int64(put, 1 + NOTCH_ROW_POSTING, t->event - store->next.posting);
  notch_bind_text(put, 1 + NOTCH_ROW_CONTENT, values);
  sqlite3_bind_blob(put, 1 + NOTCH_ROW_LEAF, leaf->bytes, sizeof leaf->bytes, SQLITE_STATIC);
  status = notch_sql_run(store, put, "writing a transaction");
  return status == NOTCH_STORE_OK && more ? put_more(store, t) : status;
}

static bool put_node(void *payload, unsigned level, uint64_t index, const notch_digest *hash)
{
  notch_store *store = payload;
  if (level < NOTCH_NODE_LEVEL_MIN) {
    return true;
  }
  sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_NODE_PUT);
  if (put == NULL) {
    return false;
  }
  sqlite3_bind_int64(put, 1, (int64_t)((uint64_t)level << 40 | index));
  sqlite3_bind_blob(put, 2, hash->bytes, sizeof hash->bytes, SQLITE_STATIC);
  return notch_sql_run(store, put, "writing a node of the tree") == NOTCH_STORE_OK;
}

/* The leaf over the transaction and the dictionary rows that wait for it. */
static notch_store_status hash_leaf(notch_store *store, const notch_transaction *t,
                                    notch_digest *out)
{
  notch_leaf_dictionary dictionary = {
      .has_ledger = t->event == 1,
      .origin = store->origin,
      .clock = store->clock,
      .names = store->names.names + store->names.written,
      .name_count = store->names.count - store->names.written,
      .members = store->waiting.members,
      .member_count = store->waiting.member_count,
      .versions = store->waiting.versions,
      .version_count = store->waiting.version_count,
  };
  if (!notch_leaf_encode(&store->leaf, t, &dictionary) ||
      !notch_tree_leaf(store->hasher, out, store->leaf.bytes, store->leaf.length)) {
    return notch_store_nomem(store);
  }
  return NOTCH_STORE_OK;
}

static notch_store_status put_rows(notch_store *store, const notch_transaction *t,
                                   const notch_digest *leaf)
{
  notch_store_status status = put_event(store, t, leaf);
  if (notch_waiting_any(store)) {
    status = status == NOTCH_STORE_OK ? notch_names_write(store, t->event) : status;
    status = status == NOTCH_STORE_OK ? notch_versions_write(store, t->event) : status;
    status = status == NOTCH_STORE_OK ? notch_members_write(store, t->event) : status;
    notch_waiting_clear(store);
  }
  for (uint32_t i = 1; i < t->posting_count && status == NOTCH_STORE_OK; i++) {
    status = put_posting(store, &t->postings[i], t->event, t->at_us);
  }
  for (uint32_t i = 0; i < t->move_count && status == NOTCH_STORE_OK; i++) {
    status = put_move(store, &t->moves[i], store->next.move + i, t->event);
  }
  for (uint32_t i = 0; i < t->effect_count && status == NOTCH_STORE_OK; i++) {
    status = put_effect(store, &t->effects[i], t->event);
  }
  return status;
}

static notch_store_status append(notch_store *store, notch_transaction *t)
{
  notch_store_status status = check_numbers(store, t);
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  status = notch_members_last(store, &t->previous, t->member);
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  int64_t now_us = store->clock == NOTCH_CLOCK_EVENTS ? t->recorded_us
                   : store->options.now_us != NULL
                       ? store->options.now_us(store->options.now_payload)
                       : system_now_us();
  int64_t last_us = store->next.recorded_us;
  t->recorded_us = last_us != INT64_MIN && now_us <= last_us ? last_us + 1 : now_us; /* L5 */
  t->event = store->next.event;
  notch_digest leaf;
  status = hash_leaf(store, t, &leaf);
  if (status == NOTCH_STORE_OK) {
    status = put_rows(store, t, &leaf);
  }
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  if (!notch_tree_add(&store->tree, store->hasher, &leaf, put_node, store)) {
    return store->sentence[0] != '\0' ? store->last : notch_store_nomem(store);
  }
  if (!notch_members_moved(store, t->member, t->event, true) ||
      (t->id.length > 0 && !notch_keys_add(store, notch_key_of(t->id), t->event))) {
    return notch_store_nomem(store);
  }
  store->next.event++;
  store->appended++;
  store->next.posting += t->posting_count;
  store->next.move += t->move_count;
  store->next.effect += t->effect_count;
  store->next.recorded_us = t->recorded_us;
  if (t->verdict == NOTCH_APPLIED && t->booked_us > store->booked_newest) {
    store->booked_newest = t->booked_us;
  }
  return NOTCH_STORE_OK;
}

notch_store_status notch_store_append(notch_store *store, notch_transaction *transaction)
{
  if (!store->writing || store->failed) {
    return notch_store_say(store, NOTCH_STORE_MISUSE,
                           store->failed ? "an append failed before: roll back"
                                         : "no write transaction is open");
  }
  store->sentence[0] = '\0';
  notch_store_status status = append(store, transaction);
  store->failed = status != NOTCH_STORE_OK;
  return status;
}

/* ---- commit ---- */

static notch_store_status put_head(notch_store *store)
{
  notch_digest root;
  if (!notch_tree_root(&store->tree, store->hasher, &root)) {
    return notch_store_nomem(store);
  }
  sqlite3_stmt *put = notch_sql_get(store, NOTCH_SQL_HEAD_PUT);
  if (put == NULL) {
    return store->last;
  }
  assert((uint64_t)(store->next.event - 1) == store->tree.size);
  sqlite3_bind_int64(put, 1, (int64_t)store->tree.size);
  sqlite3_bind_blob(put, 2, root.bytes, sizeof root.bytes, SQLITE_STATIC);
  return notch_sql_run(store, put, "writing the head");
}

/* Pages of the log at which this writer writes it back.  A till keeps it short: a commit over
 * pages that the log has had before need not make the file longer, which takes a disk twice as
 * long.  Beside others it leaves that to who has long commits. */
static int log_limit(const notch_store *store, bool small)
{
  if (store->lock.shared) {
    return small ? 2 * NOTCH_WAL_PAGES_SHARED : NOTCH_WAL_PAGES_SHARED;
  }
  return small ? NOTCH_WAL_PAGES_SMALL : NOTCH_WAL_PAGES_MAX;
}

/* Within the lock, so that no other connection meets it (L12), but in a turn of its own: who
 * waits does not wait for a long commit and this.  Left for later when it is not our turn soon,
 * or readers are in the way; after an erasure it is tried at every commit until it succeeds
 * (L13). */
static void checkpoint(notch_store *store, bool small)
{
  bool must = store->erased && !store->rollback_journal;
  if (store->wal_pages < store->wal_written) { /* the log began anew */
    store->wal_written = 0;
  }
  if (!must && store->wal_pages - store->wal_written < log_limit(store, small)) {
    return;
  }
  notch_lock_give(store);
  if (notch_lock_take(store, CHECKPOINT_WAIT_MS) != NOTCH_STORE_OK) {
    store->sentence[0] = '\0';
    return;
  }
  int mode = must ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  if (sqlite3_wal_checkpoint_v2(store->db, NULL, mode, NULL, NULL) == SQLITE_OK) {
    store->wal_written = must ? 0 : store->wal_pages;
    store->erased = false;
  }
}

/* The reason, and how many events are safe. */
static notch_store_status commit_failed(notch_store *store, notch_store_status status)
{
  char reason[sizeof store->sentence];
  memcpy(reason, store->sentence, sizeof reason);
  int64_t safe = store->head_size;
  notch_store_rollback(store);
  return notch_store_say(store, status,
                         safe == 1 ? "%.400s; nothing of it was stored, %lld transaction is safe"
                                   : "%.400s; nothing of it was stored, %lld transactions are safe",
                         reason, (long long)safe);
}

notch_store_status notch_store_commit(notch_store *store)
{
  if (!store->writing) {
    return notch_store_say(store, NOTCH_STORE_MISUSE, "no write transaction is open");
  }
  if (store->failed) {
    return commit_failed(store, NOTCH_STORE_MISUSE);
  }
  if (notch_waiting_any(store)) {
    return notch_store_say(store, NOTCH_STORE_MISUSE,
                           "names, members or versions were added, but no transaction after them");
  }
  int64_t rows = store->next.event - 1 - store->head_size;
  notch_store_status status = rows > 0 ? put_head(store) : NOTCH_STORE_OK;
  if (status == NOTCH_STORE_OK) {
    status = notch_flush_step(store);
  }
  sqlite3_stmt *commit = notch_sql_get(store, NOTCH_SQL_COMMIT);
  if (status == NOTCH_STORE_OK) {
    status = commit == NULL ? store->last : notch_sql_run(store, commit, "committing");
  }
  if (status != NOTCH_STORE_OK) {
    return commit_failed(store, status);
  }
  store->writing = false;
  store->head_size = store->next.event - 1;
  store->names.committed = store->names.count;
  store->shapes.committed = store->shapes.count;
  store->forms.committed = store->forms.count;
  store->commits += rows > 0;
  notch_flush_stepped(store);
  notch_members_shrink(store);
  checkpoint(store, rows < ROWS_SMALL);
  notch_lock_give(store);
  return NOTCH_STORE_OK;
}
