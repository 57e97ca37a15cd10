/* suite/coverage.c -- the clauses of a programme, and what the tests saw of each. */
#include <config.h>

#include "suite/coverage.h"

#include <stdlib.h>
#include <string.h>

const notch_clause_info notch_clause_infos[NOTCH_CLAUSE_COUNT] = {
#define CLAUSE(name, word, first, second, third, needed) {word, {first, second, third}, needed},
#include "suite/clause.def"
#undef CLAUSE
};

typedef struct row_result { /* a table tells by its result's expression which row gave it */
  const notch_expr *expr;
  uint32_t clause;
} row_result;

typedef struct standing { /* of a member of the test under way */
  int64_t member;
  uint32_t ladder, tier;
} standing;

struct notch_coverage {
  const notch_program *program;
  notch_arena *arena;
  notch_clause *clauses;
  uint32_t count, room;
  uint32_t *rules, *whens, *groups; /* the clause of each rule; NOTCH_NONE */
  uint32_t *limits;                 /* of each limit */
  uint32_t **tiers;                 /* by ladder, tier */
  row_result *rows;
  uint32_t row_count;
  uint32_t undecided; /* the rule whose `when` did not come to hold just now */
  bool *applied;      /* by rule: counted as applied by the newest decision about it */
  NOTCH_VEC(standing) standings;
};

bool notch_clause_covered(const notch_clause *clause)
{
  for (unsigned i = 0; i < notch_clause_infos[clause->kind].needed; i++) {
    if (clause->seen[i] == 0) {
      return false;
    }
  }
  return true;
}

/* ---- the list ---- */

/* The words of a place, blanks and line ends drawn together. */
static notch_text words_at(const notch_coverage *coverage, uint16_t source, notch_span span)
{
  notch_text slice = notch_source_slice(notch_source_get(coverage->program->sources, source), span);
  char *bytes = notch_arena_alloc(coverage->arena, (size_t)slice.length + 1);
  uint32_t length = 0;
  bool blank = false;
  for (uint32_t i = 0; bytes != NULL && i < slice.length; i++) {
    char one = slice.bytes[i];
    if (one == ' ' || one == '\n' || one == '\t' || one == '\r') {
      blank = length > 0;
      continue;
    }
    if (blank) {
      bytes[length++] = ' ';
    }
    blank = false;
    bytes[length++] = one;
  }
  return (notch_text){bytes, bytes == NULL ? 0 : length};
}

static uint32_t add(notch_coverage *coverage, notch_clause_kind kind, uint16_t source,
                    notch_span span, notch_text text)
{
  coverage->clauses[coverage->count] =
      (notch_clause){.kind = kind, .source = source, .span = span, .text = text};
  return coverage->count++;
}

static void add_rule(notch_coverage *coverage, uint32_t index)
{
  const notch_program *program = coverage->program;
  const notch_rule *rule = &program->rules[index];
  const notch_decl *decl = &rule->decl;
  int length = (int)decl->name.length;
  coverage->rules[index] =
      add(coverage, NOTCH_CLAUSE_RULE, decl->source, decl->span,
          notch_arena_format(coverage->arena, "rule %.*s", length, decl->name.bytes));
  uint32_t when = rule->variant_count > 0 ? rule->variants[0].when : NOTCH_NONE;
  if (when != NOTCH_NONE) {
    const notch_expr *expr = program->roots[when].expr;
    notch_text words = words_at(coverage, expr->source, expr->span);
    coverage->whens[index] =
        add(coverage, NOTCH_CLAUSE_WHEN, expr->source, expr->span,
            notch_arena_format(coverage->arena, "when %.*s", (int)words.length, words.bytes));
  }
  if (rule->group != NOTCH_NONE) {
    notch_text group = program->groups[rule->group].decl.name;
    coverage->groups[index] =
        add(coverage, NOTCH_CLAUSE_GROUP, decl->source, decl->span,
            notch_arena_format(coverage->arena, "%.*s in group %.*s", length, decl->name.bytes,
                               (int)group.length, group.bytes));
  }
}

static void add_limits(notch_coverage *coverage, const uint32_t *limits, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    const notch_limit *limit = &coverage->program->limits[limits[i]];
    coverage->limits[limits[i]] = add(coverage, NOTCH_CLAUSE_LIMIT, limit->source, limit->span,
                                      words_at(coverage, limit->source, limit->span));
  }
}

static void add_table(notch_coverage *coverage, const notch_table *table)
{
  for (uint32_t row = 0; row < table->row_count; row++) {
    notch_span span = table->row_spans[row];
    notch_text words = words_at(coverage, table->decl.source, span);
    uint32_t clause = add(coverage, NOTCH_CLAUSE_ROW, table->decl.source, span, words);
    coverage->rows[coverage->row_count++] = (row_result){table->results[row], clause};
  }
}

static void add_ladder(notch_coverage *coverage, uint32_t index)
{
  const notch_ladder *ladder = &coverage->program->ladders[index];
  for (uint32_t rank = 0; rank < ladder->tier_count; rank++) {
    const notch_decl *decl = &ladder->tiers[rank].decl;
    coverage->tiers[index][rank] = NOTCH_NONE;
    if (rank > ladder->start) { /* everybody starts at the others */
      coverage->tiers[index][rank] =
          add(coverage, NOTCH_CLAUSE_TIER, decl->source, decl->span,
              notch_arena_format(coverage->arena, "tier %.*s", (int)decl->name.length,
                                 decl->name.bytes));
    }
  }
}

static uint32_t *indexes(notch_coverage *coverage, uint32_t count)
{
  uint32_t *all = NOTCH_NEW_ARRAY(coverage->arena, uint32_t, count + 1);
  for (uint32_t i = 0; all != NULL && i < count; i++) {
    all[i] = NOTCH_NONE;
  }
  return all;
}

static bool make_room(notch_coverage *coverage)
{
  const notch_program *program = coverage->program;
  uint32_t rows = 0, tiers = 0;
  for (uint32_t i = 0; i < program->table_count; i++) {
    rows += program->tables[i].row_count;
  }
  coverage->tiers = NOTCH_NEW_ARRAY(coverage->arena, uint32_t *, program->ladder_count + 1);
  for (uint32_t i = 0; coverage->tiers != NULL && i < program->ladder_count; i++) {
    tiers += program->ladders[i].tier_count;
    coverage->tiers[i] = indexes(coverage, program->ladders[i].tier_count);
  }
  coverage->room = 3 * program->rule_count + program->limit_count + rows + tiers + 1;
  coverage->clauses = NOTCH_NEW_ARRAY(coverage->arena, notch_clause, coverage->room);
  coverage->rules = indexes(coverage, program->rule_count);
  coverage->whens = indexes(coverage, program->rule_count);
  coverage->groups = indexes(coverage, program->rule_count);
  coverage->limits = indexes(coverage, program->limit_count);
  coverage->rows = NOTCH_NEW_ARRAY(coverage->arena, row_result, rows + 1);
  coverage->applied = NOTCH_NEW_ARRAY(coverage->arena, bool, program->rule_count + 1);
  return !coverage->arena->failed;
}

static int by_expr(const void *left, const void *right)
{
  uintptr_t l = (uintptr_t)((const row_result *)left)->expr;
  uintptr_t r = (uintptr_t)((const row_result *)right)->expr;
  return l < r ? -1 : l > r;
}

notch_coverage *notch_coverage_new(const notch_program *program, notch_arena *arena)
{
  notch_coverage *coverage = NOTCH_NEW(arena, notch_coverage);
  if (coverage == NULL) {
    return NULL;
  }
  coverage->program = program;
  coverage->arena = arena;
  coverage->undecided = NOTCH_NONE;
  if (!make_room(coverage)) {
    return NULL;
  }
  for (uint32_t i = 0; i < program->rule_count; i++) {
    add_rule(coverage, i);
    add_limits(coverage, program->rules[i].limits, program->rules[i].limit_count);
  }
  for (uint32_t i = 0; i < program->group_count; i++) {
    add_limits(coverage, program->groups[i].limits, program->groups[i].limit_count);
  }
  for (uint32_t i = 0; i < program->reward_count; i++) {
    add_limits(coverage, program->rewards[i].limits, program->rewards[i].limit_count);
  }
  for (uint32_t i = 0; i < program->payment_count; i++) {
    add_limits(coverage, program->payments[i].limits, program->payments[i].limit_count);
  }
  for (uint32_t i = 0; i < program->table_count; i++) {
    add_table(coverage, &program->tables[i]);
  }
  for (uint32_t i = 0; i < program->ladder_count; i++) {
    add_ladder(coverage, i);
  }
  qsort(coverage->rows, coverage->row_count, sizeof *coverage->rows, by_expr);
  return arena->failed ? NULL : coverage;
}

/* ---- counting ---- */

static void count(notch_coverage *coverage, uint32_t clause, unsigned figure)
{
  if (clause != NOTCH_NONE) {
    coverage->clauses[clause].seen[figure]++;
  }
}

static void use_limits(notch_coverage *coverage, const uint32_t *limits, uint32_t limit_count,
                       int by)
{
  for (uint32_t i = 0; i < limit_count; i++) {
    uint32_t clause = coverage->limits[limits[i]];
    coverage->clauses[clause].seen[1] += (uint64_t)(int64_t)by;
  }
}

static void use_limits_of(notch_coverage *coverage, uint32_t rule, int by)
{
  const notch_rule *of = &coverage->program->rules[rule];
  use_limits(coverage, of->limits, of->limit_count, by);
  if (of->group != NOTCH_NONE) {
    const notch_group *group = &coverage->program->groups[of->group];
    use_limits(coverage, group->limits, group->limit_count, by);
  }
}

/* An exception or the rule's group took back that it applied. */
static void set_aside(notch_coverage *coverage, uint32_t rule)
{
  if (coverage->applied[rule]) {
    use_limits_of(coverage, rule, -1);
    coverage->applied[rule] = false;
    coverage->clauses[coverage->rules[rule]].seen[0]--;
    count(coverage, coverage->rules[rule], 1);
    if (coverage->groups[rule] != NOTCH_NONE) {
      coverage->clauses[coverage->groups[rule]].seen[0]--;
    }
  }
}

static void see_rule(notch_coverage *coverage, uint32_t rule, bool applied)
{
  if (coverage->undecided != rule) {
    count(coverage, coverage->whens[rule], 0);
  }
  coverage->undecided = NOTCH_NONE;
  coverage->applied[rule] = applied;
  count(coverage, coverage->rules[rule], applied ? 0 : 1);
  if (applied) {
    count(coverage, coverage->groups[rule], 0);
    use_limits_of(coverage, rule, 1);
  }
}

static void see_row(notch_coverage *coverage, const notch_expr *expr)
{
  const row_result wanted = {.expr = expr};
  const row_result *row =
      expr == NULL || coverage->row_count == 0
          ? NULL
          : bsearch(&wanted, coverage->rows, coverage->row_count, sizeof *coverage->rows, by_expr);
  if (row != NULL) {
    count(coverage, row->clause, 0);
  }
}

void notch_coverage_trace(notch_coverage *coverage, const notch_trace *trace)
{
  for (uint32_t i = 0; i < trace->records.count; i++) {
    const notch_trace_record *record = &trace->records.items[i];
    switch (record->kind) {
    case NOTCH_TRACE_NOT_MET:
      count(coverage, coverage->whens[record->subject], 1);
      coverage->undecided = record->subject;
      break;
    case NOTCH_TRACE_NOT_EFFECTIVE: coverage->undecided = record->subject; break;
    case NOTCH_TRACE_RULE: see_rule(coverage, record->subject, record->flag); break;
    case NOTCH_TRACE_REPLACED: set_aside(coverage, record->subject); break;
    case NOTCH_TRACE_SET_ASIDE:
      set_aside(coverage, record->subject);
      count(coverage, coverage->groups[record->subject], 1);
      break;
    case NOTCH_TRACE_LIMIT_REACHED:
    case NOTCH_TRACE_LIMITED:
      if (record->other != NOTCH_NONE) {
        count(coverage, coverage->limits[record->other], 0);
      }
      break;
    case NOTCH_TRACE_CONDITION: see_row(coverage, record->expr); break;
    case NOTCH_TRACE_EXACT:
    case NOTCH_TRACE_FACTOR:
    case NOTCH_TRACE_PURSE:
    case NOTCH_TRACE_ROUNDED:
    case NOTCH_TRACE_SHARE:
    case NOTCH_TRACE_CAPPED:
    case NOTCH_TRACE_REACH:
    case NOTCH_TRACE_KEEP:
    case NOTCH_TRACE_RANKED:
    case NOTCH_TRACE_NO_RECEIVER:
    case NOTCH_TRACE_COUNT: break;
    }
  }
}

void notch_coverage_effect(notch_coverage *coverage, const notch_effect *effect)
{
  const notch_program *program = coverage->program;
  if (effect->kind == NOTCH_EFFECT_USE && effect->ref == 0) { /* bought, not granted */
    const notch_reward *reward = &program->rewards[effect->subject];
    use_limits(coverage, reward->limits, reward->limit_count, 1);
  } else if (effect->kind == NOTCH_EFFECT_PAID && effect->amount > 0) {
    const notch_payment *payment = &program->payments[effect->subject];
    use_limits(coverage, payment->limits, payment->limit_count, 1);
  }
}

static standing *standing_of(notch_coverage *coverage, int64_t member, uint32_t ladder)
{
  for (uint32_t i = 0; i < coverage->standings.count; i++) {
    standing *known = &coverage->standings.items[i];
    if (known->member == member && known->ladder == ladder) {
      return known;
    }
  }
  standing *added = notch_vec_try_push(&coverage->standings, coverage->arena);
  if (added != NULL) { /* else the arena says so */
    *added = (standing){member, ladder, coverage->program->ladders[ladder].start};
  }
  return added;
}

void notch_coverage_move(notch_coverage *coverage, int64_t member, const notch_move *move,
                         bool scene)
{
  uint32_t *tiers = coverage->tiers[move->ladder];
  bool floor = move->cause == NOTCH_MOVE_PROMISE || move->cause == NOTCH_MOVE_LIFETIME;
  bool moved = move->cause == NOTCH_MOVE_START || move->cause == NOTCH_MOVE_REACH ||
               move->cause == NOTCH_MOVE_DEMOTE;
  if (!scene && (floor || move->cause == NOTCH_MOVE_REACH)) {
    count(coverage, tiers[move->tier], 0);
  } else if (!scene && move->cause == NOTCH_MOVE_KEEP) {
    count(coverage, tiers[move->tier], 1);
  }
  standing *own = moved ? standing_of(coverage, member, move->ladder) : NULL;
  if (own != NULL) {
    if (move->cause == NOTCH_MOVE_DEMOTE) {
      count(coverage, tiers[own->tier], 2);
    }
    own->tier = move->tier;
  }
}

void notch_coverage_next_test(notch_coverage *coverage)
{
  coverage->standings.count = 0;
  coverage->undecided = NOTCH_NONE;
}

static int by_place(const void *left, const void *right)
{
  const notch_clause *l = left, *r = right;
  if (l->source != r->source) {
    return l->source < r->source ? -1 : 1;
  }
  if (l->span.start != r->span.start) {
    return l->span.start < r->span.start ? -1 : 1;
  }
  return (l->kind > r->kind) - (l->kind < r->kind);
}

const notch_clause *notch_coverage_clauses(notch_coverage *coverage, uint32_t *count_out)
{
  qsort(coverage->clauses, coverage->count, sizeof *coverage->clauses, by_place);
  *count_out = coverage->count;
  return coverage->clauses;
}
