/* event/read.c -- the envelope of an event, fields of a declared one, what returns lower. */
#include <config.h>

#include "event/read.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

/* ---- layout ---- */

static uint32_t *sorted(const notch_field *fields, uint32_t count, notch_arena *arena)
{
  uint32_t *order = NOTCH_NEW_ARRAY(arena, uint32_t, count + 1);
  for (uint32_t i = 0; order != NULL && i < count; i++) {
    uint32_t at = i;
    while (at > 0 && notch_text_compare(fields[order[at - 1]].name, fields[i].name) > 0) {
      order[at] = order[at - 1];
      at--;
    }
    order[at] = i;
  }
  return order;
}

const notch_layout *notch_layout_make(const notch_program *program, notch_arena *arena)
{
  notch_layout *layout = NOTCH_NEW(arena, notch_layout);
  if (layout == NULL) {
    return NULL;
  }
  layout->program = program;
  layout->events = NOTCH_NEW_ARRAY(arena, uint32_t *, program->event_count + 1);
  layout->records = NOTCH_NEW_ARRAY(arena, uint32_t *, program->record_count + 1);
  layout->member_fields = sorted(program->member_fields, program->member_field_count, arena);
  for (uint32_t i = 0; layout->events != NULL && i < program->event_count; i++) {
    layout->events[i] =
        sorted(program->events[i].fields, program->events[i].field_count, arena);
  }
  for (uint32_t i = 0; layout->records != NULL && i < program->record_count; i++) {
    layout->records[i] =
        sorted(program->records[i].fields, program->records[i].field_count, arena);
  }
  return arena->failed ? NULL : layout;
}

/* ---- the envelope ---- */

static const notch_json *find_in(const notch_json *object, const char *key)
{
  return notch_json_get(object, notch_text_of(key));
}

static notch_text text_of(const notch_json *json, const notch_json **other)
{
  if (json != NULL && json->kind == NOTCH_JSON_STRING) {
    return json->text;
  }
  *other = json;
  return (notch_text){NULL, 0};
}

static notch_text duplicate_in(const notch_json *object)
{
  const notch_json *found = notch_json_duplicate(object);
  return found == NULL ? (notch_text){NULL, 0} : found->key;
}

/* As a row can have it: so what is told of it is told again when that is read. */
static notch_text type_of(const notch_json *json, const notch_json **other)
{
  notch_text type = text_of(json, other);
  type.length = type.length > NOTCH_TYPE_KEPT ? NOTCH_TYPE_KEPT : type.length;
  type.length = notch_text_find_bad_utf8(type);
  return notch_text_equal(type, NOTCH_NO_TYPE) ? (notch_text){NULL, 0} : type;
}

/* CloudEvents 1.0, 1.1 ... */
static bool is_first_version(const notch_json *version)
{
  return version->kind == NOTCH_JSON_STRING && version->text.length > 2 &&
         memcmp(version->text.bytes, "1.", 2) == 0;
}

bool notch_envelope_open(notch_envelope *out, const notch_json *sent, const char **why)
{
  memset(out, 0, sizeof *out);
  if (sent == NULL || sent->kind != NOTCH_JSON_OBJECT) {
    *why = "an event is a JSON object";
    return false;
  }
  static const notch_json nothing = {.kind = NOTCH_JSON_OBJECT};
  const notch_json *data = find_in(sent, "data"), *unused = NULL;
  bool cloud = find_in(sent, "specversion") != NULL && find_in(sent, "member") == NULL;
  if (data == NULL) {
    data = &nothing;
  }
  if (cloud && !is_first_version(find_in(sent, "specversion"))) {
    out->unwrapped = "specversion";
  } else if (cloud && (data->kind != NOTCH_JSON_OBJECT || find_in(sent, "data_base64") != NULL)) {
    out->unwrapped = "data";
  }
  out->wrapped = cloud && out->unwrapped == NULL;
  out->id = text_of(find_in(sent, "id"), &unused);
  out->type = type_of(find_in(sent, "type"), &out->type_as);
  out->member = text_of(find_in(sent, out->wrapped ? "subject" : "member"), &out->member_as);
  out->at = find_in(sent, out->wrapped ? "time" : "at");
  out->fields = out->wrapped ? data : sent;
  out->twice = duplicate_in(sent);
  if (out->wrapped && out->twice.length == 0) {
    out->twice = duplicate_in(data);
  }
  if (out->id.length == 0) {
    *why = unused == NULL ? "an event needs an `id`" : "the `id` of an event is a text";
    return false;
  }
  return true;
}

bool notch_envelope_has(const notch_envelope *envelope, notch_text key)
{
  return !envelope->wrapped &&
         (notch_text_equal(key, NOTCH_TEXT("id")) || notch_text_equal(key, NOTCH_TEXT("type")) ||
          notch_text_equal(key, NOTCH_TEXT("member")) || notch_text_equal(key, NOTCH_TEXT("at")));
}

uint32_t notch_event_find(const notch_program *program, notch_text type)
{
  for (uint32_t i = 0; i < program->event_count; i++) {
    if (notch_text_equal(program->events[i].decl.name, type)) {
      return i;
    }
  }
  return NOTCH_NONE;
}

bool notch_event_can_be_returned(const notch_program *program, uint32_t type)
{
  return type >= NOTCH_EVENT_BUILTIN_COUNT
             ? type < program->event_count
             : type == NOTCH_EVENT_PAY || type == NOTCH_EVENT_CAPTURE ||
                   type == NOTCH_EVENT_REDEEM || type == NOTCH_EVENT_TRANSFER ||
                   type == NOTCH_EVENT_ADJUST;
}

bool notch_read_at(notch_reader *reader, const notch_json *at, int64_t *at_us,
                   int32_t *offset_min)
{
  if (at == NULL || at->kind == NOTCH_JSON_NULL) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_MISSING_FIELD,
                               NOTCH_AT_IS_MISSING);
  }
  if (at->kind != NOTCH_JSON_STRING ||
      !notch_moment_parse(at_us, offset_min, at->text, &reader->layout->program->zone)) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                               "`at` is a moment such as \"2026-03-03T10:00:00+08:00\"");
  }
  return true;
}

/* ---- declared events ---- */

/* `guess` is looked at first: recorded content has its keys in the order of the layout. */
static uint32_t field_of(const notch_event_decl *decl, notch_text name, uint32_t guess)
{
  if (guess < decl->field_count && notch_text_equal(decl->fields[guess].name, name)) {
    return guess;
  }
  for (uint32_t i = 0; i < decl->field_count; i++) {
    if (notch_text_equal(decl->fields[i].name, name)) {
      return i;
    }
  }
  return NOTCH_NONE;
}

static bool unknown_field(notch_reader *reader, const notch_event_decl *decl, notch_text key)
{
  notch_text near = {NULL, 0};
  for (uint32_t i = 0; i < decl->field_count; i++) {
    if (notch_text_distance(decl->fields[i].name, key, 2) <= 2) {
      near = decl->fields[i].name;
    }
  }
  if (near.length > 0) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_UNKNOWN_FIELD,
                               "`%.*s` is no field of %.*s; did you mean `%.*s`?", WORD(key),
                               WORD(decl->decl.name), WORD(near));
  }
  return notch_reader_refuse(reader, NOTCH_REFUSED_UNKNOWN_FIELD, "`%.*s` is no field of %.*s",
                             WORD(key), WORD(decl->decl.name));
}

notch_value notch_field_absent(notch_reader *reader, const notch_field *field)
{
  bool list = field->type.kind == NOTCH_TYPE_LIST || field->type.kind == NOTCH_TYPE_SET;
  if (field->has_default) {
    return field->default_value;
  }
  if (!list || field->type.optional) {
    return NOTCH_MISSING;
  }
  notch_list *empty = NOTCH_NEW(reader->run, notch_list);
  empty->width = field->type.kind == NOTCH_TYPE_SET
                     ? 1
                     : reader->layout->program->records[field->type.of].field_count;
  return NOTCH_VALUE((int64_t)(intptr_t)empty);
}

static bool fill_absent(notch_reader *reader, const notch_event_decl *decl, notch_event *event)
{
  for (uint32_t i = 0; i < decl->field_count; i++) {
    const notch_field *field = &decl->fields[i];
    if (event->fields[i].d != 0) {
      continue;
    }
    event->fields[i] = notch_field_absent(reader, field);
    if (event->fields[i].d == 0 && !field->type.optional && !reader->recorded) {
      return notch_reader_refuse(reader, NOTCH_REFUSED_MISSING_FIELD, "`%.*s` is missing",
                                 WORD(field->name));
    }
  }
  return true;
}

static bool read_fields(notch_reader *reader, const notch_envelope *envelope, notch_event *event)
{
  const notch_event_decl *decl = &reader->layout->program->events[event->type];
  const uint32_t *order = reader->layout->events[event->type];
  uint32_t next = 0;
  for (const notch_json *json = envelope->fields->first; json != NULL; json = json->next) {
    uint32_t index = field_of(decl, json->key, next < decl->field_count ? order[next] : NOTCH_NONE);
    next += index != NOTCH_NONE;
    if (index == NOTCH_NONE) {
      if (reader->recorded || notch_envelope_has(envelope, json->key)) {
        continue;
      }
      return unknown_field(reader, decl, json->key);
    }
    if (!notch_read_value(reader, &decl->fields[index], json, json->key,
                          &event->fields[index])) {
      return false;
    }
  }
  return fill_absent(reader, decl, event);
}

notch_event notch_event_blank(uint32_t type)
{
  return (notch_event){.type = type,
                       .quantity = type == NOTCH_EVENT_RETURN ? 0 : 1,
                       .reward = NOTCH_NONE,
                       .payment = NOTCH_NONE,
                       .pool = NOTCH_NONE,
                       .partner = NOTCH_NONE,
                       .currency_from = NOTCH_NONE,
                       .currency_to = NOTCH_NONE};
}

static notch_event *event_new(notch_reader *reader, uint32_t type)
{
  const notch_event_decl *decl = &reader->layout->program->events[type];
  notch_event *event = notch_arena_take(reader->run, sizeof *event);
  *event = notch_event_blank(type);
  event->fields = NOTCH_NEW_ARRAY(reader->run, notch_value, decl->field_count + 1);
  return event;
}

static bool check_member(notch_reader *reader, const notch_envelope *envelope,
                         const notch_event_decl *decl)
{
  if (envelope->member_as != NULL && envelope->member_as->kind != NOTCH_JSON_NULL) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                               "`%s` is a text: the member's id",
                               envelope->wrapped ? "subject" : "member");
  }
  if (!decl->has_member && envelope->member.length > 0) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_UNKNOWN_FIELD,
                               "`member`: %.*s is an event of the programme, without a member",
                               WORD(decl->decl.name));
  }
  if (decl->has_member && envelope->member.length == 0) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_MISSING_FIELD, "`%s` is missing",
                               envelope->wrapped ? "subject" : "member");
  }
  if (envelope->member.length > NOTCH_MEMBER_ID_MAX) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                               "`member` has %u bytes; a member's id has at most %u",
                               envelope->member.length, NOTCH_MEMBER_ID_MAX);
  }
  return true;
}

bool notch_envelope_is_told_of(notch_text sentence, const notch_event_decl *decl)
{
  static const char *const keys[] = {"id",      "type", "member", "at",
                                     "subject", "time", "data",   "specversion"};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    uint32_t length = (uint32_t)strlen(keys[i]);
    bool told = sentence.length > length + 1 && sentence.bytes[0] == '`' &&
                sentence.bytes[length + 1] == '`' &&
                memcmp(sentence.bytes + 1, keys[i], length) == 0;
    if (told) { /* a field of an event may have the name of a key of CloudEvents */
      return decl == NULL || field_of(decl, notch_text_of(keys[i]), NOTCH_NONE) == NOTCH_NONE;
    }
  }
  return false;
}

/* Of a built-in event of nobody's nothing is kept: that it is nobody's can be told again. */
static bool lacks_member(const notch_program *program, const notch_envelope *envelope)
{
  uint32_t type = notch_event_find(program, envelope->type);
  return type < NOTCH_EVENT_BUILTIN_COUNT && program->events[type].has_member &&
         envelope->member.length == 0;
}

static notch_event *read_in_order(notch_reader *reader, const notch_envelope *envelope)
{
  const notch_program *program = reader->layout->program;
  if (envelope->twice.length > 0 && !lacks_member(program, envelope)) {
    notch_reader_refuse_twice(reader, envelope->twice);
    return NULL;
  }
  if (envelope->unwrapped != NULL) {
    notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                        "`%s` is not that of CloudEvents 1.0 with an object as `data`",
                        envelope->unwrapped);
    return NULL;
  }
  if (envelope->type.length == 0) {
    notch_reader_refuse(reader,
                        envelope->type_as == NULL ? NOTCH_REFUSED_MISSING_FIELD
                                                  : NOTCH_REFUSED_BAD_VALUE,
                        envelope->type_as == NULL ? "`type` is missing" : "`type` is a text");
    return NULL;
  }
  uint32_t type = notch_event_find(program, envelope->type);
  if (type == NOTCH_NONE || (type == NOTCH_EVENT_GIVEN && !reader->scene)) {
    notch_reader_refuse(reader, NOTCH_REFUSED_UNKNOWN_EVENT,
                        "the rules know no event `%.*s`", WORD(envelope->type));
    return NULL;
  }
  notch_event *event = event_new(reader, type);
  event->id = envelope->id;
  event->member = envelope->member;
  if (!check_member(reader, envelope, &program->events[type]) ||
      !notch_read_at(reader, envelope->at, &event->at_us, &event->offset_min)) {
    return NULL;
  }
  bool read = type < NOTCH_EVENT_BUILTIN_COUNT ? notch_read_builtin(reader, envelope, event)
                                               : read_fields(reader, envelope, event);
  return read ? event : NULL;
}

notch_event *notch_read_event(notch_reader *reader, const notch_envelope *envelope)
{
  notch_event *event = read_in_order(reader, envelope);
  if (event == NULL && envelope->fields != NULL) {
    /* Of several faults the one is told that is told again when what is kept is read (replay). */
    notch_envelope sorted = *envelope;
    sorted.fields = notch_json_sorted(envelope->fields, reader->run);
    notch_text twice = duplicate_in(sorted.fields);
    sorted.twice = twice.length > 0 ? twice : envelope->twice;
    event = read_in_order(reader, &sorted);
  }
  return event;
}

static bool read_content(notch_reader *reader, notch_text content, notch_event *event)
{
  bool declared = event->type >= NOTCH_EVENT_BUILTIN_COUNT;
  if (declared && notch_read_flat(reader, content, event)) {
    return fill_absent(reader, &reader->layout->program->events[event->type], event);
  }
  const notch_json *json = notch_json_parse(reader->parser, content, reader->run, NULL, NULL);
  notch_envelope envelope = {.fields = json, .wrapped = true};
  return json != NULL && (declared ? read_fields(reader, &envelope, event)
                                   : notch_read_builtin(reader, &envelope, event));
}

notch_event *notch_read_recorded(notch_reader *reader, uint32_t type, notch_text content)
{
  notch_event *event = event_new(reader, type);
  reader->recorded = true;
  bool read = read_content(reader, content, event);
  reader->recorded = false;
  return read ? event : NULL;
}

notch_event *notch_read_values(notch_reader *reader, const notch_keys *keys, notch_text values)
{
  if (keys->items == NULL) {
    return NULL;
  }
  size_t size = keys->decl->field_count * sizeof(notch_value);
  notch_event *event = notch_arena_take(reader->run, sizeof *event + size);
  *event = keys->blank;
  event->fields = (notch_value *)(event + 1);
  if (!keys->whole) {
    memset(event->fields, 0, size);
  }
  reader->recorded = true;
  bool read = notch_read_apart(reader, keys, values, event->fields) &&
              (keys->whole || fill_absent(reader, keys->decl, event));
  reader->recorded = false;
  return read ? event : NULL;
}

/* ---- what a return lowers ---- */

static bool can_be_lowered(const notch_field *field)
{
  return field->type.kind == NOTCH_TYPE_NUMBER || field->type.kind == NOTCH_TYPE_MONEY;
}

/* A returned figure has no range of its own: it is compared with what is left. */
static bool read_lowered(notch_reader *reader, const notch_field *field, const notch_json *json,
                         notch_text path, notch_value *out)
{
  notch_field open = *field;
  open.range = (notch_range){.has_low = false, .has_high = false};
  if (!can_be_lowered(field)) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                               "`%.*s` cannot be returned in part: it is no number and no money",
                               WORD(path));
  }
  if (!notch_read_value(reader, &open, json, path, out)) {
    return false;
  }
  if (out->d != 0 && out->n < 0) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_OUT_OF_RANGE,
                               "`%.*s`: what is returned cannot be negative", WORD(path));
  }
  return true;
}

static bool read_line(notch_reader *reader, const notch_record *record, const notch_json *item,
                      notch_return_line *line)
{
  if (item->kind != NOTCH_JSON_OBJECT) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                               "a returned line is an object such as {\"line\":1,"
                               "\"quantity\":1}");
  }
  notch_value *lower = NOTCH_NEW_ARRAY(reader->run, notch_value, record->field_count + 1);
  line->lower = lower;
  for (const notch_json *json = item->first; json != NULL; json = json->next) {
    if (json->duplicate) {
      return notch_reader_refuse_twice(reader, json->key);
    }
    int64_t number = 0;
    if (notch_text_equal(json->key, NOTCH_TEXT("line"))) {
      if (!notch_read_amount(reader, json, 0, NOTCH_TEXT(""), json->key, &number)) {
        return false;
      }
      line->line = number < 1 || number > UINT32_MAX ? 0 : (uint32_t)number;
      continue;
    }
    uint32_t index = 0;
    while (index < record->field_count &&
           !notch_text_equal(record->fields[index].name, json->key)) {
      index++;
    }
    if (index == record->field_count) {
      return notch_reader_refuse(reader, NOTCH_REFUSED_UNKNOWN_FIELD,
                                 "`%.*s` is no field of %.*s", WORD(json->key),
                                 WORD(record->name));
    }
    if (!read_lowered(reader, &record->fields[index], json, json->key, &lower[index])) {
      return false;
    }
  }
  if (line->line == 0) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_MISSING_FIELD,
                               "a returned line needs its `line`, counted from 1");
  }
  return true;
}

static bool read_lines(notch_reader *reader, const notch_field *field, const notch_json *json,
                       notch_lowering *lowering)
{
  const notch_record *record = &reader->layout->program->records[field->type.of];
  if (json->kind != NOTCH_JSON_ARRAY) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE, "`%.*s` is a list of lines",
                               WORD(json->key));
  }
  lowering->lines = NOTCH_NEW_ARRAY(reader->run, notch_return_line, json->count + 1);
  for (const notch_json *item = json->first; item != NULL; item = item->next) {
    if (!read_line(reader, record, item, &lowering->lines[lowering->line_count])) {
      return false;
    }
    lowering->line_count++;
  }
  return true;
}

/* What goes back of a payment, a reward, a transfer or an adjustment is no field of theirs. */
static bool read_shop(notch_reader *reader, uint32_t type, const notch_json *json,
                      notch_event *returned, notch_lowering *lowering, bool *taken)
{
  bool points = type == NOTCH_EVENT_PAY || type == NOTCH_EVENT_CAPTURE ||
                type == NOTCH_EVENT_TRANSFER || type == NOTCH_EVENT_ADJUST;
  *taken = true;
  if (points && notch_text_equal(json->key, NOTCH_TEXT("points"))) {
    bool may_be_unnamed = type == NOTCH_EVENT_PAY || type == NOTCH_EVENT_CAPTURE;
    returned->point_count = 0;
    bool read = notch_read_points(reader, json, returned) &&
                (may_be_unnamed || returned->point_count == 0 ||
                 returned->points[0].index != NOTCH_NONE || notch_reader_refuse_unnamed(reader));
    lowering->points = returned->points;
    lowering->point_count = returned->point_count;
    return read;
  }
  if (type == NOTCH_EVENT_REDEEM && notch_text_equal(json->key, NOTCH_TEXT("quantity"))) {
    return notch_read_amount(reader, json, 0, NOTCH_TEXT(""), json->key, &lowering->quantity) &&
           (lowering->quantity > 0 ||
            notch_reader_refuse(reader, NOTCH_REFUSED_OUT_OF_RANGE, "`quantity` is above zero"));
  }
  *taken = false;
  return true;
}

notch_lowering *notch_read_lowering(notch_reader *reader, uint32_t type, notch_event *returned)
{
  const notch_event_decl *decl = &reader->layout->program->events[type];
  notch_lowering *lowering = NOTCH_NEW(reader->run, notch_lowering);
  lowering->fields = NOTCH_NEW_ARRAY(reader->run, notch_value, decl->field_count + 1);
  bool named = false;
  const notch_json *rest = returned->rest == NULL ? NULL : returned->rest->first;
  for (; rest != NULL; rest = rest->next) {
    bool taken;
    if (!read_shop(reader, type, rest, returned, lowering, &taken)) {
      return NULL;
    }
    named = true;
    if (taken) {
      continue;
    }
    uint32_t index = field_of(decl, rest->key, NOTCH_NONE);
    if (index == NOTCH_NONE) {
      unknown_field(reader, decl, rest->key);
      return NULL;
    }
    const notch_field *field = &decl->fields[index];
    bool read = field->type.kind == NOTCH_TYPE_LIST
                    ? read_lines(reader, field, rest, lowering)
                    : read_lowered(reader, field, rest, rest->key, &lowering->fields[index]);
    if (!read) {
      return NULL;
    }
  }
  lowering->all = !named;
  return lowering;
}
