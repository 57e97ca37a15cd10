/* api/proof.c -- explain, seals, receipts and proofs of consistency. */
#include <config.h>

#include "api/api.h"
#include "apply/explain.h"
#include "apply/replay.h"
#include "audit/receipt.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The row that an id or "#7" means: of an id the applied try, else the newest. */
static notch_status find_row(notch_ledger *ledger, const char *event, int64_t *out)
{
  notch_store *store = ledger->books->store;
  notch_text id = notch_text_of(event);
  *out = 0;
  if (event[0] == '#' && event[1] != '\0') {
    char *last;
    long long number = strtoll(event + 1, &last, 10);
    if (*last == '\0' && number >= 1 && number < notch_store_next(store)->event) {
      *out = number;
      return NOTCH_OK;
    }
  }
  notch_arena run;
  notch_arena_init(&run, &ledger->engine->memory);
  notch_store_status status = NOTCH_STORE_OK;
  bool applied = false;
  for (int64_t at = 0; status == NOTCH_STORE_OK;) {
    notch_transaction row;
    status = notch_store_event_find(store, &at, id, at);
    status = status == NOTCH_STORE_OK ? notch_store_read(store, at, &run, &row) : status;
    if (status == NOTCH_STORE_OK && (!applied || row.verdict == NOTCH_APPLIED)) {
      *out = at;
      applied = row.verdict == NOTCH_APPLIED;
    }
  }
  notch_arena_free(&run);
  if (status != NOTCH_STORE_NOTFOUND) {
    return notch_api_failed(ledger, status);
  }
  return *out != 0 ? NOTCH_OK
                   : notch_api_say(ledger, NOTCH_ENOTFOUND,
                                   "the ledger has no event `%s` (a number is written #7)", event);
}

/* ---- explain ---- */

static notch_status explain(notch_ledger *ledger, int64_t row, bool json, notch_buffer *to)
{
  notch_books *books = notch_reader_open(&ledger->engine->memory, ledger->books->store, false);
  if (books == NULL) {
    return notch_api_nomem(ledger);
  }
  notch_status status = NOTCH_OK;
  if (!notch_explain_row(books, row, json, to)) {
    status = notch_api_say(ledger, notch_api_status(books->status), "%s", books->sentence);
  }
  if (notch_books_starved(books)) {
    status = notch_api_nomem(ledger);
  }
  notch_reader_close(books, false);
  return status;
}

notch_status notch_ledger_explain(notch_ledger *ledger, const char *event, notch_view view,
                                  notch_write *write, void *payload)
{
  notch_buffer text;
  int64_t row;
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, event != NULL && write != NULL);
  notch_store *store = ledger->books->store;
  notch_store_status begun = notch_store_snapshot_begin(store);
  if (begun != NOTCH_STORE_OK) {
    return notch_api_failed(ledger, begun);
  }
  notch_buffer_init(&text, &ledger->engine->memory);
  notch_status status = find_row(ledger, event, &row);
  if (status == NOTCH_OK) {
    status = explain(ledger, row, view == NOTCH_VIEW_JSON, &text);
  }
  notch_store_snapshot_end(store);
  if (status == NOTCH_OK) {
    status = notch_api_write(ledger, write, payload, &text);
  }
  notch_buffer_free(&text);
  return status;
}

/* ---- seals ---- */

const char *notch_ledger_origin(notch_ledger *ledger)
{
  return ledger == NULL ? "" : notch_store_origin(ledger->books->store).bytes;
}

notch_status notch_key_new(notch_engine *engine, const char *name, notch_key *out)
{
  notch_note_key key;
  notch_buffer line;
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, name != NULL && out != NULL);
  memset(out, 0, sizeof *out);
  if (!notch_note_key_make(&key, notch_text_of(name))) {
    return notch_api_say(engine, NOTCH_EVALUE,
                         "no key can have the name `%s`: it may have no blanks and plus signs",
                         name);
  }
  notch_buffer_init(&line, &engine->memory);
  notch_note_key_write_secret(&line, &key);
  bool good = !line.failed && line.length < sizeof out->secret;
  if (good) {
    memcpy(out->secret, line.bytes, line.length + 1);
    notch_buffer_clear(&line);
    notch_note_key_write_open(&line, &key);
    good = !line.failed && line.length < sizeof out->open;
  }
  if (good) {
    memcpy(out->open, line.bytes, line.length + 1);
  }
  notch_buffer_free(&line);
  memset(&key, 0, sizeof key);
  return good ? NOTCH_OK : notch_api_nomem(engine);
}

static notch_status keep_seal(notch_ledger *ledger, const notch_note_key *key, notch_buffer *note)
{
  notch_books *books = ledger->books;
  notch_head head;
  notch_store_status status = notch_store_head(books->store, &head);
  if (status != NOTCH_STORE_OK) {
    return notch_api_failed(ledger, status);
  }
  notch_checkpoint_write(note, notch_store_origin(books->store), &head);
  if (note->failed || (key != NULL && !notch_note_sign(note, key))) {
    return notch_api_nomem(ledger);
  }
  status = notch_store_seal_put(books->store, head.size,
                                (notch_text){note->bytes, (uint32_t)note->length});
  if (status != NOTCH_STORE_OK) {
    return notch_api_failed(ledger, status);
  }
  return NOTCH_OK;
}

notch_status notch_ledger_seal(notch_ledger *ledger, const char *key, notch_write *write,
                               void *payload)
{
  notch_note_key signer;
  notch_buffer note;
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, write != NULL);
  if (key != NULL && (!notch_note_key_read(&signer, notch_text_of(key)) || !signer.can_sign)) {
    return notch_api_say(ledger, NOTCH_EVALUE,
                         "that is no key to sign with: PRIVATE+KEY+..., as --make-key writes it");
  }
  if (!notch_books_begin(ledger->books)) {
    return notch_api_books(ledger);
  }
  notch_buffer_init(&note, &ledger->engine->memory);
  notch_status status = keep_seal(ledger, key == NULL ? NULL : &signer, &note);
  if (status != NOTCH_OK) {
    notch_books_rollback(ledger->books);
  } else if (!notch_books_commit(ledger->books)) {
    status = notch_api_books(ledger);
  }
  if (status == NOTCH_OK) {
    status = notch_api_write(ledger, write, payload, &note);
  }
  notch_buffer_free(&note);
  memset(&signer, 0, sizeof signer);
  return status;
}

/* ---- proofs ---- */

static notch_status hand_out(notch_ledger *ledger, notch_store_status status, notch_buffer *text,
                             notch_write *write, void *payload)
{
  notch_status done = NOTCH_OK;
  if (status != NOTCH_STORE_OK) {
    done = notch_api_failed(ledger, status);
  } else {
    done = notch_api_write(ledger, write, payload, text);
  }
  notch_buffer_free(text);
  return done;
}

notch_status notch_ledger_receipt(notch_ledger *ledger, const char *event, notch_write *write,
                                  void *payload)
{
  notch_buffer text;
  int64_t row;
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, event != NULL && write != NULL);
  notch_store *store = ledger->books->store;
  notch_buffer_init(&text, &ledger->engine->memory);
  notch_store_status begun = notch_store_snapshot_begin(store);
  if (begun != NOTCH_STORE_OK) {
    return hand_out(ledger, begun, &text, write, payload);
  }
  notch_status found = find_row(ledger, event, &row);
  notch_store_status status =
      found == NOTCH_OK ? notch_receipt_write(&text, store, row) : NOTCH_STORE_OK;
  notch_store_snapshot_end(store);
  if (found != NOTCH_OK) {
    notch_buffer_free(&text);
    return found;
  }
  return hand_out(ledger, status, &text, write, payload);
}

notch_status notch_ledger_consistency(notch_ledger *ledger, int64_t old_size, int64_t size,
                                      notch_write *write, void *payload)
{
  notch_buffer text;
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, write != NULL && old_size >= 0 && size >= 0);
  notch_store *store = ledger->books->store;
  notch_buffer_init(&text, &ledger->engine->memory);
  notch_store_status status = notch_store_snapshot_begin(store);
  if (status == NOTCH_STORE_OK) {
    size = size == 0 ? notch_store_next(store)->event - 1 : size;
    status = notch_consistency_write(&text, store, old_size, size);
    notch_store_snapshot_end(store);
  }
  return hand_out(ledger, status, &text, write, payload);
}

/* ---- checking them ---- */

static void put_head(notch_buffer *to, const char *lead, const notch_head *head)
{
  char hex[65];
  notch_hex(hex, head->root.bytes, sizeof head->root.bytes);
  notch_buffer_print(to, "%s %lld transactions, %s\n", lead, (long long)head->size, hex);
}

static void print_finding(notch_buffer *to, const notch_proof_finding *f)
{
  if (!f->valid) {
    notch_buffer_print(to, "NOT VALID: %.*s\n", (int)f->why.length, f->why.bytes);
    return;
  }
  if (f->consistency) {
    put_head(to, "valid: the ledger only grew from", &f->old_head);
    put_head(to, "to", &f->head);
    return;
  }
  notch_buffer_print(to, "valid: transaction #%lld", (long long)f->event);
  if (f->id.length > 0) {
    notch_buffer_print(to, ", event %.*s", (int)f->id.length, f->id.bytes);
  }
  notch_buffer_text(to, NOTCH_TEXT(", "));
  notch_moment_print(to, f->at_us, f->offset_min);
  notch_buffer_print(to, ", %s, %u postings, is in the ledger\n",
                     notch_verdict_word(f->verdict), f->postings);
  put_head(to, "of the head:", &f->head);
  notch_buffer_print(to, "%s\n",
                     f->is_signed        ? "its checkpoint is signed by the key given"
                     : f->has_checkpoint ? "its checkpoint is that head; compare it with the "
                                           "published one"
                                         : "compare that head with a published one");
}

static void json_finding(notch_buffer *to, const notch_proof_finding *f)
{
  notch_json_writer json = {.to = to};
  char hex[65];
  notch_json_begin(&json, '{');
  notch_json_key(&json, NOTCH_TEXT("valid"));
  notch_json_bool(&json, f->valid);
  notch_json_key(&json, NOTCH_TEXT("why"));
  notch_json_text(&json, f->why);
  notch_json_key(&json, NOTCH_TEXT("origin"));
  notch_json_text(&json, f->origin);
  if (f->valid && !f->consistency) {
    notch_json_key(&json, NOTCH_TEXT("event"));
    notch_json_integer(&json, f->event);
    notch_json_key(&json, NOTCH_TEXT("id"));
    notch_json_text(&json, f->id);
    notch_json_key(&json, NOTCH_TEXT("outcome"));
    notch_json_text(&json, notch_text_of(notch_verdict_word(f->verdict)));
    notch_json_key(&json, NOTCH_TEXT("signed"));
    notch_json_bool(&json, f->is_signed);
  }
  if (f->valid) {
    notch_hex(hex, f->head.root.bytes, sizeof f->head.root.bytes);
    notch_json_key(&json, NOTCH_TEXT("size"));
    notch_json_integer(&json, f->head.size);
    notch_json_key(&json, NOTCH_TEXT("root"));
    notch_json_text(&json, notch_text_of(hex));
  }
  notch_json_end(&json, '}');
  notch_buffer_put(to, "\n", 1);
}

notch_status notch_proof_check(notch_engine *engine, const char *json, size_t size,
                               const char *key, notch_view view, notch_write *write,
                               void *payload, int *valid)
{
  notch_note_key signer;
  notch_proof_finding finding;
  notch_arena run;
  notch_buffer text;
  if (engine == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(engine, json != NULL && write != NULL && valid != NULL);
  if (key != NULL && !notch_note_key_read(&signer, notch_text_of(key))) {
    return notch_api_say(engine, NOTCH_EVALUE, "that is no key: NAME+12345678+..., as --make-key "
                                               "writes it");
  }
  if (size > UINT32_MAX / 2) {
    return notch_api_say(engine, NOTCH_EVALUE, "that is too long for a receipt");
  }
  uint64_t denied = notch_memory_denied(&engine->memory);
  notch_arena_init(&run, &engine->memory);
  notch_buffer_init(&text, &engine->memory);
  notch_proof_verify(&finding, (notch_text){json, (uint32_t)size}, key == NULL ? NULL : &signer,
                     &engine->memory, &run);
  *valid = finding.valid;
  if (view == NOTCH_VIEW_JSON) {
    json_finding(&text, &finding);
  } else {
    print_finding(&text, &finding);
  }
  notch_status status = denied != notch_memory_denied(&engine->memory)
                            ? notch_api_nomem(engine)
                            : notch_api_write(engine, write, payload, &text);
  notch_buffer_free(&text);
  notch_arena_free(&run);
  return status;
}
