/* audit/note.c -- C2SP checkpoints and signed notes. */
#include <config.h>

#include "audit/note.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define ED25519 1u /* the kind of signature, as C2SP numbers them */
#define SECRET_LEAD "PRIVATE+KEY+"
#define DASH "\xE2\x80\x94 " /* an em dash and a blank begin each signature */

bool notch_is_line(notch_text text)
{
  bool good = notch_text_find_bad_utf8(text) == text.length;
  for (uint32_t i = 0; i < text.length; i++) {
    uint8_t byte = (uint8_t)text.bytes[i];
    good = good && byte >= 0x20 && byte != 0x7f;
  }
  return good;
}

static bool is_name(notch_text name)
{
  bool good = name.length > 0 && name.length <= NOTCH_KEY_NAME_MAX && notch_is_line(name);
  for (uint32_t i = 0; i < name.length; i++) {
    good = good && name.bytes[i] != ' ' && name.bytes[i] != '+';
  }
  return good;
}

static bool set_up(notch_note_key *key, notch_text name)
{
  notch_digest digest;
  notch_hasher *hasher = notch_hasher_new();
  const uint8_t kind = ED25519;
  memcpy(key->name, name.bytes, name.length);
  key->name[name.length] = '\0';
  const notch_piece pieces[] = {{key->name, name.length}, {"\n", 1}, {&kind, 1},
                                {key->open, sizeof key->open}};
  bool hashed = hasher != NULL && notch_sha256_pieces(hasher, &digest, pieces, 4);
  notch_hasher_free(hasher);
  memcpy(key->hash, digest.bytes, sizeof key->hash);
  return hashed;
}

bool notch_note_key_make(notch_note_key *key, notch_text name)
{
  memset(key, 0, sizeof *key);
  key->can_sign = true;
  return is_name(name) && notch_ed25519_make(key->secret, key->open) && set_up(key, name);
}

static notch_text trimmed(notch_text text)
{
  while (text.length > 0 && (uint8_t)text.bytes[text.length - 1] <= ' ') {
    text.length--;
  }
  while (text.length > 0 && (uint8_t)text.bytes[0] <= ' ') {
    text.bytes++;
    text.length--;
  }
  return text;
}


static bool starts_with(notch_text text, const char *lead)
{
  size_t length = strlen(lead);
  return text.length >= length && memcmp(text.bytes, lead, length) == 0;
}

bool notch_note_key_read(notch_note_key *key, notch_text line)
{
  uint8_t raw[48];
  uint8_t hash[4];
  size_t size = sizeof raw;
  memset(key, 0, sizeof *key);
  line = trimmed(line);
  key->can_sign = starts_with(line, SECRET_LEAD);
  if (key->can_sign) {
    line.bytes += strlen(SECRET_LEAD);
    line.length -= (uint32_t)strlen(SECRET_LEAD);
  }
  /* The key itself is base64, in which a plus sign may stand: names have none, so count from the
   * front. */
  const char *first = memchr(line.bytes, '+', line.length);
  if (first == NULL || line.length < (uint32_t)(first - line.bytes) + 10 || first[9] != '+') {
    return false;
  }
  notch_text name = {line.bytes, (uint32_t)(first - line.bytes)};
  notch_text hex = {first + 1, 8};
  notch_text coded = {first + 10, line.length - name.length - 10};
  if (!is_name(name) || !notch_unhex(hash, sizeof hash, hex) || coded.length > 60 ||
      !notch_base64_decode(raw, &size, coded) || size != 33 || raw[0] != ED25519) {
    return false;
  }
  if (key->can_sign) {
    memcpy(key->secret, raw + 1, sizeof key->secret);
    if (!notch_ed25519_open_of(key->open, key->secret)) {
      return false;
    }
  } else {
    memcpy(key->open, raw + 1, sizeof key->open);
  }
  return set_up(key, name) && memcmp(hash, key->hash, sizeof hash) == 0;
}

static void write_key(notch_buffer *to, const notch_note_key *key, const char *lead,
                      const uint8_t bytes[32])
{
  uint8_t raw[33] = {ED25519};
  char coded[64], hash[9];
  memcpy(raw + 1, bytes, 32);
  notch_hex(hash, key->hash, sizeof key->hash);
  notch_base64_encode(coded, sizeof coded, raw, sizeof raw);
  notch_buffer_print(to, "%s%s+%s+%s\n", lead, key->name, hash, coded);
}

void notch_note_key_write_secret(notch_buffer *to, const notch_note_key *key)
{
  assert(key->can_sign);
  write_key(to, key, SECRET_LEAD, key->secret);
}

void notch_note_key_write_open(notch_buffer *to, const notch_note_key *key)
{
  write_key(to, key, "", key->open);
}

/* ---- checkpoints ---- */

void notch_checkpoint_write(notch_buffer *to, notch_text origin, const notch_head *head)
{
  char root[64];
  notch_base64_encode(root, sizeof root, head->root.bytes, sizeof head->root.bytes);
  notch_buffer_text(to, origin);
  notch_buffer_print(to, "\n%lld\n%s\n", (long long)head->size, root);
}

/* Takes the next line off; false: there is none that ends. */
static bool take_line(notch_text *rest, notch_text *line)
{
  const char *end = rest->length == 0 ? NULL : memchr(rest->bytes, '\n', rest->length);
  if (end == NULL) {
    return false;
  }
  *line = (notch_text){rest->bytes, (uint32_t)(end - rest->bytes)};
  rest->length -= line->length + 1;
  rest->bytes = end + 1;
  return true;
}

bool notch_checkpoint_read(notch_checkpoint *out, notch_text note)
{
  notch_text size, root;
  size_t length = sizeof out->head.root.bytes;
  uint8_t raw[40];
  if (!take_line(&note, &out->origin) || !take_line(&note, &size) || !take_line(&note, &root) ||
      out->origin.length == 0 || size.length == 0 || size.length > 18) {
    return false;
  }
  out->head.size = 0;
  for (uint32_t i = 0; i < size.length; i++) {
    if (size.bytes[i] < '0' || size.bytes[i] > '9' ||
        (i == 0 && size.length > 1 && size.bytes[0] == '0')) {
      return false;
    }
    out->head.size = out->head.size * 10 + (size.bytes[i] - '0');
  }
  length = sizeof raw;
  if (root.length != 44 || !notch_base64_decode(raw, &length, root) || length != 32) {
    return false;
  }
  memcpy(out->head.root.bytes, raw, 32);
  return true;
}

bool notch_note_sign(notch_buffer *to, const notch_note_key *key)
{
  uint8_t signature[68];
  char coded[128];
  assert(key->can_sign && to->length > 0 && to->bytes[to->length - 1] == '\n');
  memcpy(signature, key->hash, sizeof key->hash);
  if (!notch_ed25519_sign(signature + 4, key->secret, to->bytes, to->length) ||
      !notch_base64_encode(coded, sizeof coded, signature, sizeof signature)) {
    return false;
  }
  notch_buffer_print(to, "\n" DASH "%s %s\n", key->name, coded);
  return !to->failed;
}

/* Where the text of a note ends: behind the newline before the last empty line; 0: unsigned. */
static uint32_t text_end(notch_text note)
{
  for (uint32_t i = note.length; i >= 2; i--) {
    if (note.bytes[i - 1] == '\n' && note.bytes[i - 2] == '\n') {
      return i - 1;
    }
  }
  return 0;
}

bool notch_note_is_signed(notch_text note, const notch_note_key *key)
{
  uint32_t end = text_end(note);
  notch_text rest = {note.bytes + end + 1, note.length - end - 1}, line;
  size_t lead = strlen(DASH) + strlen(key->name);
  while (end > 0 && take_line(&rest, &line)) {
    uint8_t signature[80];
    size_t size = sizeof signature;
    if (line.length < lead + 2 || !starts_with(line, DASH) || line.bytes[lead] != ' ' ||
        memcmp(line.bytes + strlen(DASH), key->name, strlen(key->name)) != 0) {
      continue;
    }
    notch_text coded = {line.bytes + lead + 1, line.length - (uint32_t)lead - 1};
    if (coded.length <= 100 && notch_base64_decode(signature, &size, coded) && size == 68 &&
        memcmp(signature, key->hash, 4) == 0) {
      return notch_ed25519_check(signature + 4, key->open, note.bytes, end);
    }
  }
  return false;
}
