/*
 * base/json_read.c -- JSON in, over yajl.
 *
 * The text is copied to the caller's arena once and the tree points into that copy; only strings
 * with escapes are copied again.  yajl does not survive a failed allocation, so its memory comes
 * from an arena whose escape is armed: the jump leaves nothing behind, since the arena owns it
 * all.  That arena is reset for each text, so a long file costs no allocation per line.
 *
 * Stricter than yajl: well-formed UTF-8 (RFC 3629), no unpaired surrogates, no \u0000, no
 * form feeds between values.
 */
#include <config.h>

#include "base/json_plain.h"

#include <assert.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#define LENGTH_MAX (UINT32_C(1) << 28) /* far below where yajl's buffer arithmetic would wrap */
#define EXPONENT_MAX 40                /* of a number that is written out in digits */
#define POOL_HEAD 16u                  /* before each of yajl's blocks: its size */

typedef struct level {
  notch_json *parent;
  notch_json **tail;
} level;

struct notch_json_parser {
  const notch_memory *memory;
  notch_arena pool; /* yajl's */
  jmp_buf out_of_memory;
  yajl_alloc_funcs allocator;
  /* Of the text being read: */
  notch_arena *run;
  notch_text copy;
  notch_json *root;
  notch_text key;
  level levels[NOTCH_JSON_DEPTH_MAX];
  unsigned depth;
  const char *refusal; /* why a callback stopped the parse */
};

static void *pool_alloc(void *payload, size_t size)
{
  notch_json_parser *parser = payload;
  unsigned char *block = notch_arena_alloc(&parser->pool, POOL_HEAD + size);
  memcpy(block, &size, sizeof size);
  return block + POOL_HEAD;
}

static void *pool_resize(void *payload, void *old, size_t size)
{
  size_t old_size = 0;
  if (old != NULL)
    memcpy(&old_size, (unsigned char *)old - POOL_HEAD, sizeof old_size);
  if (old_size >= size && old != NULL)
    return old;
  void *block = pool_alloc(payload, size);
  if (old_size != 0)
    memcpy(block, old, old_size);
  return block;
}

static void pool_free(void *payload, void *block)
{
  (void)payload;
  (void)block;
}

notch_json_parser *notch_json_parser_new(const notch_memory *memory)
{
  notch_json_parser *parser = notch_memory_resize(memory, NULL, sizeof *parser);
  if (parser == NULL)
    return NULL;
  memset(parser, 0, sizeof *parser);
  parser->memory = memory;
  parser->allocator = (yajl_alloc_funcs){pool_alloc, pool_resize, pool_free, parser};
  notch_arena_init(&parser->pool, memory);
  return parser;
}

void notch_json_parser_free(notch_json_parser *parser)
{
  if (parser == NULL)
    return;
  notch_arena_free(&parser->pool);
  notch_memory_free(parser->memory, parser);
}

/* What yajl shows lies in the copy, unless it had to decode escapes or to join chunks. */
static notch_text keep(notch_json_parser *parser, const void *bytes, size_t length)
{
  notch_text text = {bytes, (uint32_t)length};
  uintptr_t at = (uintptr_t)bytes, start = (uintptr_t)parser->copy.bytes;
  if (length == 0)
    return (notch_text){parser->copy.bytes, 0};
  if (at >= start && at - start < parser->copy.length)
    return text;
  return notch_arena_text(parser->run, text);
}

static notch_json *add(notch_json_parser *parser, notch_json_kind kind)
{
  notch_json *node = NOTCH_NEW(parser->run, notch_json);
  if (node == NULL)
    return NULL;
  node->kind = kind;
  if (parser->depth == 0) {
    parser->root = node;
    return node;
  }
  level *in = &parser->levels[parser->depth - 1];
  if (in->parent->kind == NOTCH_JSON_OBJECT) {
    node->key = parser->key;
    if (in->parent->count < NOTCH_JSON_LINEAR_KEYS_MAX)
      for (const notch_json *other = in->parent->first; other != NULL; other = other->next)
        if (notch_text_equal(other->key, node->key)) {
          node->duplicate = true;
          break;
        }
  }
  *in->tail = node;
  in->tail = &node->next;
  in->parent->count++;
  return node;
}

static int on_null(void *context)
{
  return add(context, NOTCH_JSON_NULL) != NULL;
}

static int on_boolean(void *context, int value)
{
  return add(context, value ? NOTCH_JSON_TRUE : NOTCH_JSON_FALSE) != NULL;
}

/* The exponent behind the e; false: it is far from what an amount could have. */
static bool read_exponent(notch_text text, int *exponent)
{
  bool negative = text.length > 0 && text.bytes[0] == '-';
  int value = 0;
  for (uint32_t i = text.length > 0 && (negative || text.bytes[0] == '+'); i < text.length; i++) {
    value = value * 10 + (text.bytes[i] - '0');
    if (value > EXPONENT_MAX)
      return false;
  }
  *exponent = negative ? -value : value;
  return true;
}

/* 1.2e2 is 120, 12000E-2 is 120.00: some programs write numbers so.  The same number in digits. */
static notch_text in_digits(notch_json_parser *parser, notch_text number)
{
  uint32_t end = 0, point = 0, count = 0;
  int exponent;
  while (end < number.length && (number.bytes[end] | 0x20) != 'e')
    end++;
  if (end == number.length ||
      !read_exponent((notch_text){number.bytes + end + 1, number.length - end - 1}, &exponent))
    return number;
  uint32_t sign = number.bytes[0] == '-';
  char *bytes = notch_arena_alloc(parser->run, end + 2 * EXPONENT_MAX + 2), *to = bytes;
  if (bytes == NULL)
    return (notch_text){NULL, 0};
  char *digits = notch_arena_alloc(parser->run, end);
  if (digits == NULL)
    return (notch_text){NULL, 0};
  for (uint32_t i = sign; i < end; i++)
    if (number.bytes[i] != '.')
      digits[count++] = number.bytes[i];
    else
      point = count;
  int whole = (int)(point > 0 ? point : count) + exponent; /* digits before the point */
  int from = 0;
  while (from + 1 < whole && (from >= (int)count || digits[from] == '0'))
    from++;
  if (sign)
    *to++ = '-';
  if (whole <= 0)
    *to++ = '0';
  for (int i = from; i < whole || i < (int)count; i++) {
    if (i == (whole > 0 ? whole : 0)) {
      *to++ = '.';
      for (int zero = whole; zero < 0; zero++)
        *to++ = '0';
    }
    *to++ = i < (int)count ? digits[i] : '0';
  }
  return (notch_text){bytes, (uint32_t)(to - bytes)};
}

static int on_number(void *context, const char *bytes, size_t length)
{
  notch_json *node = add(context, NOTCH_JSON_NUMBER);
  if (node == NULL)
    return 0;
  node->text = in_digits(context, keep(context, bytes, length));
  return node->text.bytes != NULL;
}

static int on_string(void *context, const unsigned char *bytes, size_t length)
{
  notch_json *node = add(context, NOTCH_JSON_STRING);
  if (node == NULL)
    return 0;
  node->text = keep(context, bytes, length);
  return node->text.bytes != NULL;
}

static int on_key(void *context, const unsigned char *bytes, size_t length)
{
  notch_json_parser *parser = context;
  parser->key = keep(parser, bytes, length);
  return parser->key.bytes != NULL;
}

static int open_level(notch_json_parser *parser, notch_json_kind kind)
{
  if (parser->depth == NOTCH_JSON_DEPTH_MAX) {
    parser->refusal = "nested more than 32 deep";
    return 0;
  }
  notch_json *node = add(parser, kind);
  if (node == NULL)
    return 0;
  parser->levels[parser->depth++] = (level){node, &node->first};
  return 1;
}

static int on_object(void *context)
{
  return open_level(context, NOTCH_JSON_OBJECT);
}

static int on_array(void *context)
{
  return open_level(context, NOTCH_JSON_ARRAY);
}

static int on_array_end(void *context)
{
  notch_json_parser *parser = context;
  assert(parser->depth > 0);
  parser->depth--;
  return 1;
}

/* By key; a merge keeps the order of equal keys, so all but the first of a run are duplicates. */
static void merge_by_key(notch_json **to, notch_json **from, size_t low, size_t middle, size_t high)
{
  size_t left = low, right = middle;
  for (size_t i = low; i < high; i++) {
    bool take_left = left < middle && (right >= high || notch_text_compare(from[left]->key,
                                                                           from[right]->key) <= 0);
    to[i] = take_left ? from[left++] : from[right++];
  }
}

static void mark_duplicates(notch_json_parser *parser, const notch_json *object)
{
  size_t count = object->count, i = 0;
  notch_json **from = NOTCH_NEW_ARRAY(&parser->pool, notch_json *, count);
  notch_json **to = NOTCH_NEW_ARRAY(&parser->pool, notch_json *, count);
  for (notch_json *item = object->first; item != NULL; item = item->next)
    from[i++] = item;
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t low = 0; low < count; low += 2 * width) {
      size_t middle = low + width < count ? low + width : count;
      size_t high = low + 2 * width < count ? low + 2 * width : count;
      merge_by_key(to, from, low, middle, high);
    }
    notch_json **swap = from;
    from = to;
    to = swap;
  }
  for (i = 1; i < count; i++)
    if (notch_text_equal(from[i - 1]->key, from[i]->key))
      from[i]->duplicate = true;
}

static int on_object_end(void *context)
{
  notch_json_parser *parser = context;
  assert(parser->depth > 0);
  const notch_json *object = parser->levels[--parser->depth].parent;
  if (object->count > NOTCH_JSON_LINEAR_KEYS_MAX)
    mark_duplicates(parser, object);
  return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number, /* the number's own text: never through a float */
    .yajl_string = on_string,
    .yajl_start_map = on_object,
    .yajl_map_key = on_key,
    .yajl_end_map = on_object_end,
    .yajl_start_array = on_array,
    .yajl_end_array = on_array_end,
};

static int32_t escape_unit(const char *digits, uint32_t left)
{
  int32_t unit = 0;
  if (left < 4)
    return -1;
  for (unsigned i = 0; i < 4; i++) {
    char c = digits[i];
    int value = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (value < 0)
      return -1;
    unit = unit << 4 | value;
  }
  return unit;
}

/*
 * yajl turns half a surrogate pair into '?' and reads past a text that ends in one.  The offset of
 * the first escape that is no character, or the length; broken escapes are left for yajl to name.
 */
static uint32_t find_bad_escape(notch_text text)
{
  const char *bytes = text.bytes;
  uint32_t i = 0;
  while (i < text.length) {
    const char *found = memchr(bytes + i, '\\', text.length - i);
    if (found == NULL)
      break;
    i = (uint32_t)(found - bytes);
    int32_t unit = -1;
    if (i + 1 < text.length && bytes[i + 1] == 'u')
      unit = escape_unit(bytes + i + 2, text.length - i - 2);
    if (unit < 0) {
      i += 2;
      continue;
    }
    if (unit == 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
      return i;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      bool pair = text.length - i >= 12 && bytes[i + 6] == '\\' && bytes[i + 7] == 'u';
      int32_t low = pair ? escape_unit(bytes + i + 8, text.length - i - 8) : -1;
      if (low < 0xDC00 || low > 0xDFFF)
        return i;
      i += 6;
    }
    i += 6;
  }
  return text.length;
}

/* yajl takes form feeds and vertical tabs for blanks; they can stand nowhere in JSON. */
static uint32_t find_bad_blank(notch_text text)
{
  const char *feed = memchr(text.bytes, '\f', text.length);
  const char *tab = memchr(text.bytes, '\v', text.length);
  if (feed == NULL || (tab != NULL && tab < feed))
    feed = tab;
  return feed == NULL ? text.length : (uint32_t)(feed - text.bytes);
}

static void explain(notch_json_parser *parser, const char *reason, size_t at, notch_text *message,
                    uint32_t *offset)
{
  if (offset != NULL)
    *offset = (uint32_t)at;
  if (message != NULL)
    *message = notch_arena_format(parser->run, "not JSON at byte %lu: %s", (unsigned long)at + 1,
                                  reason);
}

/* Whether the text passes the checks that yajl leaves out; else says why not. */
static bool check_text(notch_json_parser *parser, notch_text text, notch_text *message,
                       uint32_t *offset)
{
  const char *reason = "longer than 256 MiB";
  uint32_t bad = 0;
  if (text.length == 0)
    return true;
  if (text.length <= LENGTH_MAX) {
    reason = "not UTF-8";
    bad = notch_text_find_bad_utf8(text);
    if (bad == text.length) {
      reason = "an escape that is no character";
      bad = find_bad_escape(text);
    }
    if (bad == text.length) {
      reason = "a control character";
      bad = find_bad_blank(text);
    }
  }
  if (bad != text.length)
    explain(parser, reason, bad, message, offset);
  return bad == text.length;
}

/* yajl says "lexical error: invalid char in json text.\n": the part after the colon.  It stays in
 * the pool until the next parse. */
static const char *reason_of(yajl_handle handle)
{
  char *said = (char *)yajl_get_error(handle, 0, NULL, 0);
  if (said == NULL)
    return "not understood";
  char *colon = strstr(said, ": ");
  char *reason = colon != NULL ? colon + 2 : said;
  size_t length = strlen(reason);
  while (length > 0 && (reason[length - 1] == '\n' || reason[length - 1] == '.'))
    reason[--length] = '\0';
  return reason;
}

static bool read_text(notch_json_parser *parser, notch_text *message, uint32_t *offset)
{
  const unsigned char *bytes = (const unsigned char *)parser->copy.bytes;
  size_t length = parser->copy.length;
  yajl_handle handle = yajl_alloc(&callbacks, &parser->allocator, parser);
  yajl_config(handle, yajl_dont_validate_strings, 1); /* done before, and more strictly */
  yajl_status status = yajl_parse(handle, bytes, length);
  size_t at = yajl_get_bytes_consumed(handle);
  if (status == yajl_status_ok) {
    status = yajl_complete_parse(handle);
    at = length;
  }
  if (status == yajl_status_ok && parser->root != NULL)
    return true;
  if (parser->refusal != NULL)
    explain(parser, parser->refusal, at, message, offset);
  else if (status == yajl_status_error)
    explain(parser, reason_of(handle), at, message, offset);
  else if (!parser->run->failed)
    explain(parser, "there is no value", at, message, offset);
  return false;
}

static const notch_json *read_whole(notch_json_parser *parser, notch_text *message,
                                    uint32_t *offset)
{
  notch_arena *run = parser->run;
  notch_arena_reset(&parser->pool);
  parser->root = NULL;
  parser->refusal = NULL;
  parser->depth = 0;
  if (!check_text(parser, parser->copy, message, offset))
    return NULL;
  if (setjmp(parser->out_of_memory) != 0) {
    parser->pool.escape = NULL;
    return notch_arena_fail(run);
  }
  parser->pool.escape = &parser->out_of_memory;
  bool read = read_text(parser, message, offset);
  parser->pool.escape = NULL;
  return read ? parser->root : NULL;
}

const notch_json *notch_json_parse(notch_json_parser *parser, notch_text text, notch_arena *run,
                                   notch_text *message, uint32_t *offset)
{
  if (message != NULL)
    *message = (notch_text){NULL, 0};
  if (offset != NULL)
    *offset = 0;
  parser->run = run;
  if (text.length > LENGTH_MAX) {
    check_text(parser, text, message, offset);
    return NULL;
  }
  parser->copy = notch_arena_text(run, text);
  if (parser->copy.bytes == NULL)
    return NULL;
  const notch_json *plain = notch_json_read_plain(parser->copy, run);
  return plain != NULL || run->failed ? plain : read_whole(parser, message, offset);
}

const notch_json *notch_json_duplicate(const notch_json *object)
{
  const notch_json *item = object->first;
  while (item != NULL && !item->duplicate)
    item = item->next;
  return item;
}

/* The first of members with the same key. */
const notch_json *notch_json_get(const notch_json *object, notch_text key)
{
  if (object == NULL || object->kind != NOTCH_JSON_OBJECT)
    return NULL;
  for (const notch_json *item = object->first; item != NULL; item = item->next)
    if (notch_text_equal(item->key, key))
      return item;
  return NULL;
}
