/* syntax/scan.c -- gives meaning to what the scanner matched, and repairs common mistakes. */
#include <config.h>

#include "syntax/scan.h"

#include "base/calendar.h"
#include "base/unicode.h"
#include "parser.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define NAME_BYTES_MAX 255u

static notch_text matched(const notch_scan *scan)
{
  return notch_source_slice(scan->source, scan->span);
}

static void report_text(notch_scan *scan, notch_diag_code code)
{
  notch_diag_report(scan->diags, code, scan->source, scan->span, matched(scan));
}

static bool is_ascii(notch_text text)
{
  for (uint32_t i = 0; i < text.length; i++)
    if ((unsigned char)text.bytes[i] >= 0x80) return false;
  return true;
}

/* Bytes at the start of `text` that make a name. */
static uint32_t name_length(notch_text text)
{
  uint32_t at = 0;
  while (at < text.length) {
    uint32_t end = at;
    uint32_t point = notch_unicode_decode(text, &end);
    if (at == 0 ? !notch_unicode_is_start(point) : !notch_unicode_is_continue(point)) break;
    at = end;
  }
  return at;
}

/* A name is warned about where it stands first, not at every use. */
static bool is_warned_about(const notch_scan *scan)
{
  notch_text here = matched(scan);
  for (const notch_diag *diag = scan->diags->first; diag != NULL; diag = diag->next)
    if (diag->code == NOTCH_DIAG_MIXED_SCRIPTS && diag->source == scan->source &&
        notch_text_equal(notch_source_slice(scan->source, diag->span), here))
      return true;
  return false;
}

static void check_name(notch_scan *scan, notch_text name)
{
  if (name.length > NAME_BYTES_MAX)
    notch_diag_report(scan->diags, NOTCH_DIAG_NAME_TOO_LONG, scan->source, scan->span);
  else if (notch_unicode_mixes_scripts(name) && !is_warned_about(scan))
    notch_diag_report(scan->diags, NOTCH_DIAG_MIXED_SCRIPTS, scan->source, scan->span, name);
}

static int scan_name(notch_scan *scan, notch_text name)
{
  if (!is_ascii(name)) {
    name = notch_unicode_nfc(scan->arena, name);
    check_name(scan, name);
  } else if (name.length > NAME_BYTES_MAX) {
    check_name(scan, name);
  }
  scan->text = name;
  return TOK_IDENT;
}

/* A word after a dot or after `field` is a name whatever it is elsewhere. */
static bool wants_name(const notch_scan *scan)
{
  return scan->before == TOK_DOT || scan->before == TOK_FIELD;
}

int notch_scan_word(notch_scan *scan)
{
  notch_text text = matched(scan);
  if (!is_ascii(text)) {
    uint32_t length = name_length(text);
    if (length == 0) {
      uint32_t end = 0;
      uint32_t point = notch_unicode_decode(text, &end);
      if (point >= 0xFF10 && point <= 0xFF19) return notch_scan_wide_number(scan);
      scan->span.end = scan->span.start + end;
      return notch_scan_odd(scan);
    }
    scan->span.end = scan->span.start + length;
    text.length = length;
  }
  const notch_word *word = wants_name(scan) ? NULL : notch_word_find(text);
  if (word == NULL) return scan_name(scan, text);
  scan->text = text;
  scan->detail = word->detail;
  return word->token;
}

int notch_scan_backquoted(notch_scan *scan)
{
  notch_text text = matched(scan);
  text = (notch_text){.bytes = text.bytes + 1, .length = text.length - 1};
  bool closed = text.length > 0 && text.bytes[text.length - 1] == '`';
  if (closed) text.length--;
  if (!closed || text.length == 0 || name_length(text) != text.length) {
    notch_diag_report(scan->diags, NOTCH_DIAG_BAD_BACKQUOTES, scan->source, scan->span);
    scan->text = text;
    return TOK_IDENT;
  }
  scan->detail = 1;
  return scan_name(scan, text);
}

/* What people type instead of the signs of Notch. */
static const struct odd_sign {
  uint32_t point;
  int32_t token;
  const char *spelling;
} odd_signs[] = {
    {0x00D7, TOK_STAR, "*"},   {0x00F7, TOK_SLASH, "/"},  {0x2013, TOK_MINUS, "-"},
    {0x2014, TOK_MINUS, "-"},  {0x2026, TOK_DOTDOT, ".."}, {0x2192, TOK_ARROW, "=>"},
    {0x21D2, TOK_ARROW, "=>"}, {0x2212, TOK_MINUS, "-"},  {0x2260, TOK_NE, "<>"},
    {0x2264, TOK_LE, "<="},    {0x2265, TOK_GE, ">="},    {0x3001, TOK_COMMA, ","},
    {0xFF08, TOK_LPAREN, "("}, {0xFF09, TOK_RPAREN, ")"}, {0xFF0A, TOK_STAR, "*"},
    {0xFF0B, TOK_PLUS_SIGN, "+"}, {0xFF0C, TOK_COMMA, ","}, {0xFF0D, TOK_MINUS, "-"},
    {0xFF0E, TOK_DOT, "."},    {0xFF0F, TOK_SLASH, "/"},  {0xFF1C, TOK_LT, "<"},
    {0xFF1D, TOK_EQ, "="},     {0xFF1E, TOK_GT, ">"},     {0xFF1F, TOK_OPTIONAL, "?"},
    {0xFF5B, TOK_LBRACE, "{"}, {0xFF5C, TOK_BAR, "|"},    {0xFF5D, TOK_RBRACE, "}"},
};

static int report_point(notch_scan *scan, notch_diag_code code, uint32_t point)
{
  char hex[9];
  (void)snprintf(hex, sizeof hex, "%04X", (unsigned)point);
  notch_diag_report(scan->diags, code, scan->source, scan->span, hex);
  return NOTCH_SCAN_NOTHING;
}

int notch_scan_odd(notch_scan *scan)
{
  uint32_t at = 0;
  uint32_t point = notch_unicode_decode(matched(scan), &at);
  assert(at == scan->span.end - scan->span.start);
  for (size_t i = 0; i < sizeof odd_signs / sizeof odd_signs[0]; i++)
    if (odd_signs[i].point == point) {
      notch_diag_report(scan->diags, NOTCH_DIAG_FOREIGN_PUNCTUATION, scan->source, scan->span,
                        odd_signs[i].spelling, matched(scan));
      notch_diag_fix(scan->diags, scan->span, notch_text_of(odd_signs[i].spelling),
                     "write '%s'", odd_signs[i].spelling);
      return odd_signs[i].token;
    }
  if (point == 0x3002 || point == 0xFF1A || point == 0xFF1B) return notch_scan_needless(scan);
  if (notch_unicode_is_bidi(point)) return NOTCH_SCAN_NOTHING; /* reported for the whole source */
  if (point == 0x3000 || notch_unicode_is_hidden(point)) {
    (void)report_point(scan, NOTCH_DIAG_INVISIBLE_CHARACTER, point);
    notch_diag_fix(scan->diags, scan->span, NOTCH_TEXT(" "), "write an ordinary space");
    return NOTCH_SCAN_NOTHING;
  }
  if (point < 0x20 || (point >= 0x7F && point < 0xA0))
    return report_point(scan, NOTCH_DIAG_CONTROL_CHARACTER, point);
  bool currency = point == '$' || point == 0xA3 || point == 0xA5 || point == 0xFFE5 ||
                  (point >= 0x20A0 && point <= 0x20CF);
  report_text(scan, currency ? NOTCH_DIAG_CURRENCY_SIGN : NOTCH_DIAG_BAD_CHARACTER);
  return NOTCH_SCAN_NOTHING;
}

static bool is_number(notch_text text)
{
  bool point_seen = false;
  char before = '.';
  for (uint32_t i = 0; i < text.length; i++) {
    char now = text.bytes[i];
    if ((now == '_' || now == '.') && (before == '_' || before == '.')) return false;
    if (now == '.' && point_seen) return false;
    point_seen |= now == '.';
    before = now;
  }
  return before != '_' && before != '.';
}

/* 24.12.2026, day first; false: it is none. */
static bool take_dotted_date(notch_scan *scan, notch_text text)
{
  int at[3] = {0, 0, 0}, digits[3] = {0, 0, 0}, part = 0;
  for (uint32_t i = 0; i < text.length; i++) {
    char c = text.bytes[i];
    if (c == '.' ? part == 2 : c == '_' || digits[part] == 4)
      return false;
    if (c == '.') {
      part++;
      continue;
    }
    at[part] = at[part] * 10 + (c - '0');
    digits[part]++;
  }
  notch_text date = notch_arena_format(scan->arena, "%04d-%02d-%02d", at[2], at[1], at[0]);
  int32_t day;
  if (digits[2] != 4 || date.bytes == NULL || !notch_date_parse(&day, date))
    return false;
  notch_diag_report(scan->diags, NOTCH_DIAG_DATE_FORM, scan->source, scan->span, date);
  notch_diag_fix(scan->diags, scan->span, date, "write '%t'", date);
  scan->text = date;
  return true;
}

static int take_number(notch_scan *scan, notch_text text, char suffix)
{
  if (suffix == 0 && take_dotted_date(scan, text))
    return TOK_DATE;
  if (suffix != 0) text.length--;
  if (!is_number(text))
    notch_diag_report(scan->diags, NOTCH_DIAG_BAD_NUMBER, scan->source, scan->span, text);
  scan->text = text;
  return suffix == '%' ? TOK_PERCENT : suffix == 'x' ? TOK_MULT : TOK_NUMBER;
}

int notch_scan_number(notch_scan *scan, char suffix)
{
  return take_number(scan, matched(scan), suffix);
}

int notch_scan_wide_number(notch_scan *scan)
{
  notch_text text = matched(scan);
  char *narrow = notch_arena_alloc(scan->arena, text.length + 1);
  if (narrow == NULL) return NOTCH_SCAN_NOTHING;
  uint32_t length = 0, at = 0;
  while (at < text.length) {
    uint32_t next = at;
    uint32_t point = notch_unicode_decode(text, &next);
    char c = (char)(point < 0x80 ? point : point >= 0xFF01 && point <= 0xFF5E ? point - 0xFEE0 : 0);
    bool last = next == text.length && (c == '%' || c == 'x');
    if (!last && (c == '\0' || strchr("0123456789_.", c) == NULL)) break;
    narrow[length++] = c;
    at = next;
  }
  narrow[length] = '\0';
  scan->span.end = scan->span.start + at;
  notch_text number = {narrow, length};
  notch_diag_report(scan->diags, NOTCH_DIAG_FOREIGN_PUNCTUATION, scan->source, scan->span, narrow,
                    matched(scan));
  notch_diag_fix(scan->diags, scan->span, number, "write '%t'", number);
  char suffix = narrow[length - 1];
  return take_number(scan, number, suffix == '%' || suffix == 'x' ? suffix : '\0');
}

int notch_scan_number_and_word(notch_scan *scan)
{
  notch_text text = matched(scan);
  uint32_t digits = (uint32_t)strspn(text.bytes, "0123456789_.");
  assert(digits > 0 && digits < text.length);
  uint32_t word = name_length((notch_text){text.bytes + digits, text.length - digits});
  scan->span.end = scan->span.start + digits;
  if (word > 0) {
    notch_span whole = {.start = scan->span.start, .end = scan->span.end + word};
    notch_diag_report(scan->diags, NOTCH_DIAG_NUMBER_RUNS_INTO_WORD, scan->source, whole,
                      notch_source_slice(scan->source, whole));
    notch_diag_fix(scan->diags, (notch_span){scan->span.end, scan->span.end}, NOTCH_TEXT(" "),
                   "put a space between them");
  }
  return notch_scan_number(scan, 0);
}

int notch_scan_date(notch_scan *scan)
{
  int32_t day;
  scan->text = matched(scan);
  if (!notch_date_parse(&day, scan->text)) report_text(scan, NOTCH_DIAG_BAD_DATE);
  return TOK_DATE;
}

int notch_scan_time(notch_scan *scan)
{
  int32_t second_of_day;
  scan->text = matched(scan);
  if (!notch_time_parse(&second_of_day, scan->text)) report_text(scan, NOTCH_DIAG_BAD_TIME);
  return TOK_TIME;
}
