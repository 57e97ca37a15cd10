/* code/print.c -- bytecode as text, and the page that documents it. */
#include <config.h>

#include "code/code.h"

static const char *const operand_forms[NOTCH_OPERAND_COUNT] = {
#define OPERAND(name, form, meaning) form,
#include "code/operand.def"
#undef OPERAND
};

static const char *const operand_words[NOTCH_OPERAND_COUNT] = {
#define OPERAND(name, form, meaning) #name,
#include "code/operand.def"
#undef OPERAND
};

static const char *const operand_meanings[NOTCH_OPERAND_COUNT] = {
#define OPERAND(name, form, meaning) meaning,
#include "code/operand.def"
#undef OPERAND
};

static const char *const expr_words[NOTCH_EXPR_COUNT] = {
#define EXPR(name, word, meaning) word,
#include "check/expr.def"
#undef EXPR
};

static const char *const mode_words[] = {"down", "up", "half up", "half even"};

typedef struct printer {
  const notch_code *code;
  notch_buffer *to;
  const notch_event_decl *event; /* NULL */
} printer;

static void print_name(notch_buffer *to, notch_text name)
{
  notch_buffer_text(to, name);
}

static void print_constant(printer *p, uint32_t index)
{
  notch_value value = p->code->constants[index];
  if (value.d == 0)
    notch_buffer_text(p->to, NOTCH_TEXT("missing"));
  else if (p->code->constant_kinds[index] == NOTCH_KIND_TEXT) {
    notch_buffer_text(p->to, NOTCH_TEXT("\""));
    notch_buffer_text(p->to, notch_value_text(value));
    notch_buffer_text(p->to, NOTCH_TEXT("\""));
  } else if (p->code->constant_kinds[index] != NOTCH_KIND_PLAIN)
    notch_buffer_text(p->to, NOTCH_TEXT("list"));
  else
    notch_rational_print(p->to, notch_value_rational(value));
}

static void print_register(printer *p, uint32_t index)
{
  if (index < p->code->slot_count)
    notch_buffer_print(p->to, "r%u", index);
  else if (index - p->code->slot_count < p->code->constant_count)
    print_constant(p, index - p->code->slot_count);
  else
    notch_buffer_print(p->to, "r%u?", index);
}

static bool print_indexed(printer *p, notch_operand operand, uint32_t value)
{
  const notch_program *program = p->code->program;
  switch ((int)operand) {
  case NOTCH_OPERAND_FIELD:
  case NOTCH_OPERAND_LIST:
    if (p->event == NULL || value >= p->event->field_count)
      return false;
    print_name(p->to, p->event->fields[value].name);
    return true;
  case NOTCH_OPERAND_FACT:
    if (value >= NOTCH_EXPR_COUNT)
      return false;
    notch_buffer_print(p->to, "%s", expr_words[value]);
    return true;
  case NOTCH_OPERAND_RULE:
    if (value >= program->rule_count)
      return false;
    print_name(p->to, program->rules[value].decl.name);
    return true;
  case NOTCH_OPERAND_CURRENCY:
    if (value >= program->currency_count)
      return false;
    print_name(p->to, program->currencies[value].code);
    return true;
  case NOTCH_OPERAND_TABLE:
    if (value >= program->table_count)
      return false;
    print_name(p->to, program->tables[value].decl.name);
    return true;
  case NOTCH_OPERAND_MODE:
    if (value >= sizeof mode_words / sizeof mode_words[0])
      return false;
    notch_buffer_print(p->to, "%s", mode_words[value]);
    return true;
  }
  return false;
}

static void print_operand(printer *p, notch_operand operand, uint32_t value)
{
  const char *form = operand_forms[operand];
  if (operand == NOTCH_OPERAND_NONE)
    return;
  notch_buffer_text(p->to, NOTCH_TEXT(" "));
  if (form[0] == 'r' && form[1] == '\0')
    print_register(p, value);
  else if (form[0] == '@')
    notch_buffer_print(p->to, "@%u", value);
  else if (operand == NOTCH_OPERAND_NUMBER && value == NOTCH_NONE)
    notch_buffer_text(p->to, NOTCH_TEXT("-"));
  else if (form[0] == 'n' && form[1] == '\0')
    notch_buffer_print(p->to, "%u", value);
  else if (!print_indexed(p, operand, value))
    notch_buffer_print(p->to, "%s:%u", form, value);
}

static void print_instruction(printer *p, const notch_procedure *procedure, uint32_t at)
{
  const notch_instruction *code = &p->code->instructions[procedure->first + at];
  const notch_expr *source = p->code->sources[procedure->first + at];
  if (code->op >= NOTCH_OP_COUNT) {
    notch_buffer_print(p->to, "%5u  ?%u\n", at, code->op);
    return;
  }
  const notch_op_info *info = &notch_op_infos[code->op];
  notch_buffer_print(p->to, "%5u  %-14s", at, info->word);
  if (info->to == NOTCH_OPERAND_SENSE)
    notch_buffer_text(p->to, NOTCH_TEXT("   "));
  else if (info->to != NOTCH_OPERAND_NONE)
    notch_buffer_print(p->to, " r%u", code->to);
  if (info->to != NOTCH_OPERAND_SENSE && info->to != NOTCH_OPERAND_NONE &&
      info->a != NOTCH_OPERAND_NONE)
    notch_buffer_text(p->to, NOTCH_TEXT(" <-"));
  print_operand(p, info->a, code->a);
  print_operand(p, info->b, code->b);
  print_operand(p, info->c, code->c);
  if (source != NULL) {
    notch_buffer_print(p->to, "  ; %s", expr_words[source->op]);
    if (info->to == NOTCH_OPERAND_SENSE)
      notch_buffer_print(p->to, code->to & NOTCH_SENSE_TRUE ? " is yes" : " is no");
  }
  notch_buffer_text(p->to, NOTCH_TEXT("\n"));
}

static void print_head(printer *p, uint32_t index)
{
  const notch_root *root = &p->code->program->roots[index];
  const notch_procedure *procedure = &p->code->procedures[index];
  notch_buffer_print(p->to, "procedure %u", index);
  if (p->event != NULL) {
    notch_buffer_text(p->to, NOTCH_TEXT(", event "));
    print_name(p->to, p->event->decl.name);
  }
  if (root->rule < p->code->program->rule_count) {
    notch_buffer_text(p->to, NOTCH_TEXT(", rule "));
    print_name(p->to, p->code->program->rules[root->rule].decl.name);
  }
  notch_buffer_print(p->to, ", slots %u\n", procedure->slot_count);
}

void notch_code_print(const notch_code *code, notch_buffer *to)
{
  printer p = {.code = code, .to = to};
  for (uint32_t i = 0; i < code->procedure_count; i++) {
    uint32_t event = code->program->roots[i].event;
    p.event = event < code->program->event_count ? &code->program->events[event] : NULL;
    print_head(&p, i);
    for (uint32_t at = 0; at < code->procedures[i].count; at++)
      print_instruction(&p, &code->procedures[i], at);
  }
}

static void document_operand(notch_buffer *to, const char *place, notch_operand operand)
{
  if (operand != NOTCH_OPERAND_NONE)
    notch_buffer_print(to, " %s %s", place, operand_words[operand]);
}

void notch_code_document(notch_buffer *to)
{
  notch_buffer_print(to, "%s",
                     "# Bytecode\n\n"
                     "Made from `engine/code/op.def` and `engine/code/operand.def`; "
                     "`make update-bytecode` writes it anew.\n\n"
                     "Each expression of a programme is a procedure of 16-byte instructions: an "
                     "opcode, `to`, `a`, `b` and `c`. A register is a slot of the procedure, or, "
                     "past the slots, a constant. `notch dump code FILE` prints the procedures; "
                     "the verifier has seen all of them before the machine runs one.\n\n"
                     "## Instructions\n\n| instruction | operands | meaning |\n|---|---|---|\n");
  for (unsigned op = 0; op < NOTCH_OP_COUNT; op++) {
    const notch_op_info *info = &notch_op_infos[op];
    notch_buffer_print(to, "| `%s` |", info->word);
    document_operand(to, "to", info->to);
    document_operand(to, "a", info->a);
    document_operand(to, "b", info->b);
    document_operand(to, "c", info->c);
    notch_buffer_print(to, " | %s |\n", info->meaning);
  }
  notch_buffer_print(to, "\n## Operands\n\n| operand | meaning |\n|---|---|\n");
  for (unsigned i = 1; i < NOTCH_OPERAND_COUNT; i++)
    notch_buffer_print(to, "| %s | %s |\n", operand_words[i], operand_meanings[i]);
}
