/* tests/syntax/check_syntax.c -- runs the suites of engine/syntax. */
#include <config.h>

#include "check_syntax.h"

#include <stdlib.h>
#include <string.h>

void script_parse(script *s, notch_text text)
{
  memset(s, 0, sizeof *s);
  notch_arena_init(&s->arena, &notch_memory_system);
  notch_diags_init(&s->diags, &s->arena);
  notch_buffer_init(&s->out, &notch_memory_system);
  s->source = notch_source_add(&s->sources, NOTCH_TEXT("test.notch"), text, &s->arena);
  ck_assert_ptr_nonnull(s->source);
  ck_assert(notch_tokens_scan(&s->tokens, s->source, &s->diags, &s->arena));
  s->tree = notch_parse_tokens(&s->tokens, &s->diags, &s->arena);
  ck_assert_ptr_nonnull(s->tree);
  notch_diags_sort(&s->diags);
}

void script_free(script *s)
{
  notch_buffer_free(&s->out);
  notch_arena_free(&s->arena);
}

const char *script_codes(script *s)
{
  notch_buffer_clear(&s->out);
  notch_buffer_put(&s->out, "", 0);
  for (const notch_diag *diag = s->diags.first; diag != NULL; diag = diag->next) {
    notch_position at = notch_source_position(diag->source, diag->span.start);
    notch_buffer_print(&s->out, "%sN%04u@%u:%u", diag == s->diags.first ? "" : " ",
                       notch_diag_info_of(diag->code)->number, at.line, at.column);
  }
  return s->out.bytes != NULL ? s->out.bytes : "";
}

const char *script_tree(script *s)
{
  notch_buffer_clear(&s->out);
  notch_tree_print(&s->out, s->tree, s->source);
  return s->out.bytes;
}

const char *script_format(script *s)
{
  notch_buffer_clear(&s->out);
  notch_format_script(&s->out, &s->tokens, s->tree);
  ck_assert(!s->out.failed);
  return s->out.bytes;
}

const char *script_canonical(script *s)
{
  notch_buffer_clear(&s->out);
  notch_canonical(&s->out, &s->tokens);
  ck_assert(!s->out.failed);
  return s->out.bytes;
}

notch_text repeat(script *s, const char *before, const char *piece, unsigned count,
                  const char *after)
{
  notch_buffer_init(&s->out, &notch_memory_system);
  notch_buffer_print(&s->out, "%s", before);
  for (unsigned i = 0; i < count; i++) notch_buffer_text(&s->out, notch_text_of(piece));
  notch_buffer_print(&s->out, "%s", after);
  return (notch_text){.bytes = s->out.bytes, .length = (uint32_t)s->out.length};
}

int main(void)
{
  Suite *suite = suite_create("syntax");
  suite_add_tcase(suite, notch_check_scan());
  suite_add_tcase(suite, notch_check_parse());
  suite_add_tcase(suite, notch_check_limits());
  suite_add_tcase(suite, notch_check_load());
  suite_add_tcase(suite, notch_check_outline());
  suite_add_tcase(suite, notch_check_format());
  suite_add_tcase(suite, notch_check_diag());
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
