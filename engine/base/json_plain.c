/*
 * base/json_plain.c -- the short way through JSON that holds no surprise.
 *
 * Nearly every event is such a text, and the parser that can say what is wrong with the others
 * costs five times as much.  Nothing is ever judged here: whatever is not understood at once goes
 * to that parser, so there is one opinion about what JSON is (tests/base/check_json_plain.c holds
 * the two against each other).
 */
#include <config.h>

#include "base/json_plain.h"

#include <string.h>

typedef struct plain {
  const char *at, *end;
  notch_arena *run;
  bool high; /* a byte of more than seven bits was seen */
} plain;

static const notch_json *read_value(plain *p, notch_json *node, unsigned depth);

static void skip_blanks(plain *p)
{
  while (p->at < p->end &&
         (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r')) {
    p->at++;
  }
}

static bool take(plain *p, char wanted)
{
  bool there = p->at < p->end && *p->at == wanted;
  p->at += there ? 1 : 0;
  return there;
}

/* What a string of this kind cannot go over: its end, an escape, a control character. */
static const bool stops[256] = {
    [0x00] = true, [0x01] = true, [0x02] = true, [0x03] = true, [0x04] = true, [0x05] = true,
    [0x06] = true, [0x07] = true, [0x08] = true, [0x09] = true, [0x0A] = true, [0x0B] = true,
    [0x0C] = true, [0x0D] = true, [0x0E] = true, [0x0F] = true, [0x10] = true, [0x11] = true,
    [0x12] = true, [0x13] = true, [0x14] = true, [0x15] = true, [0x16] = true, [0x17] = true,
    [0x18] = true, [0x19] = true, [0x1A] = true, [0x1B] = true, [0x1C] = true, [0x1D] = true,
    [0x1E] = true, [0x1F] = true, ['"'] = true,  ['\\'] = true};

/* Stands on the opening quotation mark. */
static bool read_string(plain *p, notch_text *out)
{
  if (!take(p, '"')) {
    return false;
  }
  const char *start = p->at, *at = start;
  unsigned char seen = 0;
  for (; at < p->end && !stops[(unsigned char)*at]; at++) {
    seen |= (unsigned char)*at;
  }
  p->at = at;
  *out = (notch_text){start, (uint32_t)(at - start)};
  p->high = p->high || seen >= 0x80;
  return take(p, '"');
}

static bool skip_digits(plain *p)
{
  const char *start = p->at;
  while (p->at < p->end && *p->at >= '0' && *p->at <= '9') {
    p->at++;
  }
  return p->at > start;
}

static bool read_number(plain *p, notch_text *out)
{
  const char *start = p->at;
  take(p, '-');
  bool zero = p->at < p->end && *p->at == '0';
  if (zero ? !take(p, '0') : !skip_digits(p)) {
    return false;
  }
  if (take(p, '.') && !skip_digits(p)) {
    return false;
  }
  if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
    return false; /* an exponent is written out by the other parser */
  }
  *out = (notch_text){start, (uint32_t)(p->at - start)};
  return true;
}

static bool read_word(plain *p, const char *word, size_t length)
{
  bool there = (size_t)(p->end - p->at) >= length && memcmp(p->at, word, length) == 0;
  p->at += there ? length : 0;
  return there;
}

static bool is_duplicate(const notch_json *object, notch_text key)
{
  for (const notch_json *other = object->first; other != NULL; other = other->next) {
    if (notch_text_equal(other->key, key)) {
      return true;
    }
  }
  return false;
}

/* Behind the opening bracket: items up to the closing one. */
static const notch_json *read_items(plain *p, notch_json *parent, unsigned depth)
{
  bool object = parent->kind == NOTCH_JSON_OBJECT;
  notch_json **tail = &parent->first;
  skip_blanks(p);
  if (take(p, object ? '}' : ']')) {
    return parent;
  }
  do {
    notch_text key = {NULL, 0};
    skip_blanks(p);
    if (object) {
      bool keyed = parent->count < NOTCH_JSON_LINEAR_KEYS_MAX && read_string(p, &key);
      skip_blanks(p);
      if (!keyed || !take(p, ':')) {
        return NULL;
      }
      skip_blanks(p);
    }
    notch_json *node = NOTCH_NEW(p->run, notch_json);
    if (node == NULL || read_value(p, node, depth) == NULL) {
      return NULL;
    }
    node->key = key;
    node->duplicate = object && is_duplicate(parent, key);
    *tail = node;
    tail = &node->next;
    parent->count++;
    skip_blanks(p);
  } while (take(p, ','));
  return take(p, object ? '}' : ']') ? parent : NULL;
}

static const notch_json *read_value(plain *p, notch_json *node, unsigned depth)
{
  char first = p->at < p->end ? *p->at : '\0';
  switch (first) {
  case '"': node->kind = NOTCH_JSON_STRING; return read_string(p, &node->text) ? node : NULL;
  case '{':
  case '[':
    if (depth == NOTCH_JSON_DEPTH_MAX) {
      return NULL;
    }
    node->kind = first == '{' ? NOTCH_JSON_OBJECT : NOTCH_JSON_ARRAY;
    p->at++;
    return read_items(p, node, depth + 1);
  case 't': node->kind = NOTCH_JSON_TRUE; return read_word(p, "true", 4) ? node : NULL;
  case 'f': node->kind = NOTCH_JSON_FALSE; return read_word(p, "false", 5) ? node : NULL;
  case 'n': node->kind = NOTCH_JSON_NULL; return read_word(p, "null", 4) ? node : NULL;
  default: node->kind = NOTCH_JSON_NUMBER; return read_number(p, &node->text) ? node : NULL;
  }
}

const notch_json *notch_json_read_plain(notch_text text, notch_arena *run)
{
  plain p = {.at = text.bytes, .end = text.bytes + text.length, .run = run};
  skip_blanks(&p);
  if (p.at == p.end || (*p.at != '{' && *p.at != '[')) {
    return NULL;
  }
  notch_json *root = NOTCH_NEW(run, notch_json);
  if (root == NULL || read_value(&p, root, 0) == NULL) {
    return NULL;
  }
  skip_blanks(&p);
  bool whole = p.at == p.end && (!p.high || notch_text_find_bad_utf8(text) == text.length);
  return whole ? root : NULL;
}
