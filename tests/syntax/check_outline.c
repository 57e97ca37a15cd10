/* tests/syntax/check_outline.c -- what a script declares, what its names mean, what may come. */
#include <config.h>

#include "check_syntax.h"
#include "syntax/outline.h"

#include <string.h>

static bool find(void *payload, notch_text path, notch_text importer, notch_text *name,
                 notch_text *text)
{
  (void)payload;
  (void)importer;
  *name = path;
  *text = NOTCH_TEXT("module m\n  needs pts points\n\nrule gift\n  on join\n  earn 1 pts\n");
  return notch_text_equal(path, NOTCH_TEXT("m"));
}

typedef struct looked {
  notch_arena arena;
  notch_diags diags;
  notch_parsed *parsed;
  notch_buffer out;
  uint32_t at; /* where the caret of the text was */
} looked;

/* `|` in the text is where the question is about; it is taken out. */
static void look(looked *l, const char *text)
{
  memset(l, 0, sizeof *l);
  notch_arena_init(&l->arena, &notch_memory_system);
  notch_buffer_init(&l->out, &notch_memory_system);
  notch_diags_init(&l->diags, &l->arena);
  notch_resolver resolver = {.find = find};
  const char *caret = strchr(text, '|');
  notch_buffer whole;
  notch_buffer_init(&whole, &notch_memory_system);
  l->at = caret != NULL ? (uint32_t)(caret - text) : (uint32_t)strlen(text);
  notch_buffer_put(&whole, text, l->at);
  if (caret != NULL)
    notch_buffer_put(&whole, caret + 1, strlen(caret + 1));
  l->parsed = notch_load(NOTCH_TEXT("main"), (notch_text){whole.bytes, (uint32_t)whole.length},
                         &resolver, &l->diags, &l->arena);
  ck_assert_ptr_nonnull(l->parsed);
  notch_buffer_free(&whole);
}

static void unlook(looked *l)
{
  notch_buffer_free(&l->out);
  notch_arena_free(&l->arena);
}

static void print_items(looked *l, const notch_outline_items *items)
{
  for (uint32_t i = 0; i < items->count; i++) {
    notch_buffer_print(&l->out, "%s%u ", i > 0 ? "; " : "", items->items[i].depth);
    notch_outline_head(&l->out, &items->items[i]);
  }
  notch_buffer_put(&l->out, "", 1);
}

static void expect_outline(const char *text, const char *expected)
{
  looked l;
  notch_outline_items items = {0};
  look(&l, text);
  notch_outline_make(&items, &l.parsed->units.items[0], &l.arena);
  print_items(&l, &items);
  ck_assert_str_eq(l.out.bytes, expected);
  unlook(&l);
}

static void expect_meaning(const char *text, const char *expected)
{
  looked l;
  notch_outline_items items = {0};
  look(&l, text);
  notch_outline_find(&items, l.parsed, l.at, &l.arena);
  print_items(&l, &items);
  ck_assert_str_eq(l.out.bytes, expected);
  unlook(&l);
}

/* The likely ones, in the order offered, up to `limit`. */
static void expect_words(const char *text, uint32_t limit, const char *expected)
{
  looked l;
  notch_completions found = {0};
  look(&l, text);
  notch_outline_complete(&found, l.parsed, l.at, &l.arena);
  for (uint32_t i = 0, shown = 0; i < found.count && shown < limit; i++) {
    if (found.items[i].soft)
      continue;
    notch_buffer_print(&l.out, "%s%.*s", shown++ > 0 ? " " : "", (int)found.items[i].word.length,
                       found.items[i].word.bytes);
  }
  notch_buffer_put(&l.out, "", 1);
  ck_assert_str_eq(l.out.bytes, expected);
  unlook(&l);
}

#define HEAD "event sale\n  field paid number\n  field `to` text\n\n"

START_TEST(heads_are_canonical)
{
  expect_outline("program   p\n  currency  CNY # home\n", "0 program p; 1 currency CNY");
  expect_outline("measure m  \"M\"   is  # why\n  sum of  amount on sale\n    gross\n",
                 "0 measure m \"M\" is sum of amount on sale");
  expect_outline("event e\n  field x  one of a ,b ?\n  field n number in -1 .. 2\n",
                 "0 event e; 1 field x one of a, b?; 2 value a; 2 value b; "
                 "1 field n number in -1 .. 2");
  expect_outline("ladder l tiers a < b\n  tier b \"B\"\n    reach when x >= 1\n",
                 "0 ladder l tiers a < b; 1 tier a; 1 tier b \"B\"");
  expect_outline("use m with pts star as x\ntest \"t\"\n  at 2026-01-01 00:00 ann sale as e1\n",
                 "0 use m with pts star as x; 0 test \"t\"; 1 as e1");
  expect_outline("", "");
}
END_TEST

START_TEST(broken_scripts_have_outlines)
{
  expect_outline("rule a\n  on\nrule b\n  let x is\n  let y is 1\n", "0 rule a; 0 rule b; "
                                                                     "1 let y is 1");
  expect_outline("rule\nevent e\n  field\n", "0 event e");
  expect_outline("((((\n", "");
}
END_TEST

START_TEST(names_mean_declarations)
{
  expect_meaning(HEAD "rule r\n  on sa|le\n  earn 1 star\n", "0 event sale");
  expect_meaning(HEAD "rule r\n  on sale|\n", "0 event sale");
  expect_meaning(HEAD "rule r\n  on |sale\n", "0 event sale");
  expect_meaning(HEAD "rule r\n  on sale\n  when pa|id > 1\n", "1 field paid number");
  expect_meaning(HEAD "rule r\n  on sale\n  when event.t|o = \"x\"\n", "1 field to text");
  expect_meaning(HEAD "rule r\n  on sale\n  when nothing|  > 1\n", "");
  expect_meaning(HEAD "rule r\n  on sale\n  wh|en paid > 1\n", "");
  expect_meaning("member\n  field city text\n" HEAD "rule r\n  when member.cit|y is known\n",
                 "1 field city text");
  expect_meaning("rule r\n  let x is 1\n  earn x|\nrule s\n  let x is 2\n", "1 let x is 1");
  expect_meaning("use m with pts star\ngroup g\n  ranked m.gi|ft\n", "0 rule gift");
  expect_meaning("use |m with pts star\n", "0 module m");
  expect_meaning("use m with p|ts star\n", "1 needs pts points");
  expect_meaning("use none with p|ts star\n", "");
  expect_meaning("|", "");
}
END_TEST

START_TEST(what_may_come_is_offered)
{
  expect_words("pro|", 2, "cohort define");
  expect_words(HEAD "rule r\n  on |", 1, "sale");
  expect_words(HEAD "rule r\n  on sale\n  when |", 3, "sale paid `to`");
  expect_words(HEAD "rule r\n  on sale\n  when event.|", 9, "paid to");
  expect_words("use m with pts star\ngroup g\n  combine first\n  ranked m.|", 9, "gift");
  expect_words("rule r\n  on sale\n  earn 1 star per 2 star |", 2, "of");
  expect_words("rule |", 9, "");
  expect_words("event e\n  field |", 9, "");
  expect_words("# rule |", 9, "");
  expect_words("rule r \"on |", 9, "");
  expect_words("rule r\n  earn 12|", 9, "");
}
END_TEST

TCase *notch_check_outline(void)
{
  TCase *tests = tcase_create("outline");
  tcase_add_test(tests, heads_are_canonical);
  tcase_add_test(tests, broken_scripts_have_outlines);
  tcase_add_test(tests, names_mean_declarations);
  tcase_add_test(tests, what_may_come_is_offered);
  return tests;
}
