/* audit/node.c -- explanations as trees: built, and printed for people or as JSON. */
#include <config.h>

#include "audit/derivation.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

notch_node *notch_node_add(notch_derivation *d, notch_node *parent, const char *list)
{
  notch_node *node = NOTCH_NEW(d->run, notch_node);
  node->list = list;
  if (parent != NULL) {
    *(parent->last == NULL ? &parent->first : &parent->last->next) = node;
    parent->last = node;
  }
  return node;
}

static notch_text take_scratch(notch_derivation *d)
{
  if (d->scratch->failed) {
    (void)notch_arena_fail(d->run);
  }
  notch_text text = notch_arena_text(
      d->run, (notch_text){d->scratch->bytes, (uint32_t)d->scratch->length});
  notch_buffer_clear(d->scratch);
  return text;
}

void notch_node_line(notch_derivation *d, notch_node *node)
{
  node->line = take_scratch(d);
}

void notch_node_say(notch_derivation *d, notch_node *node, const char *format, ...)
{
  char line[512];
  va_list list;
  va_start(list, format);
  vsnprintf(line, sizeof line, format, list);
  va_end(list);
  node->line = notch_arena_text(d->run, notch_text_of(line));
}

static void add_field(notch_derivation *d, notch_node *node, const char *key, notch_text json)
{
  notch_node_field *field = NOTCH_NEW(d->run, notch_node_field);
  field->key = key;
  field->json = json;
  *(node->last_field == NULL ? &node->first_field : &node->last_field->next) = field;
  node->last_field = field;
}

void notch_node_text(notch_derivation *d, notch_node *node, const char *key, notch_text value)
{
  notch_buffer_clear(d->scratch);
  notch_json_quote(d->scratch, value);
  add_field(d, node, key, take_scratch(d));
}

void notch_node_integer(notch_derivation *d, notch_node *node, const char *key, int64_t value)
{
  notch_buffer_clear(d->scratch);
  notch_buffer_integer(d->scratch, value);
  add_field(d, node, key, take_scratch(d));
}

void notch_node_bool(notch_derivation *d, notch_node *node, const char *key, bool value)
{
  add_field(d, node, key, value ? NOTCH_TEXT("true") : NOTCH_TEXT("false"));
}

notch_text notch_node_scratch(notch_derivation *d, notch_node *node, const char *key)
{
  notch_text text = take_scratch(d);
  notch_node_text(d, node, key, text);
  return text;
}

/* ---- for people ---- */

static bool has_line(const notch_node *node)
{
  return node->line.length > 0;
}

static const notch_node *next_line(const notch_node *node)
{
  while (node != NULL && !has_line(node)) {
    node = node->next;
  }
  return node;
}

/* `lead` is what stands before the lines of this depth. */
static void print_children(notch_buffer *to, const notch_node *parent, char *lead, size_t length,
                           size_t room)
{
  for (const notch_node *node = next_line(parent->first); node != NULL;) {
    const notch_node *next = next_line(node->next);
    bool last = next == NULL;
    notch_buffer_put(to, lead, length);
    notch_buffer_text(to, last ? NOTCH_TEXT("└─ ") : NOTCH_TEXT("├─ "));
    notch_buffer_text(to, node->line);
    notch_buffer_put(to, "\n", 1);
    const char *more = last ? "   " : "│  ";
    if (length + strlen(more) < room) {
      memcpy(lead + length, more, strlen(more));
      print_children(to, node, lead, length + strlen(more), room);
    }
    node = next;
  }
}

void notch_node_print(notch_buffer *to, const notch_node *root)
{
  char lead[256];
  notch_buffer_text(to, root->line);
  notch_buffer_put(to, "\n", 1);
  print_children(to, root, lead, 0, sizeof lead);
}

/* ---- for programs ---- */

static void put_object(notch_json_writer *json, const notch_node *node)
{
  notch_json_begin(json, '{');
  for (const notch_node_field *field = node->first_field; field != NULL; field = field->next) {
    notch_json_key(json, notch_text_of(field->key));
    notch_json_raw(json, field->json);
  }
  for (const notch_node *child = node->first; child != NULL;) {
    const char *list = child->list;
    if (list == NULL) {
      child = child->next;
      continue;
    }
    notch_json_key(json, notch_text_of(list));
    notch_json_begin(json, '[');
    for (; child != NULL && child->list != NULL && strcmp(child->list, list) == 0;
         child = child->next) {
      put_object(json, child);
    }
    notch_json_end(json, ']');
  }
  notch_json_end(json, '}');
}

void notch_node_json(notch_buffer *to, const notch_node *root)
{
  notch_json_writer json = {.to = to};
  put_object(&json, root);
  notch_buffer_put(to, "\n", 1);
}
