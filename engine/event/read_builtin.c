/* event/read_builtin.c -- the events every programme has, in all the forms they may be sent. */
#include <config.h>

#include "event/read.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

typedef struct parts { /* what is read once the rest of the event is known */
  const notch_json *points, *rewards;
  notch_json *rest; /* the last of what a return says of its event; NULL: nothing yet */
} parts;

static bool is(notch_text text, const char *word)
{
  return notch_text_equal(text, notch_text_of(word));
}

static uint32_t index_of(const notch_event_decl *decl, const char *name)
{
  uint32_t index = 0;
  while (!is(decl->fields[index].name, name)) {
    index++;
    assert(index < decl->field_count);
  }
  return index;
}

static notch_value field(const notch_reader *reader, const notch_event *event, const char *name)
{
  const notch_event_decl *decl = &reader->layout->program->events[event->type];
  return event->fields[index_of(decl, name)];
}

/* ---- names ---- */

/* A recorded event is read whatever it names: decide refuses it. */
static bool no_such(notch_reader *reader, notch_event *event, const char *what, notch_text name)
{
  static const char sentence[] = "the rules have no %s `%.*s`";
  if (reader->recorded) {
    event->lacking = notch_arena_format(reader->run, sentence, what, WORD(name));
    return true;
  }
  return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE, sentence, what, WORD(name));
}

/* The entity that a text field names: its index, or NOTCH_NONE where the field is missing. */
#define RESOLVE(function, entities, count_of, what)                                          \
  static bool function(notch_reader *reader, notch_event *event, const char *name,          \
                       uint32_t *out)                                                       \
  {                                                                                         \
    const notch_program *program = reader->layout->program;                                 \
    notch_value value = field(reader, event, name);                                         \
    *out = NOTCH_NONE;                                                                       \
    if (value.d == 0) {                                                                      \
      return true;                                                                           \
    }                                                                                        \
    for (uint32_t i = 0; i < program->count_of; i++) {                                       \
      if (notch_text_equal(program->entities[i].decl.name, notch_value_text(value))) {       \
        *out = i;                                                                            \
        return true;                                                                         \
      }                                                                                      \
    }                                                                                        \
    return no_such(reader, event, what, notch_value_text(value));                            \
  }
RESOLVE(find_reward, rewards, reward_count, "reward")
RESOLVE(find_payment, payments, payment_count, "payment")
RESOLVE(find_pool, pools, pool_count, "pool")
RESOLVE(find_partner, partners, partner_count, "partner")

static bool find_currency(notch_reader *reader, notch_event *event, const char *name,
                          uint32_t *out)
{
  const notch_program *program = reader->layout->program;
  notch_value value = field(reader, event, name);
  *out = NOTCH_NONE;
  for (uint32_t i = 0; value.d != 0 && i < program->currency_count; i++) {
    if (notch_text_equal(program->currencies[i].code, notch_value_text(value))) {
      *out = i;
      return true;
    }
  }
  return value.d == 0 || no_such(reader, event, "currency", notch_value_text(value));
}

/* ---- amounts of points and rewards ---- */

static bool sign_fits(notch_reader *reader, notch_text path, int64_t amount, bool negative)
{
  if (amount > 0 || (amount < 0 && negative) || reader->recorded) {
    return true;
  }
  return notch_reader_refuse(reader, NOTCH_REFUSED_OUT_OF_RANGE,
                             negative ? "`%.*s` is nothing" : "`%.*s` is above zero",
                             WORD(path));
}

static bool add_amount(notch_reader *reader, notch_amount *items, uint32_t *count,
                       uint32_t index, int64_t amount, notch_text path, bool negative)
{
  if (!sign_fits(reader, path, amount, negative)) {
    return false;
  }
  items[(*count)++] = (notch_amount){index, amount};
  return true;
}

static bool read_points_map(notch_reader *reader, const notch_json *map, bool negative,
                            notch_event *event)
{
  const notch_program *program = reader->layout->program;
  event->points = NOTCH_NEW_ARRAY(reader->run, notch_amount, map->count + 1);
  event->has_points = true;
  for (uint32_t i = 0; i < program->points_count; i++) {
    /* In the order of the declarations, so that the order sent does not matter. */
    const notch_points *points = &program->points[i];
    const notch_json *json = notch_json_get(map, points->decl.name);
    int64_t amount;
    if (json != NULL &&
        (!notch_read_amount(reader, json, points->decimals, points->decl.name, json->key,
                            &amount) ||
         !add_amount(reader, event->points, &event->point_count, i, amount, json->key,
                     negative))) {
      return false;
    }
  }
  for (const notch_json *json = map->first; json != NULL; json = json->next) {
    uint32_t i = 0;
    while (i < program->points_count &&
           !notch_text_equal(program->points[i].decl.name, json->key)) {
      i++;
    }
    if (json->duplicate) {
      return notch_reader_refuse_twice(reader, json->key);
    }
    if (i == program->points_count && !no_such(reader, event, "points kind", json->key)) {
      return false;
    }
  }
  return true;
}

/* The kind that an amount without one means. */
static uint32_t plain_kind(const notch_program *program, const notch_event *event)
{
  if (event->payment != NOTCH_NONE) {
    return program->payments[event->payment].points;
  }
  if (event->partner != NOTCH_NONE && program->partners[event->partner].settle_count > 0) {
    return program->partners[event->partner].settles[0].points;
  }
  return program->points_count == 1 ? 0 : NOTCH_NONE;
}

bool notch_reader_refuse_unnamed(notch_reader *reader)
{
  const notch_program *program = reader->layout->program;
  notch_text name = program->points_count > 0 ? program->points[0].decl.name : NOTCH_TEXT("star");
  return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                             "`points` names its kind, as in {\"points\":{\"%.*s\":\"50\"}}",
                             (int)name.length, name.bytes);
}

bool notch_read_points(notch_reader *reader, const notch_json *json, notch_event *event)
{
  const notch_program *program = reader->layout->program;
  bool negative = event->type == NOTCH_EVENT_ADJUST || event->type == NOTCH_EVENT_FUND;
  if (json == NULL) {
    return true;
  }
  if (json->kind == NOTCH_JSON_OBJECT) {
    return read_points_map(reader, json, negative, event);
  }
  bool unnamed = event->type == NOTCH_EVENT_CAPTURE || event->type == NOTCH_EVENT_RETURN;
  /* A capture of what can be one kind alone is recorded by its name: here are, or were, more. */
  bool apart = event->type == NOTCH_EVENT_TRANSFER || event->type == NOTCH_EVENT_ADJUST ||
               (event->type == NOTCH_EVENT_CAPTURE && reader->recorded);
  uint32_t kind = apart ? NOTCH_NONE : plain_kind(program, event);
  if (kind == NOTCH_NONE && !unnamed) {
    return event->lacking.length > 0 || notch_reader_refuse_unnamed(reader);
  }
  int64_t amount;
  event->points = NOTCH_NEW(reader->run, notch_amount);
  event->has_points = true;
  return notch_read_amount(reader, json,
                           kind == NOTCH_NONE ? NOTCH_UNNAMED_DECIMALS
                                              : program->points[kind].decimals,
                           kind == NOTCH_NONE ? (notch_text){"", 0}
                                              : program->points[kind].decl.name,
                           json->key, &amount) &&
         add_amount(reader, event->points, &event->point_count, kind, amount, json->key,
                    negative);
}

static bool read_rewards(notch_reader *reader, const notch_json *json, notch_event *event)
{
  const notch_program *program = reader->layout->program;
  if (json == NULL) {
    return true;
  }
  if (json->kind != NOTCH_JSON_OBJECT) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                               "`rewards` is an object such as {\"latte\":\"-1\"}");
  }
  event->rewards = NOTCH_NEW_ARRAY(reader->run, notch_amount, json->count + 1);
  for (uint32_t i = 0; i < program->reward_count; i++) {
    const notch_json *count = notch_json_get(json, program->rewards[i].decl.name);
    int64_t amount;
    if (count != NULL && (!notch_read_amount(reader, count, 0, NOTCH_TEXT(""), count->key,
                                             &amount) ||
                          !add_amount(reader, event->rewards, &event->reward_count, i, amount,
                                      count->key, true))) {
      return false;
    }
  }
  for (const notch_json *item = json->first; item != NULL; item = item->next) {
    uint32_t i = 0;
    while (i < program->reward_count &&
           !notch_text_equal(program->rewards[i].decl.name, item->key)) {
      i++;
    }
    if (i == program->reward_count && !no_such(reader, event, "reward", item->key)) {
      return false;
    }
  }
  return true;
}

/* ---- members' fields ---- */

static bool read_recorded_field(notch_reader *reader, const notch_field *declared,
                                notch_value *out, bool *found)
{
  notch_text text, message;
  uint32_t offset;
  *found = reader->vault != NULL &&
           reader->vault->value(reader->vault->payload, declared->name, &text);
  if (!*found) {
    return true; /* erased */
  }
  if (declared->type.kind == NOTCH_TYPE_SET || declared->type.kind == NOTCH_TYPE_LIST ||
      declared->type.kind == NOTCH_TYPE_FLAG) {
    const notch_json *json = reader->parser == NULL
                                 ? NULL
                                 : notch_json_parse(reader->parser, text, reader->run, &message,
                                                    &offset);
    return json != NULL && notch_read_value(reader, declared, json, declared->name, out);
  }
  notch_json json = {.kind = NOTCH_JSON_STRING, .text = text};
  return notch_read_value(reader, declared, &json, declared->name, out);
}

static bool read_member_field(notch_reader *reader, const notch_json *json, notch_event *event,
                              bool *known)
{
  const notch_program *program = reader->layout->program;
  *known = false;
  for (uint32_t i = 0; i < program->member_field_count; i++) {
    const notch_field *declared = &program->member_fields[i];
    if (!notch_text_equal(declared->name, json->key)) {
      continue;
    }
    *known = event->member_named[i] = true;
    if (reader->recorded) {
      return read_recorded_field(reader, declared, &event->member_fields[i],
                                 &event->member_named[i]);
    }
    if (json->kind == NOTCH_JSON_NULL && !declared->type.optional && !declared->has_default) {
      return notch_reader_refuse(reader, NOTCH_REFUSED_MISSING_FIELD, "`%.*s` cannot be left "
                                 "empty", WORD(json->key));
    }
    return notch_read_value(reader, declared, json, json->key, &event->member_fields[i]);
  }
  return true;
}

static void open_member_fields(notch_reader *reader, notch_event *event)
{
  uint32_t count = reader->layout->program->member_field_count;
  event->member_fields = NOTCH_NEW_ARRAY(reader->run, notch_value, count + 1);
  event->member_named = NOTCH_NEW_ARRAY(reader->run, bool, count + 1);
}

static bool read_profile(notch_reader *reader, const notch_envelope *envelope,
                         notch_event *event)
{
  const notch_program *program = reader->layout->program;
  open_member_fields(reader, event);
  for (const notch_json *json = envelope->fields->first; json != NULL; json = json->next) {
    bool known;
    if (notch_envelope_has(envelope, json->key)) {
      continue;
    }
    if (!read_member_field(reader, json, event, &known)) {
      return false;
    }
    if (!known && !reader->recorded) {
      return notch_reader_refuse(reader, NOTCH_REFUSED_UNKNOWN_FIELD,
                                 "`%.*s` is no field of a member", WORD(json->key));
    }
  }
  for (uint32_t i = 0; event->type == NOTCH_EVENT_JOIN && i < program->member_field_count; i++) {
    const notch_field *declared = &program->member_fields[i];
    if (!event->member_named[i] && !declared->type.optional && !declared->has_default &&
        !reader->recorded) {
      return notch_reader_refuse(reader, NOTCH_REFUSED_MISSING_FIELD, "`%.*s` is missing",
                                 WORD(declared->name));
    }
  }
  return true;
}

/* ---- the scene of a test ---- */

static bool add_tier(notch_reader *reader, notch_event *event, notch_text ladder,
                     const notch_json *json)
{
  const notch_program *program = reader->layout->program;
  for (uint32_t i = 0; json->kind == NOTCH_JSON_STRING && i < program->ladder_count; i++) {
    if (ladder.length > 0 && !notch_text_equal(program->ladders[i].decl.name, ladder)) {
      continue;
    }
    for (uint32_t j = 0; j < program->ladders[i].tier_count; j++) {
      if (notch_text_equal(program->ladders[i].tiers[j].decl.name, json->text)) {
        event->tiers[event->tier_count++] = (notch_amount){i, j};
        return true;
      }
    }
  }
  return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE, "the rules have no such tier");
}

static bool read_tiers(notch_reader *reader, notch_event *event, const notch_json *json)
{
  if (json->kind == NOTCH_JSON_STRING) {
    return add_tier(reader, event, (notch_text){NULL, 0}, json);
  }
  if (event->tier_count + json->count > reader->layout->program->ladder_count) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE, "more tiers than ladders");
  }
  for (const notch_json *item = json->first; item != NULL; item = item->next) {
    if (!add_tier(reader, event, item->key, item)) {
      return false;
    }
  }
  return true;
}

static bool read_tags(notch_reader *reader, notch_event *event, const notch_json *json)
{
  event->tags = NOTCH_NEW_ARRAY(reader->run, notch_text, json->count + 1);
  for (const notch_json *item = json->first; item != NULL; item = item->next) {
    if (item->kind != NOTCH_JSON_STRING) {
      return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE, "a tag is a text");
    }
    event->tags[event->tag_count++] = item->text;
  }
  return true;
}

static bool read_given(notch_reader *reader, const notch_envelope *envelope, notch_event *event)
{
  open_member_fields(reader, event);
  event->tiers =
      NOTCH_NEW_ARRAY(reader->run, notch_amount, reader->layout->program->ladder_count + 1);
  for (const notch_json *json = envelope->fields->first; json != NULL; json = json->next) {
    bool known = true, read = true;
    if (notch_envelope_has(envelope, json->key)) {
      continue;
    }
    if (is(json->key, "tier") || is(json->key, "tiers")) {
      read = read_tiers(reader, event, json);
    } else if (is(json->key, "tags")) {
      read = read_tags(reader, event, json);
    } else if (is(json->key, "points") && json->kind == NOTCH_JSON_OBJECT) {
      read = read_points_map(reader, json, true, event);
    } else if (is(json->key, "rewards")) {
      read = read_rewards(reader, json, event);
    } else {
      read = read_member_field(reader, json, event, &known);
    }
    if (!read) {
      return false;
    }
    if (!known) {
      return notch_reader_refuse(reader, NOTCH_REFUSED_UNKNOWN_FIELD,
                                 "`%.*s` is no field of a member", WORD(json->key));
    }
  }
  return true;
}

/* ---- everything else ---- */

/* Behind what was added before. */
static bool add_rest(notch_reader *reader, notch_event *event, const notch_json *json,
                     notch_json **last)
{
  notch_json *rest = (notch_json *)(intptr_t)event->rest;
  if (rest == NULL) {
    rest = NOTCH_NEW(reader->run, notch_json);
    rest->kind = NOTCH_JSON_OBJECT;
    event->rest = rest;
  }
  notch_json *copy = NOTCH_NEW(reader->run, notch_json);
  *copy = *json;
  copy->next = NULL;
  *(*last == NULL ? &rest->first : &(*last)->next) = copy;
  *last = copy;
  rest->count++;
  return true;
}

static bool takes_points(uint32_t type)
{
  return type == NOTCH_EVENT_PAY || type == NOTCH_EVENT_HOLD || type == NOTCH_EVENT_CAPTURE ||
         type == NOTCH_EVENT_TRANSFER || type == NOTCH_EVENT_ADJUST || type == NOTCH_EVENT_FUND;
}

static bool read_one(notch_reader *reader, notch_event *event, const notch_json *json,
                     parts *later)
{
  const notch_event_decl *decl = &reader->layout->program->events[event->type];
  if (is(json->key, "points") && takes_points(event->type)) {
    later->points = json;
    return true;
  }
  if (is(json->key, "rewards") && event->type == NOTCH_EVENT_ADJUST) {
    later->rewards = json;
    return true;
  }
  for (uint32_t i = 0; i < decl->field_count; i++) {
    if (!notch_text_equal(decl->fields[i].name, json->key)) {
      continue;
    }
    if (reader->recorded && event->type == NOTCH_EVENT_ADJUST) {
      bool found; /* reason and by are personal */
      return read_recorded_field(reader, &decl->fields[i], &event->fields[i], &found);
    }
    if (event->type == NOTCH_EVENT_RATE && is(json->key, "rate")) {
      notch_rational rate;
      if ((json->kind != NOTCH_JSON_STRING && json->kind != NOTCH_JSON_NUMBER) ||
          !notch_decimal_parse_rational(&rate, json->text, false) || rate.num <= 0) {
        return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                                   "`rate` is a number above zero such as \"7.1832\"");
      }
      event->fields[i] = notch_value_of(rate);
      return true;
    }
    return notch_read_value(reader, &decl->fields[i], json, json->key, &event->fields[i]);
  }
  if (event->type == NOTCH_EVENT_RETURN) {
    return add_rest(reader, event, json, &later->rest);
  }
  return reader->recorded ||
         notch_reader_refuse(reader, NOTCH_REFUSED_UNKNOWN_FIELD, "`%.*s` is no field of %.*s",
                             WORD(json->key), WORD(decl->decl.name));
}

static bool check_required(notch_reader *reader, const notch_event *event)
{
  const notch_event_decl *decl = &reader->layout->program->events[event->type];
  for (uint32_t i = 0; i < decl->field_count; i++) {
    if (event->fields[i].d == 0 && !decl->fields[i].type.optional) {
      return notch_reader_refuse(reader, NOTCH_REFUSED_MISSING_FIELD, "`%.*s` is missing",
                                 WORD(decl->fields[i].name));
    }
  }
  return true;
}

static bool read_quantity(notch_reader *reader, notch_event *event, bool negative)
{
  notch_value quantity = field(reader, event, "quantity");
  event->quantity = quantity.d == 0 ? 1 : quantity.n;
  if (quantity.d > 1) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE, "`quantity` is a whole number");
  }
  return sign_fits(reader, NOTCH_TEXT("quantity"), event->quantity, negative);
}

static bool need_points(notch_reader *reader, const notch_event *event)
{
  return event->point_count > 0 || reader->recorded ||
         notch_reader_refuse(reader, NOTCH_REFUSED_MISSING_FIELD, "`points` is missing");
}

static bool resolve_hold(notch_reader *reader, notch_event *event, const parts *later)
{
  if (!find_payment(reader, event, "payment", &event->payment) ||
      !find_reward(reader, event, "reward", &event->reward) ||
      !read_quantity(reader, event, false) || !notch_read_points(reader, later->points, event)) {
    return false;
  }
  if (event->payment != NOTCH_NONE && event->reward != NOTCH_NONE) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                               "a hold is for a `payment` or for a `reward`, not for both");
  }
  if (event->reward != NOTCH_NONE && event->point_count > 0) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                               "a hold for a `reward` takes what the reward costs: leave out "
                               "`points`");
  }
  return event->reward != NOTCH_NONE || need_points(reader, event);
}

static bool resolve_return(notch_reader *reader, const notch_event *event)
{
  notch_value of = field(reader, event, "of"), kind = field(reader, event, "event");
  if ((of.d == 0) == (kind.d == 0) && !reader->recorded) {
    return notch_reader_refuse(reader, of.d == 0 ? NOTCH_REFUSED_MISSING_FIELD
                                                 : NOTCH_REFUSED_BAD_VALUE,
                               of.d == 0 ? "`of` is missing: the id of the event that is returned"
                                         : "a return names an event with `of`, or a kind with "
                                           "`event`, not both");
  }
  if (of.d != 0 && notch_value_text(of).length == 0 && !reader->recorded) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                               "`of` is empty: it is the id of the event that is returned");
  }
  if (kind.d != 0 && !reader->recorded &&
      notch_event_find(reader->layout->program, notch_value_text(kind)) == NOTCH_NONE) {
    return notch_reader_refuse(reader, NOTCH_REFUSED_BAD_VALUE,
                               "`event`: the rules know no event `%.*s`",
                               WORD(notch_value_text(kind)));
  }
  return true;
}

static bool resolve(notch_reader *reader, notch_event *event, const parts *later)
{
  switch ((notch_builtin_event)event->type) {
  case NOTCH_EVENT_RETURN: return resolve_return(reader, event);
  case NOTCH_EVENT_REDEEM:
    return find_reward(reader, event, "reward", &event->reward) &&
           read_quantity(reader, event, false);
  case NOTCH_EVENT_PAY:
    return find_payment(reader, event, "payment", &event->payment) &&
           notch_read_points(reader, later->points, event) && need_points(reader, event);
  case NOTCH_EVENT_HOLD: return resolve_hold(reader, event, later);
  case NOTCH_EVENT_CAPTURE: return notch_read_points(reader, later->points, event);
  case NOTCH_EVENT_TRANSFER:
    return notch_read_points(reader, later->points, event) && need_points(reader, event);
  case NOTCH_EVENT_ADJUST:
    return notch_read_points(reader, later->points, event) &&
           read_rewards(reader, later->rewards, event) &&
           (event->reward_count > 0 || need_points(reader, event));
  case NOTCH_EVENT_ENTER:
  case NOTCH_EVENT_EXIT: return find_pool(reader, event, "pool", &event->pool);
  case NOTCH_EVENT_RATE:
    return find_currency(reader, event, "from", &event->currency_from) &&
           find_currency(reader, event, "to", &event->currency_to);
  case NOTCH_EVENT_RESTOCK:
    return find_reward(reader, event, "reward", &event->reward) &&
           read_quantity(reader, event, true);
  case NOTCH_EVENT_FUND:
    return find_partner(reader, event, "partner", &event->partner) &&
           notch_read_points(reader, later->points, event) && need_points(reader, event);
  case NOTCH_EVENT_JOIN:
  case NOTCH_EVENT_PROFILE:
  case NOTCH_EVENT_LEAVE:
  case NOTCH_EVENT_RELEASE:
  case NOTCH_EVENT_MERGE:
  case NOTCH_EVENT_ERASE:
  case NOTCH_EVENT_SEED:
  case NOTCH_EVENT_TICK:
  case NOTCH_EVENT_GIVEN:
  case NOTCH_EVENT_BUILTIN_COUNT: break;
  }
  return true;
}

bool notch_read_builtin(notch_reader *reader, const notch_envelope *envelope, notch_event *event)
{
  if (event->type == NOTCH_EVENT_JOIN || event->type == NOTCH_EVENT_PROFILE) {
    return read_profile(reader, envelope, event);
  }
  if (event->type == NOTCH_EVENT_GIVEN) {
    return read_given(reader, envelope, event);
  }
  parts later = {0};
  /* What is returned is read when its event is known: then in the order in which it is kept. */
  const notch_json *fields = event->type == NOTCH_EVENT_RETURN && !reader->recorded
                                 ? notch_json_sorted(envelope->fields, reader->run)
                                 : envelope->fields;
  for (const notch_json *json = fields->first; json != NULL; json = json->next) {
    if (!notch_envelope_has(envelope, json->key) && !read_one(reader, event, json, &later)) {
      return false;
    }
  }
  return check_required(reader, event) && resolve(reader, event, &later);
}
