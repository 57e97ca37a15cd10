/* check/print.c -- the checked programme as stable text: `notch dump program`. */
#include <config.h>

#include "check/print.h"

static void head(notch_buffer *to, const char *kind, const notch_decl *decl)
{
  notch_buffer_print(to, "%s ", kind);
  notch_buffer_text(to, decl->name);
  if (decl->title.length) {
    notch_buffer_print(to, " \"");
    notch_buffer_text(to, decl->title);
    notch_buffer_print(to, "\"");
  }
  notch_buffer_print(to, "\n");
}

static void name_line(notch_buffer *to, const char *word, notch_text name)
{
  notch_buffer_print(to, "  %s ", word);
  notch_buffer_text(to, name);
  notch_buffer_print(to, "\n");
}

static void number_line(notch_buffer *to, const char *word, int64_t number)
{
  notch_buffer_print(to, "  %s ", word);
  notch_buffer_integer(to, number);
  notch_buffer_print(to, "\n");
}

static void root_line(notch_buffer *to, const notch_program *p, const char *word, uint32_t root)
{
  if (root == NOTCH_NONE) return;
  notch_buffer_print(to, "  %s ", word);
  notch_print_root(to, p, root);
  notch_buffer_print(to, "\n");
}

static void duration_line(notch_buffer *to, const char *word, notch_duration duration)
{
  if (!duration.count) return;
  notch_buffer_print(to, "  %s ", word);
  notch_buffer_integer(to, duration.count);
  notch_buffer_print(to, " %s\n", notch_unit_word(duration.unit));
}

static void rounding_line(notch_buffer *to, const notch_rounding *rounding)
{
  static const char *const modes[] = {"down", "up", "half up", "half even"};
  static const char *const scopes[] = {"event", "rule", "line"};
  if (rounding->written)
    notch_buffer_print(to, "  rounded %s per %s\n", modes[rounding->mode],
                       scopes[rounding->scope]);
}

static void effective_lines(notch_buffer *to, const notch_program *p, int64_t from, int64_t until)
{
  if (from != INT64_MIN) {
    notch_buffer_print(to, "  from ");
    notch_moment_print_zone(to, from, &p->zone);
    notch_buffer_print(to, "\n");
  }
  if (until != INT64_MAX) {
    notch_buffer_print(to, "  to ");
    notch_moment_print_zone(to, until, &p->zone);
    notch_buffer_print(to, "\n");
  }
}

static void print_fields(notch_buffer *to, const notch_program *p, const notch_field *fields,
                         uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    notch_buffer_print(to, "  field ");
    notch_buffer_text(to, fields[i].name);
    notch_buffer_print(to, " ");
    notch_print_type(to, p, fields[i].type);
    notch_print_range(to, fields[i].range);
    if (fields[i].type.kind == NOTCH_TYPE_NUMBER)
      notch_buffer_print(to, " decimals %u", fields[i].decimals);
    if (fields[i].items_max) notch_buffer_print(to, " at most %u", fields[i].items_max);
    if (fields[i].has_default) {
      notch_buffer_print(to, " = ");
      notch_print_value(to, p, fields[i].type, fields[i].default_value);
    }
    notch_buffer_print(to, "\n");
  }
}

static void print_terms(notch_buffer *to, const notch_program *p, uint32_t index)
{
  static const char *const words[] = {"never", "after earning", "each", "on", "idle"};
  if (index == NOTCH_NONE) return;
  const notch_terms *terms = &p->terms[index];
  notch_buffer_print(to, "  terms %u expire %s\n", index, words[terms->expiry]);
  duration_line(to, "expire after", terms->expiry_after);
  if (terms->expiry_aligned)
    notch_buffer_print(to, "  at end of %s\n", notch_unit_word(terms->expiry_align));
  if (terms->expiry == NOTCH_EXPIRY_EACH)
    notch_buffer_print(to, "  each %u/%u\n", terms->expiry_day, terms->expiry_month);
  if (terms->expiry == NOTCH_EXPIRY_ON) number_line(to, "on day", terms->expiry_on);
  for (uint32_t i = 0; i < terms->expiry_event_count; i++)
    name_line(to, "without", p->events[terms->expiry_events[i]].decl.name);
  root_line(to, p, "while", terms->expiry_while);
  duration_line(to, "pending for", terms->pending_for);
  if (terms->pending == NOTCH_PENDING_UNTIL && terms->pending_event != NOTCH_NONE)
    name_line(to, "pending until", p->events[terms->pending_event].decl.name);
}

static void print_limits(notch_buffer *to, const notch_program *p, const uint32_t *limits,
                         uint32_t count)
{
  static const char *const periods[] = {"ever", "calendar", "rolling", "total"};
  for (uint32_t i = 0; i < count; i++) {
    const notch_limit *limit = &p->limits[limits[i]];
    notch_buffer_print(to, "  limit ");
    notch_buffer_integer(to, limit->amount);
    notch_buffer_print(to, " ");
    if (limit->times)
      notch_buffer_print(to, "times");
    else
      notch_buffer_text(to, p->points[limit->points].decl.name);
    notch_buffer_print(to, " %s", periods[limit->period]);
    if (limit->period == NOTCH_PERIOD_CALENDAR)
      notch_buffer_print(to, " %s", notch_unit_word(limit->unit));
    if (limit->period == NOTCH_PERIOD_ROLLING)
      notch_buffer_print(to, " %d %s", (int)limit->rolling.count,
                         notch_unit_word(limit->rolling.unit));
    notch_buffer_print(to, "%s%s%s\n", limit->shared ? " shared" : "",
                       limit->per_event ? " per event" : "",
                       limit->refused ? " refused" : " clamped");
    for (uint32_t k = 0; k < limit->key_count; k++)
      for (uint32_t r = 0; r < limit->keys[k].root_count; r++)
        root_line(to, p, "  key", limit->keys[k].roots[r]);
  }
}

static void print_trigger(notch_buffer *to, const notch_program *p, const notch_trigger *trigger)
{
  static const char *const words[] = {"event",   "promote",   "demote",   "entering",    "leaving",
                                      "earning", "each unit", "each day", "member date", "idle"};
  notch_buffer_print(to, "  on %s", words[trigger->kind]);
  if (trigger->kind == NOTCH_ON_EVENT || trigger->kind == NOTCH_ON_IDLE) {
    notch_buffer_print(to, " ");
    notch_buffer_text(to, p->events[trigger->a].decl.name);
  } else if (trigger->kind == NOTCH_ON_EACH_UNIT) {
    notch_buffer_print(to, " %s", notch_unit_word(trigger->unit));
  } else if (trigger->kind == NOTCH_ON_EACH_DAY) {
    notch_buffer_print(to, " %u/%u", trigger->day, trigger->month);
  } else if (trigger->a != NOTCH_NONE) {
    notch_buffer_print(to, " %u", trigger->a);
    if (trigger->b != NOTCH_NONE) notch_buffer_print(to, " %u", trigger->b);
  }
  notch_buffer_print(to, "\n");
  duration_line(to, "  after", trigger->after);
}

static void print_action(notch_buffer *to, const notch_program *p, const notch_action *action)
{
  static const char *const words[] = {"earn",  "multiply", "deduct",  "grant",  "tag",
                                      "untag", "notify",   "promote", "refuse", "close"};
  notch_buffer_print(to, "  do %s", words[action->kind]);
  if (action->points != NOTCH_NONE) {
    notch_buffer_print(to, " ");
    notch_buffer_text(to, p->points[action->points].decl.name);
  }
  for (uint32_t i = 0; i < action->rule_count; i++) {
    notch_buffer_print(to, i ? ", " : " of ");
    notch_buffer_text(to, p->rules[action->rules[i]].decl.name);
  }
  if (action->reward != NOTCH_NONE) {
    notch_buffer_print(to, " ");
    notch_buffer_text(to, p->rewards[action->reward].decl.name);
  }
  if (action->tier != NOTCH_NONE) {
    notch_buffer_print(to, " ");
    notch_buffer_text(to, p->ladders[action->ladder].tiers[action->tier].decl.name);
  }
  notch_buffer_print(to, "\n");
}

static void print_rule(notch_buffer *to, const notch_program *p, const notch_rule *rule)
{
  head(to, "rule", &rule->decl);
  effective_lines(to, p, rule->from_us, rule->to_us);
  if (rule->group != NOTCH_NONE) name_line(to, "belongs to", p->groups[rule->group].decl.name);
  if (rule->exception_to != NOTCH_NONE)
    name_line(to, "exception to", p->rules[rule->exception_to].decl.name);
  if (rule->partner != NOTCH_NONE)
    name_line(to, "funded by", p->partners[rule->partner].decl.name);
  rounding_line(to, &rule->rounding);
  print_terms(to, p, rule->terms);
  for (uint32_t v = 0; v < rule->variant_count; v++) {
    const notch_variant *variant = &rule->variants[v];
    print_trigger(to, p, &variant->trigger);
    root_line(to, p, "when", variant->when);
    for (uint32_t a = 0; a < rule->action_count; a++) {
      print_action(to, p, &rule->actions[a]);
      root_line(to, p, "  amount", variant->amounts[a]);
      root_line(to, p, "  to", variant->receivers[a]);
      root_line(to, p, "  line", variant->line_amounts[a]);
    }
  }
  print_limits(to, p, rule->limits, rule->limit_count);
}

static void print_measure(notch_buffer *to, const notch_program *p, const notch_measure *measure)
{
  static const char *const words[] = {"sum", "count", "distinct", "largest", "smallest", "streak"};
  head(to, "measure", &measure->decl);
  notch_buffer_print(to, "  is %s : ", words[measure->aggregate]);
  notch_print_type(to, p, measure->type);
  notch_buffer_print(to, "%s%s\n", measure->gross ? " gross" : "",
                     measure->by_recorded ? " by recorded time" : "");
  for (uint32_t i = 0; i < measure->on_count; i++) {
    name_line(to, "on", p->events[measure->on[i].event].decl.name);
    root_line(to, p, "  value", measure->on[i].value);
    root_line(to, p, "  where", measure->on[i].where);
  }
  if (measure->at_most) number_line(to, "at most", measure->at_most);
  duration_line(to, "longest window", measure->longest);
  if (measure->exact_windows) notch_buffer_print(to, "  exact windows\n");
  if (measure->whole_history) notch_buffer_print(to, "  whole history\n");
}

static void print_uses(notch_buffer *to, const notch_program *p, const char *word,
                       const notch_pay_use *uses, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    notch_buffer_print(to, "  %s ", word);
    if (uses[i].all)
      notch_buffer_print(to, "all");
    else
      notch_buffer_integer(to, uses[i].amount);
    notch_buffer_print(to, " ");
    notch_buffer_text(to, p->points[uses[i].points].decl.name);
    notch_buffer_print(to, "\n");
  }
}

static void print_ladder(notch_buffer *to, const notch_program *p, const notch_ladder *ladder)
{
  static const char *const lasts[] = {"no term", "for", "until end of"};
  head(to, "ladder", &ladder->decl);
  name_line(to, "start", ladder->tiers[ladder->start].decl.name);
  notch_buffer_print(to, "  term %s\n", lasts[ladder->lasts]);
  duration_line(to, "lasts", ladder->lasts_for);
  if (ladder->lasts_aligned || ladder->lasts == NOTCH_LASTS_UNTIL_END)
    notch_buffer_print(to, "  end of %s\n", notch_unit_word(ladder->lasts_unit));
  notch_buffer_print(to, "  promote %u review %u demote %u recheck %d\n", ladder->promote,
                     ladder->review, ladder->demote, ladder->recheck);
  duration_line(to, "grace", ladder->grace);
  for (uint32_t i = 0; i < ladder->tier_count; i++) {
    const notch_tier *tier = &ladder->tiers[i];
    name_line(to, "tier", tier->decl.name);
    root_line(to, p, "  reach", tier->reach);
    root_line(to, p, "  keep", tier->keep);
    root_line(to, p, "  lifetime", tier->lifetime);
    print_uses(to, p, "  pay on reach", tier->pay_on_reach, tier->pay_on_reach_count);
    print_uses(to, p, "  pay on keep", tier->pay_on_keep, tier->pay_on_keep_count);
  }
  print_uses(to, p, "pay at review", ladder->pay_at_review, ladder->pay_at_review_count);
  for (uint32_t i = 0; i < ladder->carry_count; i++)
    number_line(to, "carry at most", ladder->carries[i].at_most);
  for (uint32_t i = 0; i < ladder->floor_count; i++)
    root_line(to, p, "floor", ladder->floors[i].when);
}

static void print_table(notch_buffer *to, const notch_program *p, const notch_table *table)
{
  static const char *const kinds[] = {"any", "", "in ", "< ", "<= ", "> ", ">= "};
  static const char *const gives[] = {"first", "exclusive", "best"};
  head(to, "table", &table->decl);
  notch_buffer_print(to, "  gives %s\n", gives[table->gives]);
  for (uint32_t row = 0; row < table->row_count; row++) {
    notch_buffer_print(to, "  row");
    for (uint32_t i = 0; i < table->column_count; i++) {
      const notch_cell *cell = &table->cells[row * table->column_count + i];
      notch_buffer_print(to, " | %s", kinds[cell->kind]);
      if (cell->kind != NOTCH_CELL_ANY) notch_print_value(to, p, table->columns[i], cell->low);
      if (cell->kind == NOTCH_CELL_BETWEEN) {
        notch_buffer_print(to, " .. ");
        notch_print_value(to, p, table->columns[i], cell->high);
      }
    }
    notch_buffer_print(to, " => ");
    notch_print_value(to, p, table->results[row]->type, table->results[row]->value);
    notch_buffer_print(to, "\n");
  }
}

static void print_inputs(notch_buffer *to, const notch_program *p)
{
  for (uint32_t i = 0; i < p->record_count; i++) {
    name_line(to, "record", p->records[i].name);
    print_fields(to, p, p->records[i].fields, p->records[i].field_count);
  }
  if (p->member_field_count) notch_buffer_print(to, "member\n");
  print_fields(to, p, p->member_fields, p->member_field_count);
  for (uint32_t i = NOTCH_EVENT_BUILTIN_COUNT; i < p->event_count; i++) {
    head(to, "event", &p->events[i].decl);
    print_fields(to, p, p->events[i].fields, p->events[i].field_count);
  }
}

static void print_shop(notch_buffer *to, const notch_program *p)
{
  for (uint32_t i = 0; i < p->reward_count; i++) {
    const notch_reward *reward = &p->rewards[i];
    head(to, "reward", &reward->decl);
    root_line(to, p, "costs", reward->costs);
    root_line(to, p, "when", reward->when);
    if (reward->stock >= 0) number_line(to, "stock", reward->stock);
    duration_line(to, "valid for", reward->valid_for);
    duration_line(to, "hold for", reward->hold_for);
    print_terms(to, p, reward->terms);
    print_limits(to, p, reward->limits, reward->limit_count);
  }
  for (uint32_t i = 0; i < p->payment_count; i++) {
    const notch_payment *payment = &p->payments[i];
    head(to, "payment", &payment->decl);
    number_line(to, "pay", payment->money);
    number_line(to, "per", payment->points_amount);
    number_line(to, "minimum", payment->minimum);
    number_line(to, "maximum", payment->maximum);
    root_line(to, p, "maximum of", payment->maximum_of);
    number_line(to, "steps", payment->steps);
    root_line(to, p, "when", payment->when);
    duration_line(to, "hold for", payment->hold_for);
    print_limits(to, p, payment->limits, payment->limit_count);
  }
}

static void print_rest(notch_buffer *to, const notch_program *p)
{
  for (uint32_t i = 0; i < p->segment_count; i++) {
    head(to, "segment", &p->segments[i].decl);
    root_line(to, p, "when", p->segments[i].when);
  }
  for (uint32_t i = 0; i < p->cohort_count; i++) {
    head(to, "cohort", &p->cohorts[i].decl);
    root_line(to, p, "rank by", p->cohorts[i].rank_by);
  }
  for (uint32_t i = 0; i < p->partner_count; i++) head(to, "partner", &p->partners[i].decl);
  for (uint32_t i = 0; i < p->pool_count; i++) {
    head(to, "pool", &p->pools[i].decl);
    root_line(to, p, "when", p->pools[i].when);
  }
  for (uint32_t i = 0; i < p->test_count; i++) {
    head(to, "test", &p->tests[i].decl);
    for (uint32_t s = 0; s < p->tests[i].step_count; s++)
      if (p->tests[i].steps[s].event_json.length)
        name_line(to, "event", p->tests[i].steps[s].event_json);
  }
  for (uint32_t i = 0; i < p->property_count; i++) {
    head(to, "property", &p->properties[i].decl);
    root_line(to, p, p->properties[i].never ? "never" : "always", p->properties[i].root);
  }
}

static void print_order(notch_buffer *to, const notch_program *p)
{
  static const char *const words[] = {"adding", "multiplying", "best", "first", "exclusive"};
  for (uint32_t i = 0; i < p->group_count; i++) {
    head(to, "group", &p->groups[i].decl);
    notch_buffer_print(to, "  combine %s%s\n", words[p->groups[i].combine],
                       p->groups[i].ranked ? " ranked" : "");
    for (uint32_t r = 0; r < p->groups[i].rule_count; r++)
      name_line(to, "rule", p->rules[p->groups[i].rules[r]].decl.name);
    print_limits(to, p, p->groups[i].limits, p->groups[i].limit_count);
  }
  notch_buffer_print(to, "steps\n");
  for (uint32_t i = 0; i < p->step_count; i++)
    name_line(to, p->steps[i].is_group ? "group" : "rule",
              p->steps[i].is_group ? p->groups[p->steps[i].index].decl.name
                                   : p->rules[p->steps[i].index].decl.name);
}

void notch_program_print(notch_buffer *to, const notch_program *p)
{
  char hex[65];
  notch_hex(hex, p->identity.bytes, sizeof p->identity.bytes);
  notch_buffer_print(to, "program ");
  notch_buffer_text(to, p->name);
  notch_buffer_print(to, "\n  identity %s\n", hex);
  name_line(to, "timezone", p->zone_name);
  for (uint32_t i = 0; i < p->currency_count; i++)
    name_line(to, "currency", p->currencies[i].code);
  rounding_line(to, &p->rounding);
  for (uint32_t i = 0; i < p->points_count; i++) {
    head(to, "points", &p->points[i].decl);
    number_line(to, "decimals", p->points[i].decimals);
    rounding_line(to, &p->points[i].rounding);
    print_terms(to, p, p->points[i].terms);
  }
  print_inputs(to, p);
  for (uint32_t i = 0; i < p->measure_count; i++) print_measure(to, p, &p->measures[i]);
  for (uint32_t i = 0; i < p->ladder_count; i++) print_ladder(to, p, &p->ladders[i]);
  for (uint32_t i = 0; i < p->table_count; i++) print_table(to, p, &p->tables[i]);
  for (uint32_t i = 0; i < p->rule_count; i++) print_rule(to, p, &p->rules[i]);
  print_order(to, p);
  print_shop(to, p);
  print_rest(to, p);
}
