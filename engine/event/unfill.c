/*
 * event/unfill.c -- a recorded event for other rules: what the rules of then filled in of a field
 * cannot be told from what was sent, and is taken as not sent where the others lack the field.
 */
#include <config.h>

#include "event/read.h"

typedef struct declared { /* the fields of an event, or of a record */
  const notch_layout *layout;
  const notch_field *fields;
  uint32_t count;
} declared;

static declared of_event(const notch_layout *layout, uint32_t type)
{
  const notch_event_decl *decl = &layout->program->events[type];
  return (declared){layout, decl->fields, decl->field_count};
}

static declared of_record(const notch_layout *layout, uint32_t record)
{
  const notch_record *decl = &layout->program->records[record];
  return (declared){layout, decl->fields, decl->field_count};
}

static const notch_field *field_called(const declared *in, notch_text name)
{
  for (uint32_t i = 0; i < in->count; i++) {
    if (notch_text_equal(in->fields[i].name, name)) {
      return &in->fields[i];
    }
  }
  return NULL;
}

static notch_text text_of(const declared *in, const notch_field *field, notch_value value,
                          notch_arena *run)
{
  notch_buffer text;
  notch_buffer_init(&text, run->memory);
  notch_canonical_value(&text, in->layout, field->type, field->decimals, value, NULL);
  return notch_buffer_keep(&text, run);
}

static bool is_filled_in(const declared *in, const notch_field *field, notch_value value,
                         notch_arena *run)
{
  notch_reader reader = {.layout = in->layout, .run = run};
  notch_value absent = notch_field_absent(&reader, field);
  return absent.d != 0 &&
         notch_text_equal(text_of(in, field, value, run), text_of(in, field, absent, run));
}

static void unfill(const declared *mine, const declared *other, notch_value *values,
                   notch_arena *run)
{
  for (uint32_t i = 0; i < mine->count; i++) {
    const notch_field *field = &mine->fields[i], *same = field_called(other, field->name);
    if (values[i].d == 0) {
      continue;
    }
    if (same == NULL && is_filled_in(mine, field, values[i], run)) {
      values[i] = NOTCH_MISSING;
    } else if (same != NULL && field->type.kind == NOTCH_TYPE_LIST &&
               same->type.kind == NOTCH_TYPE_LIST) {
      const notch_list *items = notch_value_list(values[i]);
      declared record = of_record(mine->layout, field->type.of);
      declared others = of_record(other->layout, same->type.of);
      for (uint32_t j = 0; j < items->count; j++) {
        unfill(&record, &others, items->values + (size_t)j * items->width, run);
      }
    }
  }
}

void notch_event_unfill(notch_event *event, const notch_layout *layout, const notch_layout *other,
                        notch_arena *run)
{
  uint32_t type = notch_event_find(other->program, layout->program->events[event->type].decl.name);
  if (type != NOTCH_NONE) {
    declared mine = of_event(layout, event->type), others = of_event(other, type);
    unfill(&mine, &others, event->fields, run);
  }
}
