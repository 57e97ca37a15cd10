/* base/decimal.c -- decimal text to exact numbers and back; no float, no locale. */
#include <config.h>

#include "base/rational.h"

#include <assert.h>

#define WIDE_DIGITS_MAX 38 /* decimal digits that always fit a signed 128-bit integer */

typedef struct decimal {
  unsigned __int128 digits; /* without sign and point */
  unsigned fraction;        /* digits after the point */
  unsigned trailing_zeros;  /* of those, zeros at the end */
  bool negative, too_large;
} decimal;

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* Digits, '_' only between two of them; *at ends on the first byte that is neither. */
static bool scan_digits(decimal *to, notch_text text, uint32_t *at, bool underscores, bool fraction)
{
  uint32_t i = *at;
  if (i >= text.length || !is_digit(text.bytes[i]))
    return false;
  for (; i < text.length; i++) {
    char c = text.bytes[i];
    if (c == '_' && underscores && i + 1 < text.length && is_digit(text.bytes[i + 1]))
      continue;
    if (!is_digit(c))
      break;
    unsigned __int128 grown = to->digits * 10 + (unsigned)(c - '0');
    if (to->digits > (((unsigned __int128)1 << 126) - 9) / 10)
      to->too_large = true;
    else
      to->digits = grown;
    if (fraction) {
      to->fraction++;
      to->trailing_zeros = c == '0' ? to->trailing_zeros + 1 : 0;
    }
  }
  *at = i;
  return true;
}

static bool scan_decimal(decimal *to, notch_text text, bool underscores)
{
  uint32_t at = 0;
  *to = (decimal){0};
  if (text.length > 0 && text.bytes[0] == '-') {
    to->negative = true;
    at = 1;
  }
  if (!scan_digits(to, text, &at, underscores, false))
    return false;
  if (at < text.length && text.bytes[at] == '.') {
    at++;
    if (!scan_digits(to, text, &at, underscores, true))
      return false;
  }
  return at == text.length;
}

/* *digits is also set when there are too many of them, so that a message can say so. */
#define SHORT_MAX 18u /* bytes that cannot overflow */

/* Digits and at most one point between them: nearly every amount.  False: look at it closely. */
static bool parse_short(int64_t *out, notch_text text, unsigned decimals, unsigned *digits)
{
  int64_t value = 0;
  uint32_t point = text.length;
  if (text.length == 0 || text.length > SHORT_MAX || decimals > SHORT_MAX - text.length) {
    return false;
  }
  for (uint32_t i = 0; i < text.length; i++) {
    unsigned digit = (unsigned)text.bytes[i] - '0';
    if (digit <= 9) {
      value = value * 10 + (int64_t)digit;
    } else if (text.bytes[i] == '.' && point == text.length && i > 0 && i + 1 < text.length) {
      point = i;
    } else {
      return false;
    }
  }
  unsigned fraction = point == text.length ? 0 : text.length - point - 1;
  if (fraction > decimals) {
    return false;
  }
  for (unsigned i = fraction; i < decimals; i++) {
    value *= 10;
  }
  *out = value;
  if (digits != NULL)
    *digits = fraction;
  return true;
}

bool notch_decimal_parse(int64_t *out, notch_text text, unsigned decimals, bool underscores,
                         unsigned *digits)
{
  if (parse_short(out, text, decimals, digits))
    return true;
  decimal parsed;
  if (digits != NULL)
    *digits = 0;
  if (!scan_decimal(&parsed, text, underscores))
    return false;
  if (digits != NULL)
    *digits = parsed.fraction;
  if (parsed.fraction > decimals || parsed.too_large)
    return false;
  unsigned __int128 limit = (unsigned __int128)INT64_MAX + (parsed.negative ? 1 : 0);
  unsigned __int128 value = parsed.digits;
  for (unsigned i = parsed.fraction; i < decimals && value != 0; i++) {
    if (value > limit)
      return false;
    value *= 10;
  }
  if (value > limit)
    return false;
  *out = parsed.negative ? (int64_t)(0 - (uint64_t)value) : (int64_t)value;
  return true;
}

notch_text notch_decimal_plain(notch_text text)
{
  decimal parsed;
  if (scan_decimal(&parsed, text, false) && parsed.fraction > 0) {
    text.length -= parsed.trailing_zeros + (parsed.trailing_zeros == parsed.fraction ? 1 : 0);
  }
  return text;
}

bool notch_decimal_parse_rational(notch_rational *out, notch_text text, bool underscores)
{
  decimal parsed;
  if (!scan_decimal(&parsed, text, underscores))
    return false;
  if (parsed.too_large) { /* zeros at the end may be all that is too much */
    if (parsed.trailing_zeros == 0)
      return false;
    uint32_t shorter = text.length;
    unsigned zeros = parsed.trailing_zeros;
    while (zeros > 0 || text.bytes[shorter - 1] == '_')
      zeros -= text.bytes[--shorter] == '0';
    if (text.bytes[shorter - 1] == '.')
      shorter--;
    text.length = shorter;
    if (!scan_decimal(&parsed, text, underscores) || parsed.too_large)
      return false;
  }
  unsigned fraction = parsed.fraction;
  for (; fraction > 0 && parsed.digits % 10 == 0; fraction--)
    parsed.digits /= 10;
  if (parsed.digits == 0) {
    *out = NOTCH_INTEGER(0);
    return true;
  }
  if (fraction > WIDE_DIGITS_MAX)
    return false;
  __int128 den = 1;
  for (unsigned i = 0; i < fraction; i++)
    den *= 10;
  __int128 num = (__int128)parsed.digits;
  return notch_rational_make(out, parsed.negative ? -num : num, den);
}

int64_t notch_power_of_ten(unsigned exponent)
{
  int64_t power = 1;
  assert(exponent <= 18);
  while (exponent-- > 0)
    power *= 10;
  return power;
}

void notch_decimal_print(notch_buffer *to, int64_t value, unsigned decimals)
{
  char digits[24];
  unsigned count = 0;
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  if (value < 0)
    notch_buffer_put(to, "-", 1);
  do {
    digits[sizeof digits - ++count] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  const char *start = digits + sizeof digits - count;
  if (decimals == 0) {
    notch_buffer_put(to, start, count);
    return;
  }
  if (count > decimals) {
    notch_buffer_put(to, start, count - decimals);
    notch_buffer_put(to, ".", 1);
    notch_buffer_put(to, start + (count - decimals), decimals);
    return;
  }
  notch_buffer_put(to, "0.", 2);
  for (unsigned i = count; i < decimals; i++)
    notch_buffer_put(to, "0", 1);
  notch_buffer_put(to, start, count);
}

/* Fraction digits of 1/den, or -1 when it has no end: only 2 and 5 divide a power of ten. */
static int finite_digits(int64_t den)
{
  int twos = 0, fives = 0;
  for (; den % 2 == 0; den /= 2)
    twos++;
  for (; den % 5 == 0; den /= 5)
    fives++;
  return den != 1 ? -1 : twos > fives ? twos : fives;
}

void notch_rational_print(notch_buffer *to, notch_rational value)
{
  assert(value.den > 0);
  int digits = finite_digits(value.den);
  if (value.den == 1 || digits < 0) {
    notch_buffer_integer(to, value.num);
    if (value.den != 1) {
      notch_buffer_put(to, "/", 1);
      notch_buffer_integer(to, value.den);
    }
    return;
  }
  uint64_t rest = value.num < 0 ? 0 - (uint64_t)value.num : (uint64_t)value.num;
  uint64_t den = (uint64_t)value.den;
  if (value.num < 0)
    notch_buffer_put(to, "-", 1);
  notch_buffer_integer(to, (int64_t)(rest / den)); /* den >= 2: it fits */
  notch_buffer_put(to, ".", 1);
  rest %= den;
  for (int i = 0; i < digits; i++) { /* by hand: num * 10^62 would need more than 128 bits */
    unsigned __int128 scaled = (unsigned __int128)rest * 10;
    char digit = (char)('0' + (int)(scaled / den));
    rest = (uint64_t)(scaled % den);
    notch_buffer_put(to, &digit, 1);
  }
}
