/* apply/sent.c -- recorded events as they were sent, and as they can be sent again. */
#include <config.h>

#include "apply/apply.h"

/* The fields of a row's event; empty: nothing can be told any more. */
static bool fields_of(notch_books *books, notch_edition *edition, const notch_transaction *row,
                      const notch_layout *other, notch_arena *run, notch_text *out)
{
  if (notch_books_is_unread(row)) {
    if (!notch_books_raw_of(books, row, out)) {
      *out = (notch_text){NULL, 0};
    }
    return true;
  }
  *out = row->content;
  notch_event *event = notch_history_event(books, edition, row, run);
  if (event != NULL && other != NULL) {
    notch_event_unfill(event, edition->rules->layout, other, run);
  }
  return event == NULL || notch_books_content_plain(books, edition, event, run, out);
}

notch_text notch_books_sent_type(const notch_books *books, const notch_transaction *row)
{
  notch_text type = notch_store_name_text(books->store, row->type);
  return notch_text_equal(type, NOTCH_NO_TYPE) ? (notch_text){NULL, 0} : type;
}

bool notch_books_sent(notch_books *books, notch_edition *newest, const notch_transaction *row,
                      notch_text member, const notch_layout *other, notch_arena *run,
                      notch_buffer *to)
{
  notch_text fields;
  notch_edition *edition = row->version == 0 ? newest : notch_books_edition(books, row->version);
  if (edition == NULL || !fields_of(books, edition, row, other, run, &fields)) {
    return false;
  }
  notch_json_writer json = {.to = to};
  notch_json_begin(&json, '{');
  notch_json_put_text(&json, "id", row->id);
  notch_text type = notch_books_sent_type(books, row);
  if (type.length > 0) {
    notch_json_put_text(&json, "type", type);
  }
  if (member.length > 0) {
    notch_json_put_text(&json, "member", member);
  }
  const notch_json *read = notch_json_parse(books->parser, fields, run, NULL, NULL);
  bool has_at = read != NULL && notch_json_get(read, NOTCH_TEXT("at")) != NULL;
  if (!has_at && !notch_text_equal(row->detail, NOTCH_TEXT(NOTCH_AT_IS_MISSING))) {
    notch_json_key(&json, NOTCH_TEXT("at"));
    notch_json_raw(&json, NOTCH_TEXT("\""));
    notch_moment_print(to, row->at_us, row->offset_min);
    notch_buffer_put(to, "\"", 1);
  }
  if (fields.length > 2) {
    notch_buffer_put(to, ",", 1);
    notch_buffer_put(to, fields.bytes + 1, fields.length - 2);
  }
  notch_json_end(&json, '}');
  return true;
}
