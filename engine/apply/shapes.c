/*
 * apply/shapes.c -- contents whose keys the ledger keeps apart: which value is which field of an
 * event is looked up once for each shape, type and edition.
 */
#include <config.h>

#include "apply/apply.h"

static bool grow(notch_books *books, notch_edition *edition, uint32_t shape)
{
  uint32_t count = edition->shape_count == 0 ? 16 : edition->shape_count;
  while (count <= shape) {
    count *= 2;
  }
  notch_shape_keys **grown = NOTCH_NEW_ARRAY(&books->keep, notch_shape_keys *, count);
  if (grown == NULL) {
    return false;
  }
  if (edition->shape_count > 0) {
    memcpy(grown, edition->shapes, edition->shape_count * sizeof *grown);
  }
  edition->shapes = grown;
  edition->shape_count = count;
  return true;
}

/* NULL: out of memory, or there is no such shape, or type. */
static notch_shape_keys *look_up(notch_books *books, notch_edition *edition, uint32_t shape,
                                 uint32_t type)
{
  notch_text letters, list = notch_store_shape(books->store, shape, &letters);
  uint32_t index = notch_names_index(books, edition, NOTCH_NAME_TYPE, type);
  if (list.length == 0 || index == NOTCH_NONE ||
      (shape >= edition->shape_count && !grow(books, edition, shape))) {
    return NULL;
  }
  notch_shape_keys *made = NOTCH_NEW(&books->keep, notch_shape_keys);
  if (made == NULL) {
    return NULL;
  }
  const notch_json *keys = notch_json_parse(books->parser, list, &books->keep, NULL, NULL);
  notch_read_keys(&made->keys, edition->rules->layout, index, keys, letters, &books->keep);
  made->type = type;
  made->next = edition->shapes[shape];
  edition->shapes[shape] = made;
  return made;
}

const notch_keys *notch_shapes_keys(notch_books *books, notch_edition *edition, uint32_t shape,
                                    uint32_t type)
{
  notch_shape_keys *known = shape < edition->shape_count ? edition->shapes[shape] : NULL;
  while (known != NULL && known->type != type) {
    known = known->next;
  }
  known = known != NULL ? known : look_up(books, edition, shape, type);
  return known == NULL ? NULL : &known->keys;
}

void notch_shapes_forget(notch_edition *edition)
{
  if (edition->shape_count > 0) {
    memset(edition->shapes, 0, edition->shape_count * sizeof *edition->shapes);
  }
}
