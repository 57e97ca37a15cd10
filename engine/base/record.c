/* base/record.c -- the words of the closed sets in record.h, derived from their lists. */
#include <config.h>

#include "base/record.h"

const char *notch_verdict_word(notch_verdict verdict)
{
  switch (verdict) {
  case NOTCH_APPLIED: return "applied";
  case NOTCH_WAITING: return "waiting";
#define REFUSAL(number, name, word) \
  case NOTCH_REFUSED_##name: return word;
#include "base/refusal.def"
#undef REFUSAL
  case NOTCH_VERDICT_COUNT: break;
  }
  return "unknown";
}

const char *notch_account_word(notch_account account)
{
  switch (account) {
#define ACCOUNT(number, name, word) \
  case NOTCH_ACCOUNT_##name: return word;
#include "base/account.def"
#undef ACCOUNT
  case NOTCH_ACCOUNT_NONE:
  case NOTCH_ACCOUNT_COUNT: break;
  }
  return "none";
}

const char *notch_effect_word(notch_effect_kind kind)
{
  switch (kind) {
#define EFFECT(number, name, word, subject, ref, meaning) \
  case NOTCH_EFFECT_##name: return word;
#include "base/effect.def"
#undef EFFECT
  case NOTCH_EFFECT_NONE:
  case NOTCH_EFFECT_COUNT: break;
  }
  return "none";
}

notch_effect_subject notch_effect_subject_of(const notch_effect *effect)
{
  static const uint8_t subjects[NOTCH_EFFECT_COUNT] = {
#define EFFECT(number, name, word, subject, ref, meaning) [number] = NOTCH_SUBJECT_##subject,
#include "base/effect.def"
#undef EFFECT
  };
  uint8_t subject =
      effect->kind < NOTCH_EFFECT_COUNT ? subjects[effect->kind] : NOTCH_SUBJECT_NOTHING;
  if (subject == NOTCH_SUBJECT_HELD) {
    return effect->ref == 1   ? NOTCH_SUBJECT_PAYMENT
           : effect->ref == 2 ? NOTCH_SUBJECT_REWARD
                              : NOTCH_SUBJECT_NOTHING;
  }
  return subject;
}

notch_effect_ref notch_effect_ref_of(const notch_effect *effect)
{
  static const uint8_t refs[NOTCH_EFFECT_COUNT] = {
#define EFFECT(number, name, word, subject, ref, meaning) [number] = NOTCH_REF_##ref,
#include "base/effect.def"
#undef EFFECT
  };
  return effect->kind < NOTCH_EFFECT_COUNT ? (notch_effect_ref)refs[effect->kind]
                                           : NOTCH_REF_NOTHING;
}

notch_move_words notch_move_words_of(uint8_t cause)
{
  switch ((notch_move_cause)cause) {
#define MOVE(number, name, word, told, noted) \
  case NOTCH_MOVE_##name: return (notch_move_words){word, told, noted};
#include "base/move.def"
#undef MOVE
  }
  return (notch_move_words){"", "", NULL};
}

notch_verdict notch_verdict_of_word(notch_text word)
{
  for (notch_verdict verdict = NOTCH_APPLIED; verdict < NOTCH_VERDICT_COUNT; verdict++) {
    if (notch_text_equal(word, notch_text_of(notch_verdict_word(verdict)))) {
      return verdict;
    }
  }
  return NOTCH_VERDICT_COUNT;
}
