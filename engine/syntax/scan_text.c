/* syntax/scan_text.c -- texts, comments and the signs of other languages. */
#include <config.h>

#include "syntax/scan.h"

#include "base/unicode.h"
#include "parser.h"

#include <assert.h>
#include <string.h>

static notch_text matched(const notch_scan *scan)
{
  return notch_source_slice(scan->source, scan->span);
}

/* \u{4E2D}: `at` is after the u.  Returns the byte after the brace, or 0 when it is malformed. */
static uint32_t decode_hex(notch_text text, uint32_t at, char out[4], unsigned *out_bytes)
{
  uint32_t point = 0, digits = 0;
  if (at >= text.length || text.bytes[at] != '{') return 0;
  for (at++; at < text.length && text.bytes[at] != '}'; at++, digits++) {
    char c = text.bytes[at];
    unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                            : 16;
    if (digit == 16 || digits == 6) return 0;
    point = point * 16 + digit;
  }
  if (digits == 0 || at == text.length || point == 0) return 0;
  *out_bytes = notch_unicode_encode(out, point);
  return *out_bytes > 0 && !notch_unicode_is_bidi(point) ? at + 1 : 0;
}

static void report_escape(notch_scan *scan, uint32_t offset, uint32_t bytes)
{
  notch_span span = {.start = offset, .end = offset + bytes};
  if (span.end > scan->source->text.length) span.end = scan->source->text.length;
  notch_diag_report(scan->diags, NOTCH_DIAG_BAD_ESCAPE, scan->source, span,
                    notch_source_slice(scan->source, span));
}

/* Bytes of the character that follows a backslash. */
static uint32_t char_bytes(notch_text text, uint32_t at)
{
  uint32_t end = at;
  if (at < text.length) (void)notch_unicode_decode(text, &end);
  return end - at;
}

static notch_text decode_string(notch_scan *scan, notch_text raw, uint32_t offset)
{
  char *out = notch_arena_alloc(scan->arena, raw.length + 1);
  uint32_t length = 0;
  if (out == NULL) return (notch_text){0};
  for (uint32_t i = 0; i < raw.length;) {
    char c = raw.bytes[i];
    if (c != '\\') {
      out[length++] = c;
      i++;
      continue;
    }
    char escape = i + 1 < raw.length ? raw.bytes[i + 1] : '\0';
    unsigned bytes = 1;
    uint32_t next = i + 2;
    if (escape == 'n') out[length] = '\n';
    else if (escape == 't') out[length] = '\t';
    else if (escape == '"' || escape == '\\') out[length] = escape;
    else if (escape != 'u' || (next = decode_hex(raw, i + 2, out + length, &bytes)) == 0) {
      report_escape(scan, offset + i, 1 + char_bytes(raw, i + 1));
      next = i + 1 + char_bytes(raw, i + 1);
      bytes = 0;
    }
    length += bytes; /* an escape is never shorter than what it stands for */
    i = next;
  }
  assert(length <= raw.length);
  return (notch_text){.bytes = out, .length = length};
}

static void check_controls(notch_scan *scan, notch_text raw, uint32_t offset)
{
  for (uint32_t i = 0; i < raw.length; i++) {
    unsigned char byte = (unsigned char)raw.bytes[i];
    if ((byte >= 0x20 || byte == '\t') && byte != 0x7F) continue;
    char hex[3] = {"0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15], '\0'};
    notch_diag_report(scan->diags, NOTCH_DIAG_CONTROL_CHARACTER, scan->source,
                      (notch_span){offset + i, offset + i + 1}, hex);
    return;
  }
}

static int take_string(notch_scan *scan, uint32_t before, uint32_t after)
{
  notch_text raw = matched(scan);
  uint32_t offset = scan->span.start + before;
  assert(before + after <= raw.length);
  raw = (notch_text){.bytes = raw.bytes + before, .length = raw.length - before - after};
  check_controls(scan, raw, offset);
  bool escaped = memchr(raw.bytes, '\\', raw.length) != NULL;
  scan->text = escaped ? decode_string(scan, raw, offset) : raw;
  return TOK_STRING;
}

int notch_scan_string(notch_scan *scan, uint32_t quote_bytes, bool closed)
{
  if (!closed) {
    notch_text text = matched(scan);
    while (text.length > 1 && text.bytes[text.length - 1] == '\r') {
      text.length--;
      scan->span.end--;
    }
    notch_diag_report(scan->diags, NOTCH_DIAG_UNCLOSED_STRING, scan->source, scan->span);
  }
  return take_string(scan, quote_bytes, closed ? quote_bytes : 0);
}

static void fix_quotes(notch_scan *scan, notch_text inside)
{
  notch_text parts[3] = {NOTCH_TEXT("\""), inside, NOTCH_TEXT("\"")};
  char *bytes = notch_arena_alloc(scan->arena, inside.length + 2);
  if (bytes == NULL) return;
  uint32_t length = 0;
  for (int i = 0; i < 3; i++) {
    if (parts[i].length > 0) memcpy(bytes + length, parts[i].bytes, parts[i].length);
    length += parts[i].length;
  }
  notch_diag_fix(scan->diags, scan->span, (notch_text){bytes, length}, "write straight quotes");
}

static int take_foreign_string(notch_scan *scan, notch_diag_code code, uint32_t before,
                               uint32_t after)
{
  notch_text inside = matched(scan);
  inside = (notch_text){inside.bytes + before, inside.length - before - after};
  notch_diag_report(scan->diags, code, scan->source, scan->span, inside);
  fix_quotes(scan, inside);
  return take_string(scan, before, after);
}

int notch_scan_curly(notch_scan *scan)
{
  notch_text text = matched(scan);
  uint32_t after = text.bytes[text.length - 1] == '"' ? 1 : 3;
  return take_foreign_string(scan, NOTCH_DIAG_CURLY_QUOTES, text.bytes[0] == '"' ? 1 : 3, after);
}

int notch_scan_single(notch_scan *scan)
{
  return take_foreign_string(scan, NOTCH_DIAG_SINGLE_QUOTES, 1, 1);
}

int notch_scan_comment(notch_scan *scan, uint32_t sign_bytes, int kind)
{
  notch_text text = matched(scan);
  while (text.length > sign_bytes && strchr(" \t\r", text.bytes[text.length - 1]) != NULL) {
    text.length--;
    scan->span.end--;
  }
  text = (notch_text){text.bytes + sign_bytes, text.length - sign_bytes};
  if (text.length > 0 && text.bytes[0] == ' ') text = (notch_text){text.bytes + 1, text.length - 1};
  scan->text = text;
  return kind;
}

int notch_scan_foreign(notch_scan *scan, int kind, const char *spelling)
{
  notch_diag_report(scan->diags, NOTCH_DIAG_FOREIGN_OPERATOR, scan->source, scan->span, spelling,
                    matched(scan));
  notch_diag_fix(scan->diags, scan->span, notch_text_of(spelling), "write '%s'", spelling);
  scan->text = notch_text_of(spelling);
  return kind;
}

int notch_scan_needless(notch_scan *scan)
{
  notch_diag_report(scan->diags, NOTCH_DIAG_NEEDLESS_SIGN, scan->source, scan->span,
                    matched(scan));
  notch_diag_fix(scan->diags, scan->span, NOTCH_TEXT(""), "leave it out");
  return NOTCH_SCAN_NOTHING;
}

int notch_scan_foreign_comment(notch_scan *scan)
{
  notch_span sign = {.start = scan->span.start, .end = scan->span.start + 2};
  notch_diag_report(scan->diags, NOTCH_DIAG_FOREIGN_COMMENT, scan->source, sign,
                    notch_source_slice(scan->source, sign));
  notch_diag_fix(scan->diags, sign, NOTCH_TEXT("#"), "write '#'");
  return NOTCH_SCAN_NOTHING;
}
