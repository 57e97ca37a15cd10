/* syntax/expect.c -- words for syntax errors: known mistakes first, else what was expected. */
#include <config.h>

#include "syntax/build.h"

#include "parser.h"

#include <assert.h>
#include <string.h>

#define SHOWN_MAX 5
#define QUOTED_BYTES_MAX 40u

typedef struct expectation {
  notch_parse *parse;
  const notch_token *found;
  const notch_token *before; /* NULL at the beginning of the file */
  const notch_token *after;  /* NULL at its end */
  bool allowed[NOTCH_PARSE_TOKENS_MAX];  /* by kind */
  const int *expected;       /* the same, in the order of the grammar */
  int count;
} expectation;

static const notch_token *neighbour(const notch_parse *parse, const notch_token *from, int step)
{
  const notch_token *first = parse->tokens->items;
  const notch_token *end = first + parse->tokens->count;
  if (from == NULL) return NULL;
  for (const notch_token *at = from;;) {
    if (step < 0 ? at == first : at + 1 >= end) return NULL;
    at += step;
    if (at->kind >= 0) return at;
  }
}

static notch_text slice(const expectation *e, const notch_token *token)
{
  notch_text text = notch_source_slice(e->parse->source, token->span);
  if (text.length <= QUOTED_BYTES_MAX) return text;
  text.length = QUOTED_BYTES_MAX;
  while ((text.bytes[text.length] & 0xC0) == 0x80) text.length--;
  return text;
}

static notch_text describe(const expectation *e, const notch_token *token)
{
  notch_diags *diags = e->parse->diags;
  switch (token->kind) {
  case TOK_YYEOF: return notch_diag_phrase(diags, "the end of the file");
  case TOK_IDENT: return notch_diag_phrase(diags, "the name '%t'", slice(e, token));
  case TOK_NUMBER: case TOK_PERCENT:
    return notch_diag_phrase(diags, "the number '%t'", slice(e, token));
  case TOK_STRING: return notch_diag_phrase(diags, "the text %t", slice(e, token));
  default: return notch_diag_phrase(diags, "'%t'", slice(e, token));
  }
}

static notch_span whole(const notch_token *from, const notch_token *to)
{
  return (notch_span){.start = from->span.start, .end = to->span.end};
}

static void report(const expectation *e, notch_diag_code code, notch_text text)
{
  notch_diag_report(e->parse->diags, code, e->parse->source, e->found->span, text);
}

static bool is_adjacent(const notch_token *left, const notch_token *right)
{
  return left != NULL && right != NULL && left->span.end == right->span.start;
}

static void report_fixed(const expectation *e, notch_diag_code code, notch_span span,
                         notch_text text)
{
  notch_diag_report(e->parse->diags, code, e->parse->source, span, text);
  notch_diag_fix(e->parse->diags, span, text, "write '%t'", text);
}

/* 1,000 or 100,00 */
static bool is_comma_in_number(const expectation *e)
{
  if (e->found->kind != TOK_COMMA || !is_adjacent(e->before, e->found)) return false;
  if (!is_adjacent(e->found, e->after) || e->before->kind != TOK_NUMBER) return false;
  if (e->after->kind != TOK_NUMBER)
    return false;
  notch_text left = e->before->text, right = e->after->text;
  bool decimals = right.length < 3;
  if (decimals && memchr(left.bytes, '.', left.length) != NULL)
    return false;
  notch_text joined =
      notch_arena_format(e->parse->arena, decimals ? "%.*s.%.*s" : "%.*s_%.*s", (int)left.length,
                         left.bytes, (int)right.length, right.bytes);
  report_fixed(e, decimals ? NOTCH_DIAG_DECIMAL_COMMA : NOTCH_DIAG_THOUSANDS_COMMA,
               whole(e->before, e->after), joined);
  return true;
}

static bool is_same_line(const expectation *e)
{
  const notch_source *source = e->parse->source;
  return e->before != NULL && notch_source_position(source, e->found->span.start).line ==
                                  notch_source_position(source, e->before->span.start).line;
}

/* 25% of base */
static bool is_part_of(const expectation *e)
{
  if (e->found->kind != TOK_OF || e->before == NULL || e->before->kind != TOK_PERCENT) return false;
  notch_diag_report(e->parse->diags, NOTCH_DIAG_PART_OF, e->parse->source,
                    whole(e->before, e->found), slice(e, e->before));
  notch_diag_fix(e->parse->diags, e->found->span, NOTCH_TEXT("*"), "write '*'");
  return true;
}

/* 2026/03/01, "2026-03-01" */
static bool is_foreign_date(const expectation *e)
{
  if (!e->allowed[TOK_DATE] || e->allowed[TOK_NUMBER]) return false;
  if (e->found->kind != TOK_NUMBER && e->found->kind != TOK_STRING) return false;
  report(e, NOTCH_DIAG_DATE_FORM, NOTCH_TEXT("2026-03-01"));
  return true;
}

/* today = March 8 */
static bool is_day_of_year(const expectation *e)
{
  if (!is_same_line(e)) return false;
  bool month_first = e->before->kind == TOK_MONTHNAME && e->found->kind == TOK_NUMBER;
  bool day_first = e->before->kind == TOK_NUMBER && e->found->kind == TOK_MONTHNAME;
  if (!month_first && !day_first) return false;
  notch_diag_report(e->parse->diags, NOTCH_DIAG_DAY_OF_YEAR, e->parse->source,
                    whole(e->before, e->found), slice(e, month_first ? e->before : e->found),
                    slice(e, month_first ? e->found : e->before));
  return true;
}

/* limit 5 star per member ever */
static bool is_limit_for_ever(const expectation *e)
{
  if (e->found->kind != TOK_EVER) return false;
  bool keyed = false;
  const notch_token *at = e->before;
  for (; at != NULL && at->kind != TOK_LIMIT; at = neighbour(e->parse, at, -1)) {
    keyed = keyed || at->kind == TOK_PER;
  }
  const notch_source *source = e->parse->source;
  if (at == NULL || notch_source_position(source, at->span.start).line !=
                        notch_source_position(source, e->found->span.start).line)
    return false;
  if (!keyed) {
    report(e, NOTCH_DIAG_LIMIT_OF_WHOM, (notch_text){0});
    return true;
  }
  report(e, NOTCH_DIAG_LIMIT_EVER, (notch_text){0});
  notch_diag_fix(e->parse->diags, e->found->span, NOTCH_TEXT(""), "leave it out");
  return true;
}

/* The next piece of a name: after a dash that touches both, or after a blank.  NULL: none. */
static const notch_token *next_piece(const expectation *e, const notch_token *last, bool dashes)
{
  const notch_token *next = neighbour(e->parse, last, 1);
  if (!dashes) return next != NULL && next->kind == TOK_IDENT ? next : NULL;
  if (next == NULL || next->kind != TOK_MINUS || !is_adjacent(last, next)) return NULL;
  const notch_token *piece = neighbour(e->parse, next, 1);
  if (!is_adjacent(next, piece)) return NULL;
  unsigned char begins = (unsigned char)e->parse->source->text.bytes[piece->span.start];
  bool word = begins >= 'A' || (begins >= '0' && begins <= '9'); /* signs beyond A touch no dash */
  return word ? piece : NULL;
}

/* rule gold-bonus, rule gold bonus */
static bool is_name_in_pieces(const expectation *e)
{
  const notch_token *declares = neighbour(e->parse, e->before, -1);
  const notch_word *word = declares != NULL ? notch_word_of_token(declares->kind) : NULL;
  if (word == NULL || word->word_class != NOTCH_WORD_TOP || e->before->kind != TOK_IDENT ||
      !is_same_line(e))
    return false;
  bool dashes = e->found->kind == TOK_MINUS;
  notch_text name = slice(e, e->before);
  const notch_token *last = e->before, *piece = next_piece(e, last, dashes);
  for (; piece != NULL; piece = dashes ? next_piece(e, last, dashes) : NULL) {
    notch_text text = slice(e, piece);
    name = notch_arena_format(e->parse->arena, "%.*s_%.*s", (int)name.length, name.bytes,
                              (int)text.length, text.bytes);
    last = piece;
  }
  if (last == e->before) return false;
  report_fixed(e, NOTCH_DIAG_NAME_IN_PIECES, whole(e->before, last), name);
  return true;
}

/* A word or sign of other languages. */
static bool is_meant(const expectation *e)
{
  static const struct {
    const char *spelling;
    int token;
    const char *replacement;
  } meant[] = {
#define MEANT(spelling, token, replacement) {spelling, TOK_##token, replacement},
#define KNOWN_AS(spelling, name)
#include "syntax/meant.def"
#undef MEANT
#undef KNOWN_AS
  };
  notch_text text = slice(e, e->found);
  for (size_t i = 0; i < sizeof meant / sizeof meant[0]; i++) {
    if (!e->allowed[meant[i].token] || !notch_text_equal(text, notch_text_of(meant[i].spelling)))
      continue;
    const notch_word *word = notch_word_of_token(meant[i].token);
    if (word != NULL && word->word_class == NOTCH_WORD_SOFT && e->allowed[TOK_IDENT])
      continue; /* any name may stand here */
    const char *instead = meant[i].replacement;
    notch_diag_report(e->parse->diags, NOTCH_DIAG_MISSPELT_WORD, e->parse->source, e->found->span,
                      text, instead);
    notch_diag_fix(e->parse->diags, e->found->span, notch_text_of(instead), "write '%s'", instead);
    return true;
  }
  return false;
}

static const notch_token *skip(const expectation *e, const notch_token *at, int step, int kind)
{
  return at != NULL && at->kind == kind ? neighbour(e->parse, at, step) : NULL;
}

/* amount between 5.00 CNY and 9.00 CNY */
static bool is_between(const expectation *e)
{
  if (!e->allowed[TOK_IN] || e->found->kind != TOK_IDENT ||
      !notch_text_equal(e->found->text, NOTCH_TEXT("between")))
    return false;
  const notch_token *and_word = e->after;
  while (and_word != NULL && and_word->kind != TOK_AND) {
    const notch_word *word = notch_word_of_token(and_word->kind);
    bool sign = and_word->kind >= TOK_EQ && and_word->kind <= TOK_SLASH;
    if (sign || (word != NULL && word->word_class == NOTCH_WORD_TOP))
      return false;
    and_word = neighbour(e->parse, and_word, 1);
  }
  if (and_word == NULL || and_word == e->after)
    return false;
  notch_text low = notch_source_slice(e->parse->source,
                                      (notch_span){e->after->span.start, and_word->span.start});
  report_fixed(e, NOTCH_DIAG_BETWEEN, whole(e->found, and_word),
               notch_arena_format(e->parse->arena, "in %.*s..", (int)low.length, low.bytes));
  return true;
}

/* "vip" in member.tags: after the set a second end of a range is missing. */
static bool is_in_set(const expectation *e)
{
  if (!e->allowed[TOK_DOTDOT] || e->allowed[TOK_AND] || e->before == NULL ||
      e->before->kind != TOK_IDENT)
    return false;
  const notch_token *first = e->before, *dot;
  while ((dot = neighbour(e->parse, first, -1)) != NULL && dot->kind == TOK_DOT)
    first = neighbour(e->parse, dot, -1);
  const notch_token *text = skip(e, dot, -1, TOK_IN);
  if (text == NULL || text->kind != TOK_STRING)
    return false;
  notch_text set = notch_source_slice(e->parse->source, whole(first, e->before));
  notch_text value = slice(e, text);
  report_fixed(e, NOTCH_DIAG_IN_SET, whole(text, e->before),
               notch_arena_format(e->parse->arena, "%.*s contains %.*s", (int)set.length, set.bytes,
                                  (int)value.length, value.bytes));
  return true;
}

/* expires after 12 months, where no `without` follows */
static bool is_expiry_after(const expectation *e)
{
  bool misspelt = e->allowed[TOK_EXPIRE] && e->found->kind == TOK_IDENT &&
                  notch_text_equal(e->found->text, NOTCH_TEXT("expires"));
  const notch_token *unit = e->allowed[TOK_WITHOUT] ? e->before : NULL, *number, *word;
  if (misspelt) {
    word = e->found;
    number = skip(e, e->after, 1, TOK_AFTER);
    unit = skip(e, number, 1, TOK_NUMBER);
    const notch_token *next = unit != NULL ? neighbour(e->parse, unit, 1) : NULL;
    if (next != NULL && (next->kind == TOK_WITHOUT || next->kind == TOK_AFTER))
      return false;
  } else {
    number = skip(e, unit, -1, TOK_UNIT);
    word = skip(e, skip(e, number, -1, TOK_NUMBER), -1, TOK_AFTER);
    if (word == NULL || word->kind != TOK_EXPIRE)
      return false;
  }
  if (unit == NULL || unit->kind != TOK_UNIT)
    return false;
  notch_text duration = notch_source_slice(e->parse->source, whole(number, unit));
  report_fixed(e, NOTCH_DIAG_EXPIRE_AFTER, whole(word, unit),
               notch_arena_format(e->parse->arena, "expire %.*s after earning",
                                  (int)duration.length, duration.bytes));
  return true;
}

static bool is_else_if(const expectation *e)
{
  static const char *const spellings[] = {"elif", "elsif", "elseif"};
  if (e->found->kind != TOK_IDENT) return false;
  for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
    if (notch_text_equal(e->found->text, notch_text_of(spellings[i]))) {
      report(e, NOTCH_DIAG_ELSE_IF, e->found->text);
      notch_diag_fix(e->parse->diags, e->found->span, NOTCH_TEXT("else if"), "write 'else if'");
      return true;
    }
  return false;
}

static bool is_brace(const expectation *e)
{
  if (e->found->kind != TOK_LBRACE && e->found->kind != TOK_RBRACE) return false;
  if (!e->allowed[TOK_RULE] && e->allowed[TOK_RBRACE]) return false; /* inside braces */
  report(e, NOTCH_DIAG_NEEDLESS_BRACE, slice(e, e->found));
  notch_diag_fix(e->parse->diags, e->found->span, NOTCH_TEXT(""), "leave it out");
  return true;
}

static bool is_missing_unit(const expectation *e)
{
  if (e->before == NULL || e->before->kind != TOK_NUMBER) return false;
  bool rate = e->found->kind == TOK_PER; /* earn 1 per 1.00 CNY of amount */
  if (!e->allowed[TOK_UNIT]) return false;
  if (e->allowed[TOK_AND] && !rate) return false; /* alone it is a number */
  const notch_word *word = notch_word_of_token(e->found->kind);
  if (word != NULL && word->word_class == NOTCH_WORD_SOFT && e->allowed[TOK_IDENT] &&
      is_same_line(e) && !rate)
    return false; /* rather a unit that needs back-quotes */
  const char *unit = e->allowed[TOK_TIMES] ? "times" : e->allowed[TOK_IDENT] ? "star" : "days";
  notch_text number = slice(e, e->before);
  notch_diag_report(e->parse->diags, NOTCH_DIAG_MISSING_UNIT, e->parse->source, e->before->span,
                    number, number, unit);
  if (e->found->kind == TOK_OF) {
    notch_diag_note(e->parse->diags, NULL, (notch_span){0},
                    "of a figure without a unit take a multiple: 1 star * (visits / %t)", number);
  }
  return true;
}

static bool is_chained(const expectation *e)
{
  int kind = e->found->kind;
  bool compares = kind == TOK_EQ || kind == TOK_NE || kind == TOK_LT || kind == TOK_GT ||
                  kind == TOK_LE || kind == TOK_GE;
  if (!compares || !e->allowed[TOK_AND] || e->allowed[TOK_EQ]) return false;
  report(e, NOTCH_DIAG_CHAINED_COMPARISON, (notch_text){0});
  return true;
}

static bool is_reserved_word(const expectation *e)
{
  if (!e->allowed[TOK_IDENT] || e->allowed[TOK_NUMBER]) return false;
  if (!is_same_line(e)) return false; /* rather something is missing on the line above */
  notch_text text = slice(e, e->found);
  const notch_word *word = notch_word_find(text);
  if (word == NULL) return false;
  report(e, NOTCH_DIAG_RESERVED_WORD, text);
  notch_diag_fix(e->parse->diags, e->found->span,
                 notch_arena_format(e->parse->arena, "`%.*s`", (int)text.length, text.bytes),
                 "write it in back-quotes");
  return true;
}

static bool is_misspelt(const expectation *e)
{
  notch_text text = slice(e, e->found);
  if (e->found->kind != TOK_IDENT && notch_word_find(text) == NULL) return false;
  if (text.length < 3 || text.length > 16) return false;
  if (e->allowed[TOK_LPAREN] && e->allowed[TOK_MONTHNAME]) return false; /* any name may come */
  if (e->found->kind != TOK_IDENT && !is_same_line(e)) return false; /* it begins a clause */
  unsigned best = text.length == 3 ? 2 : 3; /* more than is tolerated */
  const notch_word *meant = NULL;
  for (int i = 0; i < e->count; i++) {
    const notch_word *word = notch_word_of_token(e->expected[i]);
    if (word == NULL) continue;
    notch_text spelling = {.bytes = word->spelling, .length = word->length};
    unsigned distance = notch_text_distance(text, spelling, 2);
    if (distance < best && distance < word->length / 2 + 1u) {
      best = distance;
      meant = word;
    }
  }
  if (meant == NULL) return false;
  notch_diag_report(e->parse->diags, NOTCH_DIAG_MISSPELT_WORD, e->parse->source, e->found->span,
                    text, meant->spelling);
  notch_diag_fix(e->parse->diags, e->found->span, notch_text_of(meant->spelling), "write '%s'",
                 meant->spelling);
  return true;
}

/* Words of the language that may come, without those that begin a declaration or are only
 * names here. */
static bool is_clause_word(const expectation *e, int token)
{
  const notch_word *word = notch_word_of_token(token);
  if (word == NULL || word->word_class == NOTCH_WORD_TOP) return false;
  switch (token) { /* these go on with an expression */
  case TOK_AND: case TOK_OR: case TOK_IN: case TOK_IS: case TOK_CONTAINS: case TOK_PER:
  case TOK_OVER: case TOK_SINCE: case TOK_EVER: case TOK_OF: return false;
  default: return !(word->word_class == NOTCH_WORD_SOFT && e->allowed[TOK_IDENT]);
  }
}

static void put_piece(notch_buffer *to, const char *piece, bool quoted, int index, int last)
{
  if (index > 0) notch_buffer_print(to, "%s", index == last ? " or " : ", ");
  notch_buffer_print(to, quoted ? "'%s'" : "%s", piece);
}

/* "earn, when, limit": what may begin a clause here. */
static notch_text clause_words(const expectation *e)
{
  notch_buffer buffer;
  notch_buffer_init(&buffer, e->parse->arena->memory);
  for (int i = 0, shown = 0; i < e->count; i++) {
    if (!is_clause_word(e, e->expected[i])) continue;
    notch_buffer_print(&buffer, "%s%s", shown++ > 0 ? ", " : "",
                       notch_word_of_token(e->expected[i])->spelling);
  }
  return notch_buffer_keep(&buffer, e->parse->arena);
}

/* The word that begins the declaration in which the error is, or NULL.  The tree does not know
 * it yet when the first clause is wrong. */
static const notch_token *declaration_word(const expectation *e)
{
  uint32_t indent;
  for (const notch_token *at = e->before; at != NULL; at = neighbour(e->parse, at, -1)) {
    const notch_word *word = notch_word_of_token(at->kind);
    if (word != NULL && word->word_class == NOTCH_WORD_TOP &&
        notch_source_begins_line(e->parse->source, at->span.start, &indent) && indent == 0)
      return at;
  }
  return NULL;
}

/* "rule 'base'", "test "a sale"", "member"; ends with a zero. */
static notch_text describe_declaration(const expectation *e, const notch_token *word)
{
  const notch_token *name = neighbour(e->parse, word, 1);
  notch_text kind = slice(e, word);
  bool named = name != NULL && name->kind == TOK_IDENT && word->kind != TOK_MEMBER;
  bool titled = name != NULL && name->kind == TOK_STRING;
  notch_text text = named || titled ? slice(e, name) : (notch_text){"", 0};
  return notch_arena_format(e->parse->arena,
                            named    ? "%.*s '%.*s'"
                            : titled ? "%.*s %.*s"
                                     : "%.*s%.*s",
                            (int)kind.length, kind.bytes, (int)text.length, text.bytes);
}

/* The clause before is complete, so this begins something: a clause or a declaration. */
static bool is_stray(const expectation *e)
{
  if (!e->allowed[TOK_RULE] || !e->allowed[TOK_PROGRAM]) return false;
  notch_text found = describe(e, e->found);
  const notch_token *word = declaration_word(e);
  notch_text words = clause_words(e);
  if (word == NULL || words.length == 0) {
    report(e, NOTCH_DIAG_NOT_A_DECLARATION, found);
    return true;
  }
  notch_diag_report(e->parse->diags, NOTCH_DIAG_NOT_A_CLAUSE, e->parse->source, e->found->span,
                    found, describe_declaration(e, word));
  notch_diag_note(e->parse->diags, NULL, (notch_span){0}, "a clause can begin here with: %t",
                  words);
  return true;
}

typedef struct summary {
  const char *pieces[NOTCH_PARSE_TOKENS_MAX];
  bool quoted[NOTCH_PARSE_TOKENS_MAX];
  int count;
} summary;

static void add_piece(summary *s, const char *piece, bool quoted)
{
  s->pieces[s->count] = piece;
  s->quoted[s->count++] = quoted;
}

/* The expected tokens with whole families under one name: the message stays a sentence. */
static void summarize(const expectation *e, summary *s)
{
  bool expression = e->allowed[TOK_LPAREN] && e->allowed[TOK_MONTHNAME];
  bool value = !expression && e->allowed[TOK_STRING] && e->allowed[TOK_YES];
  bool any_name = e->allowed[TOK_IDENT] && e->allowed[TOK_WHOLE] && e->allowed[TOK_ADDING];
  bool operators = e->allowed[TOK_AND] && e->allowed[TOK_PLUS_SIGN];
  bool is_bind = any_name && e->allowed[TOK_UNTIL] && e->allowed[TOK_PAYMENT];
  if (expression) add_piece(s, "an expression", false);
  if (value) add_piece(s, "a value", false);
  if (any_name && !expression && !value) add_piece(s, "a name", false);
  for (int i = 0; i < e->count; i++) {
    int token = e->expected[i];
    const notch_word *word = notch_word_of_token(token);
    bool starts_value = token >= TOK_IDENT && token <= TOK_WEEKDAY;
    if ((expression || value) && (starts_value || token == TOK_MINUS)) continue;
    if (expression && (token == TOK_LPAREN || (word != NULL && token != TOK_RBRACE))) continue;
    if (value && (token == TOK_YES || token == TOK_NO)) continue;
    if (any_name && (token == TOK_IDENT || (word && word->word_class == NOTCH_WORD_SOFT))) continue;
    if (is_bind && word != NULL) continue;
    if (operators && (token == TOK_DOT || token == TOK_LPAREN)) continue;
    if (operators && ((token >= TOK_EQ && token <= TOK_SLASH) ||
                      (word != NULL && !is_clause_word(e, token))))
      continue;
    bool fixed = word != NULL || (token >= TOK_RPAREN && token <= TOK_SLASH);
    add_piece(s, notch_parse_token_name(token), fixed);
  }
  if (operators) add_piece(s, "an operator", false);
}

static notch_text expected_text(const expectation *e)
{
  summary s = {.count = 0};
  summarize(e, &s);
  notch_buffer buffer;
  notch_buffer_init(&buffer, e->parse->arena->memory);
  int shown = s.count <= SHOWN_MAX ? s.count : SHOWN_MAX;
  for (int i = 0; i < shown; i++)
    put_piece(&buffer, s.pieces[i], s.quoted[i], i, s.count <= SHOWN_MAX ? shown - 1 : -1);
  if (s.count > SHOWN_MAX) notch_buffer_print(&buffer, " ...");
  if (s.count == 0) notch_buffer_print(&buffer, "something else");
  return notch_buffer_keep(&buffer, e->parse->arena);
}

static bool is_known_mistake(const expectation *e)
{
  if (is_comma_in_number(e) || is_meant(e) || is_between(e) || is_in_set(e) || is_expiry_after(e) ||
      is_else_if(e) || is_brace(e) || is_missing_unit(e))
    return true;
  if (e->allowed[TOK_THEN]) {
    notch_diag_report(e->parse->diags, NOTCH_DIAG_MISSING_THEN, e->parse->source, e->found->span,
                      describe(e, e->found));
    return true;
  }
  return is_chained(e) || is_part_of(e) || is_foreign_date(e) || is_day_of_year(e) ||
         is_limit_for_ever(e) || is_reserved_word(e) || is_misspelt(e) || is_name_in_pieces(e) ||
         is_stray(e);
}

void notch_parse_unexpected(notch_parse *parse, notch_span span, const int *expected, int count)
{
  assert(parse->found != NULL);
  assert(parse->found->span.start == span.start);
  if (parse->probe != NULL) {
    for (int i = 0; i < count && parse->found == parse->probe; i++)
      parse->allowed[expected[i]] = true;
    return;
  }
  if (parse->stop || parse->error_at == span.start + 1) return; /* said already */
  parse->error_at = span.start + 1;
  parse->error_indent = notch_source_indent(parse->source, span.start);
  expectation e = {.parse = parse, .found = parse->found, .expected = expected, .count = count};
  for (int i = 0; i < count; i++) e.allowed[expected[i]] = true;
  bool ended = e.found->kind == TOK_YYEOF;
  /* At the end, found is beyond the row that neighbour() walks. */
  e.before = neighbour(parse, e.found, -1);
  e.after = ended ? NULL : neighbour(parse, e.found, 1);
  if (ended) {
    if (is_expiry_after(&e) || is_in_set(&e) || is_missing_unit(&e))
      return;
    notch_span last = e.before != NULL ? e.before->span : e.found->span;
    notch_diag_report(parse->diags, NOTCH_DIAG_UNEXPECTED_END, parse->source, last,
                      expected_text(&e));
  } else if (!is_known_mistake(&e)) {
    notch_text wanted = expected_text(&e);
    notch_diag_report(parse->diags, NOTCH_DIAG_SYNTAX, parse->source, e.found->span, wanted,
                      describe(&e, e.found));
  }
}
