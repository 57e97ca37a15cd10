/* audit/derivation.c -- the trace of a decision and the rows it made, as an explanation. */
#include <config.h>

#include "audit/derivation.h"

#include <assert.h>
#include <string.h>

static void put(notch_derivation *d, const char *text)
{
  notch_buffer_text(d->scratch, notch_text_of(text));
}

/* ---- values that were read ---- */

static bool is_shown(const notch_trace_record *record)
{
  const notch_expr *expr = record->expr;
  return record->kind == NOTCH_TRACE_CONDITION && expr != NULL && expr->op != NOTCH_EXPR_CONST &&
         expr->op != NOTCH_EXPR_LET && expr->type.kind != NOTCH_TYPE_LIST &&
         expr->span.end > expr->span.start;
}

static bool same_text(const notch_derivation *d, const notch_expr *left, const notch_expr *right)
{
  const notch_source *l = notch_source_get(d->words.sources, left->source);
  const notch_source *r = notch_source_get(d->words.sources, right->source);
  return notch_text_equal(notch_source_slice(l, left->span), notch_source_slice(r, right->span));
}

/* The same words may be looked at twice: once with the same value is enough. */
static bool came_before(const notch_derivation *d, const notch_trace *trace, uint32_t from,
                        uint32_t index)
{
  const notch_trace_record *record = &trace->records.items[index];
  for (uint32_t i = from; i < index; i++) {
    const notch_trace_record *other = &trace->records.items[i];
    if (is_shown(other) && other->subject == record->subject &&
        other->value.n == record->value.n && other->value.d == record->value.d &&
        same_text(d, other->expr, record->expr)) {
      return true;
    }
  }
  return false;
}

static void add_value(notch_derivation *d, notch_node *parent, const notch_trace_record *record)
{
  const notch_expr *expr = record->expr;
  notch_node *node = notch_node_add(d, parent, "values");
  notch_words_source(d->scratch, &d->words, expr->source, expr->span);
  notch_text text = notch_node_scratch(d, node, "text");
  notch_words_value(d->scratch, &d->words, expr->type, record->value, record->text);
  notch_text value = notch_node_scratch(d, node, "value");
  notch_buffer_text(d->scratch, text);
  put(d, expr->type.kind == NOTCH_TYPE_FLAG ? ": " : " = ");
  notch_buffer_text(d->scratch, value);
  notch_node_line(d, node);
}

/* Values read for one rule (NOTCH_NONE: for no rule) among records [from, end). */
static void add_values(notch_derivation *d, notch_node *parent, const notch_trace *trace,
                       uint32_t rule, uint32_t from, uint32_t end)
{
  for (uint32_t i = from; i < end; i++) {
    const notch_trace_record *record = &trace->records.items[i];
    if (is_shown(record) && record->subject == rule && !came_before(d, trace, from, i)) {
      add_value(d, parent, record);
    }
  }
}

/* ---- rules ---- */

static void say_step(notch_derivation *d, notch_node *rule, const char *key, const char *lead)
{
  notch_node *node = notch_node_add(d, rule, NULL);
  notch_text text = notch_node_scratch(d, rule, key);
  put(d, lead);
  notch_buffer_text(d->scratch, text);
  notch_node_line(d, node);
}

static void add_step(notch_derivation *d, notch_node *rule, const notch_trace_record *record)
{
  const notch_program *program = d->words.program;
  const notch_rational value = {record->value.n, record->value.d};
  notch_buffer_clear(d->scratch);
  switch (record->kind) {
  case NOTCH_TRACE_NOT_EFFECTIVE: put(d, "not in force at that time"); break;
  case NOTCH_TRACE_NOT_MET:
    if (record->expr != NULL) {
      notch_words_source(d->scratch, &d->words, record->expr->source, record->expr->span);
      put(d, " does not hold");
    } else {
      put(d, "its condition does not hold");
    }
    break;
  case NOTCH_TRACE_LIMIT_REACHED:
    put(d, "nothing is left of ");
    notch_words_limit(d->scratch, &d->words, record->other);
    break;
  case NOTCH_TRACE_REPLACED:
    put(d, "replaced by ");
    notch_buffer_text(d->scratch, notch_word_rule(&d->words, record->other));
    break;
  case NOTCH_TRACE_SET_ASIDE:
    put(d, "set aside by the group ");
    notch_buffer_text(d->scratch, program->groups[record->other].decl.name);
    break;
  case NOTCH_TRACE_NO_RECEIVER:
    put(d, d->erased_side ? "who received it was erased since" : "there is nobody to receive it");
    break;
  case NOTCH_TRACE_EXACT:
    notch_words_exact(d->scratch, &d->words, record->other, value, false);
    say_step(d, rule, "exact", "exactly ");
    return;
  case NOTCH_TRACE_FACTOR:
    notch_rational_print(d->scratch, value);
    say_step(d, rule, "factor", "multiplies by ");
    return;
  case NOTCH_TRACE_LIMITED: {
    const notch_limit *limit = &program->limits[record->other];
    notch_words_exact(d->scratch, &d->words, limit->times ? NOTCH_NONE : limit->points, value,
                      limit->times);
    put(d, " by ");
    notch_words_limit(d->scratch, &d->words, record->other);
    say_step(d, rule, "limited", "cut to ");
    return;
  }
  case NOTCH_TRACE_PURSE: {
    const notch_rule *funded = &program->rules[record->subject];
    notch_words_exact(d->scratch, &d->words, record->other, value, false);
    put(d, " by the purse of ");
    notch_buffer_text(d->scratch, program->partners[funded->partner].decl.name);
    say_step(d, rule, "limited", "cut to ");
    return;
  }
  case NOTCH_TRACE_SHARE:
    notch_words_amount(d->scratch, &d->words, record->other, record->amount, false);
    say_step(d, rule, "share", "its share: ");
    return;
  case NOTCH_TRACE_RULE:
  case NOTCH_TRACE_CONDITION:
  case NOTCH_TRACE_ROUNDED:
  case NOTCH_TRACE_CAPPED:
  case NOTCH_TRACE_REACH:
  case NOTCH_TRACE_KEEP:
  case NOTCH_TRACE_RANKED:
  case NOTCH_TRACE_COUNT: return;
  }
  say_step(d, rule, "why", "");
}

static bool is_of_rule(notch_trace_kind kind)
{
  return kind != NOTCH_TRACE_ROUNDED && kind != NOTCH_TRACE_CAPPED && kind != NOTCH_TRACE_REACH &&
         kind != NOTCH_TRACE_KEEP && kind != NOTCH_TRACE_RANKED;
}

static void add_rule(notch_derivation *d, notch_node *parent, const notch_trace *trace,
                     uint32_t index)
{
  const notch_rule *rule = &d->words.program->rules[index];
  bool applied = false, put_away = false;
  for (uint32_t i = 0; i < trace->records.count; i++) {
    const notch_trace_record *record = &trace->records.items[i];
    if (is_of_rule(record->kind) && record->subject == index) {
      applied = applied || (record->kind == NOTCH_TRACE_RULE && record->flag);
      put_away = put_away || record->kind == NOTCH_TRACE_REPLACED ||
                 record->kind == NOTCH_TRACE_SET_ASIDE;
    }
  }
  notch_node *node = notch_node_add(d, parent, "rules");
  notch_node_text(d, node, "rule", rule->decl.name);
  notch_node_integer(d, node, "line", notch_words_line(&d->words, &rule->decl));
  notch_node_bool(d, node, "applied", applied && !put_away);
  notch_node_text(d, node, "title", rule->decl.title);
  notch_node_text(d, node, "because", rule->because);
  notch_buffer_print(d->scratch, "rule %.*s (line %u) %s", (int)rule->decl.name.length,
                     rule->decl.name.bytes, notch_words_line(&d->words, &rule->decl),
                     put_away  ? "was skipped"
                     : applied ? "applied"
                               : "did not apply");
  if (rule->because.length > 0) {
    put(d, "; because ");
    notch_buffer_text(d->scratch, rule->because);
  }
  notch_node_line(d, node);
  add_values(d, node, trace, index, 0, trace->records.count);
  for (uint32_t i = 0; i < trace->records.count; i++) {
    const notch_trace_record *record = &trace->records.items[i];
    if (is_of_rule(record->kind) && record->subject == index) {
      add_step(d, node, record);
    }
  }
}

static void add_rules(notch_derivation *d, notch_node *parent, const notch_trace *trace)
{
  uint32_t count = d->words.program->rule_count;
  bool *seen = NOTCH_NEW_ARRAY(d->run, bool, count + 1);
  for (uint32_t i = 0; i < trace->records.count; i++) {
    const notch_trace_record *record = &trace->records.items[i];
    if (is_of_rule(record->kind) && record->subject < count && !seen[record->subject]) {
      seen[record->subject] = true;
      add_rule(d, parent, trace, record->subject);
    }
  }
}

/* ---- what is of no single rule ---- */

static void add_rounding(notch_derivation *d, notch_node *parent,
                         const notch_trace_record *record)
{
  notch_node *node = notch_node_add(d, parent, "rounding");
  const notch_rational value = {record->value.n, record->value.d};
  bool capped = record->kind == NOTCH_TRACE_CAPPED;
  notch_node_text(d, node, "points", notch_word_points(&d->words, record->subject));
  notch_node_bool(d, node, "capped", capped);
  notch_words_exact(d->scratch, &d->words, record->subject, value, true);
  notch_node_scratch(d, node, capped ? "room" : "exact");
  notch_words_amount(d->scratch, &d->words, record->subject, record->amount, true);
  notch_node_scratch(d, node, capped ? "cut" : "rounded");
  if (capped) {
    put(d, "capped: room for ");
    notch_words_exact(d->scratch, &d->words, record->subject, value, false);
    put(d, ", cut by ");
  } else {
    put(d, "exactly ");
    notch_words_exact(d->scratch, &d->words, record->subject, value, false);
    put(d, ", rounded to ");
  }
  notch_words_amount(d->scratch, &d->words, record->subject, record->amount, false);
  notch_node_line(d, node);
}

/* Tiers are looked at again and again until none rises: an answer is shown once. */
static bool asked_before(const notch_trace *trace, uint32_t index)
{
  const notch_trace_record *record = &trace->records.items[index];
  for (uint32_t i = 0; i < index; i++) {
    const notch_trace_record *other = &trace->records.items[i];
    if (other->kind == record->kind && other->subject == record->subject &&
        other->member == record->member && other->other == record->other &&
        other->flag == record->flag) {
      return true;
    }
  }
  return false;
}

static void add_tier(notch_derivation *d, notch_node *parent, const notch_trace *trace,
                     uint32_t from, uint32_t index)
{
  const notch_trace_record *record = &trace->records.items[index];
  const notch_decl *ladder = &d->words.program->ladders[record->subject].decl;
  const char *word = record->kind == NOTCH_TRACE_REACH ? "reach" : "keep";
  notch_node *node = notch_node_add(d, parent, "tiers");
  notch_node_text(d, node, "ladder", ladder->name);
  notch_node_text(d, node, "tier", notch_word_tier(&d->words, record->subject, record->other));
  notch_node_text(d, node, "asked", notch_text_of(word));
  notch_node_bool(d, node, "holds", record->flag);
  notch_text of = record->member == d->member ? (notch_text){NULL, 0}
                                              : d->name(d->payload, record->member);
  if (of.length > 0) {
    notch_node_text(d, node, "member", of);
  }
  notch_buffer_print(d->scratch, "%s ", word);
  notch_buffer_text(d->scratch, notch_word_tier(&d->words, record->subject, record->other));
  put(d, " of ");
  notch_buffer_text(d->scratch, ladder->name);
  if (of.length > 0) {
    put(d, " for ");
    notch_buffer_text(d->scratch, of);
  }
  put(d, record->flag ? ": yes" : ": no");
  notch_node_line(d, node);
  add_values(d, node, trace, NOTCH_NONE, from, index);
}

static void add_group_limit(notch_derivation *d, notch_node *parent,
                            const notch_trace_record *record)
{
  const notch_limit *limit = &d->words.program->limits[record->other];
  const notch_rational value = {record->value.n, record->value.d};
  notch_node *node = notch_node_add(d, parent, "group_limits");
  notch_node_text(d, node, "of", limit->owner);
  notch_buffer_text(d->scratch, limit->owner);
  put(d, " cut to ");
  notch_words_exact(d->scratch, &d->words, limit->times ? NOTCH_NONE : limit->points, value,
                    limit->times);
  put(d, " by ");
  notch_words_limit(d->scratch, &d->words, record->other);
  notch_node_line(d, node);
}

void notch_derive_trace(notch_derivation *d, notch_node *parent, const notch_trace *trace)
{
  const notch_trace_record *records = trace->records.items;
  notch_buffer_clear(d->scratch);
  add_rules(d, parent, trace);
  for (uint32_t i = 0; i < trace->records.count; i++) {
    if (records[i].kind == NOTCH_TRACE_LIMITED && records[i].subject == NOTCH_NONE) {
      add_group_limit(d, parent, &records[i]);
    }
  }
  for (uint32_t i = 0; i < trace->records.count; i++) {
    if (records[i].kind == NOTCH_TRACE_ROUNDED || records[i].kind == NOTCH_TRACE_CAPPED) {
      add_rounding(d, parent, &records[i]);
    }
  }
  uint32_t from = 0;
  for (uint32_t i = 0; i < trace->records.count; i++) {
    if (records[i].kind == NOTCH_TRACE_REACH || records[i].kind == NOTCH_TRACE_KEEP) {
      if (!asked_before(trace, i)) {
        add_tier(d, parent, trace, from, i);
      }
      from = i + 1;
    }
  }
  /* What rewards, payments and the like asked. */
  add_values(d, parent, trace, NOTCH_NONE, from, trace->records.count);
}

/* ---- rows ---- */

void notch_derive_posting(notch_derivation *d, notch_node *node, const notch_posting *p)
{
  bool opens = p->lot == p->posting;
  notch_node_text(d, node, "points", notch_word_points(&d->words, p->points));
  notch_words_amount(d->scratch, &d->words, p->points, p->amount, true);
  notch_node_scratch(d, node, "amount");
  notch_node_text(d, node, "source",
                  notch_text_of(notch_account_word((notch_account)p->source)));
  notch_node_text(d, node, "target",
                  notch_text_of(notch_account_word((notch_account)p->target)));
  notch_node_integer(d, node, "lot", p->lot);
  notch_text matures = {NULL, 0}, expires = {NULL, 0}, partner = {NULL, 0};
  if (opens && p->partner < d->words.program->partner_count) {
    partner = d->words.program->partners[p->partner].decl.name;
    notch_node_text(d, node, "partner", partner);
  }
  if (opens) {
    notch_words_seconds(d->scratch, &d->words, p->matures_s);
    matures = notch_node_scratch(d, node, "matures");
    notch_words_seconds(d->scratch, &d->words, p->expires_s);
    expires = notch_node_scratch(d, node, "expires");
  }
  notch_words_amount(d->scratch, &d->words, p->points, p->amount, false);
  notch_words_route(d->scratch, p);
  if (p->lot != 0) {
    notch_buffer_print(d->scratch, ", %s lot %lld", opens ? "opening" : "of", (long long)p->lot);
  }
  if (opens) {
    put(d, "; available ");
    notch_buffer_text(d->scratch, matures);
    put(d, "; expires ");
    notch_buffer_text(d->scratch, expires);
  }
  if (partner.length > 0) {
    put(d, "; funded by ");
    notch_buffer_text(d->scratch, partner);
  }
  for (uint32_t i = 0; i < p->share_count; i++) {
    put(d, i == 0 ? "; " : " + ");
    notch_words_amount(d->scratch, &d->words, p->points, p->shares[i].amount, true);
    put(d, " ");
    notch_buffer_text(d->scratch, notch_word_rule(&d->words, p->shares[i].rule));
  }
  notch_node_line(d, node);
}

static void add_move(notch_derivation *d, notch_node *parent, const notch_move *move)
{
  notch_node *node = notch_node_add(d, parent, "moves");
  notch_node_text(d, node, "ladder", d->words.program->ladders[move->ladder].decl.name);
  notch_node_text(d, node, "tier", notch_word_tier(&d->words, move->ladder, move->tier));
  notch_node_text(d, node, "cause", notch_text_of(notch_move_words_of(move->cause).told));
  notch_words_seconds(d->scratch, &d->words, move->until_s);
  notch_node_scratch(d, node, "until");
  notch_buffer_text(d->scratch, d->words.program->ladders[move->ladder].decl.name);
  notch_buffer_print(d->scratch, ": %s ", notch_move_words_of(move->cause).told);
  notch_buffer_text(d->scratch, notch_word_tier(&d->words, move->ladder, move->tier));
  if (move->until_s != NOTCH_NEVER) {
    put(d, " until ");
    notch_words_seconds(d->scratch, &d->words, move->until_s);
  }
  notch_node_line(d, node);
}

static void add_effect(notch_derivation *d, notch_node *parent, const notch_effect *effect)
{
  const char *word = notch_effect_word((notch_effect_kind)effect->kind);
  notch_node *node = notch_node_add(d, parent, "effects");
  notch_node_text(d, node, "kind", notch_text_of(word));
  notch_node_text(d, node, "rule", notch_word_rule(&d->words, effect->rule));
  notch_node_text(d, node, "text", effect->text);
  notch_node_integer(d, node, "amount", effect->amount);
  notch_words_effect(d->scratch, &d->words, effect);
  notch_text of = notch_node_scratch(d, node, "of"), until = {NULL, 0};
  bool lasts = effect->kind == NOTCH_EFFECT_HOLD || effect->kind == NOTCH_EFFECT_GRANT;
  if (lasts && effect->until_s != NOTCH_NEVER) {
    notch_words_seconds(d->scratch, &d->words, effect->until_s);
    until = notch_node_scratch(d, node, "until");
  }
  put(d, "effect ");
  notch_words_plain(d->scratch, word);
  if (of.length > 0) {
    put(d, " ");
    notch_buffer_text(d->scratch, of);
  }
  bool pools = effect->kind == NOTCH_EFFECT_POOL_ENTER || effect->kind == NOTCH_EFFECT_POOL_EXIT;
  if (effect->kind == NOTCH_EFFECT_MERGED || (pools && effect->ref != d->member)) {
    put(d, pools ? " of " : " with ");
    notch_buffer_text(d->scratch, d->name(d->payload, effect->ref));
  }
  if (effect->rule != NOTCH_NONE) {
    put(d, " by ");
    notch_buffer_text(d->scratch, notch_word_rule(&d->words, effect->rule));
  }
  if (effect->text.length > 0) {
    put(d, ": ");
    notch_buffer_text(d->scratch, effect->text);
  }
  if (until.length > 0) {
    put(d, ", until ");
    notch_buffer_text(d->scratch, until);
  }
  notch_node_line(d, node);
}

/* Where a section of a return's row begins (member/claims.h). */
static void add_section(notch_derivation *d, notch_node *parent, const notch_transaction *row,
                        const notch_effect *mark)
{
  notch_node *node = notch_node_add(d, parent, "effects");
  notch_node_text(d, node, "kind", notch_text_of(notch_effect_word(NOTCH_EFFECT_RETURNED)));
  notch_node_integer(d, node, "row", mark->ref);
  notch_words_moment(d->scratch, &d->words, mark->amount);
  notch_node_scratch(d, node, "at");
  if (mark->ref == row->event) {
    put(d, "what follows the return itself gives");
  } else {
    notch_buffer_print(d->scratch, "what follows undoes what #%lld did", (long long)mark->ref);
  }
  notch_node_line(d, node);
}

void notch_derive_row(notch_derivation *d, notch_node *parent, const notch_transaction *row)
{
  uint32_t mark = 0;
  notch_buffer_clear(d->scratch);
  for (uint32_t i = 0; i < row->posting_count; i++) {
    for (; mark < row->effect_count && (row->effects[mark].kind != NOTCH_EFFECT_RETURNED ||
                                        row->effects[mark].matures_s < row->postings[i].posting);
         mark++) {
      if (row->effects[mark].kind == NOTCH_EFFECT_RETURNED) {
        add_section(d, parent, row, &row->effects[mark]);
      }
    }
    notch_derive_posting(d, notch_node_add(d, parent, "postings"), &row->postings[i]);
  }
  for (uint32_t i = 0; i < row->move_count; i++) {
    if (row->moves[i].ladder < d->words.program->ladder_count) {
      add_move(d, parent, &row->moves[i]);
    }
  }
  for (uint32_t i = 0; i < row->effect_count; i++) {
    if (row->effects[i].kind == NOTCH_EFFECT_BAND) {
      continue; /* audit/derive_ranking.c */
    } else if (row->effects[i].kind != NOTCH_EFFECT_RETURNED) {
      add_effect(d, parent, &row->effects[i]);
    } else if (i >= mark) { /* no posting follows it */
      add_section(d, parent, row, &row->effects[i]);
    }
  }
}
