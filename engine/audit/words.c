/* audit/words.c -- figures of a programme as words. */
#include <config.h>

#include "audit/words.h"

#include <assert.h>

static const notch_text none = {"", 0};

notch_text notch_word_points(const notch_wording *words, uint32_t points)
{
  return points < words->program->points_count ? words->program->points[points].decl.name : none;
}

notch_text notch_word_rule(const notch_wording *words, uint32_t rule)
{
  return rule < words->program->rule_count ? words->program->rules[rule].decl.name : none;
}

notch_text notch_word_tier(const notch_wording *words, uint32_t ladder, uint32_t tier)
{
  const notch_program *p = words->program;
  return ladder < p->ladder_count && tier < p->ladders[ladder].tier_count
             ? p->ladders[ladder].tiers[tier].decl.name
             : none;
}

void notch_words_plain(notch_buffer *to, const char *word)
{
  for (; *word != '\0'; word++) {
    notch_buffer_put(to, *word == '_' ? " " : word, 1);
  }
}

void notch_words_route(notch_buffer *to, const notch_posting *posting)
{
  notch_buffer_print(to, " from ");
  notch_words_plain(to, notch_account_word((notch_account)posting->source));
  notch_buffer_print(to, " to ");
  notch_words_plain(to, notch_account_word((notch_account)posting->target));
}

static unsigned decimals_of(const notch_wording *words, uint32_t points)
{
  return points < words->program->points_count ? words->program->points[points].decimals : 0;
}

static void put_unit(notch_buffer *to, const notch_wording *words, uint32_t points, bool bare)
{
  if (!bare) {
    notch_buffer_put(to, " ", 1);
    notch_buffer_text(to, notch_word_points(words, points));
  }
}

void notch_words_amount(notch_buffer *to, const notch_wording *words, uint32_t points,
                        int64_t amount, bool bare)
{
  notch_decimal_print(to, amount, decimals_of(words, points));
  put_unit(to, words, points, bare);
}

/* value counts smallest units: as so many whole ones. */
static void put_scaled(notch_buffer *to, notch_rational value, unsigned decimals)
{
  int64_t scale = notch_power_of_ten(decimals);
  notch_rational whole;
  if (value.den == 1) {
    notch_decimal_print(to, value.num, decimals);
  } else if (notch_rational_div(&whole, value, (notch_rational){scale, 1})) {
    notch_rational_print(to, whole);
  } else {
    notch_rational_print(to, value);
    notch_buffer_print(to, " / %lld", (long long)scale);
  }
}

void notch_words_exact(notch_buffer *to, const notch_wording *words, uint32_t points,
                       notch_rational amount, bool bare)
{
  put_scaled(to, amount, decimals_of(words, points));
  put_unit(to, words, points, bare);
}

void notch_words_moment(notch_buffer *to, const notch_wording *words, int64_t at_us)
{
  notch_moment_print_zone(to, at_us, &words->program->zone);
}

void notch_words_seconds(notch_buffer *to, const notch_wording *words, int64_t at_s)
{
  if (at_s == NOTCH_NEVER) {
    notch_buffer_text(to, NOTCH_TEXT("never"));
  } else if (at_s == INT64_MIN) {
    notch_buffer_text(to, NOTCH_TEXT("at once"));
  } else {
    notch_words_moment(to, words, at_s * NOTCH_SECOND_US);
  }
}

static void put_items(notch_buffer *to, notch_type type, notch_value value)
{
  const notch_list *list = notch_value_list(value);
  if (type.kind == NOTCH_TYPE_LIST) {
    notch_buffer_print(to, "%u lines", list->count);
    return;
  }
  notch_buffer_put(to, "{", 1);
  for (uint32_t i = 0; i < list->count; i++) {
    notch_buffer_put(to, ", ", i > 0 ? 2 : 0);
    notch_buffer_text(to, notch_value_text(list->values[i]));
  }
  notch_buffer_put(to, "}", 1);
}

/* What a name, a band or a tier is called. */
static notch_text word_of(const notch_wording *words, notch_type type, int64_t n)
{
  const notch_program *p = words->program;
  if (type.kind == NOTCH_TYPE_TIER) {
    return notch_word_tier(words, type.of, (uint32_t)n);
  }
  if (type.kind == NOTCH_TYPE_CHOICE) {
    return type.of < p->choice_count && n >= 0 && n < p->choices[type.of].count
               ? p->choices[type.of].words[n]
               : none;
  }
  return type.of < p->cohort_count && n >= 0 && n < p->cohorts[type.of].band_count
             ? p->cohorts[type.of].bands[n].decl.name
             : none;
}

void notch_words_value(notch_buffer *to, const notch_wording *words, notch_type type,
                       notch_value value, notch_text text)
{
  const notch_program *p = words->program;
  notch_rational number = {value.n, value.d};
  if (value.d == 0) {
    notch_buffer_text(to, NOTCH_TEXT("missing"));
    return;
  }
  switch ((notch_type_kind)type.kind) {
  case NOTCH_TYPE_FLAG:
    notch_buffer_text(to, value.n ? NOTCH_TEXT("yes") : NOTCH_TEXT("no"));
    break;
  case NOTCH_TYPE_TEXT:
  case NOTCH_TYPE_MEMBER:
    notch_buffer_put(to, "\"", 1);
    notch_buffer_text(to, text);
    notch_buffer_put(to, "\"", 1);
    break;
  case NOTCH_TYPE_NUMBER: notch_rational_print(to, number); break;
  case NOTCH_TYPE_MONEY:
    put_scaled(to, number, p->currencies[type.of].decimals);
    notch_buffer_put(to, " ", 1);
    notch_buffer_text(to, p->currencies[type.of].code);
    break;
  case NOTCH_TYPE_POINTS: notch_words_exact(to, words, type.of, number, false); break;
  case NOTCH_TYPE_DATE: notch_date_print(to, (int32_t)value.n); break;
  case NOTCH_TYPE_TIME:
    notch_buffer_print(to, "%02d:%02d:%02d", (int)(value.n / 3600), (int)(value.n / 60 % 60),
                       (int)(value.n % 60));
    break;
  case NOTCH_TYPE_MOMENT: notch_words_moment(to, words, value.n); break;
  case NOTCH_TYPE_DURATION:
    notch_decimal_print(to, value.n, 6);
    notch_buffer_text(to, NOTCH_TEXT(" seconds"));
    break;
  case NOTCH_TYPE_DAYS: notch_buffer_print(to, "%lld days", (long long)value.n); break;
  case NOTCH_TYPE_MONTHS: notch_buffer_print(to, "%lld months", (long long)value.n); break;
  case NOTCH_TYPE_CHOICE:
  case NOTCH_TYPE_TIER:
  case NOTCH_TYPE_BAND: notch_buffer_text(to, word_of(words, type, value.n)); break;
  case NOTCH_TYPE_LIST:
  case NOTCH_TYPE_SET: put_items(to, type, value); break;
  case NOTCH_TYPE_MONTHNAME: notch_buffer_text(to, notch_text_of(notch_month_word(value.n))); break;
  case NOTCH_TYPE_WEEKDAY: notch_buffer_text(to, notch_text_of(notch_weekday_word(value.n))); break;
  case NOTCH_TYPE_ERROR:
  case NOTCH_TYPE_COUNT: break;
  }
}

void notch_words_source(notch_buffer *to, const notch_wording *words, uint16_t id, notch_span span)
{
  const notch_source *source =
      id < words->sources->count ? notch_source_get(words->sources, id) : NULL;
  if (source == NULL || span.end > source->text.length || span.start > span.end) {
    return;
  }
  notch_text text = notch_source_slice(source, span);
  bool blank = true;
  for (uint32_t i = 0; i < text.length; i++) {
    bool is_blank = (uint8_t)text.bytes[i] <= ' ';
    if (!is_blank) {
      notch_buffer_put(to, text.bytes + i, 1);
    } else if (!blank) {
      notch_buffer_put(to, " ", 1);
    }
    blank = is_blank;
  }
}

uint32_t notch_words_line(const notch_wording *words, const notch_decl *decl)
{
  const notch_source *source =
      decl->source < words->sources->count ? notch_source_get(words->sources, decl->source) : NULL;
  return source == NULL ? 0 : notch_source_position(source, decl->span.start).line;
}

void notch_words_cohort(notch_buffer *to, const notch_wording *words, uint32_t cohort)
{
  const notch_decl *decl = &words->program->cohorts[cohort].decl;
  notch_buffer_print(to, "cohort %.*s (line %u)", (int)decl->name.length, decl->name.bytes,
                     notch_words_line(words, decl));
}

static void put_duration(notch_buffer *to, notch_duration duration)
{
  if (duration.count == 1) {
    notch_buffer_print(to, "%s", notch_unit_word(duration.unit));
  } else {
    notch_buffer_print(to, "%lld %ss", (long long)duration.count, notch_unit_word(duration.unit));
  }
}

static const notch_decl *subject_of(const notch_program *p, const notch_effect *effect)
{
  uint32_t at = effect->subject;
  switch (notch_effect_subject_of(effect)) {
  case NOTCH_SUBJECT_REWARD: return at < p->reward_count ? &p->rewards[at].decl : NULL;
  case NOTCH_SUBJECT_SEGMENT: return at < p->segment_count ? &p->segments[at].decl : NULL;
  case NOTCH_SUBJECT_PAYMENT: return at < p->payment_count ? &p->payments[at].decl : NULL;
  case NOTCH_SUBJECT_POOL: return at < p->pool_count ? &p->pools[at].decl : NULL;
  case NOTCH_SUBJECT_COHORT: return at < p->cohort_count ? &p->cohorts[at].decl : NULL;
  case NOTCH_SUBJECT_PARTNER: return at < p->partner_count ? &p->partners[at].decl : NULL;
  case NOTCH_SUBJECT_POINTS: return at < p->points_count ? &p->points[at].decl : NULL;
  case NOTCH_SUBJECT_HELD:
  case NOTCH_SUBJECT_NOTHING: break;
  }
  return NULL;
}

notch_text notch_word_subject(const notch_wording *words, const notch_effect *effect)
{
  const notch_decl *decl = subject_of(words->program, effect);
  return decl != NULL ? decl->name : none;
}

bool notch_effect_measured(const notch_program *program, const notch_effect *effect,
                           notch_measured *out)
{
  if (effect->kind == NOTCH_EFFECT_PAID && effect->subject < program->payment_count) {
    const notch_payment *payment = &program->payments[effect->subject];
    const notch_currency *currency = &program->currencies[payment->currency];
    *out = (notch_measured){"currency", currency->code, currency->decimals};
    return true;
  }
  if (effect->kind == NOTCH_EFFECT_PURSE && effect->ref >= 0 &&
      effect->ref < program->points_count) {
    const notch_points *points = &program->points[effect->ref];
    *out = (notch_measured){"points", points->decl.name, points->decimals};
    return true;
  }
  return false;
}

void notch_words_measured(notch_buffer *to, const notch_measured *unit, int64_t amount)
{
  notch_buffer_print(to, " ");
  notch_decimal_print(to, amount, unit->decimals);
  notch_buffer_print(to, " ");
  notch_buffer_text(to, unit->name);
}

void notch_words_effect(notch_buffer *to, const notch_wording *words, const notch_effect *effect)
{
  notch_measured unit;
  notch_text subject = notch_word_subject(words, effect);
  bool counts = notch_effect_subject_of(effect) == NOTCH_SUBJECT_REWARD && subject.length > 0;
  notch_buffer_text(to, subject);
  if (effect->kind == NOTCH_EFFECT_PAID && notch_effect_measured(words->program, effect, &unit)) {
    notch_words_measured(to, &unit, effect->amount);
  } else if (counts && effect->amount != 1) {
    notch_buffer_print(to, effect->amount < 0 ? " %lld" : " x%lld", (long long)effect->amount);
  }
}

void notch_words_limit(notch_buffer *to, const notch_wording *words, uint32_t index)
{
  const notch_limit *limit = &words->program->limits[index];
  if (limit->times) {
    notch_buffer_print(to, "%lld times", (long long)limit->amount);
  } else {
    notch_words_amount(to, words, limit->points, limit->amount, false);
  }
  notch_buffer_text(to, limit->per_event ? NOTCH_TEXT(" per event") : none);
  notch_buffer_text(to, limit->shared ? NOTCH_TEXT(" over all members")
                                      : NOTCH_TEXT(" per member"));
  switch (limit->period) {
  case NOTCH_PERIOD_CALENDAR:
    notch_buffer_text(to, NOTCH_TEXT(" per calendar "));
    put_duration(to, (notch_duration){1, limit->unit});
    break;
  case NOTCH_PERIOD_ROLLING:
    notch_buffer_text(to, NOTCH_TEXT(" per "));
    put_duration(to, limit->rolling);
    break;
  case NOTCH_PERIOD_TOTAL: notch_buffer_text(to, NOTCH_TEXT(" in total")); break;
  case NOTCH_PERIOD_EVER: break;
  }
}
