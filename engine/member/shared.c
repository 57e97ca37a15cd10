/*
 * member/shared.c -- figures read from outside the member: recorded with the event, so that one
 * member can be explained alone.
 */
#include <config.h>

#include "base/json.h"
#include "member/shared.h"

#include <assert.h>

void notch_note_shared(notch_work *work, notch_text what, notch_rational figure)
{
  if (work->open == NULL) {
    return;
  }
  for (uint32_t i = 0; i < work->shared.count; i++) {
    if (notch_text_equal(work->shared.items[i].what, what)) {
      return; /* the first reading decided */
    }
  }
  *notch_vec_push(&work->shared, work->run) = (notch_shared_figure){what, figure};
}

static notch_text shared_text(notch_work *work)
{
  uint32_t count = work->shared.count;
  notch_shared_figure *items = work->shared.items;
  for (uint32_t i = 1; i < count; i++) { /* few, and by code point as everywhere */
    for (uint32_t j = i; j > 0 && notch_text_compare(items[j].what, items[j - 1].what) < 0; j--) {
      notch_shared_figure swap = items[j];
      items[j] = items[j - 1];
      items[j - 1] = swap;
    }
  }
  notch_buffer text, figure;
  notch_buffer_init(&text, work->decider->memory);
  notch_buffer_init(&figure, work->decider->memory);
  notch_json_writer writer = {.to = &text};
  notch_json_begin(&writer, '{');
  for (uint32_t i = 0; i < count; i++) {
    notch_buffer_clear(&figure);
    notch_rational_print(&figure, items[i].figure);
    notch_json_key(&writer, items[i].what);
    notch_json_text(&writer, (notch_text){figure.bytes, (uint32_t)figure.length});
    text.failed = text.failed || figure.failed;
  }
  notch_json_end(&writer, '}');
  notch_buffer_free(&figure);
  return notch_buffer_keep(&text, work->run);
}

void notch_shared_write(notch_work *work)
{
  if (work->open != NULL && work->open->row.shared.length == 0) {
    work->open->row.shared = shared_text(work);
  }
  work->shared.count = 0;
}
