/*
 * event/read.h -- from JSON to a typed event, and back to the canonical text that is recorded.
 *
 * A reader belongs to one thread.  Everything it makes lives in its arena, whose escape is armed
 * by the caller; a refusal is a return value with a sentence that names the field.
 */
#ifndef NOTCH_EVENT_READ_H
#define NOTCH_EVENT_READ_H

#include "event/event.h"

#define NOTCH_MEMBER_ID_MAX 128u
#define NOTCH_TYPE_KEPT 256u /* bytes: longer than any name, so that cut ones are none either */
#define NOTCH_NO_TYPE NOTCH_TEXT("(none)") /* that of a row whose event said none */

/* The order in which fields are written, settled once for a programme. */
typedef struct notch_layout {
  const notch_program *program;
  uint32_t **events;     /* by event: its fields by name */
  uint32_t **records;    /* by record */
  uint32_t *member_fields;
} notch_layout;
const notch_layout *notch_layout_make(const notch_program *program, notch_arena *arena);

/* Where the keys of a content are kept apart from its values: how each value is read. */
typedef enum notch_way {
  NOTCH_WAY_ANY,    /* as its type asks for */
  NOTCH_WAY_WORD,   /* of `choices` */
  NOTCH_WAY_AMOUNT, /* with all its `decimals` */
  NOTCH_WAY_DATE
} notch_way;
typedef struct notch_content_key {
  uint32_t field;
  notch_way way; /* to be tried first */
  char letter;   /* between commas: t, a text without its quotes, or v.  0: as JSON has it */
  char before;   /* what stands before the value: a bracket or a comma; 0: nothing */
  uint8_t decimals;
  notch_choice_set choices;
  const uint8_t *begin; /* by first byte: no choice before this one begins with it */
} notch_content_key;
typedef struct notch_keys {
  const notch_event_decl *decl;
  uint32_t count;
  notch_content_key *items; /* NULL: the values are not to be read by themselves */
  bool bare;         /* the values stand between commas.  Else they are a list in JSON */
  bool whole;        /* each field has its key, and none is ever missing */
  notch_event blank; /* an event of that type before any value is read */
} notch_keys;
/* From the list of the keys and their letters; none: the values are a list. */
void notch_read_keys(notch_keys *out, const notch_layout *layout, uint32_t type,
                     const notch_json *keys, notch_text letters, notch_arena *arena);

/* Where personal values and member numbers are kept apart from the content (ledger, section 1). */
typedef struct notch_vault {
  void *payload;
  /* Writing: keeps the value of the event under way; its digest as hexadecimal comes back. */
  bool (*keep)(void *payload, notch_text field, notch_text value, char digest[65]);
  int64_t (*number)(void *payload, notch_text id); /* of a member; 0: none can be given */
  /* Reading: false or empty where it was erased. */
  bool (*value)(void *payload, notch_text field, notch_text *out);
  notch_text (*id)(void *payload, int64_t number);
} notch_vault;

typedef struct notch_envelope { /* what every event has, whatever the rules */
  notch_text id, type, member;
  const notch_json *at;        /* NULL: not sent */
  const notch_json *member_as; /* a member that is no text */
  const notch_json *type_as;   /* a type that is no text */
  const notch_json *fields;    /* the object that has them */
  bool wrapped;                /* CloudEvents: fields has nothing else */
  const char *unwrapped;       /* the member that keeps CloudEvents from being read; NULL: none */
  notch_text twice;            /* a key that was sent twice; empty: none */
  bool at_is_read;             /* the row has it: it need not be kept with what could not be read */
} notch_envelope;

/* What is said of an event without one: then its row has the time of recording. */
#define NOTCH_AT_IS_MISSING "`at` is missing: when did it happen?"

/* False: not an object with an id; *why is then a sentence. */
bool notch_envelope_open(notch_envelope *out, const notch_json *sent, const char **why);
/* Whether a key of `fields` belongs to the envelope. */
bool notch_envelope_has(const notch_envelope *envelope, notch_text key);
/* Whether a refusal speaks of what stands beside the fields, which is not kept as it was sent.
 * decl: of the event, NULL where the rules know none. */
bool notch_envelope_is_told_of(notch_text sentence, const notch_event_decl *decl);

typedef struct notch_reader {
  const notch_layout *layout;
  notch_arena *run;          /* armed */
  notch_json_parser *parser; /* for recorded lists and sets that are personal */
  bool scene;                /* `given` is taken: the suite and previews */
  bool words;                /* from CSV: a flag may be written yes or no */
  bool recorded;             /* content of a ledger row: what this version lacks is left out */
  bool retold;               /* a row as a line: zeros that end an amount were not sent */
  const notch_vault *vault;  /* recorded */
  notch_verdict verdict;     /* after a refusal */
  notch_text sentence;
} notch_reader;

/* The index of an event type, or NOTCH_NONE. */
uint32_t notch_event_find(const notch_program *program, notch_text type);
/* Whether a `return` may name an event of this type. */
bool notch_event_can_be_returned(const notch_program *program, uint32_t type);

/* The instant of an event.  False: missing or unreadable, see verdict. */
bool notch_read_at(notch_reader *reader, const notch_json *at, int64_t *at_us,
                   int32_t *offset_min);

/* NULL: refused, see verdict and sentence. */
notch_event *notch_read_event(notch_reader *reader, const notch_envelope *envelope);

/* The same event from what a row recorded of it, which stays where it is as long as the event
 * does. */
notch_event *notch_read_recorded(notch_reader *reader, uint32_t type, notch_text content);
/* The same from the values alone, of which the event keeps nothing; a NUL stands after their end.
 * NULL: they are to be read in one piece with their keys. */
notch_event *notch_read_values(notch_reader *reader, const notch_keys *keys, notch_text values);

/* read_flat.c: the fields of a declared event that were recorded, if all are plain.  False: the
 * content is to be read as JSON. */
bool notch_read_flat(notch_reader *reader, notch_text content, notch_event *event);
bool notch_read_apart(notch_reader *reader, const notch_keys *keys, notch_text values,
                      notch_value *fields);
/* Of an event that nothing is known of yet but its type. */
notch_event notch_event_blank(uint32_t type);

/* What a return lowers, once the type of the event it returns is known.  Points and a quantity
 * that go back of a payment or reward are put into `returned`.  NULL: refused. */
notch_lowering *notch_read_lowering(notch_reader *reader, uint32_t type, notch_event *returned);

/* What a field has that was not sent: its default, an empty list or set, else missing. */
notch_value notch_field_absent(notch_reader *reader, const notch_field *field);
/* Takes such values out of an event where `other` rules have no such field (unfill.c). */
void notch_event_unfill(notch_event *event, const notch_layout *layout, const notch_layout *other,
                        notch_arena *run);

/* One value by its declared type; `path` is the field's name for the sentence. */
bool notch_read_value(notch_reader *reader, const notch_field *field, const notch_json *json,
                      notch_text path, notch_value *out);
/* An exact amount with `decimals`, perhaps with its unit behind it; a refusal names both. */
bool notch_read_amount(notch_reader *reader, const notch_json *json, unsigned decimals,
                       notch_text unit, notch_text path, int64_t *out);
/* Records the refusal and returns false. */
bool notch_reader_refuse(notch_reader *reader, notch_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* For a key that an object has twice; the sentence ends so. */
bool notch_reader_refuse_twice(notch_reader *reader, notch_text path);
#define NOTCH_IS_TWICE "` is there twice"

/* The built-in events (read_builtin.c). */
bool notch_read_points(notch_reader *reader, const notch_json *json, notch_event *event);
/* Refuses points without the name of their kind. */
bool notch_reader_refuse_unnamed(notch_reader *reader);
bool notch_read_builtin(notch_reader *reader, const notch_envelope *envelope,
                        notch_event *event);

/*
 * The content as recorded: keys sorted, typed values in one form, without id, type, member and
 * at.  With a vault personal values are digests and members are numbers; without one the text is
 * plain, for comparing.  False: the vault failed.
 */
bool notch_canonical_event(notch_buffer *to, const notch_layout *layout,
                           const notch_event *event, const notch_vault *vault);
/* Of something that could not be read: as sent, keys sorted. */
void notch_canonical_raw(notch_buffer *to, const notch_envelope *envelope, notch_arena *run);
/* Whether the recorded content of this type may hold digests or member numbers. */
bool notch_event_is_personal(const notch_program *program, uint32_t type);
void notch_canonical_value(notch_buffer *to, const notch_layout *layout, notch_type type,
                           unsigned decimals, notch_value value, const notch_vault *vault);

#endif
