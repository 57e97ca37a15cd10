/* report/liability_write.c -- the liability report as text and as JSON. */
#include <config.h>

#include "report/liability.h"

#include <assert.h>
#include <string.h>

typedef struct notch_sum { /* over the cohorts of one kind, or of one currency */
  __int128 issued, redeemed, expired, outstanding, expected, value, revenue, liability;
  __int128 ages[NOTCH_AGE_COUNT];
} notch_sum;

static const char *const age_words[NOTCH_AGE_COUNT] = {
    "under 3 months", "3 to 6 months", "6 to 12 months", "12 to 24 months", "over 24 months"};
static const char *const age_keys[NOTCH_AGE_COUNT] = {"0-3", "3-6", "6-12", "12-24", "24+"};

static void add(notch_sum *sum, const notch_cohort_of_lots *cohort)
{
  sum->issued += cohort->issued;
  sum->redeemed += cohort->redeemed;
  sum->expired += cohort->expired;
  sum->outstanding += cohort->outstanding;
  sum->expected += cohort->expected;
  sum->value += cohort->value;
  sum->revenue += cohort->revenue;
  sum->liability += cohort->liability;
  for (unsigned i = 0; i < NOTCH_AGE_COUNT; i++) {
    sum->ages[i] += cohort->ages[i];
  }
}

static notch_sum sum_of(const notch_liability *liability, uint32_t kind)
{
  notch_sum sum = {0};
  for (uint32_t i = 0; i < liability->cohorts.count; i++) {
    if (liability->cohorts.items[i].kind == kind) {
      add(&sum, &liability->cohorts.items[i]);
    }
  }
  return sum;
}

/* Where all cohorts of a kind are worth money of one currency. */
static const notch_cohort_of_lots *currency_of(const notch_liability *liability, uint32_t kind)
{
  const notch_cohort_of_lots *found = NULL;
  for (uint32_t i = 0; i < liability->cohorts.count; i++) {
    const notch_cohort_of_lots *cohort = &liability->cohorts.items[i];
    if (cohort->kind == kind && cohort->currency.length > 0) {
      if (cohort->mixed ||
          (found != NULL && !notch_text_equal(found->currency, cohort->currency))) {
        return NULL;
      }
      found = cohort;
    }
  }
  return found;
}

static bool has_money(const notch_liability *liability, uint32_t kind)
{
  for (uint32_t i = 0; i < liability->cohorts.count; i++) {
    const notch_cohort_of_lots *cohort = &liability->cohorts.items[i];
    if (cohort->kind == kind && cohort->currency.length > 0) {
      return true;
    }
  }
  return false;
}

static notch_text money(const notch_liability *liability, __int128 value, unsigned decimals,
                        notch_text currency)
{
  notch_text text = notch_wide_text(liability->arena, value, decimals);
  return notch_arena_format(liability->arena, "%.*s %.*s", (int)text.length, text.bytes,
                            (int)currency.length, currency.bytes);
}

static const char *basis(const notch_liability *liability, uint32_t kind)
{
  return liability->given.den != 0                ? "given"
         : liability->history[kind].den != 0      ? "history"
                                                  : "none";
}

/* ---- text ---- */

static void kind_text(const notch_liability *liability, uint32_t index, notch_out *out)
{
  const notch_points_kind *kind = &liability->kinds.list.items[index];
  notch_arena *run = liability->arena;
  notch_sum sum = sum_of(liability, index);
  notch_table_of_text table;
  const unsigned d = kind->decimals;
  notch_buffer_print(&out->text, "\n%.*s\n", (int)kind->title.length, kind->title.bytes);
  notch_columns_begin(&table, "lrl", run);
  struct { const char *word; __int128 value; } const lines[] = {
      {"issued, net of returns", sum.issued}, {"redeemed", sum.redeemed},
      {"expired", sum.expired}, {"outstanding", sum.outstanding},
  };
  for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    notch_columns_word(&table, lines[i].word);
    notch_columns_add(&table, notch_wide_text(run, lines[i].value, d));
    notch_columns_add(&table, i == 0 ? NOTCH_TEXT("")
                                     : notch_percent_text(run, lines[i].value, sum.issued));
  }
  for (unsigned i = 0; i < NOTCH_AGE_COUNT && sum.outstanding != 0; i++) {
    notch_columns_add(&table, notch_arena_format(run, "  %s", age_words[i]));
    notch_columns_add(&table, notch_wide_text(run, sum.ages[i], d));
    notch_columns_add(&table, notch_percent_text(run, sum.ages[i], sum.outstanding));
  }
  notch_columns_word(&table, "ever to be redeemed");
  notch_columns_add(&table, notch_wide_text(run, sum.expected, d));
  notch_columns_add(&table, notch_percent_text(run, sum.expected, sum.issued));
  notch_columns_word(&table, "expected breakage");
  notch_columns_add(&table, notch_wide_text(run, sum.issued - sum.expected, d));
  notch_columns_add(&table, notch_percent_text(run, sum.issued - sum.expected, sum.issued));
  const notch_cohort_of_lots *in = currency_of(liability, index);
  if (in != NULL) {
    struct { const char *word; __int128 value; } const amounts[] = {
        {"allocated to points", sum.value}, {"revenue to date", sum.revenue},
        {"contract liability", sum.liability},
    };
    for (unsigned i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
      notch_columns_word(&table, amounts[i].word);
      notch_columns_add(&table, money(liability, amounts[i].value, in->currency_decimals,
                                      in->currency));
      notch_columns_word(&table, "");
    }
  }
  notch_columns_end(&table, &out->text, 2);
  const char *from = basis(liability, index);
  notch_out_put(out, from[0] == 'g'   ? "  The share ever redeemed is the one given.\n"
                     : from[0] == 'h' ? "  The share ever redeemed is that of the months whose "
                                        "points have all ended.\n"
                                      : "  No month's points have all ended yet, so no further "
                                        "breakage is expected; --redeemed gives a share.\n");
  if (in == NULL && sum.issued != 0) {
    notch_out_put(out, has_money(liability, index)
                           ? "  No money: what the points are worth is in several currencies.\n"
                           : "  No money: the rules give the points no `worth`.\n");
  }
}

static void cohorts_text(const notch_liability *liability, uint32_t index, notch_out *out)
{
  const notch_points_kind *kind = &liability->kinds.list.items[index];
  notch_arena *run = liability->arena;
  notch_table_of_text table;
  static const char *const headings[] = {"earned",      "partner",   "issued",   "redeemed",
                                         "expired", "outstanding", "revenue", "liability"};
  notch_columns_begin(&table, "llrrrrrr", run);
  for (unsigned i = 0; i < sizeof headings / sizeof headings[0]; i++) {
    notch_columns_word(&table, headings[i]);
  }
  for (uint32_t i = 0; i < liability->cohorts.count; i++) {
    const notch_cohort_of_lots *cohort = &liability->cohorts.items[i];
    if (cohort->kind != index) {
      continue;
    }
    notch_columns_add(&table, notch_month_text(run, cohort->month));
    notch_columns_add(&table, cohort->partner);
    notch_columns_add(&table, notch_wide_text(run, cohort->issued, kind->decimals));
    notch_columns_add(&table, notch_wide_text(run, cohort->redeemed, kind->decimals));
    notch_columns_add(&table, notch_wide_text(run, cohort->expired, kind->decimals));
    notch_columns_add(&table, notch_wide_text(run, cohort->outstanding, kind->decimals));
    bool priced = cohort->currency.length > 0 && !cohort->mixed;
    unsigned d = cohort->currency_decimals;
    notch_columns_add(&table, priced ? notch_wide_text(run, cohort->revenue, d)
                                     : NOTCH_TEXT("-"));
    notch_columns_add(&table, priced ? notch_wide_text(run, cohort->liability, d)
                                     : NOTCH_TEXT("-"));
  }
  notch_out_put(out, "\n");
  notch_columns_end(&table, &out->text, 2);
}

static void partners_text(const notch_liability *liability, notch_out *out)
{
  notch_arena *run = liability->arena;
  notch_table_of_text table;
  if (liability->settlements.count == 0) {
    return;
  }
  notch_out_put(out, "\nPartners settle\n");
  notch_columns_begin(&table, "llrlr", run);
  for (uint32_t i = 0; i < liability->settlements.count; i++) {
    const notch_settlement_line *line = &liability->settlements.items[i];
    const notch_points_kind *kind = &liability->kinds.list.items[line->kind];
    notch_columns_add(&table, line->partner);
    notch_columns_word(&table, line->on_spent ? "spent" : "earned");
    notch_columns_add(&table, notch_wide_text(run, line->points, kind->decimals));
    notch_columns_add(&table, kind->name);
    notch_columns_add(&table, money(liability, notch_worths_floor(&line->money),
                                    line->currency_decimals, line->currency));
  }
  notch_columns_end(&table, &out->text, 2);
}

void notch_liability_text(const notch_liability *liability, notch_out *out)
{
  const notch_zone *zone = &liability->program->zone;
  int32_t day = notch_zone_day(zone, liability->at_us);
  bool at_its_end =
      notch_zone_midnight(zone, day + 1) * NOTCH_SECOND_US - 1 == liability->at_us;
  notch_text at = at_its_end
                      ? notch_day_text(liability->arena, liability->program, liability->at_us)
                      : notch_moment_text(liability->arena, liability->program, liability->at_us);
  notch_text title = liability->program->title.length > 0 ? liability->program->title
                                                          : liability->program->name;
  notch_buffer_print(&out->text, "Liability of %.*s at %s%.*s\n", (int)title.length, title.bytes,
                     at_its_end ? "the end of " : "", (int)at.length, at.bytes);
  for (uint32_t i = 0; i < liability->kinds.list.count; i++) {
    notch_sum sum = sum_of(liability, i);
    kind_text(liability, i, out);
    if (sum.issued != 0 || sum.outstanding != 0) {
      cohorts_text(liability, i, out);
    }
  }
  partners_text(liability, out);
}

/* ---- JSON ---- */

static void key(notch_json_writer *json, const char *word)
{
  notch_json_key(json, notch_text_of(word));
}

static void wide(notch_json_writer *json, const char *word, __int128 value, unsigned decimals)
{
  key(json, word);
  notch_json_wide(json, value, decimals);
}

static void ages_json(notch_json_writer *json, const __int128 *ages, unsigned decimals)
{
  key(json, "ages");
  notch_json_begin(json, '{');
  for (unsigned i = 0; i < NOTCH_AGE_COUNT; i++) {
    wide(json, age_keys[i], ages[i], decimals);
  }
  notch_json_end(json, '}');
}

static void money_json(notch_json_writer *json, const notch_cohort_of_lots *in, __int128 value,
                       __int128 revenue, __int128 liability)
{
  if (in == NULL || in->currency.length == 0 || in->mixed) {
    return;
  }
  key(json, "currency");
  notch_json_text(json, in->currency);
  wide(json, "allocated", value, in->currency_decimals);
  wide(json, "revenue", revenue, in->currency_decimals);
  wide(json, "liability", liability, in->currency_decimals);
}

static void cohort_json(const notch_liability *liability, const notch_cohort_of_lots *cohort,
                        notch_json_writer *json)
{
  unsigned d = liability->kinds.list.items[cohort->kind].decimals;
  notch_json_begin(json, '{');
  key(json, "month");
  notch_json_text(json, notch_month_text(liability->arena, cohort->month));
  if (cohort->partner.length > 0) {
    key(json, "partner");
    notch_json_text(json, cohort->partner);
  }
  wide(json, "issued", cohort->issued, d);
  wide(json, "redeemed", cohort->redeemed, d);
  wide(json, "expired", cohort->expired, d);
  wide(json, "outstanding", cohort->outstanding, d);
  wide(json, "expected", cohort->expected, d);
  ages_json(json, cohort->ages, d);
  money_json(json, cohort, cohort->value, cohort->revenue, cohort->liability);
  notch_json_end(json, '}');
}

static void kind_json(const notch_liability *liability, uint32_t index, notch_json_writer *json)
{
  notch_sum sum = sum_of(liability, index);
  const unsigned d = liability->kinds.list.items[index].decimals;
  notch_json_begin(json, '{');
  wide(json, "issued", sum.issued, d);
  wide(json, "redeemed", sum.redeemed, d);
  wide(json, "expired", sum.expired, d);
  wide(json, "outstanding", sum.outstanding, d);
  ages_json(json, sum.ages, d);
  wide(json, "expected", sum.expected, d);
  wide(json, "breakage", sum.issued - sum.expected, d);
  key(json, "basis");
  notch_json_text(json, notch_text_of(basis(liability, index)));
  money_json(json, currency_of(liability, index), sum.value, sum.revenue, sum.liability);
  key(json, "cohorts");
  notch_json_begin(json, '[');
  for (uint32_t i = 0; i < liability->cohorts.count; i++) {
    if (liability->cohorts.items[i].kind == index) {
      cohort_json(liability, &liability->cohorts.items[i], json);
    }
  }
  notch_json_end(json, ']');
  notch_json_end(json, '}');
}

void notch_liability_json(const notch_liability *liability, notch_out *out)
{
  notch_json_writer json = {.to = &out->text};
  notch_json_begin(&json, '{');
  key(&json, "at");
  notch_json_moment(&json, liability->program, liability->at_us);
  key(&json, "points");
  notch_json_begin(&json, '{');
  for (uint32_t i = 0; i < liability->kinds.list.count; i++) {
    notch_json_key(&json, liability->kinds.list.items[i].name);
    kind_json(liability, i, &json);
  }
  notch_json_end(&json, '}');
  key(&json, "partners");
  notch_json_begin(&json, '[');
  for (uint32_t i = 0; i < liability->settlements.count; i++) {
    const notch_settlement_line *line = &liability->settlements.items[i];
    const notch_points_kind *kind = &liability->kinds.list.items[line->kind];
    notch_json_begin(&json, '{');
    key(&json, "partner");
    notch_json_text(&json, line->partner);
    key(&json, "points");
    notch_json_text(&json, kind->name);
    key(&json, "on");
    notch_json_text(&json, line->on_spent ? NOTCH_TEXT("spent") : NOTCH_TEXT("earned"));
    wide(&json, "amount", line->points, kind->decimals);
    wide(&json, "money", notch_worths_floor(&line->money), line->currency_decimals);
    key(&json, "currency");
    notch_json_text(&json, line->currency);
    notch_json_end(&json, '}');
  }
  notch_json_end(&json, ']');
  notch_json_end(&json, '}');
  notch_out_put(out, "\n");
}
