/* suite/guess.c -- what the rules compare with, and events and scenes made of the choices. */
#include <config.h>

#include "suite/guess.h"
#include "audit/words.h"

#include <assert.h>

#define NODES_MAX 20000
#define RULES_MAX 64

/* ---- constants ---- */

static const notch_expr *bare(const notch_expr *expr)
{
  while (expr->op == NOTCH_EXPR_LET) {
    expr = expr->args[0];
  }
  return expr;
}

static void around(notch_guess *guess, notch_gene_kind kind, uint32_t index, notch_value value)
{
  notch_gene *gene = notch_guess_gene(guess, kind, index);
  if (gene != NULL) {
    notch_gene_around(guess, gene, value);
  }
}

static int32_t usual_day(notch_guess *guess)
{
  const notch_gene *day = notch_guess_gene(guess, NOTCH_GENE_DAY, 0);
  return day == NULL || day->count == 0 ? 0 : (int32_t)day->values[0].n;
}

/* The day of that month, and the month's day, in the usual year; births are years before. */
static void add_part_of_day(notch_guess *guess, const notch_expr *part, notch_value value)
{
  const notch_expr *of = bare(part->args[0]);
  notch_civil civil = notch_civil_of(usual_day(guess));
  if (part->op == NOTCH_EXPR_MONTH_OF && value.n >= 1 && value.n <= 12) {
    civil.month = (uint8_t)value.n;
  } else if (part->op == NOTCH_EXPR_DAY_OF && value.n >= 1 && value.n <= 28) {
    civil.day = (uint8_t)value.n;
  } else if (part->op == NOTCH_EXPR_YEAR_OF && value.n >= 1 && value.n <= 9999) {
    civil.year = (int32_t)value.n;
  } else if (part->op == NOTCH_EXPR_AGE_OF && value.n >= 0 && value.n < civil.year) {
    civil.year -= (int32_t)value.n;
  }
  int32_t day = notch_day_of(civil);
  if (of->op == NOTCH_EXPR_MEMBER_FIELD) {
    around(guess, NOTCH_GENE_MEMBER, of->a, NOTCH_VALUE(day));
  } else if (of->op == NOTCH_EXPR_FIELD) {
    around(guess, NOTCH_GENE_FIELD, of->a, NOTCH_VALUE(day));
  } else {
    around(guess, NOTCH_GENE_DAY, 0, NOTCH_VALUE(day));
  }
}

/* A threshold of a figure that adds up: one event may pass it alone. */
static void add_to_all(notch_guess *guess, notch_type type, notch_value value)
{
  for (uint32_t i = 0; i < guess->gene_count; i++) {
    notch_gene *gene = &guess->genes[i];
    bool same = gene->type.kind == type.kind && gene->type.of == type.of;
    if (gene->kind == NOTCH_GENE_FIELD && same) {
      notch_gene_around(guess, gene, value);
    }
  }
}

/* `labels contains "gift"`: the set of it alone. */
static void add_set(notch_guess *guess, const notch_expr *field, notch_value text)
{
  bool own = field->op == NOTCH_EXPR_FIELD;
  notch_gene *gene = notch_guess_gene(guess, own ? NOTCH_GENE_FIELD : NOTCH_GENE_MEMBER, field->a);
  notch_list *list = NOTCH_NEW(guess->arena, notch_list);
  *list = (notch_list){.count = 1, .width = 1};
  list->values = NOTCH_NEW(guess->arena, notch_value);
  *list->values = text;
  if (gene != NULL) {
    notch_gene_add(guess, gene, NOTCH_VALUE((intptr_t)list));
  }
}

/* Of whichever list: an item field of that place and type. */
static void add_to_items(notch_guess *guess, const notch_expr *item, notch_value value)
{
  for (uint32_t i = 0; i < guess->gene_count; i++) {
    notch_gene *gene = &guess->genes[i];
    if (item->a < gene->item_count && gene->items[item->a].type.kind == item->type.kind &&
        gene->items[item->a].type.of == item->type.of) {
      notch_gene_around(guess, &gene->items[item->a], value);
    }
  }
}

static void add_hour(notch_guess *guess, const notch_expr *of, int64_t hour)
{
  bool own = of->op == NOTCH_EXPR_FIELD && of->type.kind == NOTCH_TYPE_TIME;
  for (int64_t k = hour - 1; k <= hour + 1; k++) {
    if (k >= 0 && k < 24) {
      around(guess, own ? NOTCH_GENE_FIELD : NOTCH_GENE_SECOND, own ? of->a : 0,
             NOTCH_VALUE(k * 3600));
    }
  }
}

static void compared(notch_guess *guess, const notch_expr *with, const notch_expr *constant)
{
  notch_value value = constant->value;
  const notch_zone *zone = &guess->program->zone;
  if (value.d == 0) {
    return;
  }
  switch (with->op) {
  case NOTCH_EXPR_FIELD:
  case NOTCH_EXPR_MEMBER_FIELD:
    if (with->type.kind == constant->type.kind) {
      bool own = with->op == NOTCH_EXPR_FIELD;
      around(guess, own ? NOTCH_GENE_FIELD : NOTCH_GENE_MEMBER, with->a, value);
    } else if (with->type.kind == NOTCH_TYPE_SET && constant->type.kind == NOTCH_TYPE_TEXT) {
      add_set(guess, with, value);
    }
    break;
  case NOTCH_EXPR_ITEM: add_to_items(guess, with, value); break;
  case NOTCH_EXPR_TODAY: around(guess, NOTCH_GENE_DAY, 0, value); break;
  case NOTCH_EXPR_NOW:
    around(guess, NOTCH_GENE_DAY, 0, NOTCH_VALUE(notch_zone_day(zone, value.n)));
    around(guess, NOTCH_GENE_SECOND, 0, NOTCH_VALUE(notch_zone_second_of_day(zone, value.n)));
    break;
  case NOTCH_EXPR_HOUR_OF: add_hour(guess, bare(with->args[0]), value.n); break;
  case NOTCH_EXPR_MONTH_OF:
  case NOTCH_EXPR_DAY_OF:
  case NOTCH_EXPR_YEAR_OF:
  case NOTCH_EXPR_AGE_OF: add_part_of_day(guess, with, value); break;
  case NOTCH_EXPR_MEASURE: add_to_all(guess, with->type, value); break;
  default: break;
  }
}

static void add_tag(notch_guess *guess, const notch_expr *constant)
{
  if (guess->gene_count == NOTCH_GENES_MAX) {
    return;
  }
  notch_gene *gene = &guess->genes[guess->gene_count];
  *gene = (notch_gene){.kind = NOTCH_GENE_TAG,
                       .index = guess->gene_count,
                       .type = {.kind = NOTCH_TYPE_FLAG},
                       .tag = notch_value_text(constant->value)};
  for (uint32_t i = 0; i < guess->gene_count; i++) {
    if (guess->genes[i].kind == NOTCH_GENE_TAG &&
        notch_text_equal(guess->genes[i].tag, gene->tag)) {
      return;
    }
  }
  guess->gene_count++;
  notch_gene_add(guess, gene, NOTCH_VALUE(0));
  notch_gene_add(guess, gene, NOTCH_VALUE(1));
}

static void note_table(notch_guess *guess, const notch_expr *call)
{
  const notch_table *table = &guess->program->tables[call->a];
  for (uint32_t row = 0; row < table->row_count; row++) {
    for (uint32_t i = 0; i < table->column_count && i < call->arg_count; i++) {
      const notch_cell *cell = &table->cells[row * table->column_count + i];
      notch_expr constant = {.op = NOTCH_EXPR_CONST, .type = table->columns[i], .value = cell->low};
      if (cell->kind != NOTCH_CELL_ANY) {
        compared(guess, bare(call->args[i]), &constant);
      }
      if (cell->kind == NOTCH_CELL_BETWEEN) {
        constant.value = cell->high;
        compared(guess, bare(call->args[i]), &constant);
      }
    }
  }
}

static void note_leaf(notch_guess *guess, const notch_expr *expr)
{
  notch_gene *gene =
      expr->op == NOTCH_EXPR_FIELD          ? notch_guess_gene(guess, NOTCH_GENE_FIELD, expr->a)
      : expr->op == NOTCH_EXPR_MEMBER_FIELD ? notch_guess_gene(guess, NOTCH_GENE_MEMBER, expr->a)
      : expr->op == NOTCH_EXPR_TIER         ? notch_guess_gene(guess, NOTCH_GENE_TIER, expr->a)
      : expr->op == NOTCH_EXPR_TODAY        ? notch_guess_gene(guess, NOTCH_GENE_DAY, 0)
      : expr->op == NOTCH_EXPR_NOW          ? notch_guess_gene(guess, NOTCH_GENE_SECOND, 0)
                                            : NULL;
  if (gene != NULL) {
    gene->read = true;
  }
}

static void look_into(notch_guess *guess, const notch_expr *expr)
{
  if (expr == NULL || guess->nodes_left == 0) {
    return;
  }
  guess->nodes_left--;
  expr = bare(expr);
  note_leaf(guess, expr);
  if (expr->op == NOTCH_EXPR_TABLE) {
    note_table(guess, expr);
  }
  if (expr->op == NOTCH_EXPR_CONTAINS && bare(expr->args[0])->op == NOTCH_EXPR_TAGS &&
      expr->args[1]->op == NOTCH_EXPR_CONST) {
    add_tag(guess, expr->args[1]);
  }
  for (uint32_t i = 0; i < expr->arg_count; i++) {
    for (uint32_t k = 0; k < expr->arg_count && expr->args[i] != NULL; k++) {
      if (expr->args[k] != NULL && expr->args[k]->op == NOTCH_EXPR_CONST && k != i) {
        compared(guess, bare(expr->args[i]), expr->args[k]);
      }
    }
    look_into(guess, expr->args[i]);
  }
}

static void look_into_root(notch_guess *guess, uint32_t root)
{
  if (root != NOTCH_NONE) {
    look_into(guess, guess->program->roots[root].expr);
  }
}

static void note_dates(notch_guess *guess, const notch_rule *rule)
{
  const notch_zone *zone = &guess->program->zone;
  if (rule->from_us != INT64_MIN) {
    around(guess, NOTCH_GENE_DAY, 0, NOTCH_VALUE(notch_zone_day(zone, rule->from_us)));
  }
  if (rule->to_us != INT64_MAX) {
    around(guess, NOTCH_GENE_DAY, 0, NOTCH_VALUE(notch_zone_day(zone, rule->to_us)));
  }
}

notch_guess *notch_guess_new(const notch_program *program, uint32_t type, uint32_t root,
                             notch_arena *arena)
{
  notch_guess *guess = NOTCH_NEW(arena, notch_guess);
  assert(type >= NOTCH_EVENT_BUILTIN_COUNT);
  guess->program = program;
  guess->arena = arena;
  guess->type = type;
  guess->nodes_left = NODES_MAX;
  notch_guess_start(guess);
  look_into_root(guess, root);
  const notch_event_decl *event = &program->events[type];
  for (uint32_t i = 0; i < event->variant_count && i < RULES_MAX; i++) {
    const notch_rule *rule = &program->rules[event->variants[i].rule];
    const notch_variant *variant = &rule->variants[event->variants[i].variant];
    note_dates(guess, rule);
    look_into_root(guess, variant->when);
    for (uint32_t a = 0; a < rule->action_count; a++) {
      look_into_root(guess, variant->amounts[a]);
    }
  }
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    for (uint32_t k = 0; k < program->ladders[i].tier_count; k++) {
      look_into_root(guess, program->ladders[i].tiers[k].reach);
    }
  }
  notch_guess_lists(guess);
  guess->event.fields = NOTCH_NEW_ARRAY(arena, notch_value, event->field_count + 1);
  guess->given.member_fields = NOTCH_NEW_ARRAY(arena, notch_value, program->member_field_count + 1);
  guess->given.member_named = NOTCH_NEW_ARRAY(arena, bool, program->member_field_count + 1);
  guess->given.tiers = NOTCH_NEW_ARRAY(arena, notch_amount, program->ladder_count + 1);
  guess->given.tags = NOTCH_NEW_ARRAY(arena, notch_text, NOTCH_GENES_MAX);
  return guess;
}

/* ---- the choices made ---- */

static notch_value chosen(const notch_gene *gene)
{
  return gene->count == 0 ? NOTCH_MISSING : gene->values[gene->chosen];
}

static int64_t moment(const notch_guess *guess)
{
  int32_t day = 0, second = 0;
  for (uint32_t i = 0; i < guess->gene_count; i++) {
    const notch_gene *gene = &guess->genes[i];
    if (gene->kind == NOTCH_GENE_DAY) {
      day = (int32_t)chosen(gene).n;
    } else if (gene->kind == NOTCH_GENE_SECOND) {
      second = (int32_t)chosen(gene).n;
    }
  }
  return notch_zone_instant(&guess->program->zone, day, second) * NOTCH_SECOND_US;
}

static int32_t offset_of(const notch_guess *guess, int64_t at_us)
{
  return notch_zone_offset(&guess->program->zone, at_us / NOTCH_SECOND_US) / 60;
}

const notch_event *notch_guess_event(notch_guess *guess)
{
  notch_event *event = &guess->event;
  event->type = guess->type;
  event->id = NOTCH_TEXT("e");
  event->member = NOTCH_TEXT("ann");
  event->at_us = moment(guess);
  event->offset_min = offset_of(guess, event->at_us);
  event->reward = event->payment = event->pool = event->partner = NOTCH_NONE;
  event->currency_from = event->currency_to = NOTCH_NONE;
  event->quantity = 1;
  for (uint32_t i = 0; i < guess->gene_count; i++) {
    if (guess->genes[i].kind == NOTCH_GENE_FIELD) {
      event->fields[guess->genes[i].index] = chosen(&guess->genes[i]);
    }
  }
  return event;
}

bool notch_guess_scene(notch_guess *guess, notch_trial *trial, notch_state *scene)
{
  notch_event *given = &guess->given;
  given->type = NOTCH_EVENT_GIVEN;
  given->id = NOTCH_TEXT("(given)");
  given->member = NOTCH_TEXT("ann");
  given->at_us = moment(guess) - NOTCH_SECOND_US;
  given->offset_min = offset_of(guess, given->at_us);
  given->reward = given->payment = given->pool = given->partner = NOTCH_NONE;
  given->tier_count = given->tag_count = 0;
  for (uint32_t i = 0; i < guess->gene_count; i++) {
    const notch_gene *gene = &guess->genes[i];
    if (gene->kind == NOTCH_GENE_MEMBER) {
      given->member_fields[gene->index] = chosen(gene);
      given->member_named[gene->index] = chosen(gene).d != 0;
    } else if (gene->kind == NOTCH_GENE_TIER && gene->chosen != 0) {
      given->tiers[given->tier_count++] = (notch_amount){gene->index, chosen(gene).n};
    } else if (gene->kind == NOTCH_GENE_TAG && gene->chosen != 0) {
      given->tags[given->tag_count++] = gene->tag;
    }
  }
  return notch_trial_event(trial, NULL, given, NULL, scene, NULL);
}

/* ---- words ---- */

static bool is_told(const notch_guess *guess, const notch_gene *gene)
{
  if (chosen(gene).d == 0) {
    return false;
  }
  return gene->chosen != 0 ||
         (gene->kind == NOTCH_GENE_FIELD &&
          (gene->read || !guess->program->events[guess->type].fields[gene->index].type.optional));
}

static void put_value(notch_buffer *to, const notch_guess *guess, notch_type type,
                      notch_value value)
{
  const notch_wording words = {guess->program, guess->program->sources};
  bool text = type.kind == NOTCH_TYPE_TEXT || type.kind == NOTCH_TYPE_MEMBER;
  notch_words_value(to, &words, type, value, text ? notch_value_text(value) : NOTCH_TEXT(""));
}

static void put_items(notch_buffer *to, const notch_guess *guess, const notch_gene *gene)
{
  const notch_list *list = notch_value_list(chosen(gene));
  const notch_record *record = &guess->program->records[gene->type.of];
  for (uint32_t i = 0; i < list->count; i++) {
    const char *before = " {";
    for (uint32_t k = 0; k < list->width; k++) {
      notch_value value = list->values[(size_t)i * list->width + k];
      if (value.d != 0) {
        notch_buffer_print(to, "%s", before);
        notch_buffer_text(to, record->fields[k].name);
        notch_buffer_print(to, " ");
        put_value(to, guess, record->fields[k].type, value);
        before = ", ";
      }
    }
    notch_buffer_print(to, "}");
  }
}

/* As a test would set it: `amount 10.00 CNY`, `tier gold`, `tags {"vip"}`. */
static void put_gene(notch_buffer *to, const notch_guess *guess, const notch_gene *gene)
{
  if (gene->kind == NOTCH_GENE_TAG) {
    notch_buffer_print(to, "tags {");
    notch_json_quote(to, gene->tag);
    notch_buffer_print(to, "}");
    return;
  }
  notch_buffer_text(to, gene->kind == NOTCH_GENE_TIER ? NOTCH_TEXT("tier") : gene->name);
  if (gene->type.kind == NOTCH_TYPE_SET) {
    notch_buffer_print(to, " {");
    notch_json_quote(to, notch_value_text(notch_value_list(chosen(gene))->values[0]));
    notch_buffer_print(to, "}");
    return;
  }
  if (gene->type.kind == NOTCH_TYPE_LIST) {
    put_items(to, guess, gene);
    return;
  }
  notch_buffer_print(to, " ");
  put_value(to, guess, gene->type, chosen(gene));
}

static void put_genes(notch_buffer *to, const notch_guess *guess, bool of_event)
{
  const char *before = " with ";
  for (uint32_t i = 0; i < guess->gene_count; i++) {
    const notch_gene *gene = &guess->genes[i];
    bool scene = gene->kind == NOTCH_GENE_MEMBER || gene->kind == NOTCH_GENE_TIER ||
                 gene->kind == NOTCH_GENE_TAG;
    bool many = gene->type.kind == NOTCH_TYPE_LIST || gene->type.kind == NOTCH_TYPE_SET;
    bool empty = many && chosen(gene).d != 0 && notch_value_list(chosen(gene))->count == 0;
    if ((of_event ? gene->kind == NOTCH_GENE_FIELD : scene) && is_told(guess, gene) && !empty) {
      notch_buffer_print(to, "%s", before);
      put_gene(to, guess, gene);
      before = ", ";
    }
  }
}

static bool has_scene(const notch_guess *guess)
{
  for (uint32_t i = 0; i < guess->gene_count; i++) {
    const notch_gene *gene = &guess->genes[i];
    if ((gene->kind == NOTCH_GENE_MEMBER || gene->kind == NOTCH_GENE_TIER ||
         gene->kind == NOTCH_GENE_TAG) &&
        is_told(guess, gene)) {
      return true;
    }
  }
  return false;
}

void notch_guess_words(const notch_guess *guess, notch_buffer *to)
{
  int64_t at_us = moment(guess);
  const notch_zone *zone = &guess->program->zone;
  int32_t second = notch_zone_second_of_day(zone, at_us);
  if (has_scene(guess)) {
    notch_buffer_print(to, "given ann");
    put_genes(to, guess, false);
    notch_buffer_print(to, ", ");
  }
  notch_buffer_print(to, "at ");
  notch_date_print(to, notch_zone_day(zone, at_us));
  notch_buffer_print(to, " %02d:%02d ann ", second / 3600, second / 60 % 60);
  notch_buffer_text(to, guess->program->events[guess->type].decl.name);
  put_genes(to, guess, true);
}
