/*
 * base/unicode.h -- what names may be made of: code points, identifiers, NFC, mixed scripts.
 *
 * The character data are libunistring's.  Only the checking of scripts depends on them, never
 * the outcome of an event.
 */
#ifndef NOTCH_BASE_UNICODE_H
#define NOTCH_BASE_UNICODE_H

#include "base/memory.h"

#define NOTCH_UNICODE_BAD UINT32_MAX

/* The code point at text[*at]; *at moves past it.  Broken UTF-8: NOTCH_UNICODE_BAD, one byte on.
 * *at must be below text.length. */
uint32_t notch_unicode_decode(notch_text text, uint32_t *at);
/* Bytes written, 1 to 4; 0 for a surrogate or a number past U+10FFFF. */
unsigned notch_unicode_encode(char out[4], uint32_t point);
uint32_t notch_unicode_count(notch_text text); /* code points; a broken byte counts as one */

/* UAX #31 default identifiers, with '_' allowed at the start as well. */
bool notch_unicode_is_start(uint32_t point);
bool notch_unicode_is_continue(uint32_t point);
bool notch_unicode_is_identifier(notch_text text); /* the whole text, not empty */

bool notch_unicode_is_bidi(uint32_t point);   /* controls that reorder what is shown */
bool notch_unicode_is_hidden(uint32_t point); /* zero-width, filler and non-breaking blanks */
/* The byte offset of the first bidirectional control or hidden character, or text.length. */
uint32_t notch_unicode_find_hidden(notch_text text);
uint32_t notch_unicode_find_bidi(notch_text text); /* controls only */

/* In Normalization Form C; the text itself when it is ASCII or already so.  Out of memory: an
 * empty text and arena->failed (or a jump).  The text must be well-formed UTF-8. */
notch_text notch_unicode_nfc(notch_arena *arena, notch_text text);

/* Whether a name mixes scripts beyond "highly restrictive" of UTS #39: one script, or Latin with
 * Han and kana, Han and Bopomofo, or Han and Hangul.  Common and Inherited count for nothing. */
bool notch_unicode_mixes_scripts(notch_text name);

#endif
