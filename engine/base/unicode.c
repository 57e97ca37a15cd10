/* base/unicode.c -- code points, identifiers, NFC and mixed scripts over libunistring. */
#include <config.h>

#include "base/unicode.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

uint32_t notch_unicode_decode(notch_text text, uint32_t *at)
{
  assert(*at < text.length);
  const uint8_t *bytes = (const uint8_t *)text.bytes + *at;
  if (bytes[0] < 0x80) {
    *at += 1;
    return bytes[0];
  }
  ucs4_t point;
  int length = u8_mbtoucr(&point, bytes, text.length - *at);
  if (length <= 0) {
    *at += 1;
    return NOTCH_UNICODE_BAD;
  }
  *at += (uint32_t)length;
  return point;
}

unsigned notch_unicode_encode(char out[4], uint32_t point)
{
  uint8_t bytes[4];
  int length = u8_uctomb(bytes, point, 4);
  if (length <= 0)
    return 0;
  memcpy(out, bytes, (size_t)length);
  return (unsigned)length;
}

uint32_t notch_unicode_count(notch_text text)
{
  uint32_t count = 0;
  for (uint32_t at = 0; at < text.length; count++)
    (void)notch_unicode_decode(text, &at);
  return count;
}

static bool is_ascii_letter(uint32_t point)
{
  return (point | 0x20) >= 'a' && (point | 0x20) <= 'z';
}

bool notch_unicode_is_start(uint32_t point)
{
  if (point < 0x80)
    return is_ascii_letter(point) || point == '_';
  return point <= 0x10FFFF && uc_is_property_xid_start(point);
}

bool notch_unicode_is_continue(uint32_t point)
{
  if (point < 0x80)
    return is_ascii_letter(point) || point == '_' || (point >= '0' && point <= '9');
  /* The Hangul fillers are letters by the data, and cannot be seen. */
  return point <= 0x10FFFF && uc_is_property_xid_continue(point) && !notch_unicode_is_hidden(point);
}

bool notch_unicode_is_identifier(notch_text text)
{
  uint32_t at = 0;
  if (text.length == 0 || !notch_unicode_is_start(notch_unicode_decode(text, &at)))
    return false;
  while (at < text.length)
    if (!notch_unicode_is_continue(notch_unicode_decode(text, &at)))
      return false;
  return true;
}

bool notch_unicode_is_bidi(uint32_t point)
{
  return point == 0x061C || point == 0x200E || point == 0x200F ||
         (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

bool notch_unicode_is_hidden(uint32_t point)
{
  static const uint32_t hidden[] = {
      0x00A0, /* no-break space */
      0x00AD, /* soft hyphen */
      0x034F, /* combining grapheme joiner */
      0x115F, /* Hangul fillers */
      0x1160, 0x180E,
      0x2007, /* figure space */
      0x202F, /* narrow no-break space */
      0x3164, 0xFEFF, 0xFFA0,
  };
  if (point < 0xA0)
    return false;
  for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
    if (point == hidden[i])
      return true;
  return (point >= 0x200B && point <= 0x200D) || (point >= 0x2060 && point <= 0x2065) ||
         (point >= 0x206A && point <= 0x206F) || (point >= 0xFE00 && point <= 0xFE0F) ||
         (point >= 0xE0000 && point <= 0xE0FFF);
}

static uint32_t find(notch_text text, bool hidden_too)
{
  for (uint32_t at = 0; at < text.length;) {
    uint32_t start = at, point = notch_unicode_decode(text, &at);
    if (notch_unicode_is_bidi(point) || (hidden_too && notch_unicode_is_hidden(point)))
      return start;
  }
  return text.length;
}

uint32_t notch_unicode_find_hidden(notch_text text)
{
  return find(text, true);
}

uint32_t notch_unicode_find_bidi(notch_text text)
{
  return find(text, false);
}

notch_text notch_unicode_nfc(notch_arena *arena, notch_text text)
{
  uint32_t ascii = 0;
  while (ascii < text.length && (unsigned char)text.bytes[ascii] < 0x80)
    ascii++;
  if (ascii == text.length)
    return text;
  assert(notch_text_find_bad_utf8(text) == text.length);

  /* A buffer from the arena that suffices for nearly every name; else libunistring allocates. */
  size_t size = (size_t)text.length * 3 + 16; /* NFC grows UTF-8 at most threefold (UAX #15) */
  uint8_t *room = notch_arena_alloc(arena, size);
  if (room == NULL)
    return (notch_text){NULL, 0};
  uint8_t *made = u8_normalize(UNINORM_NFC, (const uint8_t *)text.bytes, text.length, room, &size);
  if (made == NULL || made != room || size > UINT32_MAX) {
    if (made != room)
      free(made);
    (void)notch_arena_fail(arena);
    return (notch_text){NULL, 0};
  }
  notch_text normal = {(const char *)made, (uint32_t)size};
  return notch_text_equal(normal, text) ? text : normal;
}

/* The scripts that may stand together, as bits; any other script may only stand alone. */
enum {
  SCRIPT_LATIN = 1,
  SCRIPT_HAN = 2,
  SCRIPT_KANA = 4,
  SCRIPT_BOPOMOFO = 8,
  SCRIPT_HANGUL = 16,
  SCRIPT_OTHER = 32
};

static unsigned script_bit(const char *name)
{
  static const struct {
    const char *name;
    unsigned bit;
  } known[] = {
      {"Common", 0},           {"Inherited", 0},
      {"Latin", SCRIPT_LATIN}, {"Han", SCRIPT_HAN},
      {"Hiragana", SCRIPT_KANA}, {"Katakana", SCRIPT_KANA},
      {"Bopomofo", SCRIPT_BOPOMOFO}, {"Hangul", SCRIPT_HANGUL},
  };
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strcmp(name, known[i].name) == 0)
      return known[i].bit;
  return SCRIPT_OTHER;
}

bool notch_unicode_mixes_scripts(notch_text name)
{
  static const unsigned together[] = {
      SCRIPT_LATIN | SCRIPT_HAN | SCRIPT_KANA,
      SCRIPT_LATIN | SCRIPT_HAN | SCRIPT_BOPOMOFO,
      SCRIPT_LATIN | SCRIPT_HAN | SCRIPT_HANGUL,
  };
  const uc_script_t *other = NULL;
  unsigned seen = 0;
  for (uint32_t at = 0; at < name.length;) {
    uint32_t point = notch_unicode_decode(name, &at);
    if (point < 0x80) {
      seen |= is_ascii_letter(point) ? SCRIPT_LATIN : 0u;
      continue;
    }
    const uc_script_t *script = point == NOTCH_UNICODE_BAD ? NULL : uc_script(point);
    if (script == NULL)
      continue;
    unsigned bit = script_bit(script->name);
    if (bit == SCRIPT_OTHER) {
      if (other != NULL && other != script)
        return true;
      other = script;
    }
    seen |= bit;
  }
  if (seen == SCRIPT_OTHER || seen == 0)
    return false;
  for (size_t i = 0; i < sizeof together / sizeof together[0]; i++)
    if ((seen & ~together[i]) == 0)
      return false;
  return true;
}
