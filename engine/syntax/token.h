/*
 * syntax/token.h -- a script as a row of tokens, comments included.
 *
 * A script is scanned as a whole before it is parsed: the parser, the formatter, the canonical
 * text and `notch dump tokens` all read this row.  The scanner is flex's; what a word means is
 * decided here, from word.def and the token before it, never by asking the parser.
 */
#ifndef NOTCH_SYNTAX_TOKEN_H
#define NOTCH_SYNTAX_TOKEN_H

#include "syntax/diag.h"
#include "syntax/source.h"

/* Tokens that the parser never sees; the others are the TOK_... of the grammar. */
enum {
  NOTCH_TOKEN_COMMENT = -1, /* # ... */
  NOTCH_TOKEN_DOC = -2      /* ## ... */
};

typedef struct notch_token {
  int32_t kind;
  int32_t detail;  /* words: that of word.def; names: 1 where they stood in back-quotes */
  notch_span span; /* in the source, with quotes and suffixes */
  /* Names: NFC, without back-quotes.  Strings: decoded.  Percents and multipliers: without their
   * suffix.  Documentation: without the signs.  Everything else: as written. */
  notch_text text;
} notch_token;

typedef struct notch_tokens {
  const notch_source *source;
  notch_token *items;
  uint32_t count, capacity;
  bool refused; /* the source was not scanned at all: bad UTF-8, or events instead of rules */
} notch_tokens;

/* Scans all of the source.  False: out of memory.  Lexical errors are in the sink; each was
 * repaired or skipped, so that the row can be parsed all the same. */
bool notch_tokens_scan(notch_tokens *out, const notch_source *source, notch_diags *diags,
                       notch_arena *parse);

/* One token a line: line:column, kind, text. */
void notch_tokens_print(notch_buffer *to, const notch_tokens *tokens);

/* How a token is written canonically: as in the source, names in NFC and in back-quotes only
 * where they need them. */
void notch_token_write(notch_buffer *to, const notch_tokens *tokens, uint32_t index);

/*
 * The text whose hash is a script's identity: all tokens written canonically and joined by single
 * spaces; comments and layout do not count, the spelling of numbers and texts does.
 */
void notch_canonical(notch_buffer *to, const notch_tokens *tokens);

typedef enum notch_word_class {
  NOTCH_WORD_HARD = 0,
  NOTCH_WORD_SOFT = 1,
  NOTCH_WORD_TOP = 2
} notch_word_class;

typedef struct notch_word {
  const char *spelling;
  uint8_t length;
  uint8_t word_class; /* notch_word_class */
  int16_t token;
  int32_t detail;
} notch_word;

extern const notch_word notch_words[]; /* word.def, in the order of the bytes */
extern const uint32_t notch_word_count;

const notch_word *notch_word_find(notch_text text);     /* NULL: not a word of the language */
const notch_word *notch_word_of_token(int token);       /* NULL: no fixed word has it */

#endif
