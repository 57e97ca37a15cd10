/*
 * event/canonical.c -- the content of an event as it is recorded and compared (ledger, L2): JSON
 * with sorted keys and typed values in one form.
 */
#include <config.h>

#include "event/read.h"

#include <assert.h>
#include <string.h>

#define UTC_MIN 0

static void put(notch_buffer *to, const char *text)
{
  notch_buffer_put(to, text, strlen(text));
}

static void key(notch_buffer *to, bool *first, notch_text name)
{
  put(to, *first ? "\"" : ",\"");
  *first = false;
  /* Names of the language need no escape. */
  notch_buffer_text(to, name);
  put(to, "\":");
}

static void amount(notch_buffer *to, int64_t units, unsigned decimals)
{
  put(to, "\"");
  notch_decimal_print(to, units, decimals);
  put(to, "\"");
}

static void duration(notch_buffer *to, notch_type_kind kind, int64_t count)
{
  const char *unit = kind == NOTCH_TYPE_DAYS ? "days" : "months";
  if (kind == NOTCH_TYPE_DURATION) {
    bool hours = count % 3600000000 == 0, minutes = count % 60000000 == 0;
    unit = hours ? "hours" : minutes ? "minutes" : "seconds";
    count /= hours ? 3600000000 : minutes ? 60000000 : 1000000;
  }
  put(to, "\"");
  notch_buffer_integer(to, count);
  put(to, " ");
  put(to, unit);
  put(to, "\"");
}

static void time_of_day(notch_buffer *to, int64_t second)
{
  notch_buffer_print(to, "\"%02d:%02d:%02d\"", (int)(second / 3600), (int)(second / 60 % 60),
                     (int)(second % 60));
}

static void member(notch_buffer *to, notch_text id, const notch_vault *vault)
{
  if (vault == NULL) {
    notch_json_quote(to, id);
  } else {
    notch_buffer_integer(to, vault->number(vault->payload, id));
  }
}

static void fields(notch_buffer *to, const notch_layout *layout, const notch_field *declared,
                   const uint32_t *order, uint32_t count, const notch_value *values,
                   const notch_vault *vault, bool *first)
{
  for (uint32_t i = 0; i < count; i++) {
    const notch_field *field = &declared[order[i]];
    notch_value value = values[order[i]];
    if (value.d != 0) {
      key(to, first, field->name);
      notch_canonical_value(to, layout, field->type, field->decimals, value, vault);
    }
  }
}

static void list(notch_buffer *to, const notch_layout *layout, uint32_t record,
                 const notch_list *items, const notch_vault *vault)
{
  const notch_record *shape = &layout->program->records[record];
  put(to, "[");
  for (uint32_t i = 0; i < items->count; i++) {
    bool first = true;
    put(to, i > 0 ? ",{" : "{");
    fields(to, layout, shape->fields, layout->records[record], shape->field_count,
           items->values + (size_t)i * items->width, vault, &first);
    put(to, "}");
  }
  put(to, "]");
}

static void set(notch_buffer *to, const notch_list *texts)
{
  put(to, "[");
  for (uint32_t i = 0; i < texts->count; i++) {
    put(to, i > 0 ? "," : "");
    notch_json_quote(to, notch_value_text(texts->values[i]));
  }
  put(to, "]");
}

void notch_canonical_value(notch_buffer *to, const notch_layout *layout, notch_type type,
                           unsigned decimals, notch_value value, const notch_vault *vault)
{
  const notch_program *program = layout->program;
  (void)decimals;
  switch ((notch_type_kind)type.kind) {
  case NOTCH_TYPE_FLAG: put(to, value.n != 0 ? "true" : "false"); return;
  case NOTCH_TYPE_NUMBER: notch_rational_print(to, notch_value_rational(value)); return;
  case NOTCH_TYPE_MONEY: amount(to, value.n, program->currencies[type.of].decimals); return;
  case NOTCH_TYPE_POINTS: amount(to, value.n, program->points[type.of].decimals); return;
  case NOTCH_TYPE_TEXT: notch_json_quote(to, notch_value_text(value)); return;
  case NOTCH_TYPE_DATE:
    put(to, "\"");
    notch_date_print(to, (int32_t)value.n);
    put(to, "\"");
    return;
  case NOTCH_TYPE_TIME: time_of_day(to, value.n); return;
  case NOTCH_TYPE_MOMENT:
    put(to, "\"");
    notch_moment_print(to, value.n, UTC_MIN);
    put(to, "\"");
    return;
  case NOTCH_TYPE_DURATION:
  case NOTCH_TYPE_DAYS:
  case NOTCH_TYPE_MONTHS: duration(to, (notch_type_kind)type.kind, value.n); return;
  case NOTCH_TYPE_CHOICE:
    notch_json_quote(to, program->choices[type.of].words[value.n]);
    return;
  case NOTCH_TYPE_TIER:
    notch_json_quote(to, program->ladders[type.of].tiers[value.n].decl.name);
    return;
  case NOTCH_TYPE_LIST: list(to, layout, type.of, notch_value_list(value), vault); return;
  case NOTCH_TYPE_SET: set(to, notch_value_list(value)); return;
  case NOTCH_TYPE_MEMBER: member(to, notch_value_text(value), vault); return;
  case NOTCH_TYPE_MONTHNAME:
  case NOTCH_TYPE_WEEKDAY:
  case NOTCH_TYPE_BAND: notch_buffer_integer(to, value.n); return;
  case NOTCH_TYPE_ERROR:
  case NOTCH_TYPE_COUNT: break;
  }
  put(to, "null");
}

/* ---- personal values ---- */

/* A personal value: itself where the text is plain, else its digest. */
static bool personal(notch_buffer *to, const notch_layout *layout, const notch_field *field,
                     notch_value value, const notch_vault *vault)
{
  if (vault == NULL) {
    notch_canonical_value(to, layout, field->type, field->decimals, value, NULL);
    return true;
  }
  notch_buffer plain;
  notch_buffer_init(&plain, to->memory);
  notch_canonical_value(&plain, layout, field->type, field->decimals, value, NULL);
  notch_text text = {plain.bytes, (uint32_t)plain.length};
  if (field->type.kind == NOTCH_TYPE_TEXT || field->type.kind == NOTCH_TYPE_MEMBER) {
    text = notch_value_text(value);
  } else if (text.length > 1 && text.bytes[0] == '"') {
    text.bytes++;
    text.length -= 2;
  }
  char digest[65];
  bool kept = !plain.failed && vault->keep(vault->payload, field->name, text, digest);
  notch_buffer_free(&plain);
  if (kept) {
    notch_buffer_print(to, "\"sha256:%s\"", digest);
  }
  return kept;
}

static bool member_fields(notch_buffer *to, const notch_layout *layout, const notch_event *event,
                          const notch_vault *vault, bool *first)
{
  const notch_program *program = layout->program;
  for (uint32_t i = 0; i < program->member_field_count; i++) {
    uint32_t index = layout->member_fields[i];
    const notch_field *field = &program->member_fields[index];
    if (!event->member_named[index]) {
      continue;
    }
    key(to, first, field->name);
    if (event->member_fields[index].d == 0) {
      put(to, "null");
    } else if (!personal(to, layout, field, event->member_fields[index], vault)) {
      return false;
    }
  }
  return true;
}

/* ---- built-in events ---- */

/* Amounts by name, names sorted. */
#define MAP(function, entities, decimals_of)                                                   \
  static void function(notch_buffer *to, const notch_program *program,                         \
                       const notch_amount *items, uint32_t count)                              \
  {                                                                                            \
    notch_text last = {"", 0};                                                                 \
    put(to, "{");                                                                              \
    for (uint32_t done = 0; done < count; done++) {                                            \
      const notch_amount *next = NULL;                                                         \
      for (uint32_t i = 0; i < count; i++) {                                                   \
        notch_text name = program->entities[items[i].index].decl.name;                         \
        if ((done == 0 || notch_text_compare(name, last) > 0) &&                               \
            (next == NULL ||                                                                   \
             notch_text_compare(name, program->entities[next->index].decl.name) < 0)) {        \
          next = &items[i];                                                                    \
        }                                                                                      \
      }                                                                                        \
      if (next == NULL) {                                                                      \
        break;                                                                                 \
      }                                                                                        \
      bool first = done == 0;                                                                  \
      last = program->entities[next->index].decl.name;                                         \
      key(to, &first, last);                                                                   \
      amount(to, next->amount, decimals_of);                                                   \
    }                                                                                          \
    put(to, "}");                                                                              \
  }
MAP(named_points_map, points, program->points[next->index].decimals)
MAP(rewards_map, rewards, 0)

static void points_map(notch_buffer *to, const notch_program *program, const notch_amount *items,
                       uint32_t count)
{
  if (count == 1 && items[0].index == NOTCH_NONE) {
    amount(to, items[0].amount, NOTCH_UNNAMED_DECIMALS);
  } else {
    named_points_map(to, program, items, count);
  }
}

static void tiers_map(notch_buffer *to, const notch_program *program, const notch_event *event)
{
  bool first = true;
  put(to, "{");
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    for (uint32_t j = 0; j < event->tier_count; j++) {
      if (event->tiers[j].index == i) {
        key(to, &first, program->ladders[i].decl.name);
        notch_json_quote(to, program->ladders[i].tiers[event->tiers[j].amount].decl.name);
      }
    }
  }
  put(to, "}");
}

static bool given(notch_buffer *to, const notch_layout *layout, const notch_event *event,
                  const notch_vault *vault, bool *first)
{
  if (!member_fields(to, layout, event, vault, first)) {
    return false;
  }
  key(to, first, NOTCH_TEXT("points"));
  points_map(to, layout->program, event->points, event->point_count);
  key(to, first, NOTCH_TEXT("rewards"));
  rewards_map(to, layout->program, event->rewards, event->reward_count);
  key(to, first, NOTCH_TEXT("tags"));
  put(to, "[");
  for (uint32_t i = 0; i < event->tag_count; i++) {
    put(to, i > 0 ? "," : "");
    notch_json_quote(to, event->tags[i]);
  }
  put(to, "]");
  key(to, first, NOTCH_TEXT("tiers"));
  tiers_map(to, layout->program, event);
  return true;
}

/* Figures that a return names are typed only once its event is known.  They stand in the order of
 * their keys, as they are read. */
static void untyped(notch_buffer *to, const notch_program *program, const notch_json *json);

static void untyped_children(notch_buffer *to, const notch_program *program,
                             const notch_json *object)
{
  const notch_json *before = NULL;
  for (const notch_json *json = object->first; json != NULL; json = json->next) {
    if (before != NULL && notch_text_equal(json->key, before->key)) {
      continue; /* the first of equal ones counts */
    }
    put(to, before == NULL ? "" : ",");
    notch_json_quote(to, json->key);
    put(to, ":");
    untyped(to, program, json);
    before = json;
  }
}

static void untyped(notch_buffer *to, const notch_program *program, const notch_json *json)
{
  notch_text text = json->text;
  switch (json->kind) {
  case NOTCH_JSON_NULL: put(to, "null"); return;
  case NOTCH_JSON_FALSE: put(to, "false"); return;
  case NOTCH_JSON_TRUE: put(to, "true"); return;
  case NOTCH_JSON_NUMBER:
  case NOTCH_JSON_STRING:
    for (uint32_t i = 0; i < program->currency_count; i++) {
      notch_text code = program->currencies[i].code;
      if (text.length > code.length + 1 && text.bytes[text.length - code.length - 1] == ' ' &&
          memcmp(text.bytes + text.length - code.length, code.bytes, code.length) == 0) {
        text.length -= code.length + 1;
        break;
      }
    }
    notch_json_quote(to, notch_decimal_plain(text));
    return;
  case NOTCH_JSON_ARRAY:
    put(to, "[");
    for (const notch_json *item = json->first; item != NULL; item = item->next) {
      put(to, item == json->first ? "" : ",");
      untyped(to, program, item);
    }
    put(to, "]");
    return;
  case NOTCH_JSON_OBJECT:
    put(to, "{");
    untyped_children(to, program, json);
    put(to, "}");
    return;
  }
}

/* Fields, `points` and `rewards` of a built-in event, merged in the order of their names.  Points
 * that a return names are typed once its event is known: they stay where they were sent. */
static bool builtin(notch_buffer *to, const notch_layout *layout, const notch_event *event,
                    const notch_vault *vault, bool *first)
{
  const notch_program *program = layout->program;
  const notch_event_decl *decl = &program->events[event->type];
  bool among_rest =
      event->rest != NULL && notch_json_get(event->rest, NOTCH_TEXT("points")) != NULL;
  bool points_done = !event->has_points || among_rest, rewards_done = event->reward_count == 0;
  for (uint32_t i = 0; i <= decl->field_count; i++) {
    const notch_field *field =
        i < decl->field_count ? &decl->fields[layout->events[event->type][i]] : NULL;
    if (!points_done &&
        (field == NULL || notch_text_compare(field->name, NOTCH_TEXT("points")) > 0)) {
      points_done = true;
      key(to, first, NOTCH_TEXT("points"));
      points_map(to, program, event->points, event->point_count);
    }
    if (!rewards_done &&
        (field == NULL || notch_text_compare(field->name, NOTCH_TEXT("rewards")) > 0)) {
      rewards_done = true;
      key(to, first, NOTCH_TEXT("rewards"));
      rewards_map(to, program, event->rewards, event->reward_count);
    }
    notch_value value =
        field == NULL ? NOTCH_MISSING : event->fields[layout->events[event->type][i]];
    if (value.d == 0) {
      continue;
    }
    key(to, first, field->name);
    if (event->type != NOTCH_EVENT_ADJUST) {
      notch_canonical_value(to, layout, field->type, field->decimals, value, vault);
    } else if (!personal(to, layout, field, value, vault)) {
      return false;
    }
  }
  if (event->rest != NULL) {
    put(to, *first ? "" : ",");
    *first = false;
    untyped_children(to, program, event->rest);
  }
  return true;
}

bool notch_canonical_event(notch_buffer *to, const notch_layout *layout, const notch_event *event,
                           const notch_vault *vault)
{
  const notch_event_decl *decl = &layout->program->events[event->type];
  bool first = true, written = true;
  put(to, "{");
  if (event->type == NOTCH_EVENT_JOIN || event->type == NOTCH_EVENT_PROFILE) {
    written = member_fields(to, layout, event, vault, &first);
  } else if (event->type == NOTCH_EVENT_GIVEN) {
    written = given(to, layout, event, vault, &first);
  } else if (event->type < NOTCH_EVENT_BUILTIN_COUNT) {
    written = builtin(to, layout, event, vault, &first);
  } else {
    fields(to, layout, decl->fields, layout->events[event->type], decl->field_count,
           event->fields, vault, &first);
  }
  put(to, "}");
  return written && !to->failed;
}

bool notch_event_is_personal(const notch_program *program, uint32_t type)
{
  if (type < NOTCH_EVENT_BUILTIN_COUNT) {
    return type == NOTCH_EVENT_JOIN || type == NOTCH_EVENT_PROFILE ||
           type == NOTCH_EVENT_GIVEN || type == NOTCH_EVENT_ADJUST ||
           type == NOTCH_EVENT_TRANSFER || type == NOTCH_EVENT_MERGE ||
           type == NOTCH_EVENT_ENTER || type == NOTCH_EVENT_EXIT;
  }
  const notch_event_decl *decl = &program->events[type];
  bool found = false;
  for (uint32_t i = 0; i < decl->field_count; i++) {
    notch_type of = decl->fields[i].type;
    found = found || of.kind == NOTCH_TYPE_MEMBER;
    for (uint32_t j = 0; of.kind == NOTCH_TYPE_LIST && j < program->records[of.of].field_count;
         j++) {
      found = found || program->records[of.of].fields[j].type.kind == NOTCH_TYPE_MEMBER;
    }
  }
  return found;
}

/* ---- what could not be read ---- */

static void raw(notch_buffer *to, const notch_json *json);

/* What the row itself says of the event is not said again. */
static bool is_in_row(const notch_envelope *envelope, notch_text key)
{
  return envelope != NULL && notch_envelope_has(envelope, key) &&
         (notch_text_equal(key, NOTCH_TEXT("at"))       ? envelope->at_is_read
          : notch_text_equal(key, NOTCH_TEXT("type"))   ? envelope->type.length > 0
          : notch_text_equal(key, NOTCH_TEXT("member")) ? envelope->member.length > 0 &&
                                                              envelope->member.length <=
                                                                  NOTCH_MEMBER_ID_MAX
                                                        : true);
}

static void raw_children(notch_buffer *to, const notch_json *object,
                         const notch_envelope *envelope)
{
  bool any = false;
  put(to, "{");
  for (const notch_json *json = object->first; json != NULL; json = json->next) {
    if (!is_in_row(envelope, json->key)) {
      put(to, any ? "," : "");
      notch_json_quote(to, json->key);
      put(to, ":");
      raw(to, json);
      any = true;
    }
  }
  put(to, "}");
}

static void raw(notch_buffer *to, const notch_json *json)
{
  switch (json->kind) {
  case NOTCH_JSON_NULL: put(to, "null"); return;
  case NOTCH_JSON_FALSE: put(to, "false"); return;
  case NOTCH_JSON_TRUE: put(to, "true"); return;
  case NOTCH_JSON_NUMBER: notch_buffer_text(to, json->text); return;
  case NOTCH_JSON_STRING: notch_json_quote(to, json->text); return;
  case NOTCH_JSON_ARRAY:
    put(to, "[");
    for (const notch_json *item = json->first; item != NULL; item = item->next) {
      put(to, item == json->first ? "" : ",");
      raw(to, item);
    }
    put(to, "]");
    return;
  case NOTCH_JSON_OBJECT: raw_children(to, json, NULL); return;
  }
}

void notch_canonical_raw(notch_buffer *to, const notch_envelope *envelope, notch_arena *run)
{
  raw_children(to, notch_json_sorted(envelope->fields, run), envelope);
}
