/* base/text.h -- slices of bytes.  A notch_text never owns what it points to. */
#ifndef NOTCH_BASE_TEXT_H
#define NOTCH_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct notch_text {
  const char *bytes; /* UTF-8, not terminated; may be NULL when length is 0 */
  uint32_t length;   /* bytes */
} notch_text;

#define NOTCH_TEXT(literal) ((notch_text){(literal), (uint32_t)(sizeof(literal) - 1)})

notch_text notch_text_of(const char *terminated);
static inline bool notch_text_equal(notch_text left, notch_text right)
{
  return left.length == right.length &&
         (left.length == 0 || memcmp(left.bytes, right.bytes, left.length) == 0);
}
int notch_text_compare(notch_text left, notch_text right); /* code-point order: <0, 0, >0 */
uint64_t notch_text_hash(notch_text text);                 /* FNV-1a; never decides an order */

/* The byte offset of the first byte that is not well-formed UTF-8 (RFC 3629), or text.length. */
uint32_t notch_text_find_bad_utf8(notch_text text);

/* Edit distance of at most `limit` code points, else limit + 1 ("did you mean"). */
unsigned notch_text_distance(notch_text left, notch_text right, unsigned limit);

#endif
