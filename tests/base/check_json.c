/* tests/base/check_json.c -- what is taken as JSON, what is not, and what is written. */
#include <config.h>

#include "base/json.h"
#include "check_base.h"

static notch_arena run;
static notch_json_parser *parser;

static void open_parser(void)
{
  notch_arena_init(&run, &notch_memory_system);
  parser = notch_json_parser_new(&notch_memory_system);
  ck_assert_ptr_nonnull(parser);
}

static void close_parser(void)
{
  notch_json_parser_free(parser);
  notch_arena_free(&run);
}

static const notch_json *parse(const char *text)
{
  return notch_json_parse(parser, notch_text_of(text), &run, NULL, NULL);
}

START_TEST(keeps_order_and_number_text)
{
  const notch_json *root = parse(" {\"a\":120.00, \"b\":[1e400,-0, \"x\"],\"c\":null,"
                                 "\"d\":true,\"e\":false,\"\":{},\"f\":12345678901234567890.10} ");
  ck_assert_ptr_nonnull(root);
  ck_assert_int_eq(root->kind, NOTCH_JSON_OBJECT);
  ck_assert_uint_eq(root->count, 7);
  ck_text_eq(root->first->key, "a");
  ck_text_eq(root->first->text, "120.00");
  const notch_json *list = notch_json_get(root, NOTCH_TEXT("b"));
  ck_assert_uint_eq(list->count, 3);
  ck_text_eq(list->first->text, "1e400");
  ck_text_eq(list->first->next->text, "-0");
  ck_assert_int_eq(list->first->next->next->kind, NOTCH_JSON_STRING);
  ck_assert_int_eq(notch_json_get(root, NOTCH_TEXT("c"))->kind, NOTCH_JSON_NULL);
  ck_assert_int_eq(notch_json_get(root, NOTCH_TEXT("d"))->kind, NOTCH_JSON_TRUE);
  ck_assert_int_eq(notch_json_get(root, NOTCH_TEXT("e"))->kind, NOTCH_JSON_FALSE);
  ck_assert_int_eq(notch_json_get(root, NOTCH_TEXT(""))->kind, NOTCH_JSON_OBJECT);
  ck_text_eq(notch_json_get(root, NOTCH_TEXT("f"))->text, "12345678901234567890.10");
  ck_assert_ptr_null(notch_json_get(root, NOTCH_TEXT("zz")));
  ck_assert_ptr_null(notch_json_get(list, NOTCH_TEXT("a")));
  ck_assert_ptr_null(notch_json_get(NULL, NOTCH_TEXT("a")));
  ck_text_eq(parse("17")->text, "17");
  ck_text_eq(parse("\"\"")->text, "");
}
END_TEST

START_TEST(exponents_are_written_out)
{
  static const char *const pairs[][2] = {
      {"1.2e2", "120"},     {"12000E-2", "120.00"}, {"1e-3", "0.001"}, {"-1.5e0", "-1.5"},
      {"0.5e1", "5"},       {"0.05e1", "0.5"},      {"1e+3", "1000"},  {"-12e-1", "-1.2"},
      {"0e5", "0"},         {"1.50e1", "15.0"},     {"12e-2", "0.12"}, {"1.25e-1", "0.125"},
      {"0.00e2", "0"},      {"1e41", "1e41"},       {"1e-41", "1e-41"}, {"100e-5", "0.00100"},
      {"1e0000000003", "1000"}, {"1e99999999999999999999", "1e99999999999999999999"}};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
    ck_text_eq(parse(pairs[i][0])->text, pairs[i][1]);
  ck_assert_uint_eq(parse("1e40")->text.length, 41);
  ck_assert_uint_eq(parse("-1e-40")->text.length, 43);
}
END_TEST

START_TEST(decodes_escapes)
{
  ck_text_eq(parse("\"a\\n\\\"\\\\\\/\\u00e9\\u91d1\\ud83c\\udf81\"")->text,
             "a\n\"\\/é金\xF0\x9F\x8E\x81");
  ck_text_eq(parse("{\"k\\u0041\":1}")->first->key, "kA");
  ck_text_eq(parse("\"\\\\u0000\"")->text, "\\u0000");
}
END_TEST

START_TEST(marks_duplicate_keys)
{
  const notch_json *root = parse("{\"a\":1,\"b\":2,\"\\u0061\":3,\"a\":{\"a\":4}}");
  const notch_json *item = root->first;
  ck_assert(!item->duplicate);
  ck_assert(!item->next->duplicate);
  ck_assert(item->next->next->duplicate);
  ck_assert(item->next->next->next->duplicate);
  ck_assert(!item->next->next->next->first->duplicate);
  ck_text_eq(notch_json_get(root, NOTCH_TEXT("a"))->text, "1");

  notch_buffer buffer;
  notch_buffer_init(&buffer, &notch_memory_system);
  notch_buffer_put(&buffer, "{", 1);
  for (int i = 0; i < 5000; i++)
    notch_buffer_print(&buffer, "\"k%d\":%d,", i * 7 % 5000, i);
  notch_buffer_print(&buffer, "\"k3\":0,\"z\":1,\"k77\":0}");
  root = parse(buffer.bytes);
  ck_assert_ptr_nonnull(root);
  unsigned marked = 0;
  for (item = root->first; item != NULL; item = item->next)
    if (item->duplicate) {
      marked++;
      ck_text_eq(item->text, "0");
    }
  ck_assert_uint_eq(marked, 2);
  notch_buffer_free(&buffer);
}
END_TEST

START_TEST(refuses_what_is_not_json)
{
  static const char *const wrong[] = {
      "",           " ",          "{",          "[1,]",       "{\"a\":1,}", "{\"a\" 1}",
      "{a:1}",      "NaN",        "Infinity",   "[NaN]",      "-",          "01",
      "[01]",       "1.",         ".5",         "1e",         "+1",         "0x10",
      "tru",        "'a'",        "\"a",        "\"\t\"",     "\"\\x\"",    "\"\\u12\"",
      "1 2",        "{} x",       "{}{}",       "[1] ]",      "/* c */ 1",  "\xEF\xBB\xBF{}",
      "\"\xC3(\"",  "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\\ud800\"", "\"\\udc00\"",
      "\"\\ud800\\u0041\"", "\"\\u0000\"",
      "\"\\ud800", "\"\\",  "]", "nul", "{\"a\":1]", "\f1", "[1\v]",
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    notch_text message;
    uint32_t offset;
    const notch_json *root =
        notch_json_parse(parser, notch_text_of(wrong[i]), &run, &message, &offset);
    ck_assert_msg(root == NULL, "taken: %s", wrong[i]);
    ck_assert_uint_gt(message.length, 10);
    ck_assert_uint_le(offset, strlen(wrong[i]));
    ck_assert_ptr_null(memchr(message.bytes, '\n', message.length));
  }
  ck_assert_ptr_null(notch_json_parse(parser, (notch_text){"1\0", 2}, &run, NULL, NULL));
  ck_assert_ptr_null(notch_json_parse(parser, (notch_text){NULL, 0}, &run, NULL, NULL));
  ck_assert_ptr_nonnull(parse("{}"));
  ck_assert(!run.failed);
}
END_TEST

START_TEST(names_the_place)
{
  notch_text message;
  uint32_t offset;
  ck_assert_ptr_null(notch_json_parse(parser, NOTCH_TEXT("{\"a\":nope}"), &run, &message, &offset));
  ck_assert_uint_ge(offset, 5);
  ck_assert_uint_le(offset, 7);
  ck_assert_ptr_null(
      notch_json_parse(parser, NOTCH_TEXT("[\"\\ud800\"]"), &run, &message, &offset));
  ck_assert_uint_eq(offset, 2);
  ck_text_eq(message, "not JSON at byte 3: an escape that is no character");
}
END_TEST

START_TEST(limits_nesting)
{
  char text[80];
  memset(text, '[', 32);
  memset(text + 32, ']', 32);
  text[64] = '\0';
  ck_assert_ptr_nonnull(parse(text));
  memset(text, '[', 33);
  memset(text + 33, ']', 33);
  text[66] = '\0';
  notch_text message;
  ck_assert_ptr_null(notch_json_parse(parser, notch_text_of(text), &run, &message, NULL));
  ck_text_eq(message, "not JSON at byte 34: nested more than 32 deep");
}
END_TEST

START_TEST(survives_each_failed_allocation)
{
  notch_buffer text;
  notch_buffer_init(&text, &notch_memory_system);
  notch_buffer_print(&text, "{\"first\":[1,2,3,{\"x\":\"\\u00e9");
  for (int i = 0; i < 4000; i++)
    notch_buffer_print(&text, "\\n%d", i);
  notch_buffer_print(&text, "\"}]");
  for (int i = 0; i < 100; i++)
    notch_buffer_print(&text, ",\"key%d\":\"value\"", i);
  notch_buffer_print(&text, "}");
  volatile bool done = false;
  for (volatile unsigned long n = 1; n < 200 && !done; n++) {
    scarcity memory = {.fail_at = n};
    notch_memory hook = {.resize = scarce_resize, .payload = &memory};
    notch_arena own;
    jmp_buf escape;
    notch_arena_init(&own, &hook);
    notch_json_parser *volatile mine = notch_json_parser_new(&hook);
    if (n % 2 == 0)
      own.escape = &escape;
    if (mine != NULL && setjmp(escape) == 0) {
      const notch_json *root = notch_json_parse(
          mine, (notch_text){text.bytes, (uint32_t)text.length}, &own, NULL, NULL);
      ck_assert(root != NULL || own.failed);
      done = root != NULL && memory.requests < n;
    }
    own.escape = NULL;
    if (mine != NULL) { /* and works again afterwards */
      notch_arena_reset(&own);
      memory.fail_at = 0;
      ck_assert_ptr_nonnull(notch_json_parse(mine, NOTCH_TEXT("[1]"), &own, NULL, NULL));
    }
    notch_json_parser_free(mine);
    notch_arena_free(&own);
    ck_assert_int_eq(memory.live, 0);
  }
  ck_assert(done);
  notch_buffer_free(&text);
}
END_TEST

START_TEST(writes_with_commas_in_place)
{
  notch_buffer buffer;
  notch_buffer_init(&buffer, &notch_memory_system);
  notch_json_writer writer = {.to = &buffer};
  notch_json_begin(&writer, '{');
  notch_json_key(&writer, NOTCH_TEXT("a"));
  notch_json_begin(&writer, '[');
  notch_json_integer(&writer, -1);
  notch_json_bool(&writer, true);
  notch_json_null(&writer);
  notch_json_begin(&writer, '{');
  notch_json_end(&writer, '}');
  notch_json_end(&writer, ']');
  notch_json_key(&writer, NOTCH_TEXT("b\""));
  notch_json_text(&writer, NOTCH_TEXT("x\n\x01\x7f\\ 金"));
  notch_json_key(&writer, NOTCH_TEXT("c"));
  notch_json_raw(&writer, NOTCH_TEXT("[0.50]"));
  notch_json_end(&writer, '}');
  ck_assert_str_eq(buffer.bytes, "{\"a\":[-1,true,null,{}],\"b\\\"\":"
                                 "\"x\\n\\u0001\\u007f\\\\ 金\",\"c\":[0.50]}");
  ck_assert_ptr_nonnull(parse(buffer.bytes));
  notch_buffer_free(&buffer);
}
END_TEST

TCase *notch_check_json(void)
{
  TCase *json = tcase_create("json");
  tcase_add_checked_fixture(json, open_parser, close_parser);
  tcase_add_test(json, keeps_order_and_number_text);
  tcase_add_test(json, exponents_are_written_out);
  tcase_add_test(json, decodes_escapes);
  tcase_add_test(json, marks_duplicate_keys);
  tcase_add_test(json, refuses_what_is_not_json);
  tcase_add_test(json, names_the_place);
  tcase_add_test(json, limits_nesting);
  tcase_add_test(json, survives_each_failed_allocation);
  tcase_add_test(json, writes_with_commas_in_place);
  return json;
}
