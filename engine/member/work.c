/* member/work.c -- the frame of one decision: copies, transactions, evaluation, the way out. */
#include <config.h>

#include "member/measure.h"
#include "member/shared.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const expr_words[NOTCH_EXPR_COUNT] = {
#define EXPR(name, word, meaning) [NOTCH_EXPR_##name] = word,
#include "check/expr.def"
#undef EXPR
};

void notch_refuse(notch_work *work, notch_verdict verdict, const char *format, ...)
{
  char sentence[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  work->verdict = verdict;
  work->detail = notch_arena_text(work->run, notch_text_of(sentence));
  longjmp(work->decider->out, NOTCH_OUT_REFUSED);
}

static notch_copy *free_copy(notch_decider *decider)
{
  if (decider->copies_used < decider->copy_count) {
    return decider->copies[decider->copies_used++];
  }
  if (decider->copy_count == decider->copy_capacity) {
    uint32_t capacity = decider->copy_capacity == 0 ? 4 : decider->copy_capacity * 2;
    notch_copy **grown =
        notch_memory_resize(decider->memory, decider->copies, capacity * sizeof *grown);
    if (grown == NULL) {
      longjmp(decider->out, NOTCH_OUT_OF_MEMORY);
    }
    decider->copies = grown;
    decider->copy_capacity = capacity;
  }
  notch_copy *copy = notch_memory_resize(decider->memory, NULL, sizeof *copy);
  if (copy == NULL) {
    longjmp(decider->out, NOTCH_OUT_OF_MEMORY);
  }
  memset(copy, 0, sizeof *copy);
  notch_state_init(&copy->own, decider->memory);
  decider->copies[decider->copy_count++] = copy;
  decider->copies_used = decider->copy_count;
  return copy;
}

static notch_state *copied(const notch_decider *decider, int64_t key)
{
  for (uint32_t i = 0; i < decider->copies_used; i++) {
    if (decider->copies[i]->member == key) {
      return decider->copies[i]->state;
    }
  }
  return NULL;
}

notch_state *notch_work_copy_as(notch_work *work, const notch_state *of, int64_t key)
{
  notch_decider *decider = work->decider;
  notch_state *known = copied(decider, key);
  if (known != NULL) {
    return known;
  }
  notch_copy *copy = free_copy(decider);
  copy->member = key;
  bool spared = of == work->in->spare && key == of->member;
  copy->state = spared ? work->in->spare : &copy->own;
  copy->state->escape = &decider->out;
  if (!spared) {
    notch_state_copy(copy->state, of);
  }
  return copy->state;
}

const notch_state *notch_work_named(notch_work *work, notch_text id, bool create)
{
  const notch_host *host = work->host;
  int64_t number = host->named(host->payload, id, work->named_before, create);
  return number == 0 ? NULL : host->member_number(host->payload, number);
}

notch_state *notch_work_copy(notch_work *work, const notch_state *of)
{
  return notch_work_copy_as(work, of, of->member);
}

notch_state *notch_work_house(notch_work *work)
{
  assert(work->in->house != NULL);
  notch_state *known = copied(work->decider, 0);
  if (known != NULL) {
    return known;
  }
  notch_state lean = *work->in->house;
  lean.bands_count = lean.pooled_count = 0;
  return notch_work_copy(work, &lean);
}

notch_open *notch_work_begin(notch_work *work, notch_state *state, notch_origin origin,
                             uint32_t type, int64_t at_us, int32_t offset_min)
{
  struct {
    notch_open open;
    notch_posting few[NOTCH_FEW]; /* filled one by one: not cleared */
  } *made = notch_arena_take(work->run, sizeof *made);
  notch_open *open = memset(&made->open, 0, sizeof made->open);
  open->postings.items = made->few;
  open->postings.capacity = NOTCH_FEW;
  open->state = state;
  open->row.origin = origin;
  open->row.type = type;
  open->row.member = state->member;
  open->row.at_us = at_us;
  open->row.offset_min = offset_min;
  open->row.booked_us = at_us > state->booked_us ? at_us : state->booked_us;
  open->row.event = work->in->next_event + work->transactions.count;
  open->row.recorded_us = work->in->recorded_us + work->transactions.count; /* L5 */
  *notch_vec_push(&work->transactions, work->run) = open;
  notch_shared_close(work);
  work->open = open;
  work->state = state;
  return open;
}

bool notch_work_end(notch_work *work)
{
  notch_open *open = work->open;
  assert(open == work->transactions.items[work->transactions.count - 1]);
  if (open->postings.count + open->moves.count + open->effects.count == 0) {
    work->transactions.count--;
    work->shared.count = 0;
    return false;
  }
  if (open->row.booked_us > open->state->booked_us) {
    open->state->booked_us = open->row.booked_us;
  }
  return true;
}

bool notch_work_runs(const notch_work *work, uint32_t rule, uint32_t *variant)
{
  *variant = 0;
  if (work->event == NULL) {
    return false;
  }
  const notch_event_decl *event = &work->program->events[work->event->type];
  for (uint32_t i = 0; i < event->variant_count; i++) {
    if (event->variants[i].rule == rule) {
      *variant = event->variants[i].variant;
      return true;
    }
  }
  return false;
}

static void trace_value(void *payload, const notch_expr *expr, notch_value value)
{
  notch_work *work = payload;
  notch_work_trace(work, NOTCH_TRACE_CONDITION, work->rule, NOTCH_NONE, false, expr, value, 0);
}

void notch_work_change_machine(notch_work *work)
{
  notch_decider *decider = work->decider;
  const notch_plan *plan = work->plan;
  if (decider->vm_plan != plan) {
    notch_vm_free(decider->vm);
    decider->vm = notch_vm_new(plan->program, plan->code, decider->memory);
    decider->vm_plan = plan;
    memset(decider->of_days, 0, sizeof decider->of_days);
    decider->stretch = (notch_day_stretch){0};
    if (decider->vm == NULL) {
      decider->vm_plan = NULL;
      longjmp(decider->out, NOTCH_OUT_OF_MEMORY);
    }
    notch_vm_set_steps(decider->vm, decider->steps_max);
  }
  decider->traced = work->trace != NULL;
  notch_vm_set_tracer(decider->vm, decider->traced ? trace_value : NULL, work);
}

notch_eval notch_work_try(notch_work *work, uint32_t root, const notch_value *item,
                          notch_value *out)
{
  notch_context context = {.fields = work->fields,
                           .item = item,
                           .now_us = work->moment.now_us,
                           .today = work->moment.today,
                           .order = work->order,
                           .read = notch_facts_read,
                           .payload = work};
  return notch_vm_eval(work->decider->vm, root, &context, out);
}

static _Noreturn void refuse_failed(notch_work *work, notch_eval failure)
{
  const notch_expr *at = notch_vm_failed_at(work->decider->vm);
  const char *where = at != NULL ? expr_words[at->op] : "an expression";
  notch_text rule = work->rule == NOTCH_NONE ? NOTCH_TEXT("the programme")
                                             : work->program->rules[work->rule].decl.name;
  int width = (int)rule.length;
  switch (failure) {
  case NOTCH_EVAL_DIVISION_BY_ZERO:
    notch_refuse(work, NOTCH_REFUSED_DIVISION_BY_ZERO,
                 "%.*s divides by zero; ask for a divisor above zero in its `when`", width,
                 rule.bytes);
  case NOTCH_EVAL_NO_RATE:
    notch_refuse(work, NOTCH_REFUSED_NO_RATE,
                 "%.*s converts between currencies, and no `rate` event gives that rate at or "
                 "before this time",
                 width, rule.bytes);
  case NOTCH_EVAL_NO_SEED:
    notch_refuse(work, NOTCH_REFUSED_NO_SEED,
                 "%.*s draws a number, and no `seed` event has come yet", width, rule.bytes);
  case NOTCH_EVAL_NOMEM: longjmp(work->decider->out, NOTCH_OUT_OF_MEMORY);
  case NOTCH_EVAL_STEPS:
    notch_refuse(work, NOTCH_REFUSED_OVERFLOW, "%.*s takes too many steps in `%s`", width,
                 rule.bytes, where);
  case NOTCH_EVAL_MISSING:
    notch_refuse(work, NOTCH_REFUSED_OVERFLOW, "%.*s reads a value that is missing in `%s`", width,
                 rule.bytes, where);
  case NOTCH_EVAL_OVERFLOW:
  case NOTCH_EVAL_OK: break;
  }
  notch_refuse(work, NOTCH_REFUSED_OVERFLOW, "a number in %.*s is too large to be exact (in `%s`)",
               width, rule.bytes, where);
}

__attribute__((noinline)) static notch_value run(notch_work *work, const notch_procedure *procedure,
                                                 const notch_value *item)
{
  uint32_t root = notch_code_root(work->plan->code, procedure);
  notch_value value;
  notch_eval ended = notch_work_try(work, root, item, &value);
  if (ended != NOTCH_EVAL_OK) {
    refuse_failed(work, ended);
  }
  return value;
}

__attribute__((noinline)) static notch_value of_day(notch_work *work,
                                                    const notch_procedure *procedure)
{
  uint32_t root = notch_code_root(work->plan->code, procedure), ladder = procedure->field;
  uint32_t tier = ladder == NOTCH_NONE ? 0 : work->seen->standings[ladder].effective;
  notch_of_day *known = notch_work_of_tier(work, NOTCH_OF_ROOT | root, work->moment.today, tier);
  if (!known->known) {
    notch_value value = run(work, procedure, NULL);
    known->from = value.n;
    known->to = value.d;
    known->known = true;
  }
  return (notch_value){known->from, known->to};
}

__attribute__((noinline)) static notch_value compared(notch_work *work,
                                                      const notch_procedure *procedure)
{
  notch_value figure, value;
  bool read = notch_measure_value(work, work->seen, procedure->field, procedure->window, &figure) ==
              NOTCH_EVAL_OK;
  return read && notch_code_compare(procedure, figure, &value) ? value : run(work, procedure, NULL);
}

__attribute__((noinline)) static notch_value same_month(notch_work *work,
                                                        const notch_procedure *procedure)
{
  notch_value value;
  bool known = notch_code_same_month(procedure, work->fields, work->moment.today, &value);
  return known ? value : run(work, procedure, NULL);
}

notch_value notch_work_run(notch_work *work, const notch_procedure *procedure,
                           const notch_value *item)
{
  if (!work->shaped || procedure->shape < NOTCH_SHAPE_OF_DAY) {
    return run(work, procedure, item);
  }
  return procedure->shape == NOTCH_SHAPE_OF_DAY    ? of_day(work, procedure)
         : procedure->shape == NOTCH_SHAPE_MEASURE ? compared(work, procedure)
                                                   : same_month(work, procedure);
}

void notch_work_record(notch_work *work, notch_trace_kind kind, uint32_t subject, uint32_t other,
                       bool flag, const notch_expr *expr, notch_value value, int64_t amount)
{
  notch_arena *arena = work->trace->arena;
  jmp_buf *escape = arena->escape;
  arena->escape = NULL; /* the decision has a way out of its own */
  notch_trace_record *record = notch_vec_try_push(&work->trace->records, arena);
  if (record != NULL) {
    *record = (notch_trace_record){.kind = kind,
                                   .member = work->open != NULL ? work->open->row.member : 0,
                                   .subject = subject,
                                   .other = other,
                                   .flag = flag,
                                   .expr = expr,
                                   .value = value,
                                   .amount = amount};
    if (expr != NULL && value.d != 0 &&
        (expr->type.kind == NOTCH_TYPE_TEXT || expr->type.kind == NOTCH_TYPE_MEMBER)) {
      record->text = notch_arena_text(arena, notch_value_text(value));
    }
  }
  arena->escape = escape;
  if (arena->failed) {
    longjmp(work->decider->out, NOTCH_OUT_OF_MEMORY);
  }
}
