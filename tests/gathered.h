/* gathered.h -- what the library hands out piece by piece, as one text. */
#ifndef NOTCH_TESTS_GATHERED_H
#define NOTCH_TESTS_GATHERED_H

#include <check.h>
#include <string.h>

typedef struct gathered {
  char text[65536]; /* NUL-terminated once anything came */
  size_t length;
} gathered;

/* For the `write` arguments of notch.h. */
static inline int gather(void *payload, const char *bytes, size_t size)
{
  gathered *all = payload;
  ck_assert_uint_lt(all->length + size, sizeof all->text);
  memcpy(all->text + all->length, bytes, size);
  all->length += size;
  all->text[all->length] = '\0';
  return 0;
}

#endif
