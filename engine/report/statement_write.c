/* report/statement_write.c -- a statement as text and as JSON. */
#include <config.h>

#include "report/statement.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

/* ---- text ---- */

static notch_text amount(const notch_statement *statement, uint32_t kind, __int128 value)
{
  return notch_wide_text(statement->arena, value, statement->kinds.list.items[kind].decimals);
}

static notch_text what_text(const notch_statement *statement, const notch_statement_entry *entry)
{
  notch_arena *run = statement->arena;
  notch_text id = notch_plain_text(run, entry->id);
  notch_text text = id.length > 0
                        ? notch_arena_format(run, "%.*s %.*s", WORD(entry->what), WORD(id))
                        : entry->what;
  for (uint32_t i = 0; i < entry->notes.count; i++) {
    notch_text note = entry->notes.items[i];
    text = notch_arena_format(run, "%.*s%s%.*s", WORD(text), i == 0 ? ": " : ", ", WORD(note));
  }
  return text;
}

static notch_text for_text(const notch_statement *statement, const notch_statement_entry *entry,
                           uint32_t kind)
{
  notch_text text = {NULL, 0};
  for (uint32_t i = 0; i < entry->shares.count; i++) {
    if (entry->shares.items[i].kind == kind) {
      text = notch_arena_format(statement->arena, "%.*s%s%.*s", (int)text.length,
                                text.length > 0 ? text.bytes : "", text.length > 0 ? ", " : "",
                                WORD(entry->shares.items[i].rule));
    }
  }
  return text;
}

static void entry_row(const notch_statement *statement, const notch_statement_entry *entry,
                      uint32_t change, notch_table_of_text *table)
{
  static const notch_statement_change nothing = {0};
  bool none = entry->changes.count == 0, first = change == 0;
  const notch_statement_change *of = none ? &nothing : &entry->changes.items[change];
  bool kinds = statement->kinds.list.count > 1;
  notch_columns_add(table, first ? notch_day_text(statement->arena, statement->program,
                                                  entry->booked_us)
                                 : NOTCH_TEXT(""));
  notch_columns_add(table, first ? what_text(statement, entry) : NOTCH_TEXT(""));
  if (kinds) {
    notch_columns_add(table, none ? NOTCH_TEXT("") : statement->kinds.list.items[of->kind].name);
  }
  notch_columns_add(table, of->in == 0 ? NOTCH_TEXT("")
                                               : amount(statement, of->kind, of->in));
  notch_columns_add(table, of->out == 0 ? NOTCH_TEXT("")
                                                : amount(statement, of->kind, of->out));
  notch_columns_add(table, none ? NOTCH_TEXT("") : amount(statement, of->kind, of->balance));
  notch_columns_add(table, none ? NOTCH_TEXT("") : for_text(statement, entry, of->kind));
}

static void entries_text(const notch_statement *statement, notch_out *out)
{
  bool kinds = statement->kinds.list.count > 1;
  notch_table_of_text table;
  notch_columns_begin(&table, kinds ? "lllrrrl" : "llrrrl", statement->arena);
  notch_columns_word(&table, "date");
  notch_columns_word(&table, "what");
  if (kinds) {
    notch_columns_word(&table, "points");
  }
  notch_columns_word(&table, "in");
  notch_columns_word(&table, "out");
  notch_columns_word(&table, "balance");
  notch_columns_word(&table, "for");
  for (uint32_t i = 0; i < statement->balance_count && statement->from_us != INT64_MIN; i++) {
    notch_columns_add(&table, i == 0 ? notch_day_text(statement->arena, statement->program,
                                                      statement->from_us)
                                     : NOTCH_TEXT(""));
    notch_columns_word(&table, i == 0 ? "brought forward" : "");
    if (kinds) {
      notch_columns_add(&table, statement->kinds.list.items[i].name);
    }
    notch_columns_word(&table, "");
    notch_columns_word(&table, "");
    notch_columns_add(&table, amount(statement, i, statement->opening[i]));
    notch_columns_word(&table, "");
  }
  for (uint32_t i = 0; i < statement->entries.count; i++) {
    const notch_statement_entry *entry = &statement->entries.items[i];
    for (uint32_t j = 0; j == 0 || j < entry->changes.count; j++) {
      entry_row(statement, entry, j, &table);
    }
  }
  notch_columns_end(&table, &out->text, 2);
}

/* The local day at whose end points expire, or on which they become available. */
static int32_t day_of(const notch_statement *statement, bool expires, int64_t at_s)
{
  return at_s == NOTCH_NEVER
             ? INT32_MAX
             : notch_zone_day(&statement->program->zone,
                              at_s * NOTCH_SECOND_US - (expires ? 1 : 0));
}

/* One line a day. */
static void term_rows(const notch_statement *statement, bool expires, uint32_t points,
                      notch_table_of_text *table)
{
  const notch_statement_term *terms =
      expires ? statement->expires.items : statement->matures.items;
  uint32_t count = expires ? statement->expires.count : statement->matures.count;
  for (uint32_t i = 0; i < count; i++) {
    if (terms[i].kind != points) {
      continue;
    }
    int32_t day = day_of(statement, expires, terms[i].at_s);
    __int128 sum = terms[i].amount;
    uint32_t j = i + 1;
    for (; j < count && day_of(statement, expires, terms[j].at_s) == day; j++) {
      sum += terms[j].kind == points ? terms[j].amount : 0;
    }
    notch_columns_add(table, amount(statement, points, sum));
    if (terms[i].at_s == NOTCH_NEVER) {
      notch_columns_word(table, expires ? "have no end now" : "become available once confirmed");
    } else {
      notch_text text = notch_day_text(statement->arena, statement->program,
                                       terms[i].at_s * NOTCH_SECOND_US - (expires ? 1 : 0));
      notch_columns_add(table, notch_arena_format(statement->arena, "%s %.*s",
                                                  expires ? "can be used until"
                                                          : "become available on", WORD(text)));
    }
    i = j - 1;
  }
}

static void points_text(const notch_statement *statement, uint32_t points, notch_out *out)
{
  const notch_points *kind = &statement->program->points[points];
  const notch_points_view *view = &statement->views[points];
  notch_arena *run = statement->arena;
  notch_text title = notch_title_of(&kind->decl);
  notch_text available = notch_wide_text(run, view->available, kind->decimals);
  notch_buffer_print(&out->text, "\n%.*s: %.*s available", WORD(title), WORD(available));
  /* Where the balance goes below zero it says itself what is owed. */
  int64_t owed = kind->shortfall == NOTCH_SHORTFALL_NEGATIVE ? 0 : view->debt;
  struct { int64_t value; const char *word; } const rest[] = {
      {view->pending, "pending"}, {view->held, "on hold"}, {owed, "owed"}};
  for (unsigned i = 0; i < sizeof rest / sizeof rest[0]; i++) {
    if (rest[i].value != 0) {
      notch_text text = notch_wide_text(run, rest[i].value, kind->decimals);
      notch_buffer_print(&out->text, ", %.*s %s", WORD(text), rest[i].word);
    }
  }
  notch_out_put(out, "\n");
  notch_table_of_text table;
  notch_columns_begin(&table, "rl", run);
  term_rows(statement, false, points, &table);
  term_rows(statement, true, points, &table);
  notch_columns_end(&table, &out->text, 2);
}

static void tier_text(const notch_statement *statement, uint32_t index, notch_out *out)
{
  const notch_ladder *ladder = &statement->program->ladders[index];
  const notch_footing footing = notch_footing_of(statement->state, index);
  notch_arena *run = statement->arena;
  notch_text title = notch_title_of(&ladder->decl);
  notch_text tier = notch_title_of(&ladder->tiers[footing.tier].decl);
  notch_buffer_print(&out->text, "\n%.*s: %.*s", WORD(title), WORD(tier));
  if (footing.since_us != INT64_MIN) {
    notch_text since = notch_day_text(run, statement->program, footing.since_us);
    notch_buffer_print(&out->text, " since %.*s", WORD(since));
  }
  if (footing.until_s != NOTCH_NEVER) {
    notch_text until =
        notch_day_text(run, statement->program, footing.until_s * NOTCH_SECOND_US - 1);
    notch_buffer_print(&out->text, ", until %.*s", WORD(until));
  }
  notch_out_put(out, "\n");
  const notch_progress *progress = &statement->progress[index];
  if (progress->need != NULL) {
    notch_text next = notch_title_of(&ladder->tiers[progress->tier].decl);
    notch_buffer_print(&out->text, "  %.*s takes\n", WORD(next));
    notch_need_text(statement->program, progress->need, 4, run, &out->text);
  }
}

static void rewards_text(const notch_statement *statement, notch_out *out)
{
  const notch_state *state = statement->state;
  bool any = false;
  for (uint32_t i = 0; i < state->reward_lots_count; i++) {
    const notch_reward_lot *lot = &state->reward_lots[i];
    if (lot->left == 0 || (lot->until_s != NOTCH_NEVER &&
                           lot->until_s * NOTCH_SECOND_US <= statement->at_us)) {
      continue;
    }
    notch_out_put(out, any ? "" : "\nRewards\n");
    any = true;
    notch_text title = notch_title_of(&statement->program->rewards[lot->reward].decl);
    notch_buffer_print(&out->text, "  %lld x %.*s", (long long)lot->left, WORD(title));
    if (lot->until_s != NOTCH_NEVER) {
      notch_text until = notch_day_text(statement->arena, statement->program,
                                        lot->until_s * NOTCH_SECOND_US - 1);
      notch_buffer_print(&out->text, ", until %.*s", WORD(until));
    }
    notch_out_put(out, "\n");
  }
}

void notch_statement_text(const notch_statement *statement, notch_out *out)
{
  notch_arena *run = statement->arena;
  const notch_program *p = statement->program;
  notch_text member = notch_plain_text(run, statement->member);
  notch_text title = p->title.length > 0 ? p->title : p->name;
  notch_text at = notch_day_text(run, p, statement->at_us);
  notch_buffer_print(&out->text, "%.*s\nStatement of %.*s", WORD(title), WORD(member));
  if (statement->from_us != INT64_MIN) {
    notch_text from = notch_day_text(run, p, statement->from_us);
    notch_buffer_print(&out->text, ", %.*s to %.*s\n\n", WORD(from), WORD(at));
  } else {
    notch_buffer_print(&out->text, ", up to %.*s\n\n", WORD(at));
  }
  if (statement->entries.count == 0 && statement->from_us == INT64_MIN) {
    notch_out_put(out, "  Nothing was booked yet.\n");
  } else {
    entries_text(statement, out);
  }
  for (uint32_t i = 0; i < p->points_count; i++) {
    points_text(statement, i, out);
  }
  rewards_text(statement, out);
  if (statement->state->closed) {
    notch_out_put(out, "\nThe account is closed.\n");
    return;
  }
  for (uint32_t i = 0; i < p->ladder_count && i < statement->state->standings_count; i++) {
    tier_text(statement, i, out);
  }
}

/* ---- JSON ---- */

static void key(notch_json_writer *json, const char *word)
{
  notch_json_key(json, notch_text_of(word));
}

static void wide(const notch_statement *statement, notch_json_writer *json, const char *word,
                 uint32_t kind, __int128 value)
{
  key(json, word);
  notch_json_wide(json, value, statement->kinds.list.items[kind].decimals);
}

static void entry_json(const notch_statement *statement, const notch_statement_entry *entry,
                       notch_json_writer *json)
{
  notch_json_begin(json, '{');
  key(json, "at");
  notch_json_moment(json, statement->program, entry->at_us);
  key(json, "booked");
  notch_json_moment(json, statement->program, entry->booked_us);
  if (entry->event != 0) {
    key(json, "number");
    notch_json_integer(json, entry->event);
  }
  if (entry->id.length > 0) {
    key(json, "event");
    notch_json_text(json, entry->id);
  }
  key(json, "type");
  notch_json_text(json, entry->type);
  key(json, "points");
  notch_json_begin(json, '{');
  for (uint32_t i = 0; i < entry->changes.count; i++) {
    const notch_statement_change *change = &entry->changes.items[i];
    notch_json_key(json, statement->kinds.list.items[change->kind].name);
    notch_json_begin(json, '{');
    wide(statement, json, "in", change->kind, change->in);
    wide(statement, json, "out", change->kind, change->out);
    wide(statement, json, "balance", change->kind, change->balance);
    key(json, "rules");
    notch_json_begin(json, '{');
    for (uint32_t j = 0; j < entry->shares.count; j++) {
      const notch_statement_share *share = &entry->shares.items[j];
      if (share->kind == change->kind) {
        notch_json_key(json, share->rule);
        notch_json_wide(json, share->amount,
                        statement->kinds.list.items[share->kind].decimals);
      }
    }
    notch_json_end(json, '}');
    notch_json_end(json, '}');
  }
  notch_json_end(json, '}');
  key(json, "notes");
  notch_json_begin(json, '[');
  for (uint32_t i = 0; i < entry->notes.count; i++) {
    notch_json_text(json, entry->notes.items[i]);
  }
  notch_json_end(json, ']');
  notch_json_end(json, '}');
}

static void terms_json(const notch_statement *statement, const char *word,
                       const notch_statement_term *terms, uint32_t count, uint32_t points,
                       notch_json_writer *json)
{
  key(json, word);
  notch_json_begin(json, '[');
  for (uint32_t i = 0; i < count; i++) {
    if (terms[i].kind == points) {
      notch_json_begin(json, '{');
      key(json, "at");
      if (terms[i].at_s == NOTCH_NEVER) {
        notch_json_null(json);
      } else {
        notch_json_moment(json, statement->program, terms[i].at_s * NOTCH_SECOND_US);
      }
      wide(statement, json, "amount", points, terms[i].amount);
      notch_json_end(json, '}');
    }
  }
  notch_json_end(json, ']');
}

static void points_json(const notch_statement *statement, uint32_t points,
                        notch_json_writer *json)
{
  const notch_points_view *view = &statement->views[points];
  notch_json_key(json, statement->program->points[points].decl.name);
  notch_json_begin(json, '{');
  wide(statement, json, "opening", points, statement->opening[points]);
  wide(statement, json, "closing", points, statement->balance[points]);
  wide(statement, json, "available", points, view->available);
  wide(statement, json, "pending", points, view->pending);
  wide(statement, json, "held", points, view->held);
  wide(statement, json, "debt", points, view->debt);
  terms_json(statement, "matures", statement->matures.items, statement->matures.count, points,
             json);
  terms_json(statement, "expires", statement->expires.items, statement->expires.count, points,
             json);
  notch_json_end(json, '}');
}

static void tier_json(const notch_statement *statement, uint32_t index, notch_json_writer *json)
{
  const notch_ladder *ladder = &statement->program->ladders[index];
  const notch_footing footing = notch_footing_of(statement->state, index);
  const notch_progress *progress = &statement->progress[index];
  notch_json_key(json, ladder->decl.name);
  notch_json_begin(json, '{');
  key(json, "tier");
  notch_json_text(json, ladder->tiers[footing.tier].decl.name);
  if (footing.since_us != INT64_MIN) {
    key(json, "since");
    notch_json_moment(json, statement->program, footing.since_us);
  }
  if (footing.until_s != NOTCH_NEVER) {
    key(json, "until");
    notch_json_moment(json, statement->program, footing.until_s * NOTCH_SECOND_US);
  }
  if (progress->need != NULL) {
    key(json, "next");
    notch_json_begin(json, '{');
    key(json, "tier");
    notch_json_text(json, ladder->tiers[progress->tier].decl.name);
    key(json, "takes");
    notch_need_json(statement->program, progress->need, statement->arena, json);
    notch_json_end(json, '}');
  }
  notch_json_end(json, '}');
}

void notch_statement_json(const notch_statement *statement, notch_out *out)
{
  notch_json_writer json = {.to = &out->text};
  const notch_program *p = statement->program;
  notch_json_begin(&json, '{');
  key(&json, "member");
  notch_json_text(&json, statement->member);
  if (statement->from_us != INT64_MIN) {
    key(&json, "from");
    notch_json_moment(&json, p, statement->from_us);
  }
  key(&json, "at");
  notch_json_moment(&json, p, statement->at_us);
  key(&json, "entries");
  notch_json_begin(&json, '[');
  for (uint32_t i = 0; i < statement->entries.count; i++) {
    entry_json(statement, &statement->entries.items[i], &json);
  }
  notch_json_end(&json, ']');
  key(&json, "points");
  notch_json_begin(&json, '{');
  for (uint32_t i = 0; i < p->points_count; i++) {
    points_json(statement, i, &json);
  }
  notch_json_end(&json, '}');
  key(&json, "tiers");
  notch_json_begin(&json, '{');
  for (uint32_t i = 0; i < p->ladder_count && i < statement->state->standings_count; i++) {
    tier_json(statement, i, &json);
  }
  notch_json_end(&json, '}');
  notch_json_end(&json, '}');
  notch_out_put(out, "\n");
}
