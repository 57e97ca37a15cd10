/* check/test_json.c -- the event of a test step as JSON, the way a till would send it. */
#include <config.h>

#include "base/json.h"
#include "check/checker.h"

typedef struct json_work {
  notch_checker *c;
  const notch_scene *scene;
  notch_json_writer writer;
} json_work;

static void put_decimal(json_work *work, notch_value value, unsigned decimals)
{
  notch_buffer *to = work->writer.to;
  notch_rational units;
  notch_json_raw(&work->writer, NOTCH_TEXT("\""));
  if (value.d == 1)
    notch_decimal_print(to, value.n, decimals);
  else if (notch_rational_div(&units, notch_value_rational(value),
                              NOTCH_INTEGER(notch_power_of_ten(decimals))))
    notch_rational_print(to, units);
  notch_buffer_put(to, "\"", 1);
}

static void put_set(json_work *work, notch_value value)
{
  const notch_list *list = notch_value_list(value);
  notch_json_begin(&work->writer, '[');
  for (uint32_t i = 0; i < list->count; i++)
    notch_json_text(&work->writer, notch_value_text(list->values[i]));
  notch_json_end(&work->writer, ']');
}

static void put_value(json_work *work, notch_type type, notch_value value)
{
  notch_buffer *to = work->writer.to;
  switch ((notch_type_kind)type.kind) {
  case NOTCH_TYPE_FLAG:
    notch_json_bool(&work->writer, value.n);
    return;
  case NOTCH_TYPE_TEXT:
  case NOTCH_TYPE_MEMBER:
    notch_json_text(&work->writer, notch_value_text(value));
    return;
  case NOTCH_TYPE_SET:
    put_set(work, value);
    return;
  case NOTCH_TYPE_NUMBER:
  case NOTCH_TYPE_MONEY:
  case NOTCH_TYPE_POINTS:
    put_decimal(work, value, notch_type_decimals(work->c, type));
    return;
  case NOTCH_TYPE_MOMENT:
    notch_json_raw(&work->writer, NOTCH_TEXT("\""));
    if (work->c->program->zone.count)
      notch_moment_print_zone(to, value.n, &work->c->program->zone);
    notch_buffer_put(to, "\"", 1);
    return;
  case NOTCH_TYPE_TIME:
    notch_json_raw(&work->writer, NOTCH_TEXT("\""));
    notch_buffer_print(to, "%02d:%02d:%02d\"", (int)(value.n / 3600), (int)(value.n / 60 % 60),
                       (int)(value.n % 60));
    return;
  default: /* dates, choices, tiers: as a script writes them */
    notch_json_raw(&work->writer, NOTCH_TEXT("\""));
    notch_value_spell(work->c, to, type, value);
    notch_buffer_put(to, "\"", 1);
    return;
  }
}

static bool is_bare(const notch_tree_node *node)
{
  return node->kind == NOTCH_AST_NAME ||
         (node->kind == NOTCH_AST_PATH && node->detail == NOTCH_ROOT_NAME);
}

static void put_list(json_work *work, const notch_field *field, const notch_tree_node *bind);

static void put_field(json_work *work, const notch_field *field, const notch_tree_node *bind)
{
  notch_checker *c = work->c;
  const notch_tree_node *value = bind->first;
  notch_type type = field->type;
  type.optional = false;
  notch_json_key(&work->writer, field->name);
  if (type.kind == NOTCH_TYPE_LIST) {
    put_list(work, field, bind);
  } else if ((type.kind == NOTCH_TYPE_TEXT || type.kind == NOTCH_TYPE_MEMBER) && is_bare(value)) {
    notch_json_text(&work->writer, value->text); /* `reward latte`, `to bob` */
  } else if (type.kind == NOTCH_TYPE_MEMBER && value->kind == NOTCH_AST_STRING) {
    notch_json_text(&work->writer, value->text);
  } else {
    notch_expr *constant = notch_expr_constant(c, work->scene->names, value, type, true);
    if (constant->type.kind == NOTCH_TYPE_ERROR)
      notch_json_null(&work->writer);
    else
      put_value(work, type, constant->value);
  }
}

static void unknown_field(json_work *work, const notch_tree_node *bind, const notch_field *fields,
                          uint32_t count)
{
  notch_nearest nearest = {.wanted = bind->text};
  for (uint32_t i = 0; i < count; i++) notch_nearest_try(&nearest, fields[i].name);
  CHECK_REPORT(work->c, bind, NO_SUCH_FIELD, bind->text,
               notch_check_meant(work->c, nearest.best));
}

/* `line 2` of a returned line is its number, not a field. */
static const notch_field line_field = {.name = {"line", 4},
                                       .type = {.kind = NOTCH_TYPE_NUMBER}};

static void put_list(json_work *work, const notch_field *field, const notch_tree_node *bind)
{
  const notch_record *record = &work->c->program->records[field->type.of];
  bool returned = work->scene->event == NOTCH_EVENT_RETURN;
  notch_json_begin(&work->writer, '[');
  for (const notch_tree_node *one = bind->first; one; one = one->next) {
    if (one->kind != NOTCH_AST_RECORD_VALUE) {
      CHECK_REPORT(work->c, one, LIST_OF_RECORDS, bind->text);
      continue;
    }
    notch_json_begin(&work->writer, '{');
    for (const notch_tree_node *inner = one->first; inner; inner = inner->next) {
      uint32_t at = notch_scope_field(record->fields, record->field_count, inner->text);
      if (returned && notch_text_equal(inner->text, line_field.name))
        put_field(work, &line_field, inner);
      else if (at == NOTCH_NONE)
        unknown_field(work, inner, record->fields, record->field_count);
      else
        put_field(work, &record->fields[at], inner);
    }
    notch_json_end(&work->writer, '}');
  }
  notch_json_end(&work->writer, ']');
}

/* Where a bind's value may go, apart from fields: collected into maps. */
typedef enum bind_map { MAP_POINTS, MAP_REWARDS, MAP_TIERS } bind_map;

static const notch_symbol *mapped(const json_work *work, const notch_tree_node *bind, bind_map map)
{
  static const notch_symbol_kind kinds[] = {NOTCH_SYMBOL_POINTS, NOTCH_SYMBOL_REWARD,
                                            NOTCH_SYMBOL_LADDER};
  const notch_symbol *symbol = notch_names_find(work->scene->names, bind->text);
  return symbol && symbol->kind == kinds[map] ? symbol : NULL;
}

static bool takes_points(uint32_t event)
{
  return event == NOTCH_EVENT_GIVEN || event == NOTCH_EVENT_ADJUST || event == NOTCH_EVENT_PAY ||
         event == NOTCH_EVENT_HOLD || event == NOTCH_EVENT_CAPTURE ||
         event == NOTCH_EVENT_TRANSFER || event == NOTCH_EVENT_FUND ||
         event == NOTCH_EVENT_RETURN; /* of a payment: how many of them go back */
}

static bool takes_map(uint32_t event, bind_map map)
{
  if (map == MAP_POINTS) return takes_points(event);
  if (map == MAP_TIERS) return event == NOTCH_EVENT_GIVEN;
  return event == NOTCH_EVENT_GIVEN || event == NOTCH_EVENT_ADJUST;
}

static const notch_field *own_field(const json_work *work, const notch_tree_node *bind)
{
  const notch_program *program = work->c->program;
  const notch_scene *scene = work->scene;
  const notch_event_decl *event = &program->events[scene->event];
  uint32_t at = notch_scope_field(event->fields, event->field_count, bind->text);
  if (at != NOTCH_NONE) return &event->fields[at];
  if (scene->event == NOTCH_EVENT_GIVEN || scene->event == NOTCH_EVENT_JOIN ||
      scene->event == NOTCH_EVENT_PROFILE) {
    at = notch_scope_field(program->member_fields, program->member_field_count, bind->text);
    if (at != NOTCH_NONE) return &program->member_fields[at];
  }
  if (scene->event != NOTCH_EVENT_RETURN) return NULL;
  for (uint32_t e = 0; e < program->event_count; e++) { /* of what is returned */
    if (scene->returned_event != NOTCH_NONE && scene->returned_event != e) continue;
    event = &program->events[e];
    at = notch_scope_field(event->fields, event->field_count, bind->text);
    if (at != NOTCH_NONE) return &event->fields[at];
  }
  return NULL;
}

static notch_text tier_word(json_work *work, const notch_tree_node *bind, uint32_t *ladder)
{
  const notch_tree_node *named = bind->kind == NOTCH_AST_BIND_TIER ? bind : bind->first;
  if (named->kind == NOTCH_AST_PATH && named->first) named = named->first;
  notch_symbol *tier = notch_scope_need(work->c, work->scene->names, named, NOTCH_SYMBOL_TIER);
  if (!tier) return (notch_text){0};
  *ladder = tier->index;
  return tier->name;
}

static void put_mapped(json_work *work, const notch_tree_node *bind, bind_map map,
                       const notch_symbol *symbol)
{
  notch_checker *c = work->c;
  if (map == MAP_TIERS) {
    uint32_t ladder = NOTCH_NONE;
    notch_text word = tier_word(work, bind, &ladder);
    if (!word.length) return;
    if (symbol && symbol->index != ladder)
      CHECK_REPORT(c, bind, TIER_ELSEWHERE, word, symbol->name);
    notch_json_key(&work->writer, c->program->ladders[ladder].decl.name);
    notch_json_text(&work->writer, word);
    return;
  }
  bool points = map == MAP_POINTS;
  notch_type number = notch_type_make(NOTCH_TYPE_NUMBER, 0);
  notch_type own = notch_type_make(NOTCH_TYPE_POINTS, symbol->index);
  notch_expr *value = notch_expr_constant(c, work->scene->names, bind->first, number, false);
  notch_json_key(&work->writer, points ? c->program->points[symbol->index].decl.name
                                       : c->program->rewards[symbol->index].decl.name);
  if (points && value->type.kind == NOTCH_TYPE_POINTS && value->type.of == symbol->index) {
    put_value(work, own, value->value);
    return;
  }
  value = notch_expr_want(c, value, number, bind->first, "this");
  put_value(work, number, value->value);
}

static void put_map(json_work *work, bind_map map, const char *key)
{
  bool open = false;
  if (!takes_map(work->scene->event, map)) return;
  for (const notch_tree_node *bind = work->scene->step->first; bind; bind = bind->next) {
    bool is_tier = bind->kind == NOTCH_AST_BIND_TIER && map == MAP_TIERS;
    if (bind->kind != NOTCH_AST_BIND && !is_tier) continue;
    const notch_symbol *symbol = is_tier ? NULL : mapped(work, bind, map);
    if (!is_tier && (!symbol || own_field(work, bind))) continue;
    if (!open) {
      notch_json_key(&work->writer, notch_text_of(key));
      notch_json_begin(&work->writer, '{');
      open = true;
    }
    put_mapped(work, bind, map, symbol);
  }
  if (open) notch_json_end(&work->writer, '}');
}

/* `points {star -20}`, `rewards {latte -1}`: a map written as one. */
static bool put_written_map(json_work *work, const notch_tree_node *bind, bind_map map)
{
  const notch_tree_node *record = bind->first;
  if (!record || record->kind != NOTCH_AST_RECORD_VALUE) return false;
  notch_json_key(&work->writer, bind->text);
  notch_json_begin(&work->writer, '{');
  for (const notch_tree_node *one = record->first; one; one = one->next) {
    const notch_symbol *symbol = one->kind == NOTCH_AST_BIND ? mapped(work, one, map) : NULL;
    if (symbol)
      put_mapped(work, one, map, symbol);
    else
      unknown_field(work, one, NULL, 0);
  }
  notch_json_end(&work->writer, '}');
  return true;
}

/* `points 200`, `points 200 star`: plain for a payment, by kind elsewhere. */
static void put_points(json_work *work, const notch_tree_node *bind)
{
  notch_checker *c = work->c;
  if (put_written_map(work, bind, MAP_POINTS)) return;
  notch_type number = notch_type_make(NOTCH_TYPE_NUMBER, 0);
  notch_expr *value = notch_expr_constant(c, work->scene->names, bind->first, number, false);
  notch_json_key(&work->writer, NOTCH_TEXT("points"));
  bool of_payment = work->scene->returned_event == NOTCH_EVENT_PAY ||
                    work->scene->returned_event == NOTCH_EVENT_CAPTURE;
  if (value->type.kind == NOTCH_TYPE_POINTS && of_payment) {
    put_value(work, value->type, value->value); /* as the payment itself says it */
    return;
  }
  if (value->type.kind == NOTCH_TYPE_POINTS) {
    notch_json_begin(&work->writer, '{');
    notch_json_key(&work->writer, c->program->points[value->type.of].decl.name);
    put_value(work, value->type, value->value);
    notch_json_end(&work->writer, '}');
    return;
  }
  value = notch_expr_want(c, value, number, bind->first, "this");
  put_value(work, number, value->value);
}

static void put_bind(json_work *work, const notch_tree_node *bind)
{
  const notch_scene *scene = work->scene;
  const notch_field *field = own_field(work, bind);
  static const notch_field tags = {.name = {"tags", 4}, .type = {.kind = NOTCH_TYPE_SET}};
  if (field) {
    put_field(work, field, bind);
  } else if (notch_text_equal(bind->text, NOTCH_TEXT("points")) && takes_points(scene->event)) {
    put_points(work, bind);
  } else if (notch_text_equal(bind->text, NOTCH_TEXT("rewards")) &&
             takes_map(scene->event, MAP_REWARDS) && put_written_map(work, bind, MAP_REWARDS)) {
    return;
  } else if (scene->event == NOTCH_EVENT_GIVEN && notch_text_equal(bind->text, tags.name)) {
    put_field(work, &tags, bind);
  } else {
    for (bind_map map = MAP_POINTS; map <= MAP_TIERS; map++)
      if (takes_map(scene->event, map) && mapped(work, bind, map)) return;
    const notch_event_decl *event = &work->c->program->events[scene->event];
    unknown_field(work, bind, event->fields, event->field_count);
  }
}

/* Named twice, or not named although the event cannot be without it. */
static void watch_binds(json_work *work)
{
  notch_checker *c = work->c;
  const notch_scene *scene = work->scene;
  notch_names *seen = notch_names_new(c, NULL, (notch_text){0});
  for (const notch_tree_node *bind = scene->step->first; bind; bind = bind->next) {
    if (bind->kind != NOTCH_AST_BIND) continue;
    notch_symbol *symbol = NOTCH_NEW(c->scratch, notch_symbol);
    *symbol = (notch_symbol){.kind = NOTCH_SYMBOL_VALUE, .node = bind};
    notch_names_add(c, seen, bind->text, symbol, bind);
  }
}

notch_text notch_test_json(notch_checker *c, const notch_scene *scene)
{
  json_work work = {.c = c, .scene = scene};
  const notch_event_decl *event = &c->program->events[scene->event];
  work.writer.to = &c->text;
  notch_buffer_clear(&c->text);
  watch_binds(&work);
  notch_json_begin(&work.writer, '{');
  notch_json_key(&work.writer, NOTCH_TEXT("type"));
  notch_json_text(&work.writer, event->decl.name);
  if (scene->member.length) {
    notch_json_key(&work.writer, NOTCH_TEXT("member"));
    notch_json_text(&work.writer, scene->member);
  }
  if (scene->has_at) {
    notch_json_key(&work.writer, NOTCH_TEXT("at"));
    put_value(&work, notch_type_make(NOTCH_TYPE_MOMENT, 0), NOTCH_VALUE(scene->at_us));
  }
  if (scene->returned.length) {
    notch_json_key(&work.writer, NOTCH_TEXT("of"));
    notch_json_text(&work.writer, scene->returned);
  }
  for (const notch_tree_node *bind = scene->step->first; bind; bind = bind->next) {
    if (bind->kind == NOTCH_AST_BIND) put_bind(&work, bind);
    if (bind->kind == NOTCH_AST_BIND_TIER && scene->event != NOTCH_EVENT_GIVEN)
      CHECK_REPORT(c, bind, NO_SUCH_FIELD, NOTCH_TEXT("tier"), (notch_text){0});
  }
  put_map(&work, MAP_POINTS, "points");
  put_map(&work, MAP_REWARDS, "rewards");
  put_map(&work, MAP_TIERS, "tiers");
  notch_json_end(&work.writer, '}');
  c->arena->failed = c->arena->failed || c->text.failed;
  return notch_arena_text(c->arena, (notch_text){c->text.bytes, (uint32_t)c->text.length});
}
