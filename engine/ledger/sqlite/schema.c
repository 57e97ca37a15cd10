/*
 * ledger/sqlite/schema.c -- the tables, triggers and views of a ledger: schema.sql, what follows
 * from journal.def, and the words of the closed sets of base/ for the views.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <string.h>

static const char tables_text[] =
#include "engine/ledger/sqlite/schema.inc"
    ;

static const char triggers_text[] =
#define JOURNAL(table)                                                                  \
  "CREATE TRIGGER " #table "_u BEFORE UPDATE ON " #table                                \
  " BEGIN SELECT RAISE(ABORT,'the journal only grows'); END;"                           \
  "CREATE TRIGGER " #table "_d BEFORE DELETE ON " #table                                \
  " BEGIN SELECT RAISE(ABORT,'the journal only grows'); END;"
#include "ledger/sqlite/journal.def"
#undef JOURNAL
    ;

static const char words_text[] = "CREATE VIEW notch_account(account,word) AS VALUES (0,'none')"
#define ACCOUNT(number, name, word) ",(" #number ",'" word "')"
#include "base/account.def"
#undef ACCOUNT
    ";CREATE VIEW notch_outcome(outcome,word) AS VALUES (0,'applied'),(1,'waiting')"
#define REFUSAL(number, name, word) ",(" #number ",'" word "')"
#include "base/refusal.def"
#undef REFUSAL
    ";CREATE VIEW notch_effect_kind(kind,word) AS VALUES (0,'none')"
#define EFFECT(number, name, word, subject, ref, meaning) ",(" #number ",'" word "')"
#include "base/effect.def"
#undef EFFECT
    ";";

const char *const notch_journal_tables[] = {
#define JOURNAL(table) #table,
#include "ledger/sqlite/journal.def"
#undef JOURNAL
    NULL,
};

notch_store_status notch_schema_create(notch_store *store)
{
  const char *const texts[] = {tables_text, triggers_text, words_text};
  for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (sqlite3_exec(store->db, texts[i], NULL, NULL, NULL) != SQLITE_OK) {
      return notch_store_fail(store, "creating the tables");
    }
  }
  return NOTCH_STORE_OK;
}
