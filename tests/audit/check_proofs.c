/* tests/audit/check_proofs.c -- checkpoints, signed notes, receipts, and every way to spoil one. */
#include <config.h>

#include "audit/receipt.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A key of the Go package note, from its documentation: other tools read the same form. */
static const char secret_line[] =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
static const char open_line[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char signed_note[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM"
    "=\n";

START_TEST(keys_and_notes_are_those_of_other_tools)
{
  notch_note_key secret, open;
  notch_buffer note;
  ck_assert(notch_note_key_read(&secret, notch_text_of(secret_line)) && secret.can_sign);
  ck_assert(notch_note_key_read(&open, notch_text_of(open_line)) && !open.can_sign);
  ck_assert_mem_eq(secret.open, open.open, sizeof open.open);
  ck_assert(notch_note_is_signed(notch_text_of(signed_note), &open));
  notch_buffer_init(&note, &notch_memory_system);
  const char *end = strstr(signed_note, "\n\n") + 1;
  notch_buffer_put(&note, signed_note, (size_t)(end - signed_note));
  ck_assert(notch_note_sign(&note, &secret));
  ck_assert_str_eq(note.bytes, signed_note);
  notch_buffer_clear(&note);
  notch_note_key_write_open(&note, &secret);
  note.bytes[note.length - 1] = '\0';
  ck_assert_str_eq(note.bytes, open_line);
  notch_buffer_free(&note);
}
END_TEST

START_TEST(a_changed_note_is_not_signed)
{
  notch_note_key open;
  char note[sizeof signed_note];
  ck_assert(notch_note_key_read(&open, notch_text_of(open_line)));
  for (size_t i = 0; i + 1 < sizeof signed_note; i++) {
    memcpy(note, signed_note, sizeof note);
    note[i] = (char)(note[i] ^ 1);
    ck_assert_msg(!notch_note_is_signed(notch_text_of(note), &open), "byte %zu", i);
  }
}
END_TEST

START_TEST(bad_keys_are_refused)
{
  notch_note_key key;
  static const char *const bad[] = {"", "+", "a+b", "PRIVATE+KEY+", "n+00000000+AAAA",
                                    ("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/"
                                     "LDE4izWy10TW")};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    ck_assert_msg(!notch_note_key_read(&key, notch_text_of(bad[i])), "%s", bad[i]);
  }
  ck_assert(!notch_note_key_make(&key, NOTCH_TEXT("two words")));
  ck_assert(!notch_note_key_make(&key, NOTCH_TEXT("a+b")));
  ck_assert(notch_note_key_make(&key, NOTCH_TEXT("ledger.example")));
}
END_TEST

START_TEST(a_checkpoint_is_read_as_it_was_written)
{
  notch_buffer note;
  notch_checkpoint out;
  notch_head head = {.size = 1234567};
  memset(head.root.bytes, 0xA5, sizeof head.root.bytes);
  notch_buffer_init(&note, &notch_memory_system);
  notch_checkpoint_write(&note, NOTCH_TEXT("ledger.example"), &head);
  ck_assert(notch_checkpoint_read(&out, (notch_text){note.bytes, (uint32_t)note.length}));
  ck_assert_int_eq(out.head.size, head.size);
  ck_assert_mem_eq(out.head.root.bytes, head.root.bytes, 32);
  for (uint32_t length = 0; length < note.length; length++) {
    ck_assert(!notch_checkpoint_read(&out, (notch_text){note.bytes, length}));
  }
  notch_buffer_free(&note);
  ck_assert(!notch_checkpoint_read(&out, NOTCH_TEXT("a\n007\nAAAA\n")));
}
END_TEST

/* ---- receipts ---- */

static notch_store *store;

static void make_store(void)
{
  notch_store_options options = {.origin = NOTCH_TEXT("proofs.example"),
                                 .clock = NOTCH_CLOCK_EVENTS};
  notch_store_problem problem;
  uint32_t type;
  ck_assert_int_eq(notch_store_create(&store, NULL, &options, &problem), NOTCH_STORE_OK);
  ck_assert_int_eq(notch_store_begin(store), NOTCH_STORE_OK);
  ck_assert_int_eq(notch_store_name_add(store, &type, NOTCH_NAME_TYPE, NOTCH_TEXT("sale")),
                   NOTCH_STORE_OK);
  for (int i = 0; i < 21; i++) {
    char id[8];
    id[0] = 'e';
    id[1] = (char)('a' + i);
    notch_transaction row = {.type = type, .id = {id, 2}, .at_us = i * 1000000,
                             .booked_us = i * 1000000, .recorded_us = i * 1000000,
                             .content = NOTCH_TEXT("{\"amount\":\"1.00\"}")};
    ck_assert_int_eq(notch_store_append(store, &row), NOTCH_STORE_OK);
  }
  ck_assert_int_eq(notch_store_commit(store), NOTCH_STORE_OK);
}

static void free_store(void)
{
  notch_store_close(store);
}

static bool is_valid(notch_text json)
{
  notch_proof_finding finding;
  notch_arena run;
  notch_arena_init(&run, &notch_memory_system);
  notch_proof_verify(&finding, json, NULL, &notch_memory_system, &run);
  notch_arena_free(&run);
  return finding.valid;
}

START_TEST(every_row_has_a_receipt_and_no_byte_of_it_may_change)
{
  notch_buffer json;
  notch_buffer_init(&json, &notch_memory_system);
  for (int64_t row = 1; row <= 21; row++) {
    notch_buffer_clear(&json);
    ck_assert_int_eq(notch_receipt_write(&json, store, row), NOTCH_STORE_OK);
    ck_assert(is_valid((notch_text){json.bytes, (uint32_t)json.length}));
  }
  /* The origin is the one member that proves nothing by itself; case of hexadecimal digits and
   * what stands behind the document do not count. */
  const char *from = strstr(json.bytes, "\"event\"");
  for (size_t i = (size_t)(from - json.bytes); i + 2 < json.length; i++) {
    char kept = json.bytes[i];
    if (kept >= 'a' && kept <= 'f') {
      continue;
    }
    json.bytes[i] = (char)(kept ^ 1);
    ck_assert_msg(!is_valid((notch_text){json.bytes, (uint32_t)json.length}), "byte %zu", i);
    json.bytes[i] = kept;
  }
  notch_buffer_free(&json);
}
END_TEST

START_TEST(growth_is_proved_between_any_two_sizes)
{
  notch_buffer json;
  notch_buffer_init(&json, &notch_memory_system);
  for (int64_t size = 1; size <= 21; size++) {
    for (int64_t old = 1; old <= size; old++) {
      notch_buffer_clear(&json);
      ck_assert_int_eq(notch_consistency_write(&json, store, old, size), NOTCH_STORE_OK);
      ck_assert(is_valid((notch_text){json.bytes, (uint32_t)json.length}));
      char *root = strstr(json.bytes, "\"old_root\":\"") + 12;
      *root = *root == '0' ? '1' : '0';
      ck_assert(!is_valid((notch_text){json.bytes, (uint32_t)json.length}));
    }
  }
  notch_buffer_free(&json);
}
END_TEST

START_TEST(what_is_no_receipt_is_refused)
{
  static const char *const bad[] = {"", "{", "[]", "{}", "{\"notch\":\"receipt\"}", "null",
                                    "{\"notch\":\"consistency\",\"old_size\":1}"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    ck_assert(!is_valid(notch_text_of(bad[i])));
  }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("proofs");
  TCase *notes = tcase_create("notes"), *proofs = tcase_create("proofs");
  tcase_add_test(notes, keys_and_notes_are_those_of_other_tools);
  tcase_add_test(notes, a_changed_note_is_not_signed);
  tcase_add_test(notes, bad_keys_are_refused);
  tcase_add_test(notes, a_checkpoint_is_read_as_it_was_written);
  tcase_set_timeout(proofs, 60);
  tcase_add_checked_fixture(proofs, make_store, free_store);
  tcase_add_test(proofs, every_row_has_a_receipt_and_no_byte_of_it_may_change);
  tcase_add_test(proofs, growth_is_proved_between_any_two_sizes);
  tcase_add_test(proofs, what_is_no_receipt_is_refused);
  suite_add_tcase(suite, notes);
  suite_add_tcase(suite, proofs);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
