/* tests/event/check_event.c -- events from JSON and CSV: types, refusals, the canonical content. */
#include <config.h>

#include "apply/apply.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define TEN(w) w "0, " w "1, " w "2, " w "3, " w "4, " w "5, " w "6, " w "7, " w "8, " w "9, "
#define HUNDRED(w) \
  TEN(w "0") TEN(w "1") TEN(w "2") TEN(w "3") TEN(w "4") TEN(w "5") TEN(w "6") TEN(w "7") \
  TEN(w "8") TEN(w "9")
static const char script[] =
    "program shop\n"
    "  timezone \"Asia/Shanghai\"\n"
    "  currency CNY, JPY\n"
    "  rounded down per event\n"
    "points star\n"
    "points mile\n  2 decimals\n"
    "member\n  field birthday date?\n  field city text?\n  field friend member?\n"
    "record item\n  field sku text\n  field price CNY\n  field count number in 1 .. 9\n"
    "event purchase\n"
    "  field amount CNY in 0.00 CNY .. 1_000.00 CNY\n"
    "  field yen JPY?\n"
    "  field channel one of store, app = store\n"
    "  field share percent?\n"
    "  field gift flag?\n"
    "  field day date?\n"
    "  field when time?\n"
    "  field by member?\n"
    "  field items list of item at most 2\n"
    "event fitting\n"
    "  field code one of " HUNDRED("a") HUNDRED("b") HUNDRED("a1") "zoe, zed\n"
    "  field size one of small, m, s, medium, sm\n"
    "rule base\n  on purchase\n  earn 1 star per 1.00 CNY of amount\n"
    "reward latte\n  costs 10 star\n"
    "payment till\n  pay 1.00 CNY per 20 star\n";

static notch_rules *rules;
static notch_json_parser *parser;
static notch_arena arena;
static notch_reader reader;

static void set_up(void)
{
  notch_diags diags;
  notch_arena_init(&arena, &notch_memory_system);
  notch_diags_init(&diags, &arena);
  notch_rules_status status =
      notch_rules_compile(&rules, &notch_memory_system, NOTCH_TEXT("shop.notch"),
                          notch_text_of(script), NULL, &diags);
  if (status != NOTCH_RULES_OK && diags.first != NULL) {
    ck_abort_msg("%.*s", (int)diags.first->message.length, diags.first->message.bytes);
  }
  ck_assert_int_eq(status, NOTCH_RULES_OK);
  parser = notch_json_parser_new(&notch_memory_system);
  reader = (notch_reader){.layout = rules->layout, .run = &arena, .parser = parser};
}

static void tear_down(void)
{
  notch_json_parser_free(parser);
  notch_rules_free(rules, &notch_memory_system);
  notch_arena_free(&arena);
}

static notch_event *read_whole(const char *text)
{
  notch_envelope envelope;
  const char *why = NULL;
  const notch_json *json =
      notch_json_parse(parser, notch_text_of(text), &arena, NULL, NULL);
  ck_assert_msg(json != NULL, "%s", text);
  ck_assert_msg(notch_envelope_open(&envelope, json, &why), "%s", why);
  return notch_read_event(&reader, &envelope);
}

/* A purchase with these members besides the ones it needs. */
static notch_event *purchase(const char *members)
{
  notch_text whole = notch_arena_format(
      &arena, "{\"id\":\"e\",\"type\":\"purchase\",\"member\":\"ann\","
              "\"at\":\"2026-03-03T10:00:00+08:00\"%s%s}",
      members[0] != '\0' ? "," : "", members);
  return read_whole(whole.bytes);
}

static void refuses(const char *members, notch_verdict verdict, const char *part)
{
  notch_event *event = purchase(members);
  ck_assert_msg(event == NULL, "was taken: %s", members);
  ck_assert_msg(reader.verdict == verdict, "%s: %s", members,
                notch_verdict_word(reader.verdict));
  ck_assert_msg(strstr(reader.sentence.bytes, part) != NULL, "%s: %s", members,
                reader.sentence.bytes);
}

static uint32_t field(const char *name)
{
  const notch_event_decl *decl = &rules->program->events[NOTCH_EVENT_BUILTIN_COUNT];
  for (uint32_t i = 0; i < decl->field_count; i++) {
    if (notch_text_equal(decl->fields[i].name, notch_text_of(name))) {
      return i;
    }
  }
  ck_abort_msg("no field %s", name);
  return 0;
}

static const char *canonical(const notch_event *event)
{
  notch_buffer text;
  notch_buffer_init(&text, &notch_memory_system);
  ck_assert(notch_canonical_event(&text, rules->layout, event, NULL));
  notch_text kept = notch_arena_text(&arena, (notch_text){text.bytes, (uint32_t)text.length});
  notch_buffer_free(&text);
  return kept.bytes;
}

START_TEST(reads_amounts_in_all_their_forms)
{
  static const char *const forms[] = {"\"120.00\"", "120.00", "120", "\"120.00 CNY\"", "\"120\""};
  for (unsigned i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    notch_text members = notch_arena_format(&arena, "\"amount\":%s,\"items\":[]", forms[i]);
    notch_event *event = purchase(members.bytes);
    ck_assert_msg(event != NULL, "%s: %s", forms[i], reader.sentence.bytes);
    ck_assert_int_eq(event->fields[field("amount")].n, 12000);
    ck_assert_int_eq(event->at_us, INT64_C(1772503200000000));
    ck_assert_int_eq(event->offset_min, 480);
  }
}
END_TEST

START_TEST(refuses_with_the_name_of_the_field)
{
  refuses("\"items\":[]", NOTCH_REFUSED_MISSING_FIELD, "`amount`");
  refuses("\"amount\":\"1.001\",\"items\":[]", NOTCH_REFUSED_BAD_VALUE, "3 decimals");
  refuses("\"amount\":\"1.00 JPY\",\"items\":[]", NOTCH_REFUSED_BAD_VALUE, "in CNY, not in JPY");
  refuses("\"amount\":\"1e2\",\"items\":[]", NOTCH_REFUSED_BAD_VALUE, "`amount`");
  refuses("\"amount\":true,\"items\":[]", NOTCH_REFUSED_BAD_VALUE, "`amount`");
  refuses("\"amount\":\"1000.01\",\"items\":[]", NOTCH_REFUSED_OUT_OF_RANGE, "1000.00");
  refuses("\"amount\":\"-0.01\",\"items\":[]", NOTCH_REFUSED_OUT_OF_RANGE, "`amount`");
  refuses("\"amount\":\"1\",\"items\":[],\"chanel\":\"app\"", NOTCH_REFUSED_UNKNOWN_FIELD,
          "did you mean `channel`");
  refuses("\"amount\":\"1\",\"items\":[],\"channel\":\"web\"", NOTCH_REFUSED_BAD_VALUE,
          "store, app");
  refuses("\"amount\":\"1\",\"amount\":\"2\",\"items\":[]", NOTCH_REFUSED_BAD_VALUE, "twice");
  refuses("\"amount\":\"1\",\"items\":[{\"sku\":\"a\",\"price\":\"1\",\"count\":1.5}]",
          NOTCH_REFUSED_BAD_VALUE, "`items[1].count`");
  refuses("\"amount\":\"1\",\"items\":[{\"sku\":\"a\",\"count\":1}]",
          NOTCH_REFUSED_MISSING_FIELD, "`items[1].price`");
  refuses("\"amount\":\"1\",\"items\":[{},{},{}]", NOTCH_REFUSED_OUT_OF_RANGE, "2 is the most");
  refuses("\"amount\":\"1\",\"items\":[],\"gift\":\"yes\"", NOTCH_REFUSED_BAD_VALUE, "`gift`");
  refuses("\"amount\":\"1\",\"items\":[],\"day\":\"2026-02-30\"", NOTCH_REFUSED_BAD_VALUE,
          "`day`");
}
END_TEST

START_TEST(refuses_what_the_rules_do_not_know)
{
  ck_assert(read_whole("{\"id\":\"e\",\"type\":\"sale\",\"member\":\"ann\",\"at\":\"2026-01-01\"}")
            == NULL);
  ck_assert_int_eq(reader.verdict, NOTCH_REFUSED_UNKNOWN_EVENT);
  ck_assert(read_whole("{\"id\":\"e\",\"type\":\"given\",\"member\":\"ann\","
                       "\"at\":\"2026-01-01\"}") == NULL);
  ck_assert_int_eq(reader.verdict, NOTCH_REFUSED_UNKNOWN_EVENT);
  ck_assert(read_whole("{\"id\":\"e\",\"type\":\"leave\",\"member\":\"ann\"}") == NULL);
  ck_assert_int_eq(reader.verdict, NOTCH_REFUSED_MISSING_FIELD);
  ck_assert(read_whole("{\"id\":\"e\",\"type\":\"leave\",\"at\":\"2026-01-01\"}") == NULL);
  ck_assert_int_eq(reader.verdict, NOTCH_REFUSED_MISSING_FIELD);
}
END_TEST

START_TEST(takes_a_cloud_event)
{
  notch_event *event = read_whole(
      "{\"specversion\":\"1.0\",\"id\":\"e\",\"source\":\"till\",\"type\":\"purchase\","
      "\"subject\":\"ann\",\"time\":\"2026-03-03T02:00:00Z\","
      "\"data\":{\"amount\":\"1.00\",\"items\":[]}}");
  ck_assert_msg(event != NULL, "%s", reader.sentence.bytes);
  ck_assert(notch_text_equal(event->member, NOTCH_TEXT("ann")));
  ck_assert_int_eq(event->at_us, INT64_C(1772503200000000));
}
END_TEST

START_TEST(equal_values_have_one_canonical_form)
{
  const char *left = canonical(purchase(
      "\"items\":[{\"count\":1,\"sku\":\"a\",\"price\":\"2\"}],\"amount\":120,\"share\":\"25%\","
      "\"gift\":true,\"when\":\"09:30\""));
  const char *right = canonical(purchase(
      "\"gift\":true,\"when\":\"09:30:00\",\"share\":0.25,\"amount\":\"120.00 CNY\","
      "\"channel\":\"store\",\"items\":[{\"sku\":\"a\",\"price\":2.00,\"count\":\"1\"}]"));
  ck_assert_str_eq(left, right);
  ck_assert_str_eq(left,
                   "{\"amount\":\"120.00\",\"channel\":\"store\",\"gift\":true,\"items\":"
                   "[{\"count\":1,\"price\":\"2.00\",\"sku\":\"a\"}],\"share\":0.25,"
                   "\"when\":\"09:30:00\"}");
}
END_TEST

START_TEST(content_reads_back_as_the_same_event)
{
  static const char *const events[] = {
      "\"type\":\"purchase\",\"amount\":\"7.50\",\"yen\":300,\"day\":\"2026-02-01\",\"items\":[]",
      "\"type\":\"pay\",\"payment\":\"till\",\"points\":\"200\",\"order\":\"48.00\"",
      "\"type\":\"hold\",\"hold\":\"h\",\"points\":{\"star\":\"80\",\"mile\":\"0.25\"}",
      "\"type\":\"redeem\",\"reward\":\"latte\",\"quantity\":2",
      "\"type\":\"adjust\",\"points\":{\"star\":\"-20\"},\"rewards\":{\"latte\":\"-1\"}",
      "\"type\":\"return\",\"of\":\"e-1\",\"amount\":20.00,\"items\":[{\"line\":1}]"};
  for (unsigned i = 0; i < sizeof events / sizeof events[0]; i++) {
    notch_text whole = notch_arena_format(
        &arena, "{\"id\":\"e\",\"member\":\"ann\",\"at\":\"2026-01-01\",%s}", events[i]);
    notch_event *event = read_whole(whole.bytes);
    ck_assert_msg(event != NULL, "%s: %s", events[i], reader.sentence.bytes);
    const char *content = canonical(event);
    notch_event *again = notch_read_recorded(&reader, event->type, notch_text_of(content));
    ck_assert_msg(again != NULL, "%s: %s", content, reader.sentence.bytes);
    ck_assert_str_eq(canonical(again), content);
  }
}
END_TEST

/* What a return lowers is typed once its event is known; until then its zeros do not matter. */
START_TEST(zeros_at_the_end_of_a_figure_are_no_other_content)
{
  static const char *const forms[] = {"\"20\"", "20", "20.0", "\"20.00\"", "\"20.00 CNY\""};
  for (unsigned i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    notch_text whole = notch_arena_format(&arena,
                                          "{\"id\":\"e\",\"member\":\"ann\",\"at\":"
                                          "\"2026-01-01\",\"type\":\"return\",\"of\":\"e-1\","
                                          "\"amount\":%s}",
                                          forms[i]);
    notch_event *event = read_whole(whole.bytes);
    ck_assert_msg(event != NULL, "%s: %s", forms[i], reader.sentence.bytes);
    ck_assert_str_eq(canonical(event), "{\"of\":\"e-1\",\"amount\":\"20\"}");
  }
}
END_TEST

/* A blank behind the bracket is enough to be read as JSON. */
START_TEST(the_short_way_reads_what_the_long_one_reads)
{
  static const char *const contents[] = {
      "{}",
      "{\"amount\":\"7.50\"}",
      "{\"amount\":\"7.50\",\"day\":\"2026-02-01\"}",
      "{\"day\":\"2026-02-01\",\"amount\":\"7.50\"}",
      "{\"amount\":\"7.50\",\"amount\":\"8.50\"}",
      "{\"amount\":\"7.505\"}",
      "{\"amount\":7.5}",
      "{\"amount\":\"7.50\",\"gone\":\"x\"}",
      "{\"amount\":\"\\u0037.50\"}",
      "{\"amount\":\"7.50\",\"day\":\"2026-02-31\"}",
      "{\"amount\":\"7.50\",\"yen\":\"300\"}",
      "{\"amount\":\"7.50\",}",
      "{\"amount\":\"7.50\"}}",
      "{\"amount\":\"7.50\"",
      "{\"amount\":\"7.50}",
      "{,\"amount\":\"7.50\"}"};
  uint32_t type = read_whole("{\"id\":\"e\",\"member\":\"ann\",\"at\":\"2026-01-01\","
                             "\"type\":\"purchase\",\"amount\":\"7.50\",\"yen\":300,"
                             "\"day\":\"2026-02-01\"}")->type;
  for (unsigned i = 0; i < sizeof contents / sizeof contents[0]; i++) {
    notch_event *brief = notch_read_recorded(&reader, type, notch_text_of(contents[i]));
    notch_text spaced = notch_arena_format(&arena, "{ %s", contents[i] + 1);
    notch_event *whole = notch_read_recorded(&reader, type, spaced);
    ck_assert_msg((brief == NULL) == (whole == NULL), "%s", contents[i]);
    if (brief != NULL) {
      notch_text kept = notch_arena_text(&arena, notch_text_of(canonical(brief)));
      ck_assert_str_eq(kept.bytes, canonical(whole));
    }
  }
}
END_TEST

/* What is read of the values alone is what is read of the whole; else it is not read so. */
START_TEST(values_apart_are_read_as_in_one_piece)
{
  static const struct {
    const char *keys, *values, *whole;
    bool read;
  } contents[] = {
      {"[\"amount\"]", "[\"7.50\"]", "{\"amount\":\"7.50\"}", true},
      {"[\"amount\",\"day\"]", "[\"7.50\",\"2026-02-01\"]",
       "{\"amount\":\"7.50\",\"day\":\"2026-02-01\"}", true},
      {"[\"day\",\"amount\"]", "[\"2026-02-01\",\"7.50\"]", NULL, false},
      {"[\"amount\",\"amount\"]", "[\"7.50\",\"8.50\"]", NULL, false},
      {"[\"amount\",\"gone\"]", "[\"7.50\",\"x\"]", NULL, false},
      {"[\"amount\",1]", "[\"7.50\",\"x\"]", NULL, false},
      {"{\"amount\":1}", "[\"7.50\"]", NULL, false},
      {"[\"amount\"]", "[7.5]", NULL, false},
      {"[\"amount\"]", "[\"\\u0037.50\"]", NULL, false},
      {"[\"amount\"]", "[\"7.505\"]", NULL, false},
      {"[\"amount\"]", "[\"7.50\",\"8\"]", NULL, false},
      {"[\"amount\",\"day\"]", "[\"7.50\"]", NULL, false},
      {"[\"amount\"]", "[\"7.50\"]]", NULL, false},
      {"[\"amount\"]", "[\"7.50\"", NULL, false},
      {"[\"amount\"]", "[\"7.50", NULL, false},
      {"[\"amount\"]", "[", NULL, false},
      {"[\"amount\"]", "", NULL, false}};
  uint32_t type = read_whole("{\"id\":\"e\",\"member\":\"ann\",\"at\":\"2026-01-01\","
                             "\"type\":\"purchase\",\"amount\":\"7.50\",\"yen\":300,"
                             "\"day\":\"2026-02-01\"}")->type;
  for (unsigned i = 0; i < sizeof contents / sizeof contents[0]; i++) {
    notch_keys keys;
    const notch_json *list = notch_json_parse(reader.parser, notch_text_of(contents[i].keys),
                                              &arena, NULL, NULL);
    notch_read_keys(&keys, reader.layout, type, list, (notch_text){NULL, 0}, &arena);
    notch_event *apart = notch_read_values(&reader, &keys, notch_text_of(contents[i].values));
    ck_assert_msg((apart != NULL) == contents[i].read, "%u", i);
    if (apart != NULL) {
      notch_text kept = notch_arena_text(&arena, notch_text_of(canonical(apart)));
      notch_event *whole = notch_read_recorded(&reader, type, notch_text_of(contents[i].whole));
      ck_assert_str_eq(kept.bytes, canonical(whole));
    }
  }
}
END_TEST

/* Between commas, with a letter for each; and nothing is kept of the text. */
START_TEST(bare_values_are_read_as_in_one_piece)
{
  static const struct {
    const char *keys, *letters, *values, *whole; /* NULL: not read by themselves */
  } contents[] = {
      {"[\"amount\",\"channel\",\"day\",\"yen\"]", "tttt", "7.50,app,2024-02-29,300",
       "{\"amount\":\"7.50\",\"channel\":\"app\",\"day\":\"2024-02-29\",\"yen\":\"300\"}"},
      {"[\"amount\",\"by\",\"gift\",\"when\"]", "ttvt", "0.00,bob,true,09:30",
       "{\"amount\":\"0.00\",\"by\":\"bob\",\"gift\":true,\"when\":\"09:30\"}"},
      {"[\"amount\",\"share\"]", "tt", "7.50,25%", "{\"amount\":\"7.50\",\"share\":\"25%\"}"},
      {"[\"amount\"]", "t", "7.5", "{\"amount\":\"7.5\"}"},
      {"[\"amount\"]", "t", "-7.50", "{\"amount\":\"-7.50\"}"},
      {"[\"amount\"]", "t", "7.50 CNY", "{\"amount\":\"7.50 CNY\"}"},
      {"[\"amount\"]", "t", "12345678901234567.89", "{\"amount\":\"12345678901234567.89\"}"},
      {"[\"amount\"]", "t", "999999999999999999.00", NULL},
      {"[\"amount\"]", "t", "7.505", NULL},
      {"[\"amount\"]", "t", "7..50", NULL},
      {"[\"amount\"]", "t", ".50", NULL},
      {"[\"amount\"]", "t", "7.", NULL},
      {"[\"amount\"]", "t", "7.5x", NULL},
      {"[\"amount\"]", "t", "", NULL},
      {"[\"amount\"]", "v", "7.50", NULL},
      {"[\"amount\"]", "tt", "7.50", NULL},
      {"[\"amount\"]", "t", "7.50,", NULL},
      {"[\"amount\"]", "t", "7.50,8", NULL},
      {"[\"amount\",\"channel\"]", "tt", "7.50,ap", NULL},
      {"[\"amount\",\"channel\"]", "tt", "7.50,apple", NULL},
      {"[\"amount\",\"channel\"]", "tt", "7.50,", NULL},
      {"[\"amount\",\"channel\"]", "tt", "7.50", NULL},
      {"[\"amount\",\"day\"]", "tt", "7.50,2026-02-29", NULL},
      {"[\"amount\",\"day\"]", "tt", "7.50,2026-02-01x", NULL},
      {"[\"amount\",\"day\"]", "tt", "7.50,2026-2-01", NULL},
      {"[\"amount\",\"yen\"]", "tt", "7.50,300.", NULL},
      {"[\"amount\",\"yen\"]", "tt", "7.50,3.0", NULL}};
  uint32_t type = read_whole("{\"id\":\"e\",\"member\":\"ann\",\"at\":\"2026-01-01\","
                             "\"type\":\"purchase\",\"amount\":\"7.50\"}")->type;
  for (unsigned i = 0; i < sizeof contents / sizeof contents[0]; i++) {
    notch_keys keys;
    char values[64];
    const notch_json *list = notch_json_parse(reader.parser, notch_text_of(contents[i].keys),
                                              &arena, NULL, NULL);
    snprintf(values, sizeof values, "%s", contents[i].values);
    notch_read_keys(&keys, reader.layout, type, list, notch_text_of(contents[i].letters), &arena);
    notch_event *apart = notch_read_values(&reader, &keys, notch_text_of(values));
    memset(values, 0, sizeof values);
    ck_assert_msg((apart != NULL) == (contents[i].whole != NULL), "%u", i);
    if (apart != NULL) {
      notch_text kept = notch_arena_text(&arena, notch_text_of(canonical(apart)));
      notch_event *whole = notch_read_recorded(&reader, type, notch_text_of(contents[i].whole));
      ck_assert_str_eq(kept.bytes, canonical(whole));
    }
  }
}
END_TEST

/* Among many words, of which some begin as others do. */
START_TEST(words_are_told_apart)
{
  static const char *const codes[] = {"a00", "a99", "a100", "a199", "b00", "b99", "zoe", "zed"};
  static const char *const sizes[] = {"small", "m", "s", "medium", "sm"};
  static const char *const others[] = {"a0", "a000", "b100", "c00", "zo", "zoey", "", "Z"};
  const unsigned size_count = sizeof sizes / sizeof sizes[0];
  notch_keys keys;
  uint32_t type = notch_event_find(rules->program, NOTCH_TEXT("fitting"));
  const notch_json *list = notch_json_parse(reader.parser, NOTCH_TEXT("[\"code\",\"size\"]"),
                                            &arena, NULL, NULL);
  notch_read_keys(&keys, reader.layout, type, list, NOTCH_TEXT("tt"), &arena);
  ck_assert(keys.whole);
  for (unsigned i = 0; i < sizeof codes / sizeof codes[0]; i++) {
    const char *size = sizes[i % size_count];
    notch_text values = notch_arena_format(&arena, "%s,%s", codes[i], size);
    notch_event *event = notch_read_values(&reader, &keys, values);
    ck_assert_msg(event != NULL, "%s", values.bytes);
    notch_text whole =
        notch_arena_format(&arena, "{\"code\":\"%s\",\"size\":\"%s\"}", codes[i], size);
    ck_assert_str_eq(canonical(event), whole.bytes);
  }
  for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
    notch_text values = notch_arena_format(&arena, "%s,m", others[i]);
    ck_assert_msg(notch_read_values(&reader, &keys, values) == NULL, "%s", values.bytes);
  }
}
END_TEST

START_TEST(a_return_is_read_by_the_event_it_lowers)
{
  notch_event *event = read_whole(
      "{\"id\":\"r\",\"type\":\"return\",\"member\":\"ann\",\"at\":\"2026-01-01\",\"of\":\"e\","
      "\"amount\":\"5.00\",\"items\":[{\"line\":2,\"count\":1}]}");
  ck_assert(event != NULL);
  notch_lowering *lowering =
      notch_read_lowering(&reader, NOTCH_EVENT_BUILTIN_COUNT, event);
  ck_assert(lowering != NULL);
  ck_assert_int_eq(lowering->fields[field("amount")].n, 500);
  ck_assert_uint_eq(lowering->line_count, 1);
  ck_assert_uint_eq(lowering->lines[0].line, 2);
  ck_assert(!lowering->all);
  event = read_whole("{\"id\":\"r\",\"type\":\"return\",\"member\":\"ann\","
                     "\"at\":\"2026-01-01\",\"of\":\"e\",\"channel\":\"app\"}");
  ck_assert(notch_read_lowering(&reader, NOTCH_EVENT_BUILTIN_COUNT, event) == NULL);
  ck_assert_int_eq(reader.verdict, NOTCH_REFUSED_BAD_VALUE);
}
END_TEST

static const char *row_of(notch_csv *csv, const char *row, uint64_t line)
{
  notch_buffer text;
  const char *why = "";
  notch_buffer_init(&text, &notch_memory_system);
  bool good = notch_csv_event(&text, csv, notch_text_of(row), line, &arena, &why);
  notch_text kept = notch_arena_text(&arena, (notch_text){text.bytes, (uint32_t)text.length});
  notch_buffer_free(&text);
  return good ? kept.bytes : why;
}

START_TEST(semicolons_are_told_from_a_column_that_is_not_there)
{
  notch_csv csv = {.name = NOTCH_TEXT("a.csv"), .type = NOTCH_TEXT("purchase")};
  const char *why = NULL;
  ck_assert(!notch_csv_open(&csv, NOTCH_TEXT("date;member;amount\r\n"), &arena, &why));
  ck_assert_str_eq(why, "the columns of a CSV file are separated by commas, not by semicolons");
  csv = (notch_csv){.name = NOTCH_TEXT("a.csv"), .type = NOTCH_TEXT("purchase")};
  ck_assert(!notch_csv_open(&csv, NOTCH_TEXT("day,member\n"), &arena, &why));
  ck_assert_str_eq(why, "the CSV file has no column `at` or `date`");
}
END_TEST

START_TEST(rows_of_csv_become_events)
{
  notch_csv csv = {.name = NOTCH_TEXT("a.csv"), .type = NOTCH_TEXT("purchase")};
  const char *why = "";
  ck_assert(notch_csv_open(&csv, NOTCH_TEXT("member,date,\"amount\"\r\n"), &arena, &why));
  ck_assert_str_eq(row_of(&csv, "ann,2026-01-01,\"1,5\"\"0\"\"\"\r\n", 2),
                   "{\"id\":\"a.csv:2\",\"type\":\"purchase\",\"member\":\"ann\","
                   "\"at\":\"2026-01-01\",\"amount\":\"1,5\\\"0\\\"\"}");
  ck_assert_str_eq(row_of(&csv, "ann,2026-01-01,\n", 3),
                   "{\"id\":\"a.csv:3\",\"type\":\"purchase\",\"member\":\"ann\","
                   "\"at\":\"2026-01-01\"}");
  ck_assert_str_eq(row_of(&csv, "ann,2026-01-01", 4),
                   "the row has fewer fields than the header names");
  ck_assert_str_eq(row_of(&csv, "a,b,\"c", 5),
                   "a quote in the row is not closed, or text follows it");
  ck_assert_uint_eq(notch_csv_record("a,\"b\nc\"\nd", 10, false), 8);
  ck_assert_uint_eq(notch_csv_record("a,\"b\nc", 6, false), 0);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("event");
  TCase *events = tcase_create("events");
  tcase_add_checked_fixture(events, set_up, tear_down);
  tcase_add_test(events, reads_amounts_in_all_their_forms);
  tcase_add_test(events, refuses_with_the_name_of_the_field);
  tcase_add_test(events, refuses_what_the_rules_do_not_know);
  tcase_add_test(events, takes_a_cloud_event);
  tcase_add_test(events, equal_values_have_one_canonical_form);
  tcase_add_test(events, content_reads_back_as_the_same_event);
  tcase_add_test(events, zeros_at_the_end_of_a_figure_are_no_other_content);
  tcase_add_test(events, the_short_way_reads_what_the_long_one_reads);
  tcase_add_test(events, values_apart_are_read_as_in_one_piece);
  tcase_add_test(events, bare_values_are_read_as_in_one_piece);
  tcase_add_test(events, words_are_told_apart);
  tcase_add_test(events, a_return_is_read_by_the_event_it_lowers);
  tcase_add_test(events, semicolons_are_told_from_a_column_that_is_not_there);
  tcase_add_test(events, rows_of_csv_become_events);
  suite_add_tcase(suite, events);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? 0 : 1;
}
