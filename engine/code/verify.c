/*
 * code/verify.c -- what the machine relies on without looking, checked once for each code.
 *
 * One pass over each procedure: what is known of every slot is followed along the instructions
 * and joined where jumps meet.  Jumps go forward, but for NEXT, which goes back to its own loop;
 * there what was known when the loop began must still hold, so one pass is enough.
 */
#include <config.h>

#include "code/code.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct known { /* of one slot */
  uint32_t kind;       /* notch_kind */
  uint32_t of;         /* CURSOR: its LOOP; TALLY: 1 of texts */
} known;

typedef struct verifier {
  const notch_code *code;
  const notch_program *program;
  notch_arena *arena;
  const notch_procedure *procedure;
  const notch_instruction *instructions; /* of the procedure */
  const notch_event_decl *event;         /* whose fields may be read; NULL */
  const uint32_t *line_fields;           /* of each root: the list whose items it is run for */
  uint32_t root, at;
  bool reachable;
  known *slots;
  known **joins;   /* of each instruction: what is known on the jumps to it so far; NULL */
  known **headers; /* of each LOOP: what was known when it began */
  notch_text *message;
} verifier;

static bool refuse(verifier *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool refuse(verifier *v, const char *format, ...)
{
  char text[160];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  const char *word = "none";
  if (v->at < v->procedure->count && v->instructions[v->at].op < NOTCH_OP_COUNT)
    word = notch_op_infos[v->instructions[v->at].op].word;
  *v->message = notch_arena_format(v->arena, "procedure %u, instruction %u (%s): %s", v->root,
                                   v->at, word, text);
  return false;
}

static const notch_field *field_at(const verifier *v, uint32_t index)
{
  return v->event != NULL && index < v->event->field_count ? &v->event->fields[index] : NULL;
}

static const notch_record *record_of(const verifier *v, uint32_t list_field)
{
  const notch_field *field = field_at(v, list_field);
  if (field == NULL || field->type.kind != NOTCH_TYPE_LIST ||
      field->type.of >= v->program->record_count)
    return NULL;
  return &v->program->records[field->type.of];
}

static known known_of_type(const notch_type *type)
{
  return (known){notch_kind_of_type(type), 0};
}

static known register_at(const verifier *v, uint32_t index)
{
  if (index < v->code->slot_count)
    return index < v->procedure->slot_count ? v->slots[index] : (known){NOTCH_KIND_NONE, 0};
  uint32_t constant = index - v->code->slot_count;
  if (constant < v->code->constant_count)
    return (known){v->code->constant_kinds[constant], 0};
  return (known){NOTCH_KIND_NONE, 0};
}

static bool check_register(verifier *v, notch_operand operand, uint32_t index)
{
  known found = register_at(v, index);
  bool right = false;
  switch ((int)operand) {
  case NOTCH_OPERAND_PLAIN: right = found.kind == NOTCH_KIND_PLAIN; break;
  case NOTCH_OPERAND_TEXT: right = found.kind == NOTCH_KIND_TEXT; break;
  case NOTCH_OPERAND_SET: right = found.kind == NOTCH_KIND_SET; break;
  case NOTCH_OPERAND_CURSOR: right = found.kind == NOTCH_KIND_CURSOR; break;
  case NOTCH_OPERAND_TALLIED:
    right = found.kind == NOTCH_KIND_PLAIN || found.kind == NOTCH_KIND_TEXT;
    break;
  case NOTCH_OPERAND_ANY:
    right = found.kind >= NOTCH_KIND_PLAIN && found.kind <= NOTCH_KIND_LIST;
    break;
  }
  if (found.kind == NOTCH_KIND_NONE)
    return refuse(v, "register %u is not written on every path", index);
  return right || refuse(v, "register %u holds a value of another kind", index);
}

static bool check_table(verifier *v, const notch_instruction *at)
{
  if (at->a >= v->program->table_count)
    return refuse(v, "there is no table %u", at->a);
  const notch_table *table = &v->program->tables[at->a];
  for (uint32_t i = 0; i < table->column_count; i++) {
    uint64_t slot = (uint64_t)at->b + i;
    if (slot >= v->procedure->slot_count)
      return refuse(v, "the row of the table goes past the slots");
    if (v->slots[slot].kind != known_of_type(&table->columns[i]).kind)
      return refuse(v, "slot %u does not hold what column %u compares", (uint32_t)slot, i);
  }
  return true;
}

static bool check_window(const verifier *v, uint32_t window)
{
  return window == NOTCH_NONE || window < v->program->window_count;
}

static bool check_fact(verifier *v, const notch_instruction *at)
{
  const notch_program *p = v->program;
  bool right = false;
  switch (at->a) {
  case NOTCH_EXPR_MEASURE: right = at->b < p->measure_count && check_window(v, at->c); break;
  case NOTCH_EXPR_EARNED: right = at->b < p->points_count && check_window(v, at->c); break;
  case NOTCH_EXPR_BALANCE:
  case NOTCH_EXPR_MATURING:
  case NOTCH_EXPR_HELD:
  case NOTCH_EXPR_DEBT: right = at->b < p->points_count && at->c == 0; break;
  case NOTCH_EXPR_TIER: right = at->b < p->ladder_count && at->c == 0; break;
  case NOTCH_EXPR_YEARS_AT:
    right = at->b < p->ladder_count && at->c / 2 < p->ladders[at->b].tier_count;
    break;
  case NOTCH_EXPR_MEMBER_FIELD: right = at->b < p->member_field_count && at->c == 0; break;
  case NOTCH_EXPR_BAND: right = at->b < p->cohort_count && at->c == 0; break;
  case NOTCH_EXPR_JOINED:
  case NOTCH_EXPR_SELF:
  case NOTCH_EXPR_TAGS: right = at->b == 0 && at->c == 0; break;
  }
  return right || refuse(v, "there is no fact %u of %u and %u", at->a, at->b, at->c);
}

static bool check_item(verifier *v, const notch_instruction *at)
{
  if (!check_register(v, NOTCH_OPERAND_CURSOR, at->b))
    return false;
  const notch_record *record = record_of(v, v->instructions[v->slots[at->b].of].a);
  return (record != NULL && at->a < record->field_count) ||
         refuse(v, "the items have no field %u", at->a);
}

static bool check_bound(verifier *v, uint32_t item)
{
  const notch_record *record = record_of(v, v->line_fields[v->root]);
  return (record != NULL && item < record->field_count) ||
         refuse(v, "the line has no field %u", item);
}

static bool check_operand(verifier *v, notch_operand operand, uint32_t value)
{
  const notch_instruction *at = &v->instructions[v->at];
  switch ((int)operand) {
  case NOTCH_OPERAND_NONE: return value == 0 || refuse(v, "an operand that is not used is not 0");
  case NOTCH_OPERAND_PLAIN:
  case NOTCH_OPERAND_ANY:
  case NOTCH_OPERAND_TEXT:
  case NOTCH_OPERAND_SET:
  case NOTCH_OPERAND_CURSOR:
  case NOTCH_OPERAND_TALLIED: return check_register(v, operand, value);
  case NOTCH_OPERAND_FLAG: return value <= 1 || refuse(v, "%u is neither 0 nor 1", value);
  case NOTCH_OPERAND_MODE:
    return value <= NOTCH_ROUND_HALF_EVEN || refuse(v, "there is no rounding mode %u", value);
  case NOTCH_OPERAND_JUMP:
    return (value > v->at && value < v->procedure->count) ||
           refuse(v, "a jump to %u, not forward within the procedure", value);
  case NOTCH_OPERAND_FIELD:
    return field_at(v, value) != NULL || refuse(v, "the event has no field %u", value);
  case NOTCH_OPERAND_LIST:
    return record_of(v, value) != NULL || refuse(v, "field %u is not a list", value);
  case NOTCH_OPERAND_RULE: /* a draw outside any rule is for the program alone */
    return value == NOTCH_NONE || value < v->program->rule_count ||
           refuse(v, "there is no rule %u", value);
  case NOTCH_OPERAND_CURRENCY:
    return value < v->program->currency_count || refuse(v, "there is no currency %u", value);
  case NOTCH_OPERAND_ITEM: return check_item(v, at);
  case NOTCH_OPERAND_BOUND: return check_bound(v, value);
  case NOTCH_OPERAND_FACT: return check_fact(v, at);
  case NOTCH_OPERAND_TABLE: return check_table(v, at);
  }
  return true; /* BACK, NUMBER and ROW: seen to elsewhere, or any number will do */
}

/* What slot `to` holds after the instruction. */
static known result_of(const verifier *v, const notch_instruction *at, notch_operand to)
{
  switch ((int)to) {
  case NOTCH_OPERAND_LIKE_A: return register_at(v, at->a);
  case NOTCH_OPERAND_BY_FIELD: return known_of_type(&field_at(v, at->a)->type);
  case NOTCH_OPERAND_BY_BOUND:
    return known_of_type(&record_of(v, v->line_fields[v->root])->fields[at->a].type);
  case NOTCH_OPERAND_BY_ITEM: {
    const notch_record *record = record_of(v, v->instructions[v->slots[at->b].of].a);
    return known_of_type(&record->fields[at->a].type);
  }
  case NOTCH_OPERAND_BY_FACT:
    if (at->a == NOTCH_EXPR_MEMBER_FIELD)
      return known_of_type(&v->program->member_fields[at->b].type);
    if (at->a == NOTCH_EXPR_SELF)
      return (known){NOTCH_KIND_TEXT, 0};
    return (known){at->a == NOTCH_EXPR_TAGS ? NOTCH_KIND_SET : NOTCH_KIND_PLAIN, 0};
  case NOTCH_OPERAND_BY_TABLE: return known_of_type(&v->program->tables[at->a].type);
  case NOTCH_OPERAND_TALLY: return (known){NOTCH_KIND_TALLY, at->a};
  case NOTCH_OPERAND_CURSOR: return (known){NOTCH_KIND_CURSOR, v->at};
  }
  return (known){NOTCH_KIND_PLAIN, 0};
}

static void forget_from(verifier *v, uint32_t slot)
{
  if (slot < v->procedure->slot_count)
    memset(v->slots + slot, 0, (v->procedure->slot_count - slot) * sizeof *v->slots);
}

static known *copy_of_slots(verifier *v)
{
  known *copy = NOTCH_NEW_ARRAY(v->arena, known, v->procedure->slot_count + 1);
  memcpy(copy, v->slots, v->procedure->slot_count * sizeof *copy);
  return copy;
}

/* What two ways to one place agree on. */
static void join(verifier *v, known *into, const known *other)
{
  for (uint32_t i = 0; i < v->procedure->slot_count; i++)
    if (into[i].kind != other[i].kind || into[i].of != other[i].of)
      into[i] = (known){NOTCH_KIND_NONE, 0};
}

static void note_jump(verifier *v, uint32_t target)
{
  if (v->joins[target] == NULL)
    v->joins[target] = copy_of_slots(v);
  else
    join(v, v->joins[target], v->slots);
}

/* NEXT: back to the instruction after the LOOP that made the cursor. */
static bool check_next(verifier *v, const notch_instruction *at)
{
  known cursor = register_at(v, at->to);
  if (cursor.kind != NOTCH_KIND_CURSOR || at->to >= v->procedure->slot_count)
    return refuse(v, "slot %u holds no cursor", at->to);
  if (at->c != cursor.of + 1 || v->instructions[cursor.of].a != at->a)
    return refuse(v, "it does not go back to the loop of its cursor");
  const known *header = v->headers[cursor.of];
  for (uint32_t i = 0; i < v->procedure->slot_count; i++)
    if (header[i].kind != NOTCH_KIND_NONE &&
        (header[i].kind != v->slots[i].kind || header[i].of != v->slots[i].of))
      return refuse(v, "slot %u is not what it was when the loop began", i);
  forget_from(v, at->to);
  return true;
}

static bool check_target(verifier *v, const notch_instruction *at, notch_operand to)
{
  if (to == NOTCH_OPERAND_NONE)
    return at->to == 0 || refuse(v, "an operand that is not used is not 0");
  if (to == NOTCH_OPERAND_SENSE)
    return at->to <= (NOTCH_SENSE_TRUE | NOTCH_SENSE_OPEN) || refuse(v, "no such sense");
  if (at->to >= v->procedure->slot_count)
    return refuse(v, "the procedure has no slot %u", at->to);
  known before = v->slots[at->to];
  if (to == NOTCH_OPERAND_IN_OUT)
    return before.kind == NOTCH_KIND_PLAIN || refuse(v, "slot %u is not plain", at->to);
  if (to == NOTCH_OPERAND_AT_TALLY) {
    notch_kind wanted = before.of == 1 ? NOTCH_KIND_TEXT : NOTCH_KIND_PLAIN;
    return (before.kind == NOTCH_KIND_TALLY && register_at(v, at->a).kind == wanted) ||
           refuse(v, "slot %u holds no tally of such values", at->to);
  }
  if (to == NOTCH_OPERAND_FROM_TALLY)
    return (before.kind == NOTCH_KIND_TALLY && before.of == at->a) ||
           refuse(v, "slot %u holds no such tally", at->to);
  return true;
}

/* The effect of an instruction whose operands are right. */
static bool step(verifier *v, const notch_instruction *at, const notch_op_info *info)
{
  if (at->op == NOTCH_OP_NEXT)
    return check_next(v, at);
  if (at->op == NOTCH_OP_LOOP) {
    forget_from(v, at->to);
    note_jump(v, at->c);
    v->slots[at->to] = result_of(v, at, info->to);
    v->headers[v->at] = copy_of_slots(v);
    return true;
  }
  if (info->c == NOTCH_OPERAND_JUMP)
    note_jump(v, at->c);
  if (info->to != NOTCH_OPERAND_NONE && info->to != NOTCH_OPERAND_SENSE &&
      info->to != NOTCH_OPERAND_AT_TALLY)
    v->slots[at->to] = result_of(v, at, info->to);
  if (at->op == NOTCH_OP_JUMP || at->op == NOTCH_OP_RETURN)
    v->reachable = false;
  return true;
}

static bool verify_instruction(verifier *v)
{
  const notch_instruction *at = &v->instructions[v->at];
  if (at->op >= NOTCH_OP_COUNT)
    return refuse(v, "there is no instruction %u", at->op);
  if (v->joins[v->at] != NULL) {
    if (v->reachable)
      join(v, v->slots, v->joins[v->at]);
    else
      memcpy(v->slots, v->joins[v->at], v->procedure->slot_count * sizeof *v->slots);
    v->reachable = true;
  }
  if (!v->reachable)
    return true; /* nothing leads here: only jumps forward could */
  const notch_op_info *info = &notch_op_infos[at->op];
  return check_operand(v, info->a, at->a) && check_operand(v, info->b, at->b) &&
         check_operand(v, info->c, at->c) && check_target(v, at, info->to) && step(v, at, info);
}

static bool verify_procedure(verifier *v)
{
  const notch_procedure *procedure = &v->code->procedures[v->root];
  const notch_root *root = &v->program->roots[v->root];
  v->procedure = procedure;
  v->at = 0;
  v->instructions = v->code->instructions;
  if (procedure->first > v->code->instruction_count || procedure->count == 0 ||
      procedure->count > v->code->instruction_count - procedure->first ||
      procedure->slot_count > v->code->slot_count)
    return refuse(v, "the procedure does not lie within the code");
  v->instructions += procedure->first;
  v->event = root->event < v->program->event_count ? &v->program->events[root->event] : NULL;
  v->reachable = true;
  v->slots = NOTCH_NEW_ARRAY(v->arena, known, procedure->slot_count + 1);
  v->joins = NOTCH_NEW_ARRAY(v->arena, known *, procedure->count);
  v->headers = NOTCH_NEW_ARRAY(v->arena, known *, procedure->count);
  for (; v->at < procedure->count; v->at++)
    if (!verify_instruction(v))
      return false;
  v->at = procedure->count - 1;
  return !v->reachable || refuse(v, "the procedure does not end in return");
}

/* Roots that are run for each line, by the list that holds the lines. */
static uint32_t *find_line_fields(const notch_program *program, notch_arena *arena)
{
  uint32_t *fields = NOTCH_NEW_ARRAY(arena, uint32_t, program->root_count + 1);
  for (uint32_t i = 0; i < program->root_count; i++) {
    uint32_t event = program->roots[i].event;
    fields[i] = event < program->event_count ? program->events[event].list_field : NOTCH_NONE;
  }
  for (uint32_t r = 0; r < program->rule_count; r++) {
    const notch_rule *rule = &program->rules[r];
    for (uint32_t i = 0; i < rule->variant_count; i++) {
      const notch_variant *variant = &rule->variants[i];
      for (uint32_t k = 0; variant->line_amounts != NULL && k < rule->action_count; k++)
        if (variant->line_amounts[k] < program->root_count)
          fields[variant->line_amounts[k]] = variant->line_field;
    }
  }
  return fields;
}

bool notch_code_verify(const notch_code *code, notch_arena *scratch, notch_text *message)
{
  jmp_buf here;
  jmp_buf *escape = scratch->escape;
  volatile bool verified = false;
  *message = NOTCH_TEXT("out of memory");
  scratch->escape = &here;
  if (setjmp(here) == 0) {
    verifier v = {.code = code, .program = code->program, .arena = scratch, .message = message};
    v.line_fields = find_line_fields(code->program, scratch);
    bool good = code->procedure_count == code->program->root_count && code->slot_count > 0;
    for (v.root = 0; good && v.root < code->procedure_count; v.root++)
      good = verify_procedure(&v);
    verified = good;
  }
  scratch->escape = escape;
  return verified;
}
