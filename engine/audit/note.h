/*
 * audit/note.h -- heads as others can keep them: C2SP checkpoints, signed as C2SP signed notes.
 *
 * A checkpoint is three lines: the ledger's origin, its size, the root in base64.  A signed note
 * is a text, an empty line, and lines "— NAME BASE64" with four bytes that tell the key and the
 * signature.  Keys are written as one line, in the form that other tools for such notes use.
 */
#ifndef NOTCH_AUDIT_NOTE_H
#define NOTCH_AUDIT_NOTE_H

#include "ledger/store.h"

#define NOTCH_KEY_NAME_MAX 255u

typedef struct notch_note_key {
  char name[NOTCH_KEY_NAME_MAX + 1];
  bool can_sign; /* secret is set */
  uint8_t secret[32], open[32];
  uint8_t hash[4]; /* tells it from other keys of that name */
} notch_note_key;

/* Whether a text can stand in a note as a line: the origin of a ledger, a name. */
bool notch_is_line(notch_text text);
/* False: the name is empty, too long, or has blanks or a plus sign; or no random numbers. */
bool notch_note_key_make(notch_note_key *key, notch_text name);
/* One line, PRIVATE+KEY+name+hash+key or name+hash+key; blanks around it do not matter. */
bool notch_note_key_read(notch_note_key *key, notch_text line);
void notch_note_key_write_secret(notch_buffer *to, const notch_note_key *key);
void notch_note_key_write_open(notch_buffer *to, const notch_note_key *key);

typedef struct notch_checkpoint {
  notch_text origin; /* points into the note */
  notch_head head;
} notch_checkpoint;

void notch_checkpoint_write(notch_buffer *to, notch_text origin, const notch_head *head);
/* Reads the text of a note, signed or not. */
bool notch_checkpoint_read(notch_checkpoint *out, notch_text note);
/* `to` holds a text that ends with a newline; an empty line and the signature are added. */
bool notch_note_sign(notch_buffer *to, const notch_note_key *key);
/* Whether the note has a good signature of this key. */
bool notch_note_is_signed(notch_text note, const notch_note_key *key);

#endif
