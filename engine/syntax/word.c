/* syntax/word.c -- the words of the language. */
#include <config.h>

#include "syntax/token.h"

#include "parser.h"

#include <string.h>

const notch_word notch_words[] = {
#define WORD(spelling, token, word_class, detail) \
  {spelling, sizeof(spelling) - 1, NOTCH_WORD_##word_class, TOK_##token, detail},
#include "syntax/word.def"
#undef WORD
};
const uint32_t notch_word_count = sizeof notch_words / sizeof notch_words[0];

const notch_word *notch_word_find(notch_text text)
{
  uint32_t low = 0, high = notch_word_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    const notch_word *word = &notch_words[middle];
    uint32_t shorter = word->length < text.length ? word->length : text.length;
    int order = memcmp(word->spelling, text.bytes, shorter);
    if (order == 0) order = (int)word->length - (int)text.length;
    if (order == 0) return word;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return NULL;
}

const notch_word *notch_word_of_token(int token)
{
  if (token == TOK_UNIT || token == TOK_MONTHNAME || token == TOK_WEEKDAY) return NULL;
  for (uint32_t i = 0; i < notch_word_count; i++)
    if (notch_words[i].token == token) return &notch_words[i];
  return NULL;
}
