/* audit/receipt.c -- inclusion and consistency proofs as JSON, and their check. */
#include <config.h>

#include "audit/receipt.h"
#include "ledger/leaf.h"
#include "ledger/tree.h"

#include <assert.h>
#include <string.h>

/* ---- writing ---- */

static void put_hex(notch_json_writer *json, const char *key, const notch_digest *digest)
{
  char hex[65];
  notch_hex(hex, digest->bytes, sizeof digest->bytes);
  if (key != NULL) {
    notch_json_key(json, notch_text_of(key));
  }
  notch_json_text(json, notch_text_of(hex));
}

static void put_proof(notch_json_writer *json, const notch_digest *proof, uint32_t count)
{
  notch_json_key(json, NOTCH_TEXT("proof"));
  notch_json_begin(json, '[');
  for (uint32_t i = 0; i < count; i++) {
    put_hex(json, NULL, &proof[i]);
  }
  notch_json_end(json, ']');
}

static bool put_base64(notch_json_writer *json, const char *key, notch_text bytes,
                       notch_arena *run)
{
  size_t room = ((size_t)bytes.length + 2) / 3 * 4 + 1;
  char *coded = notch_arena_alloc(run, room);
  if (coded == NULL || !notch_base64_encode(coded, room, bytes.bytes, bytes.length)) {
    return false;
  }
  notch_json_put_text(json, key, notch_text_of(coded));
  return true;
}

/* The newest seal if it covers the row and is one of this ledger's heads. */
static bool sealed(notch_store *store, int64_t event, notch_arena *run, notch_text *note,
                   notch_head *head)
{
  int64_t size = 0;
  notch_checkpoint checkpoint;
  return notch_store_seal_last(store, run, &size, note) == NOTCH_STORE_OK && size >= event &&
         notch_checkpoint_read(&checkpoint, *note) && checkpoint.head.size == size &&
         notch_store_head_at(store, size, head) == NOTCH_STORE_OK &&
         memcmp(&head->root, &checkpoint.head.root, sizeof head->root) == 0;
}

static notch_store_status write_receipt(notch_buffer *to, notch_store *store, int64_t event,
                                        notch_arena *run)
{
  notch_head head;
  notch_text note = {NULL, 0}, leaf;
  notch_transaction row;
  const notch_digest *proof;
  uint32_t count;
  notch_json_writer json = {.to = to};
  notch_store_status status = notch_store_head(store, &head);
  bool has_note = status == NOTCH_STORE_OK && sealed(store, event, run, &note, &head);
  if (!has_note && status == NOTCH_STORE_OK) {
    status = notch_store_head(store, &head);
  }
  status = status == NOTCH_STORE_OK ? notch_store_read(store, event, run, &row) : status;
  status = status == NOTCH_STORE_OK ? notch_store_leaf_bytes(store, event, run, &leaf) : status;
  status = status == NOTCH_STORE_OK
               ? notch_store_inclusion(store, event, head.size, run, &proof, &count)
               : status;
  if (status != NOTCH_STORE_OK) {
    return status;
  }
  notch_json_begin(&json, '{');
  notch_json_key(&json, NOTCH_TEXT("notch"));
  notch_json_text(&json, NOTCH_TEXT("receipt"));
  notch_json_key(&json, NOTCH_TEXT("origin"));
  notch_json_text(&json, notch_store_origin(store));
  notch_json_key(&json, NOTCH_TEXT("event"));
  notch_json_integer(&json, event);
  if (row.id.length > 0) {
    notch_json_key(&json, NOTCH_TEXT("id"));
    notch_json_text(&json, row.id);
  }
  if (!put_base64(&json, "leaf", leaf, run)) {
    return NOTCH_STORE_NOMEM;
  }
  notch_json_key(&json, NOTCH_TEXT("size"));
  notch_json_integer(&json, head.size);
  put_hex(&json, "root", &head.root);
  put_proof(&json, proof, count);
  if (has_note) {
    notch_json_key(&json, NOTCH_TEXT("checkpoint"));
    notch_json_text(&json, note);
  }
  notch_json_end(&json, '}');
  notch_buffer_put(to, "\n", 1);
  return to->failed ? NOTCH_STORE_NOMEM : NOTCH_STORE_OK;
}

notch_store_status notch_receipt_write(notch_buffer *to, notch_store *store, int64_t event)
{
  notch_arena run;
  notch_arena_init(&run, to->memory);
  notch_store_status status = write_receipt(to, store, event, &run);
  notch_arena_free(&run);
  return status;
}

notch_store_status notch_consistency_write(notch_buffer *to, notch_store *store, int64_t old_size,
                                           int64_t size)
{
  notch_arena run;
  notch_head head, old_head;
  const notch_digest *proof = NULL;
  uint32_t count = 0;
  notch_json_writer json = {.to = to};
  notch_arena_init(&run, to->memory);
  notch_store_status status = notch_store_head_at(store, old_size, &old_head);
  status = status == NOTCH_STORE_OK ? notch_store_head_at(store, size, &head) : status;
  status = status == NOTCH_STORE_OK
               ? notch_store_consistency(store, old_size, size, &run, &proof, &count)
               : status;
  if (status == NOTCH_STORE_OK) {
    notch_json_begin(&json, '{');
    notch_json_key(&json, NOTCH_TEXT("notch"));
    notch_json_text(&json, NOTCH_TEXT("consistency"));
    notch_json_key(&json, NOTCH_TEXT("origin"));
    notch_json_text(&json, notch_store_origin(store));
    notch_json_key(&json, NOTCH_TEXT("old_size"));
    notch_json_integer(&json, old_size);
    put_hex(&json, "old_root", &old_head.root);
    notch_json_key(&json, NOTCH_TEXT("size"));
    notch_json_integer(&json, size);
    put_hex(&json, "root", &head.root);
    put_proof(&json, proof, count);
    notch_json_end(&json, '}');
    notch_buffer_put(to, "\n", 1);
    status = to->failed ? NOTCH_STORE_NOMEM : NOTCH_STORE_OK;
  }
  notch_arena_free(&run);
  return status;
}

/* ---- checking ---- */

typedef struct check {
  notch_proof_finding *out;
  notch_arena *run;
  notch_digest proof[NOTCH_PROOF_MAX];
  unsigned count;
} check;

static bool fail(check *c, const char *sentence)
{
  c->out->why = notch_text_of(sentence);
  return false;
}

static bool get_integer(const notch_json *object, const char *key, int64_t *out)
{
  const notch_json *member = notch_json_get(object, notch_text_of(key));
  int64_t value = 0;
  if (member == NULL || member->kind != NOTCH_JSON_NUMBER || member->text.length > 18) {
    return false;
  }
  for (uint32_t i = 0; i < member->text.length; i++) {
    if (member->text.bytes[i] < '0' || member->text.bytes[i] > '9') {
      return false;
    }
    value = value * 10 + (member->text.bytes[i] - '0');
  }
  *out = value;
  return true;
}

static bool get_text(const notch_json *object, const char *key, notch_text *out)
{
  const notch_json *member = notch_json_get(object, notch_text_of(key));
  *out = (notch_text){NULL, 0};
  if (member == NULL || member->kind != NOTCH_JSON_STRING) {
    return false;
  }
  *out = member->text;
  return true;
}

static bool get_digest(const notch_json *object, const char *key, notch_digest *out)
{
  notch_text text;
  return get_text(object, key, &text) && text.length == 64 &&
         notch_unhex(out->bytes, sizeof out->bytes, text);
}

static bool get_proof(check *c, const notch_json *object)
{
  const notch_json *list = notch_json_get(object, NOTCH_TEXT("proof"));
  if (list == NULL || list->kind != NOTCH_JSON_ARRAY || list->count > NOTCH_PROOF_MAX) {
    return false;
  }
  for (const notch_json *item = list->first; item != NULL; item = item->next) {
    if (item->kind != NOTCH_JSON_STRING || item->text.length != 64 ||
        !notch_unhex(c->proof[c->count++].bytes, 32, item->text)) {
      return false;
    }
  }
  return true;
}

typedef struct reader { /* of a leaf's bytes */
  const uint8_t *at;
  size_t left;
  bool bad;
} reader;

static int64_t take(reader *r, unsigned size)
{
  uint64_t value = 0;
  if (r->left < size) {
    r->bad = true;
    return 0;
  }
  for (unsigned i = 0; i < size; i++) {
    value = value << 8 | r->at[i];
  }
  r->at += size;
  r->left -= size;
  return (int64_t)value;
}

static notch_text take_text(reader *r)
{
  uint32_t length = (uint32_t)take(r, 4);
  if (r->bad || r->left < length) {
    r->bad = true;
    return (notch_text){NULL, 0};
  }
  notch_text text = {(const char *)r->at, length};
  r->at += length;
  r->left -= length;
  return text;
}

/* The first parts of a leaf (docs/ledger.md, "Leaf"). */
static bool read_leaf(notch_proof_finding *out, notch_text leaf)
{
  reader r = {(const uint8_t *)leaf.bytes, leaf.length, false};
  int64_t encoding = take(&r, 1);
  out->event = take(&r, 8);
  take(&r, 1 + 4);
  take(&r, 4);
  take(&r, 4);
  take(&r, 4);
  take(&r, 8);
  take(&r, 8);
  out->at_us = take(&r, 8);
  take(&r, 8);
  take(&r, 8);
  out->offset_min = (int32_t)(uint32_t)take(&r, 4);
  out->verdict = (notch_verdict)take(&r, 2);
  out->id = take_text(&r);
  out->content = take_text(&r);
  take_text(&r);
  take_text(&r);
  out->postings = (uint32_t)take(&r, 4);
  return !r.bad && encoding == NOTCH_LEAF_ENCODING && out->verdict < NOTCH_VERDICT_COUNT;
}

static bool check_receipt(check *c, const notch_json *json, notch_hasher *hasher)
{
  notch_proof_finding *out = c->out;
  notch_text coded, id;
  int64_t event;
  notch_digest hash;
  if (!get_text(json, "leaf", &coded) || !get_integer(json, "event", &event) ||
      !get_integer(json, "size", &out->head.size) || !get_digest(json, "root", &out->head.root) ||
      !get_proof(c, json)) {
    return fail(c, "a member of the receipt is missing or cannot be read");
  }
  size_t size = coded.length;
  char *bytes = notch_arena_alloc(c->run, size + 1);
  if (bytes == NULL || !notch_base64_decode(bytes, &size, coded) ||
      !read_leaf(out, (notch_text){bytes, (uint32_t)size})) {
    return fail(c, "the leaf cannot be read");
  }
  get_text(json, "id", &id);
  if (out->event != event || event < 1 || !notch_text_equal(id, out->id)) {
    return fail(c, "the receipt says another event than its leaf");
  }
  if (!notch_tree_leaf(hasher, &hash, bytes, size) ||
      !notch_tree_check_inclusion(hasher, &hash, (uint64_t)event - 1, (uint64_t)out->head.size,
                                  c->proof, c->count, &out->head.root)) {
    return fail(c, "the proof does not lead from the leaf to the root");
  }
  return true;
}

static bool check_consistency(check *c, const notch_json *json, notch_hasher *hasher)
{
  notch_proof_finding *out = c->out;
  out->consistency = true;
  if (!get_integer(json, "old_size", &out->old_head.size) ||
      !get_digest(json, "old_root", &out->old_head.root) ||
      !get_integer(json, "size", &out->head.size) || !get_digest(json, "root", &out->head.root) ||
      !get_proof(c, json)) {
    return fail(c, "a member of the proof is missing or cannot be read");
  }
  if (!notch_tree_check_consistency(hasher, (uint64_t)out->old_head.size, &out->old_head.root,
                                    (uint64_t)out->head.size, &out->head.root, c->proof,
                                    c->count)) {
    return fail(c, "the second head does not continue the first");
  }
  return true;
}

/* The checkpoint that came along must be of the head that the proof leads to. */
static bool check_checkpoint(check *c, const notch_json *json, const notch_note_key *key)
{
  notch_proof_finding *out = c->out;
  notch_text note;
  notch_checkpoint checkpoint;
  out->has_checkpoint = get_text(json, "checkpoint", &note);
  if (!out->has_checkpoint) {
    return key == NULL || fail(c, "there is no checkpoint that the key could have signed");
  }
  if (!notch_checkpoint_read(&checkpoint, note) || checkpoint.head.size != out->head.size ||
      memcmp(&checkpoint.head.root, &out->head.root, sizeof out->head.root) != 0 ||
      !notch_text_equal(checkpoint.origin, out->origin)) {
    return fail(c, "the checkpoint is of another head");
  }
  out->is_signed = key != NULL && notch_note_is_signed(note, key);
  return key == NULL || out->is_signed || fail(c, "the checkpoint is not signed by that key");
}

void notch_proof_verify(notch_proof_finding *out, notch_text text, const notch_note_key *key,
                       const notch_memory *memory, notch_arena *run)
{
  check c = {.out = out, .run = run};
  notch_text kind = {NULL, 0};
  memset(out, 0, sizeof *out);
  notch_json_parser *parser = notch_json_parser_new(memory);
  notch_hasher *hasher = notch_hasher_new();
  const notch_json *json =
      parser == NULL || hasher == NULL ? NULL : notch_json_parse(parser, text, run, NULL, NULL);
  if (json == NULL || json->kind != NOTCH_JSON_OBJECT || !get_text(json, "notch", &kind)) {
    fail(&c, "this is not a receipt");
  } else if (notch_json_duplicate(json) != NULL) {
    fail(&c, "it says something twice: who reads it could be told another thing");
  } else if (notch_text_equal(kind, NOTCH_TEXT("receipt"))) {
    get_text(json, "origin", &out->origin);
    out->valid = check_receipt(&c, json, hasher) && check_checkpoint(&c, json, key);
  } else if (notch_text_equal(kind, NOTCH_TEXT("consistency"))) {
    get_text(json, "origin", &out->origin);
    out->valid = check_consistency(&c, json, hasher) && check_checkpoint(&c, json, key);
  } else {
    fail(&c, "this is not a receipt");
  }
  notch_hasher_free(hasher);
  notch_json_parser_free(parser);
}
