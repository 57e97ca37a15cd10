/* suite/outlook.c -- for each event: the most it earns, for one unit of money too, and its cost. */
#include <config.h>

#include "suite/outlook.h"
#include "audit/words.h"
#include "check/most.h"

typedef struct outlook {
  const notch_rules *rules;
  const notch_program *program;
  notch_wording words;
  notch_arena arena;
  notch_buffer *to;
  bool costs;
  notch_json_writer json; /* `to` is NULL where text is wanted */
} outlook;

typedef struct rate { /* most <= slope * field + besides */
  bool known;
  uint32_t field;
  notch_rational slope, besides;
} rate;

#define WORD(text) (int)(text).length, (text).bytes

/* ---- how much ---- */

static notch_most ask_for(outlook *o, uint32_t event, uint32_t points, bool to_others)
{
  return (notch_most){.program = o->program,
                      .roots = o->program->roots,
                      .limits = o->program->limits,
                      .scratch = &o->arena,
                      .event = event,
                      .points = points,
                      .field = NOTCH_NONE,
                      .to_others = to_others};
}

static bool most_at(const notch_most *ask, uint32_t field, notch_rational at, notch_rational *most)
{
  notch_most point = *ask;
  point.field = field;
  point.at = at;
  return notch_most_of_event(&point, most);
}

/* The line through the bounds at both ends; without an upper end, where it has become one. */
static rate rate_of(outlook *o, const notch_most *ask)
{
  const notch_event_decl *event = &o->program->events[ask->event];
  rate r = {.field = event->first_money != NOTCH_NONE ? event->first_money : event->first_number};
  if (r.field == NOTCH_NONE) {
    return r;
  }
  const notch_range *range = &event->fields[r.field].range;
  notch_rational low = range->has_low ? range->low : NOTCH_INTEGER(0);
  notch_rational far = range->has_high ? range->high : NOTCH_INTEGER(1000000000);
  notch_rational at_low, at_far, width, rise, off;
  if (low.num < 0 || notch_rational_compare(low, far) >= 0 ||
      !most_at(ask, r.field, low, &at_low) || !most_at(ask, r.field, far, &at_far)) {
    return r;
  }
  r.known = notch_rational_sub(&width, far, low) && notch_rational_sub(&rise, at_far, at_low) &&
            notch_rational_div(&r.slope, rise, width) && notch_rational_mul(&off, r.slope, low) &&
            notch_rational_sub(&r.besides, at_low, off);
  if (r.known && !range->has_high) { /* it must go on like that */
    notch_rational twice, expected;
    r.known = most_at(ask, r.field, NOTCH_INTEGER(2 * far.num), &twice) &&
              notch_rational_mul(&expected, r.slope, NOTCH_INTEGER(far.num)) &&
              notch_rational_add(&expected, expected, at_far) &&
              notch_rational_compare(twice, expected) == 0;
  }
  r.known = r.known && r.slope.num > 0;
  return r;
}

/* ---- how long ---- */

typedef struct cost {
  uint64_t steps;
  bool bounded;
} cost;

static void add_root(const outlook *o, cost *c, uint32_t root, uint64_t times)
{
  if (root != NOTCH_NONE) {
    c->steps += times * notch_code_cost(o->rules->code, root, &c->bounded);
  }
}

static void add_limits(const outlook *o, cost *c, const uint32_t *limits, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    const notch_limit *limit = &o->program->limits[limits[i]];
    for (uint32_t k = 0; k < limit->key_count; k++) {
      if (limit->keys[k].root_count > 0) {
        add_root(o, c, limit->keys[k].roots[0], 1);
      }
    }
  }
}

static void add_variant(const outlook *o, cost *c, const notch_rule *rule,
                        const notch_variant *variant, uint64_t times)
{
  add_root(o, c, variant->when, times);
  for (uint32_t a = 0; a < rule->action_count; a++) {
    add_root(o, c, variant->amounts[a], times);
    add_root(o, c, variant->receivers == NULL ? NOTCH_NONE : variant->receivers[a], times);
    if (variant->line_amounts != NULL && variant->line_amounts[a] != NOTCH_NONE) {
      const notch_event_decl *event = &o->program->events[variant->trigger.a];
      uint32_t items = event->fields[variant->line_field].items_max;
      c->bounded = c->bounded && items > 0;
      add_root(o, c, variant->line_amounts[a], items);
    }
  }
  add_limits(o, c, rule->limits, rule->limit_count);
}

/* After each promotion tiers are looked at once more. */
static void add_tiers(const outlook *o, cost *c)
{
  for (uint32_t i = 0; i < o->program->ladder_count; i++) {
    const notch_ladder *ladder = &o->program->ladders[i];
    for (uint32_t k = 0; k < ladder->tier_count; k++) {
      add_root(o, c, ladder->tiers[k].reach, ladder->tier_count);
      add_root(o, c, ladder->tiers[k].keep, 1);
      add_root(o, c, ladder->tiers[k].lifetime, 1);
    }
    for (uint32_t k = 0; k < ladder->floor_count; k++) {
      add_root(o, c, ladder->floors[k].when, 1);
    }
  }
}

static cost cost_of(const outlook *o, uint32_t type)
{
  const notch_program *program = o->program;
  const notch_event_decl *event = &program->events[type];
  cost c = {0, true};
  for (uint32_t i = 0; i < program->measure_count; i++) {
    const notch_measure *measure = &program->measures[i];
    for (uint32_t k = 0; k < measure->on_count; k++) {
      if (measure->on[k].event == type) {
        add_root(o, &c, measure->on[k].where, 1);
        add_root(o, &c, measure->on[k].value, 1);
      }
    }
  }
  for (uint32_t i = 0; i < event->variant_count; i++) {
    const notch_rule *rule = &program->rules[event->variants[i].rule];
    add_variant(o, &c, rule, &rule->variants[event->variants[i].variant], 1);
  }
  for (uint32_t i = 0; i < program->rule_count; i++) {
    const notch_rule *rule = &program->rules[i];
    for (uint32_t k = 0; k < rule->variant_count; k++) {
      add_variant(o, &c, rule, &rule->variants[k],
                  notch_most_times(program, &rule->variants[k].trigger));
    }
  }
  for (uint32_t i = 0; i < program->segment_count; i++) {
    add_root(o, &c, program->segments[i].watched ? program->segments[i].when : NOTCH_NONE, 1);
  }
  add_tiers(o, &c);
  return c;
}

/* ---- words ---- */

static void exact(outlook *o, uint32_t points, notch_rational amount)
{
  notch_words_exact(o->to, &o->words, points, amount, o->json.to != NULL);
}

static notch_value one_unit(const outlook *o, notch_type type)
{
  unsigned decimals = type.kind == NOTCH_TYPE_MONEY ? o->program->currencies[type.of].decimals : 0;
  return NOTCH_VALUE(notch_power_of_ten(decimals));
}

/* A bound may be rounded up: four digits behind the point are enough. */
static bool shorten(notch_rational *value)
{
  notch_rational scaled;
  int64_t whole;
  return notch_rational_mul(&scaled, *value, NOTCH_INTEGER(10000)) &&
         notch_rational_round(&whole, scaled, NOTCH_ROUND_UP) &&
         notch_rational_div(value, NOTCH_INTEGER(whole), NOTCH_INTEGER(10000));
}

static void say_rate(outlook *o, uint32_t points, const rate *r, uint32_t type)
{
  const notch_field *field = &o->program->events[type].fields[r->field];
  notch_value unit = one_unit(o, field->type);
  notch_rational each;
  if (!notch_rational_mul(&each, r->slope, NOTCH_INTEGER(unit.n)) || !shorten(&each)) {
    return;
  }
  if (o->json.to == NULL) {
    notch_buffer_print(o->to, ": ");
    exact(o, points, each);
    notch_buffer_print(o->to, " for each ");
    notch_words_value(o->to, &o->words, field->type, unit, NOTCH_TEXT(""));
    notch_buffer_print(o->to, " of %.*s", WORD(field->name));
    if (r->besides.num > 0) {
      notch_buffer_print(o->to, ", and ");
      exact(o, points, r->besides);
    }
    return;
  }
  notch_json_key(&o->json, NOTCH_TEXT("field"));
  notch_json_text(&o->json, field->name);
  notch_json_key(&o->json, NOTCH_TEXT("unit"));
  notch_json_raw(&o->json, NOTCH_TEXT("\""));
  notch_words_value(o->to, &o->words, field->type, unit, NOTCH_TEXT(""));
  notch_buffer_print(o->to, "\"");
  notch_json_key(&o->json, NOTCH_TEXT("each"));
  notch_json_raw(&o->json, NOTCH_TEXT("\""));
  exact(o, points, each);
  notch_buffer_print(o->to, "\"");
  notch_json_key(&o->json, NOTCH_TEXT("besides"));
  notch_json_raw(&o->json, NOTCH_TEXT("\""));
  exact(o, points, r->besides.num > 0 ? r->besides : NOTCH_INTEGER(0));
  notch_buffer_print(o->to, "\"");
}

/* Why there is no bound: "`amount` has no upper end (club.notch:12)". */
static void say_why(outlook *o, const notch_most *ask)
{
  if (ask->gave_up) {
    notch_buffer_print(o->to, "not checked: there are too many rules");
  } else if (ask->because == NULL) {
    notch_text rule = o->program->rules[ask->rule].decl.name;
    notch_buffer_print(o->to, "rule %.*s is not bounded", WORD(rule));
  } else {
    notch_words_source(o->to, &o->words, ask->because->source, ask->because->span);
    notch_buffer_print(o->to,
                       ask->because->range.has_high ? " is not bounded here" : " has no upper end");
  }
}

static const char *whose(const notch_most *ask)
{
  return ask->to_others ? "gives others" : "earns";
}

static void say_text(outlook *o, notch_most *ask, bool bounded, notch_rational most)
{
  const notch_decl *event = &o->program->events[ask->event].decl;
  notch_text kind = o->program->points[ask->points].decl.name;
  rate r = rate_of(o, ask);
  notch_buffer_print(o->to, "one %.*s %s ", WORD(event->name), whose(ask));
  if (bounded) {
    notch_buffer_print(o->to, "at most ");
    exact(o, ask->points, most);
  } else {
    notch_buffer_print(o->to, "%.*s without a limit, as ", WORD(kind));
    say_why(o, ask);
  }
  if (r.known) {
    say_rate(o, ask->points, &r, ask->event);
  }
  notch_buffer_print(o->to, "\n");
}

static void say_json(outlook *o, notch_most *ask, bool bounded, notch_rational most)
{
  rate r = rate_of(o, ask);
  notch_json_begin(&o->json, '{');
  notch_json_key(&o->json, NOTCH_TEXT("points"));
  notch_json_text(&o->json, o->program->points[ask->points].decl.name);
  notch_json_key(&o->json, NOTCH_TEXT("to"));
  notch_json_text(&o->json, ask->to_others ? NOTCH_TEXT("others") : NOTCH_TEXT("member"));
  notch_json_key(&o->json, NOTCH_TEXT("at_most"));
  if (bounded) {
    notch_json_raw(&o->json, NOTCH_TEXT("\""));
    exact(o, ask->points, most);
    notch_buffer_print(o->to, "\"");
  } else {
    notch_buffer why;
    notch_buffer *to = o->to;
    notch_json_null(&o->json);
    notch_json_key(&o->json, NOTCH_TEXT("because"));
    notch_buffer_init(&why, to->memory);
    o->to = &why;
    say_why(o, ask);
    o->to = to;
    notch_json_taken(&o->json, &why);
  }
  if (r.known) {
    say_rate(o, ask->points, &r, ask->event);
  }
  notch_json_end(&o->json, '}');
}

/* What cannot earn is not told of. */
static void say_kind(outlook *o, uint32_t event, uint32_t points, bool to_others)
{
  notch_most ask = ask_for(o, event, points, to_others);
  notch_rational most;
  bool bounded = notch_most_of_event(&ask, &most);
  if (bounded && most.num == 0) {
    return;
  }
  if (o->json.to == NULL) {
    say_text(o, &ask, bounded, most);
  } else {
    say_json(o, &ask, bounded, most);
  }
}

static void say_cost(outlook *o, uint32_t type, cost c)
{
  if (o->json.to != NULL) {
    notch_json_key(&o->json, NOTCH_TEXT("steps"));
    if (c.bounded) {
      notch_json_integer(&o->json, (int64_t)c.steps);
    } else {
      notch_json_null(&o->json);
    }
    return;
  }
  notch_text name = o->program->events[type].decl.name;
  notch_buffer_print(o->to, "one %.*s takes ", WORD(name));
  if (c.bounded) {
    notch_buffer_print(o->to, "at most %llu steps\n", (unsigned long long)c.steps);
  } else {
    notch_buffer_print(o->to, "as many steps as its list has items: it has no `at most`\n");
  }
}

static void say_event(outlook *o, uint32_t type)
{
  const notch_event_decl *event = &o->program->events[type];
  bool json = o->json.to != NULL;
  cost c = cost_of(o, type);
  if (json) {
    notch_json_begin(&o->json, '{');
    notch_json_key(&o->json, NOTCH_TEXT("event"));
    notch_json_text(&o->json, event->decl.name);
  }
  if (json) {
    say_cost(o, type, c);
    notch_json_key(&o->json, NOTCH_TEXT("earns"));
    notch_json_begin(&o->json, '[');
  }
  for (uint32_t i = 0; i < o->program->points_count; i++) {
    say_kind(o, type, i, false);
    say_kind(o, type, i, true);
  }
  if (json) {
    notch_json_end(&o->json, ']');
    notch_json_end(&o->json, '}');
  } else if (o->costs) {
    say_cost(o, type, c);
  }
}

/* An event that no rule and no measure looks at sets nothing going. */
static bool matters(const notch_program *program, uint32_t type)
{
  bool counted = program->events[type].variant_count > 0;
  for (uint32_t i = 0; i < program->measure_count; i++) {
    for (uint32_t k = 0; k < program->measures[i].on_count; k++) {
      counted = counted || program->measures[i].on[k].event == type;
    }
  }
  return counted;
}

bool notch_outlook_write(const notch_rules *rules, const notch_memory *memory,
                         notch_outlook_form form, notch_buffer *to)
{
  jmp_buf no_memory;
  const bool json = form == NOTCH_OUTLOOK_JSON;
  outlook o = {.rules = rules,
               .program = rules->program,
               .words = {rules->program, rules->program->sources},
               .to = to,
               .costs = form != NOTCH_OUTLOOK_EARNS,
               .json = {.to = json ? to : NULL}};
  notch_arena_init(&o.arena, memory);
  if (setjmp(no_memory) != 0) {
    notch_arena_free(&o.arena);
    return false;
  }
  o.arena.escape = &no_memory;
  if (json) {
    notch_json_begin(&o.json, '[');
  }
  for (uint32_t i = 0; i < rules->program->event_count; i++) {
    if (matters(rules->program, i)) {
      say_event(&o, i);
    }
    notch_arena_reset(&o.arena);
  }
  if (json) {
    notch_json_end(&o.json, ']');
  }
  notch_arena_free(&o.arena);
  return !to->failed;
}
