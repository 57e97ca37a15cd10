/* tests/syntax/check_load.c -- modules: found, parsed once, never in a circle. */
#include <config.h>

#include "check_syntax.h"

#include <stdio.h>
#include <string.h>

/* A little library: the module's name tells what is in it. */
static bool find(void *payload, notch_text path, notch_text importer, notch_text *name,
                 notch_text *text)
{
  static char bytes[256], names[64];
  unsigned *calls = payload;
  (void)importer;
  *calls += 1;
  if (path.length > 0 && path.bytes[0] == 'x') return false;
  int length = snprintf(names, sizeof names, "lib/%.*s", (int)path.length, path.bytes);
  *name = (notch_text){names, (uint32_t)length};
  const char *body = "module m\n";
  if (notch_text_equal(path, NOTCH_TEXT("circle"))) body = "module m\nuse circle\n";
  if (notch_text_equal(path, NOTCH_TEXT("a.b"))) body = "module m\nuse c\nuse d\n";
  if (notch_text_equal(path, NOTCH_TEXT("c"))) body = "module m\nuse d\n";
  if (notch_text_equal(path, NOTCH_TEXT("plain"))) body = "rule a\n";
  if (notch_text_equal(path, NOTCH_TEXT("ping"))) body = "module m\nuse pong\n";
  if (notch_text_equal(path, NOTCH_TEXT("pong"))) body = "module m\nuse ping\n";
  if (path.bytes[0] == 'n') { /* n, nn, nnn ...: each uses one that is longer */
    length = snprintf(bytes, sizeof bytes, "module m\nuse n%.*s\n", (int)path.length, path.bytes);
    *text = (notch_text){bytes, (uint32_t)length};
    return true;
  }
  *text = notch_text_of(body);
  return true;
}

typedef struct loaded {
  notch_arena arena;
  notch_diags diags;
  notch_parsed *parsed;
  unsigned calls;
} loaded;

static void load(loaded *l, const char *text)
{
  memset(l, 0, sizeof *l);
  notch_arena_init(&l->arena, &notch_memory_system);
  notch_diags_init(&l->diags, &l->arena);
  notch_resolver resolver = {.find = find, .payload = &l->calls};
  l->parsed = notch_load(NOTCH_TEXT("main.notch"), notch_text_of(text), &resolver, &l->diags,
                         &l->arena);
  ck_assert_ptr_nonnull(l->parsed);
}

static unsigned first_number(const loaded *l)
{
  return l->diags.first != NULL ? notch_diag_info_of(l->diags.first->code)->number : 0;
}

START_TEST(each_module_is_parsed_once)
{
  loaded l;
  load(&l, "use a.b as x\nuse d\nuse a.b as y\n");
  ck_assert_uint_eq(first_number(&l), 0);
  ck_assert_uint_eq(l.parsed->units.count, 4);
  const notch_tree_node *use = l.parsed->units.items[0].tree->first;
  ck_assert_int_eq(use->detail, 1);
  ck_assert(notch_text_equal(l.parsed->units.items[1].path, NOTCH_TEXT("a.b")));
  ck_assert_int_eq(use->next->detail, 3); /* c, then d, were loaded for a.b */
  ck_assert_int_eq(use->next->next->detail, 1);
  notch_buffer out;
  notch_buffer_init(&out, &notch_memory_system);
  notch_parsed_canonical(&out, l.parsed);
  ck_assert_str_eq(out.bytes, "use a . b as x use d use a . b as y\n"
                              "use a.b\nmodule m use c use d\nuse c\nmodule m use d\n"
                              "use d\nmodule m\n");
  notch_buffer_free(&out);
  notch_arena_free(&l.arena);
}
END_TEST

START_TEST(circles_are_found)
{
  static const char *const texts[] = {"use circle\n", "use ping\n"};
  static const char *const circles[] = {"circle -> circle", "ping -> pong -> ping"};
  for (int i = 0; i < 2; i++) {
    loaded l;
    load(&l, texts[i]);
    ck_assert_uint_eq(first_number(&l), 151);
    char message[256];
    snprintf(message, sizeof message, "%.*s", (int)l.diags.first->message.length,
             l.diags.first->message.bytes);
    ck_assert_ptr_nonnull(strstr(message, circles[i]));
    notch_arena_free(&l.arena);
  }
}
END_TEST

START_TEST(what_cannot_be_loaded_is_said)
{
  loaded l;
  load(&l, "use xyz\n");
  ck_assert_uint_eq(first_number(&l), 150);
  ck_assert_int_eq(l.parsed->units.items[0].tree->first->detail, NOTCH_USE_NOT_LOADED);
  notch_arena_free(&l.arena);
  load(&l, "use plain\n");
  ck_assert_uint_eq(first_number(&l), 155);
  notch_arena_free(&l.arena);
  load(&l, "use n\n");
  ck_assert_uint_eq(first_number(&l), 152);
  ck_assert_uint_eq(l.parsed->units.count, NOTCH_LOAD_DEPTH_MAX + 1);
  notch_arena_free(&l.arena);
}
END_TEST

START_TEST(files_and_bytes_are_counted)
{
  notch_buffer text;
  notch_buffer_init(&text, &notch_memory_system);
  for (int i = 0; i < NOTCH_LOAD_FILES_MAX; i++) notch_buffer_print(&text, "use m%d\n", i);
  loaded l;
  load(&l, text.bytes);
  ck_assert_uint_eq(first_number(&l), 153);
  ck_assert_uint_eq(l.parsed->units.count, NOTCH_LOAD_FILES_MAX);
  notch_arena_free(&l.arena);
  notch_buffer_clear(&text);
  while (text.length <= NOTCH_SOURCE_BYTES_MAX) notch_buffer_print(&text, "%4096s", "");
  load(&l, text.bytes);
  ck_assert_uint_eq(first_number(&l), 154);
  ck_assert_uint_eq(l.parsed->units.count, 0);
  notch_arena_free(&l.arena);
  notch_buffer_free(&text);
}
END_TEST

TCase *notch_check_load(void)
{
  TCase *tcase = tcase_create("load");
  tcase_add_test(tcase, each_module_is_parsed_once);
  tcase_add_test(tcase, circles_are_found);
  tcase_add_test(tcase, what_cannot_be_loaded_is_said);
  tcase_add_test(tcase, files_and_bytes_are_counted);
  return tcase;
}
