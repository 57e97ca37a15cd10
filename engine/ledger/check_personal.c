/*
 * ledger/check_personal.c -- the table that rows may leave, beside what the journal has of it
 * (L13): every value digests to what its member or its event recorded, every digest has its
 * value, and nothing is missing but what an erasure took.
 */
#include <config.h>

#include "ledger/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MARK ":\"sha256:" /* after the name of a personal field, in the content of an event */
#define HEX_DIGITS 64

enum { PRESENT = 1, ERASED = 2 };

typedef struct joined { /* accounts that became one person's */
  int64_t from, into;
} joined;

struct notch_check_personal {
  notch_check *check;
  sqlite3_stmt *value, *key;
  uint8_t *members; /* by number: PRESENT, ERASED */
  int64_t member_count;
  int64_t ids, values; /* rows that are as they should be, or were reported */
  uint32_t erase;      /* the type's name; 0: no event of it */
  joined *merges;      /* in ledger order */
  size_t merge_count, merge_room;
};

static bool prepare(notch_check_personal *p, sqlite3_stmt **out, const char *text)
{
  return sqlite3_prepare_v2(p->check->store->db, text, -1, out, NULL) == SQLITE_OK;
}

static notch_store_status digest_of(notch_check_personal *p, sqlite3_stmt *row, int salt,
                                    notch_digest *out)
{
  const notch_piece pieces[] = {
      {sqlite3_column_blob(row, salt), (size_t)sqlite3_column_bytes(row, salt)},
      {sqlite3_column_blob(row, salt + 1), (size_t)sqlite3_column_bytes(row, salt + 1)}};
  return notch_sha256_pieces(p->check->store->hasher, out, pieces, 2)
             ? NOTCH_STORE_OK
             : notch_store_nomem(p->check->store);
}

/* ---- ids ---- */

/* An id's key leads to its member, or the next event would make another one of it. */
static notch_store_status check_key(notch_check_personal *p, int64_t member, notch_text id)
{
  sqlite3_bind_int64(p->key, 1, notch_key_of(id));
  sqlite3_bind_int64(p->key, 2, member);
  notch_store_status status = notch_sql_row(p->check->store, p->key, "checking the members");
  if (status == NOTCH_STORE_NOTFOUND) {
    notch_check_text(p->check, 0, "member key", "missing", "present");
    status = NOTCH_STORE_OK;
  }
  notch_sql_done(p->key);
  return status;
}

static notch_store_status check_id(notch_check_personal *p, sqlite3_stmt *row)
{
  notch_digest recorded, recomputed;
  int64_t member = sqlite3_column_int64(row, 0);
  char what[64];
  snprintf(what, sizeof what, "member %" PRId64, member);
  notch_store_status status = digest_of(p, row, 3, &recomputed);
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  p->ids++;
  p->members[member] |= PRESENT;
  notch_column_digest(row, 2, &recorded);
  if (memcmp(&recorded, &recomputed, sizeof recorded) != 0) {
    notch_check_digest(p->check, 0, what, &recorded, &recomputed);
  } else if (sqlite3_column_int64(row, 1) != sqlite3_column_int64(row, 5)) {
    notch_check_number(p->check, 0, what, sqlite3_column_int64(row, 5),
                       sqlite3_column_int64(row, 1));
  }
  return check_key(p, member, notch_column_text(row, 4));
}

static notch_store_status check_ids(notch_check_personal *p)
{
  static const char text[] =
      "SELECT m.member,m.event,m.digest,p.salt,p.value,p.event FROM member m"
      " JOIN personal p ON p.member=m.member AND p.field=0 ORDER BY m.member";
  notch_store *store = p->check->store;
  sqlite3_stmt *rows = NULL;
  notch_store_status status =
      prepare(p, &rows, text) ? NOTCH_STORE_OK : notch_store_fail(store, "checking the members");
  while (status == NOTCH_STORE_OK && !p->check->stopped &&
         (status = notch_sql_row(store, rows, "checking the members")) == NOTCH_STORE_OK) {
    int64_t member = sqlite3_column_int64(rows, 0);
    if (member > 0 && member < p->member_count) { /* else its number was found to be wrong */
      status = check_id(p, rows);
    }
  }
  sqlite3_finalize(rows);
  return status == NOTCH_STORE_NOTFOUND ? NOTCH_STORE_OK : status;
}

notch_store_status notch_check_personal_begin(notch_check_personal **out, notch_check *check)
{
  notch_store *store = check->store;
  notch_check_personal *p = notch_memory_resize(store->memory, NULL, sizeof *p);
  *out = p;
  if (p == NULL) {
    return notch_store_nomem(store);
  }
  *p = (notch_check_personal){.check = check};
  p->member_count = notch_check_rows_at_most(store, store->next.member);
  p->members = notch_memory_resize(store->memory, NULL, (size_t)p->member_count + 1);
  if (p->members == NULL) {
    return notch_store_nomem(store);
  }
  memset(p->members, 0, (size_t)p->member_count + 1);
  notch_store_status status =
      notch_store_name_find(store, &p->erase, NOTCH_NAME_TYPE, NOTCH_TEXT("erase"));
  if (status != NOTCH_STORE_OK && status != NOTCH_STORE_NOTFOUND) {
    return status;
  }
  if (!prepare(p, &p->value,
               "SELECT salt,value FROM personal WHERE member=?1 AND field=?2"
               " AND event=?3") ||
      !prepare(p, &p->key, "SELECT 1 FROM member_key WHERE key=?1 AND member=?2")) {
    return notch_store_fail(store, "checking the members");
  }
  return check_ids(p);
}

void notch_check_personal_free(notch_check_personal *p)
{
  if (p != NULL) {
    sqlite3_finalize(p->value);
    sqlite3_finalize(p->key);
    notch_memory_free(p->check->store->memory, p->merges);
    notch_memory_free(p->check->store->memory, p->members);
    notch_memory_free(p->check->store->memory, p);
  }
}

/* ---- values ---- */

static notch_store_status check_value(notch_check_personal *p, const notch_transaction *t,
                                      uint32_t field, notch_text name, const char *hex)
{
  char what[160], recomputed[65] = "";
  notch_store *store = p->check->store;
  sqlite3_bind_int64(p->value, 1, t->member);
  sqlite3_bind_int64(p->value, 2, field);
  sqlite3_bind_int64(p->value, 3, t->event);
  notch_store_status status = notch_sql_row(store, p->value, "checking personal values");
  bool there = status == NOTCH_STORE_OK;
  notch_digest digest;
  if (there) {
    p->values++;
    status = digest_of(p, p->value, 0, &digest);
    notch_hex(recomputed, digest.bytes, sizeof digest.bytes);
  }
  notch_sql_done(p->value);
  if (there ? status != NOTCH_STORE_OK : status != NOTCH_STORE_NOTFOUND) {
    return status;
  }
  /* Whether somebody without an id was erased, is found out at the end. */
  bool gone = !there && t->member < p->member_count && (p->members[t->member] & PRESENT) == 0;
  if (!gone && memcmp(recomputed, hex, HEX_DIGITS) != 0) {
    char recorded[HEX_DIGITS + 1];
    memcpy(recorded, hex, HEX_DIGITS);
    recorded[HEX_DIGITS] = '\0';
    snprintf(what, sizeof what, "personal value %.*s of member %" PRId64,
             (int)(name.length > 40 ? 40 : name.length), name.bytes, t->member);
    notch_check_text(p->check, t->event, what, recorded, recomputed);
  }
  return NOTCH_STORE_OK;
}

/* The name that ends in the quotation mark before `at`. */
static notch_text name_before(notch_text content, uint32_t at)
{
  uint32_t end = at > 0 ? at - 1 : 0, begin = end;
  while (begin > 0 && content.bytes[begin - 1] != '"') {
    begin--;
  }
  return (notch_text){content.bytes + begin, end - begin};
}

static notch_store_status note_merge(notch_check_personal *p, int64_t from, int64_t into)
{
  if (from <= 0 || from >= p->member_count || into <= 0 || into >= p->member_count) {
    return NOTCH_STORE_OK;
  }
  if (p->merge_count == p->merge_room) {
    size_t room = 2 * p->merge_room + 16;
    joined *more = notch_memory_resize(p->check->store->memory, p->merges, room * sizeof *more);
    if (more == NULL) {
      return notch_store_nomem(p->check->store);
    }
    p->merges = more;
    p->merge_room = room;
  }
  p->merges[p->merge_count++] = (joined){from, into};
  return NOTCH_STORE_OK;
}

/* Who is erased takes along the accounts that he took in before, and those that they had. */
static void erase_merged(notch_check_personal *p)
{
  for (size_t i = p->merge_count; i > 0; i--) {
    const joined *merge = &p->merges[i - 1];
    p->members[merge->from] |= p->members[merge->into] & ERASED;
  }
}

notch_store_status notch_check_personal_row(notch_check_personal *p, const notch_transaction *t)
{
  const size_t mark = sizeof MARK - 1;
  notch_text content = t->content;
  notch_store_status status = NOTCH_STORE_OK;
  if (p->erase != 0 && t->type == p->erase && t->verdict == NOTCH_APPLIED && t->member > 0 &&
      t->member < p->member_count) {
    p->members[t->member] |= ERASED;
  }
  for (uint32_t i = 0; i < t->effect_count && status == NOTCH_STORE_OK; i++) {
    if (t->effects[i].kind == NOTCH_EFFECT_MERGED) {
      status = note_merge(p, t->effects[i].ref, t->member);
    }
  }
  const char *at = content.bytes, *end = content.bytes + content.length;
  while (status == NOTCH_STORE_OK && content.length > 0 &&
         (at = memmem(at, (size_t)(end - at), MARK, mark)) != NULL) {
    const char *hex = at + mark;
    notch_text name = name_before(content, (uint32_t)(at - content.bytes));
    uint32_t field;
    if (end - hex > HEX_DIGITS && hex[HEX_DIGITS] == '"' &&
        notch_store_name_find(p->check->store, &field, NOTCH_NAME_FIELD, name) == NOTCH_STORE_OK) {
      status = check_value(p, t, field, name, hex);
    }
    at = hex;
  }
  return status;
}

/* ---- what is missing, and what is too much ---- */

notch_store_status notch_check_personal_end(notch_check_personal *p)
{
  notch_check *check = p->check;
  erase_merged(p);
  for (int64_t member = 1; member < p->member_count && !check->stopped; member++) {
    char what[64];
    snprintf(what, sizeof what, "member %" PRId64, member);
    if (p->members[member] == 0) {
      notch_check_text(check, 0, what, "no id", "an id: no event erased it");
    } else if (p->members[member] == (PRESENT | ERASED)) {
      notch_check_text(check, 0, what, "an id", "none: an event erased it");
    }
  }
  static const char text[] = "SELECT (SELECT count(*) FROM personal),"
                             "(SELECT count(*) FROM member_key)";
  sqlite3_stmt *rows = NULL;
  if (!prepare(p, &rows, text)) {
    return notch_store_fail(check->store, "checking personal values");
  }
  notch_store_status status = notch_sql_row(check->store, rows, "checking personal values");
  if (status == NOTCH_STORE_OK && sqlite3_column_int64(rows, 0) != p->ids + p->values) {
    notch_check_number(check, 0, "personal values", sqlite3_column_int64(rows, 0),
                       p->ids + p->values);
  }
  if (status == NOTCH_STORE_OK && sqlite3_column_int64(rows, 1) != p->ids) {
    notch_check_number(check, 0, "member keys", sqlite3_column_int64(rows, 1), p->ids);
  }
  sqlite3_finalize(rows);
  return status;
}
