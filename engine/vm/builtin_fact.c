/* vm/builtin_fact.c -- figures from outside the event: asked of the reader, never known here. */
#include <config.h>

#include "vm/builtin.h"

#include <assert.h>

/* The rest are no facts. */
static const uint8_t facts[NOTCH_EXPR_COUNT] = {
    [NOTCH_EXPR_MEASURE] = NOTCH_FACT_MEASURE,
    [NOTCH_EXPR_EARNED] = NOTCH_FACT_EARNED,
    [NOTCH_EXPR_BALANCE] = NOTCH_FACT_BALANCE,
    [NOTCH_EXPR_MATURING] = NOTCH_FACT_MATURING,
    [NOTCH_EXPR_HELD] = NOTCH_FACT_HELD,
    [NOTCH_EXPR_DEBT] = NOTCH_FACT_DEBT,
    [NOTCH_EXPR_TIER] = NOTCH_FACT_TIER,
    [NOTCH_EXPR_YEARS_AT] = NOTCH_FACT_YEARS_AT,
    [NOTCH_EXPR_JOINED] = NOTCH_FACT_JOINED,
    [NOTCH_EXPR_MEMBER_FIELD] = NOTCH_FACT_MEMBER_FIELD,
    [NOTCH_EXPR_TAGS] = NOTCH_FACT_TAGS,
    [NOTCH_EXPR_SELF] = NOTCH_FACT_SELF,
    [NOTCH_EXPR_BAND] = NOTCH_FACT_BAND,
};

notch_eval notch_builtin_fact(notch_machine *m, notch_value *r, const notch_instruction *at)
{
  const notch_context *context = m->context;
  notch_value value = NOTCH_MISSING;
  assert(context->read != NULL);
  notch_eval status = context->read(context->payload, (notch_fact)facts[at->a], at->b, at->c,
                                    NOTCH_MISSING, &value);
  if (status == NOTCH_EVAL_OK)
    r[at->to] = value;
  return status;
}

notch_eval notch_builtin_draw(notch_machine *m, notch_value *r, const notch_instruction *at)
{
  const notch_context *context = m->context;
  notch_value from = r[at->a], value = NOTCH_MISSING;
  if (from.d == 0)
    return NOTCH_EVAL_MISSING;
  if (from.d != 1 || from.n < 1) /* there is no number from 1 to it */
    return NOTCH_EVAL_OVERFLOW;
  assert(context->read != NULL);
  notch_eval status =
      context->read(context->payload, NOTCH_FACT_DRAW, at->b, at->c, from, &value);
  if (status == NOTCH_EVAL_OK && value.d == 0)
    status = NOTCH_EVAL_NO_SEED;
  if (status == NOTCH_EVAL_OK)
    r[at->to] = value;
  return status;
}

/* A rate is between units (1 USD = 7.10 CNY); values count minor units of each. */
static bool scale(notch_rational *value, unsigned from_decimals, unsigned to_decimals)
{
  int64_t power = 1;
  unsigned less = from_decimals < to_decimals ? from_decimals : to_decimals;
  for (unsigned i = from_decimals + to_decimals - 2 * less; i > 0; i--)
    if (__builtin_mul_overflow(power, 10, &power))
      return false;
  return to_decimals >= from_decimals ? notch_rational_mul(value, *value, NOTCH_INTEGER(power))
                                      : notch_rational_div(value, *value, NOTCH_INTEGER(power));
}

notch_eval notch_builtin_convert(notch_machine *m, notch_value *r, const notch_instruction *at)
{
  const notch_context *context = m->context;
  const notch_currency *currencies = m->vm->program->currencies;
  notch_value money = r[at->a], rate = NOTCH_MISSING;
  if (money.d == 0)
    return NOTCH_EVAL_MISSING;
  if (at->b == at->c) {
    r[at->to] = money;
    return NOTCH_EVAL_OK;
  }
  assert(context->read != NULL);
  notch_eval status =
      context->read(context->payload, NOTCH_FACT_RATE, at->b, at->c, NOTCH_MISSING, &rate);
  if (status != NOTCH_EVAL_OK)
    return status;
  if (rate.d == 0)
    return NOTCH_EVAL_NO_RATE;
  notch_rational result;
  if (!notch_rational_mul(&result, notch_value_rational(money), notch_value_rational(rate)) ||
      !scale(&result, currencies[at->b].decimals, currencies[at->c].decimals))
    return NOTCH_EVAL_OVERFLOW;
  r[at->to] = notch_value_of(result);
  return NOTCH_EVAL_OK;
}
