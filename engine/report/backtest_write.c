/* report/backtest_write.c -- a backtest as text and as JSON. */
#include <config.h>

#include "report/backtest.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

/* ---- text ---- */

static void period_text(const notch_backtest *backtest, notch_out *out)
{
  notch_arena *run = backtest->arena;
  const notch_program *p = backtest->programs[NOTCH_RECORDED];
  const notch_program *other = backtest->programs[NOTCH_RECOMPUTED];
  notch_text title = p->title.length > 0 ? p->title : p->name;
  notch_text with = other->title.length > 0 ? other->title : other->name;
  notch_text to = notch_day_text(run, p, backtest->to_us);
  notch_buffer_print(&out->text, "%.*s as recorded, and under the rules \"%.*s\"\n", WORD(title),
                     WORD(with));
  if (backtest->from_us == INT64_MIN) {
    notch_buffer_print(&out->text, "From the first event to %.*s\n", WORD(to));
  } else {
    notch_text from = notch_day_text(run, p, backtest->from_us);
    notch_buffer_print(&out->text, "From %.*s to %.*s; events before only give members their "
                       "history\n", WORD(from), WORD(to));
  }
  notch_text members = notch_wide_text(run, backtest->members.count, 0);
  notch_text changed = notch_wide_text(run, backtest->changed, 0);
  notch_text share = notch_percent_text(run, backtest->changed, backtest->members.count);
  notch_buffer_print(&out->text, "%.*s %s, %.*s of them would fare differently (%.*s)\n",
                     WORD(members), backtest->members.count == 1 ? "member" : "members",
                     WORD(changed), WORD(share));
  if (backtest->refused_now > 0 || backtest->taken_now > 0) {
    notch_buffer_print(&out->text,
                       "Of the events that were applied, %llu would be refused; of those "
                       "refused, %llu would be applied\n",
                       (unsigned long long)backtest->refused_now,
                       (unsigned long long)backtest->taken_now);
  }
  if (backtest->erased > 0) {
    notch_buffer_print(&out->text, "Erased members left out: %llu\n",
                       (unsigned long long)backtest->erased);
  }
}

static void figure_row(const notch_backtest *backtest, const notch_compared_kind *kind,
                       const char *word, __int128 recorded, __int128 recomputed,
                       notch_table_of_text *table)
{
  notch_arena *run = backtest->arena;
  bool same = notch_is_comparable(kind);
  notch_columns_word(table, word);
  notch_columns_add(table, kind->on[0] ? notch_wide_text(run, recorded, kind->decimals)
                                       : NOTCH_TEXT("-"));
  notch_columns_add(table, kind->on[1] ? notch_wide_text(run, recomputed, kind->decimals)
                                       : NOTCH_TEXT("-"));
  notch_columns_add(table, same ? notch_change_text(run, recomputed - recorded, kind->decimals)
                                : NOTCH_TEXT(""));
  notch_columns_add(table, same && recorded > 0
                               ? notch_percent_text(run, recomputed - recorded, recorded)
                               : NOTCH_TEXT(""));
}

static notch_text cost_text(const notch_backtest *backtest, const notch_compared_kind *kind,
                            unsigned side)
{
  if (!kind->has_worth[side]) {
    return NOTCH_TEXT("-");
  }
  notch_text amount =
      notch_wide_text(backtest->arena, kind->cost[side], kind->currency_decimals[side]);
  return notch_arena_format(backtest->arena, "%.*s %.*s", WORD(amount),
                            WORD(kind->currency[side]));
}

static void kind_text(const notch_backtest *backtest, const notch_compared_kind *kind,
                      notch_out *out)
{
  notch_table_of_text table;
  notch_buffer_print(&out->text, "\n%.*s\n", WORD(kind->title));
  notch_columns_begin(&table, "lrrrr", backtest->arena);
  static const char *const headings[] = {"", "recorded", "recomputed", "change", ""};
  for (unsigned i = 0; i < sizeof headings / sizeof headings[0]; i++) {
    notch_columns_word(&table, headings[i]);
  }
  figure_row(backtest, kind, "issued, net of returns", kind->flows[0].issued,
             kind->flows[1].issued, &table);
  figure_row(backtest, kind, "spent", kind->flows[0].spent, kind->flows[1].spent, &table);
  figure_row(backtest, kind, "expired", kind->flows[0].expired, kind->flows[1].expired, &table);
  figure_row(backtest, kind, "outstanding at the end", kind->outstanding[0],
             kind->outstanding[1], &table);
  if (kind->has_worth[0] || kind->has_worth[1]) {
    bool same = kind->has_worth[0] && kind->has_worth[1] &&
                notch_text_equal(kind->currency[0], kind->currency[1]);
    notch_columns_word(&table, "cost of what was issued");
    notch_columns_add(&table, cost_text(backtest, kind, 0));
    notch_columns_add(&table, cost_text(backtest, kind, 1));
    notch_columns_add(&table, same ? notch_change_text(backtest->arena,
                                                       kind->cost[1] - kind->cost[0],
                                                       kind->currency_decimals[0])
                                   : NOTCH_TEXT(""));
    notch_columns_add(&table, same && kind->cost[0] > 0
                                  ? notch_percent_text(backtest->arena,
                                                       kind->cost[1] - kind->cost[0],
                                                       kind->cost[0])
                                  : NOTCH_TEXT(""));
  }
  notch_columns_end(&table, &out->text, 2);
}

static void extremes_text(const notch_backtest *backtest, uint32_t index, bool gains,
                          notch_out *out)
{
  const notch_compared_kind *kind = &backtest->kinds[index];
  uint32_t count = gains ? kind->gain_count : kind->loss_count;
  const uint32_t *list = gains ? kind->gains : kind->losses;
  notch_table_of_text table;
  if (count == 0) {
    return;
  }
  notch_buffer_print(&out->text, "  largest %s\n", gains ? "gains" : "losses");
  notch_columns_begin(&table, "lr", backtest->arena);
  for (uint32_t i = 0; i < count; i++) {
    notch_columns_add(&table, notch_plain_text(backtest->arena,
                                               backtest->members.items[list[i]].id));
    notch_columns_add(&table,
                      notch_change_text(backtest->arena,
                                        notch_backtest_change(backtest, list[i], index),
                                        kind->decimals));
  }
  notch_columns_end(&table, &out->text, 4);
}

static notch_text tier_title(const notch_compared_ladder *ladder, unsigned side, uint32_t place)
{
  return place == 0 ? NOTCH_TEXT("no tier") : ladder->tiers[side][place - 1].title;
}

static bool in_use(const notch_compared_ladder *ladder, unsigned side, uint32_t place)
{
  uint32_t width = ladder->tier_count[1] + 1;
  uint32_t others = side == 0 ? width : ladder->tier_count[0] + 1;
  if (place > 0) {
    return true;
  }
  for (uint32_t i = 0; i < others; i++) {
    if (ladder->migration[side == 0 ? i : i * width] > 0) {
      return true;
    }
  }
  return false;
}

static void ladder_text(const notch_backtest *backtest, const notch_compared_ladder *ladder,
                        notch_out *out)
{
  notch_table_of_text table;
  char align[64] = "l";
  uint32_t width = ladder->tier_count[1] + 1;
  uint32_t first = in_use(ladder, 1, 0) ? 0 : 1;
  if (width + 1 >= sizeof align) {
    return;
  }
  memset(align + 1, 'r', width - first);
  align[1 + width - first] = '\0';
  notch_buffer_print(&out->text, "\n%.*s: from the recorded tier (down) to the recomputed one "
                     "(across)\n", WORD(ladder->title));
  notch_columns_begin(&table, align, backtest->arena);
  notch_columns_word(&table, "");
  for (uint32_t to = first; to < width; to++) {
    notch_columns_add(&table, tier_title(ladder, 1, to));
  }
  for (uint32_t from = in_use(ladder, 0, 0) ? 0 : 1; from <= ladder->tier_count[0]; from++) {
    notch_columns_add(&table, tier_title(ladder, 0, from));
    for (uint32_t to = first; to < width; to++) {
      notch_columns_add(&table, notch_wide_text(backtest->arena,
                                                (__int128)ladder->migration[from * width + to],
                                                0));
    }
  }
  notch_columns_end(&table, &out->text, 2);
}

void notch_backtest_text(const notch_backtest *backtest, notch_out *out)
{
  period_text(backtest, out);
  for (uint32_t i = 0; i < backtest->ladder_count; i++) {
    ladder_text(backtest, &backtest->ladders[i], out);
  }
  for (uint32_t i = 0; i < backtest->kind_count; i++) {
    kind_text(backtest, &backtest->kinds[i], out);
    extremes_text(backtest, i, true, out);
    extremes_text(backtest, i, false, out);
  }
}

/* ---- JSON ---- */

static void key(notch_json_writer *json, const char *word)
{
  notch_json_key(json, notch_text_of(word));
}

static void two(notch_json_writer *json, const notch_compared_kind *kind, __int128 recorded,
                __int128 recomputed)
{
  key(json, "recorded");
  notch_json_wide(json, recorded, kind->decimals);
  key(json, "recomputed");
  notch_json_wide(json, recomputed, kind->decimals);
}

static void extremes_json(const notch_backtest *backtest, uint32_t index, bool gains,
                          notch_json_writer *json)
{
  const notch_compared_kind *kind = &backtest->kinds[index];
  key(json, gains ? "gains" : "losses");
  notch_json_begin(json, '[');
  for (uint32_t i = 0; i < (gains ? kind->gain_count : kind->loss_count); i++) {
    uint32_t member = gains ? kind->gains[i] : kind->losses[i];
    notch_json_begin(json, '{');
    key(json, "member");
    notch_json_text(json, backtest->members.items[member].id);
    key(json, "change");
    notch_json_wide(json, notch_backtest_change(backtest, member, index), kind->decimals);
    notch_json_end(json, '}');
  }
  notch_json_end(json, ']');
}

static void kind_json(const notch_backtest *backtest, uint32_t index, notch_json_writer *json)
{
  const notch_compared_kind *kind = &backtest->kinds[index];
  struct { const char *word; __int128 recorded, recomputed; } const figures[] = {
      {"spent", kind->flows[0].spent, kind->flows[1].spent},
      {"expired", kind->flows[0].expired, kind->flows[1].expired},
      {"outstanding", kind->outstanding[0], kind->outstanding[1]},
  };
  notch_json_begin(json, '{');
  two(json, kind, kind->flows[0].issued, kind->flows[1].issued);
  for (unsigned i = 0; i < sizeof figures / sizeof figures[0]; i++) {
    key(json, figures[i].word);
    notch_json_begin(json, '{');
    two(json, kind, figures[i].recorded, figures[i].recomputed);
    notch_json_end(json, '}');
  }
  key(json, "cost");
  notch_json_begin(json, '{');
  for (unsigned side = 0; side < NOTCH_SIDES; side++) {
    if (kind->has_worth[side]) {
      notch_buffer plain;
      notch_buffer_init(&plain, json->to->memory);
      notch_wide_print(&plain, kind->cost[side], kind->currency_decimals[side], false);
      notch_buffer_print(&plain, " %.*s", WORD(kind->currency[side]));
      notch_text text = notch_buffer_keep(&plain, backtest->arena);
      key(json, side == 0 ? "recorded" : "recomputed");
      notch_json_text(json, text);
    }
  }
  notch_json_end(json, '}');
  extremes_json(backtest, index, true, json);
  extremes_json(backtest, index, false, json);
  notch_json_end(json, '}');
}

static notch_text tier_name(const notch_compared_ladder *ladder, unsigned side, uint32_t place)
{
  return place == 0 ? NOTCH_TEXT("") : ladder->tiers[side][place - 1].name;
}

static void ladder_json(const notch_compared_ladder *ladder, notch_json_writer *json)
{
  uint32_t width = ladder->tier_count[1] + 1;
  notch_json_begin(json, '{');
  key(json, "from");
  notch_json_begin(json, '{');
  for (uint32_t from = 0; from <= ladder->tier_count[0]; from++) {
    uint64_t members = 0;
    for (uint32_t to = 0; to < width; to++) {
      members += ladder->migration[from * width + to];
    }
    if (members == 0) {
      continue;
    }
    notch_json_key(json, tier_name(ladder, 0, from));
    notch_json_begin(json, '{');
    key(json, "to");
    notch_json_begin(json, '{');
    for (uint32_t to = 0; to < width; to++) {
      if (ladder->migration[from * width + to] > 0) {
        notch_json_key(json, tier_name(ladder, 1, to));
        notch_json_integer(json, (int64_t)ladder->migration[from * width + to]);
      }
    }
    notch_json_end(json, '}');
    notch_json_end(json, '}');
  }
  notch_json_end(json, '}');
  notch_json_end(json, '}');
}

void notch_backtest_json(const notch_backtest *backtest, notch_out *out)
{
  notch_json_writer json = {.to = &out->text};
  const notch_program *p = backtest->programs[NOTCH_RECORDED];
  notch_json_begin(&json, '{');
  key(&json, "members");
  notch_json_integer(&json, backtest->members.count);
  if (backtest->from_us != INT64_MIN) {
    key(&json, "from");
    notch_json_moment(&json, p, backtest->from_us);
  }
  key(&json, "to");
  notch_json_moment(&json, p, backtest->to_us);
  key(&json, "tiers");
  notch_json_begin(&json, '{');
  for (uint32_t i = 0; i < backtest->ladder_count; i++) {
    notch_json_key(&json, backtest->ladders[i].name);
    ladder_json(&backtest->ladders[i], &json);
  }
  notch_json_end(&json, '}');
  key(&json, "points");
  notch_json_begin(&json, '{');
  for (uint32_t i = 0; i < backtest->kind_count; i++) {
    notch_json_key(&json, backtest->kinds[i].name);
    kind_json(backtest, i, &json);
  }
  notch_json_end(&json, '}');
  key(&json, "changed_members");
  notch_json_integer(&json, (int64_t)backtest->changed);
  key(&json, "erased_members");
  notch_json_integer(&json, (int64_t)backtest->erased);
  key(&json, "now_refused");
  notch_json_integer(&json, (int64_t)backtest->refused_now);
  key(&json, "now_applied");
  notch_json_integer(&json, (int64_t)backtest->taken_now);
  notch_json_end(&json, '}');
  notch_out_put(out, "\n");
}
