/* report/export.c -- what the exports share, and the two that are plain tables: CSV, JSON Lines. */
#include <config.h>

#include "report/export.h"
#include "audit/words.h"

#include <assert.h>
#include <string.h>

#define SYMBOL_MAX 18u /* beancount takes 24 characters; a number may follow */

static const char *const words[NOTCH_EXPORT_COUNT] = {"hledger", "beancount", "csv", "jsonl"};

notch_export_format notch_export_format_of(notch_text word)
{
  unsigned format = 0;
  while (format < NOTCH_EXPORT_COUNT &&
         !notch_text_equal(word, notch_text_of(words[format]))) {
    format++;
  }
  return (notch_export_format)format;
}

static bool is_letter(char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* A commodity that both tools take: capitals, perhaps digits, at least two characters. */
static notch_text symbol_of(const notch_export *export, uint32_t index)
{
  const notch_points_kind *kind = &export->kinds.list.items[index];
  char symbol[SYMBOL_MAX + 1];
  uint32_t length = 0;
  for (uint32_t i = 0; i < kind->name.length && length < SYMBOL_MAX; i++) {
    char c = kind->name.bytes[i];
    if (is_letter(c) || (is_digit(c) && length > 0)) {
      symbol[length++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
  }
  notch_text text = length < 2 ? notch_arena_format(export->arena, "POINTS%u", index + 1)
                               : notch_arena_text(export->arena, (notch_text){symbol, length});
  for (uint32_t i = 0; i < index; i++) {
    if (notch_text_equal(export->symbols[i], text)) {
      return notch_arena_format(export->arena, "%.*sN%u", (int)text.length, text.bytes,
                                index + 1);
    }
  }
  return text;
}

void notch_export_begin(notch_export *export, notch_export_format format,
                        const notch_program *newest, const notch_program *const *others,
                        uint32_t other_count, notch_arena *arena, notch_arena *run,
                        notch_out *out)
{
  memset(export, 0, sizeof *export);
  export->format = format;
  export->arena = arena;
  export->run = run;
  export->program = newest;
  export->out = out;
  export->kinds.arena = arena;
  notch_kinds_add(&export->kinds, newest);
  for (uint32_t i = 0; i < other_count; i++) {
    notch_kinds_add(&export->kinds, others[i]);
  }
  export->symbols = NOTCH_NEW_ARRAY(arena, notch_text, export->kinds.list.count + 1);
  for (uint32_t i = 0; i < export->kinds.list.count; i++) {
    export->symbols[i] = symbol_of(export, i);
  }
}

/* An id of letters, digits and dashes that begins as accounts do can stand in one as it is. */
notch_text notch_export_name(notch_export_format format, int64_t member, notch_text id,
                             notch_arena *arena)
{
  bool plain = id.length > 0 && id.length <= 64 && format == NOTCH_EXPORT_HLEDGER;
  for (uint32_t i = 0; i < id.length && plain; i++) {
    char c = id.bytes[i];
    plain = is_letter(c) || is_digit(c) || (i > 0 && strchr("-_.@+", c) != NULL);
  }
  /* Not to be mistaken for another member's pseudonym. */
  bool pseudonym = plain && id.length > 1 && id.bytes[0] == 'M' && is_digit(id.bytes[1]);
  return plain && !pseudonym ? notch_arena_text(arena, id)
                             : notch_arena_format(arena, "M%lld", (long long)member);
}

/* ---- CSV ---- */

static void csv_cell(notch_buffer *to, notch_text cell, bool last)
{
  bool quoted = false;
  for (uint32_t i = 0; i < cell.length && !quoted; i++) {
    quoted = strchr(",\"\r\n", cell.bytes[i]) != NULL;
  }
  if (quoted) {
    notch_buffer_put(to, "\"", 1);
  }
  for (uint32_t i = 0; i < cell.length; i++) {
    if (cell.bytes[i] == '"') {
      notch_buffer_put(to, "\"", 1);
    }
    notch_buffer_put(to, &cell.bytes[i], 1);
  }
  notch_buffer_print(to, "%s%s", quoted ? "\"" : "", last ? "\n" : ",");
}

static notch_text plain_amount(notch_arena *run, int64_t amount, unsigned decimals)
{
  notch_buffer text;
  notch_buffer_init(&text, run->memory);
  notch_wide_print(&text, amount, decimals, false);
  return notch_buffer_keep(&text, run);
}

static notch_text second_text(const notch_export *export, int64_t second)
{
  return second == INT64_MIN || second == NOTCH_NEVER
             ? (notch_text){NULL, 0}
             : notch_moment_text(export->run, export->program, second * NOTCH_SECOND_US);
}

static notch_text rules_text(const notch_export *export, const notch_deed *deed,
                             const notch_posting *posting)
{
  notch_text text = {NULL, 0};
  unsigned decimals = deed->program->points[posting->points].decimals;
  for (uint16_t i = 0; i < posting->share_count; i++) {
    if (posting->shares[i].rule == NOTCH_NONE) {
      continue;
    }
    notch_text name = deed->program->rules[posting->shares[i].rule].decl.name;
    notch_text amount = plain_amount(export->run, posting->shares[i].amount, decimals);
    text = notch_arena_format(export->run, "%.*s%s%.*s %.*s", (int)text.length,
                              text.length > 0 ? text.bytes : "", text.length > 0 ? "; " : "",
                              (int)name.length, name.bytes, (int)amount.length, amount.bytes);
  }
  return text;
}

static void csv_row(notch_export *export, const notch_deed *deed, notch_text name)
{
  static const notch_text none = {NULL, 0};
  const notch_transaction *row = deed->row;
  notch_arena *run = export->run;
  notch_buffer *to = &export->out->text;
  for (uint32_t i = 0; i < row->posting_count; i++) {
    const notch_posting *posting = &row->postings[i];
    const notch_points *points = &deed->program->points[posting->points];
    bool opens = posting->lot == posting->posting;
    notch_text lot = posting->lot == 0 ? none
                                       : notch_arena_format(run, "%lld", (long long)posting->lot);
    notch_text partner = opens && posting->partner != NOTCH_NONE
                             ? deed->program->partners[posting->partner].decl.name
                             : none;
    const notch_text cells[] = {
        notch_day_text(run, export->program, row->booked_us),
        notch_moment_text(run, export->program, row->at_us),
        notch_moment_text(run, export->program, row->booked_us),
        notch_arena_format(run, "%lld", (long long)row->event),
        row->id,
        deed->type,
        deed->member.length > 0 ? deed->member : name,
        points->decl.name,
        plain_amount(run, posting->amount, points->decimals),
        notch_text_of(notch_account_word((notch_account)posting->source)),
        notch_text_of(notch_account_word((notch_account)posting->target)),
        notch_arena_format(run, "%lld", (long long)posting->posting),
        lot,
        opens ? second_text(export, posting->matures_s) : none,
        opens ? second_text(export, posting->expires_s) : none,
        partner,
        rules_text(export, deed, posting),
        notch_arena_format(run, "%u", row->version),
    };
    const unsigned count = sizeof cells / sizeof cells[0];
    for (unsigned cell = 0; cell < count; cell++) {
      csv_cell(to, cells[cell], cell == count - 1);
    }
  }
}

/* ---- JSON Lines ---- */

static void key(notch_json_writer *json, const char *word)
{
  notch_json_key(json, notch_text_of(word));
}

static void second_json(const notch_export *export, notch_json_writer *json, const char *word,
                        int64_t second)
{
  if (second != INT64_MIN && second != NOTCH_NEVER) {
    key(json, word);
    notch_json_moment(json, export->program, second * NOTCH_SECOND_US);
  }
}

static void posting_json(const notch_export *export, const notch_deed *deed,
                         const notch_posting *posting, notch_json_writer *json)
{
  const notch_points *points = &deed->program->points[posting->points];
  notch_json_begin(json, '{');
  key(json, "posting");
  notch_json_integer(json, posting->posting);
  key(json, "points");
  notch_json_text(json, points->decl.name);
  key(json, "amount");
  notch_json_wide(json, posting->amount, points->decimals);
  key(json, "from");
  notch_json_text(json, notch_text_of(notch_account_word((notch_account)posting->source)));
  key(json, "to");
  notch_json_text(json, notch_text_of(notch_account_word((notch_account)posting->target)));
  if (posting->lot != 0) {
    key(json, "lot");
    notch_json_integer(json, posting->lot);
  }
  if (posting->lot == posting->posting) {
    second_json(export, json, "matures", posting->matures_s);
    second_json(export, json, "expires", posting->expires_s);
    if (posting->partner != NOTCH_NONE) {
      key(json, "partner");
      notch_json_text(json, deed->program->partners[posting->partner].decl.name);
    }
  }
  if (posting->share_count > 0) {
    key(json, "rules");
    notch_json_begin(json, '{');
    for (uint16_t i = 0; i < posting->share_count; i++) {
      if (posting->shares[i].rule != NOTCH_NONE) {
        notch_json_key(json, deed->program->rules[posting->shares[i].rule].decl.name);
        notch_json_wide(json, posting->shares[i].amount, points->decimals);
      }
    }
    notch_json_end(json, '}');
  }
  notch_json_end(json, '}');
}

static void move_json(const notch_export *export, const notch_deed *deed, const notch_move *move,
                      notch_json_writer *json)
{
  const notch_ladder *ladder = &deed->program->ladders[move->ladder];
  notch_json_begin(json, '{');
  key(json, "ladder");
  notch_json_text(json, ladder->decl.name);
  key(json, "tier");
  if (move->tier == NOTCH_NONE) {
    notch_json_null(json);
  } else {
    notch_json_text(json, ladder->tiers[move->tier].decl.name);
  }
  key(json, "since");
  notch_json_moment(json, export->program, move->since_us);
  second_json(export, json, "until", move->until_s);
  notch_json_end(json, '}');
}

static void effect_json(const notch_program *program, const notch_effect *effect,
                        notch_json_writer *json)
{
  notch_text subject = notch_word_subject(&(notch_wording){.program = program}, effect);
  notch_json_begin(json, '{');
  key(json, "effect");
  notch_json_integer(json, effect->effect);
  key(json, "kind");
  notch_json_text(json, notch_text_of(notch_effect_word((notch_effect_kind)effect->kind)));
  if (subject.length > 0) {
    key(json, "subject");
    notch_json_text(json, subject);
  }
  if (effect->rule < program->rule_count) {
    key(json, "rule");
    notch_json_text(json, program->rules[effect->rule].decl.name);
  }
  notch_measured unit;
  if (notch_effect_measured(program, effect, &unit)) {
    key(json, "amount");
    notch_json_wide(json, effect->amount, unit.decimals);
    key(json, unit.sort);
    notch_json_text(json, unit.name);
  } else if (effect->amount != 0) {
    key(json, "amount");
    notch_json_integer(json, effect->amount);
  }
  if (effect->text.length > 0) {
    key(json, "text");
    notch_json_text(json, effect->text);
  }
  notch_json_end(json, '}');
}

static void jsonl_row(notch_export *export, const notch_deed *deed, notch_text name)
{
  const notch_transaction *row = deed->row;
  notch_json_writer json = {.to = &export->out->text};
  notch_json_begin(&json, '{');
  key(&json, "event");
  notch_json_integer(&json, row->event);
  if (row->id.length > 0) {
    key(&json, "id");
    notch_json_text(&json, row->id);
  }
  key(&json, "type");
  notch_json_text(&json, deed->type);
  if (row->member != 0) {
    key(&json, "member");
    notch_json_text(&json, deed->member.length > 0 ? deed->member : name);
  }
  key(&json, "at");
  notch_json_moment(&json, export->program, row->at_us);
  key(&json, "booked");
  notch_json_moment(&json, export->program, row->booked_us);
  key(&json, "recorded");
  notch_json_moment(&json, export->program, row->recorded_us);
  key(&json, "version");
  notch_json_integer(&json, row->version);
  key(&json, "answer");
  notch_json_text(&json, notch_text_of(notch_verdict_word(row->verdict)));
  if (row->cause != 0) {
    key(&json, "cause");
    notch_json_integer(&json, row->cause);
  }
  key(&json, "postings");
  notch_json_begin(&json, '[');
  for (uint32_t i = 0; i < row->posting_count; i++) {
    posting_json(export, deed, &row->postings[i], &json);
  }
  notch_json_end(&json, ']');
  key(&json, "tiers");
  notch_json_begin(&json, '[');
  for (uint32_t i = 0; i < row->move_count; i++) {
    move_json(export, deed, &row->moves[i], &json);
  }
  notch_json_end(&json, ']');
  key(&json, "effects");
  notch_json_begin(&json, '[');
  for (uint32_t i = 0; i < row->effect_count; i++) {
    effect_json(deed->program, &row->effects[i], &json);
  }
  notch_json_end(&json, ']');
  notch_json_end(&json, '}');
  notch_out_put(export->out, "\n");
}

/* ---- all ---- */

void notch_export_head(notch_export *export, int64_t first_us)
{
  switch (export->format) {
  case NOTCH_EXPORT_HLEDGER:
  case NOTCH_EXPORT_BEANCOUNT: notch_export_books_head(export, first_us); return;
  case NOTCH_EXPORT_CSV:
    notch_out_put(export->out,
                  "date,at,booked,event,id,type,member,points,amount,from,to,posting,lot,matures,"
                  "expires,partner,rules,version\n");
    return;
  case NOTCH_EXPORT_JSONL:
  case NOTCH_EXPORT_COUNT: return;
  }
}

void notch_export_row(notch_export *export, const notch_deed *deed, notch_text name)
{
  switch (export->format) {
  case NOTCH_EXPORT_HLEDGER:
  case NOTCH_EXPORT_BEANCOUNT: notch_export_books_row(export, deed, name); return;
  case NOTCH_EXPORT_CSV: csv_row(export, deed, name); return;
  case NOTCH_EXPORT_JSONL: jsonl_row(export, deed, name); return;
  case NOTCH_EXPORT_COUNT: return;
  }
}
