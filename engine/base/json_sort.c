/* base/json_sort.c -- the same values in one order, whatever order they were sent in. */
#include <config.h>

#include "base/json.h"

/* Equal keys keep their order: of two that are equal the second one is the duplicate. */
static notch_json *merge(notch_json *left, notch_json *right)
{
  notch_json *first = NULL, **end = &first;
  while (left != NULL && right != NULL) {
    notch_json **least = notch_text_compare(right->key, left->key) < 0 ? &right : &left;
    *end = *least;
    end = &(*least)->next;
    *least = *end;
  }
  *end = left != NULL ? left : right;
  return first;
}

static notch_json *sort(notch_json *list, uint32_t count)
{
  if (count < 2)
    return list;
  notch_json *last = list;
  for (uint32_t i = 1; i < count / 2; i++)
    last = last->next;
  notch_json *rest = last->next;
  last->next = NULL;
  notch_json *left = sort(list, count / 2), *right = sort(rest, count - count / 2);
  return merge(left, right);
}

notch_json *notch_json_sorted(const notch_json *json, notch_arena *arena)
{
  notch_json *copy = NOTCH_NEW(arena, notch_json);
  *copy = *json;
  copy->first = copy->next = NULL;
  notch_json **end = &copy->first;
  for (const notch_json *child = json->first; child != NULL; child = child->next) {
    *end = notch_json_sorted(child, arena);
    end = &(*end)->next;
  }
  if (json->kind == NOTCH_JSON_OBJECT)
    copy->first = sort(copy->first, json->count);
  return copy;
}
