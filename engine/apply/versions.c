/* apply/versions.c -- the versions of the rules in a ledger; which one decides an event (L9). */
#include <config.h>

#include "apply/apply.h"
#include "syntax/format.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes
#define SEMANTICS 1 /* of evaluation: a release that changes one keeps the old beside it */

static bool grow_editions(notch_books *books, uint32_t count)
{
  notch_edition **grown =
      notch_memory_resize(books->memory, books->editions, count * sizeof *grown);
  if (grown == NULL) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  books->editions = grown;
  return true;
}

static int64_t seconds_up(int64_t at_us)
{
  return at_us / NOTCH_SECOND_US + (at_us % NOTCH_SECOND_US > 0 ? 1 : 0);
}

/* Which of what falls due is the version's, where no row after `upto` is known. */
void notch_edition_span(notch_books *books, notch_edition *edition, int64_t upto)
{
  if (edition->rules == NULL) {
    return;
  }
  notch_plan *plan = (notch_plan *)(intptr_t)edition->rules->plan;
  const notch_edition *after =
      edition->version < books->edition_count ? books->editions[edition->version] : NULL;
  plan->from_s = edition->version == 1 ? INT64_MIN : seconds_up(edition->begins_us);
  plan->until_s = after == NULL || after->event > upto ? NOTCH_NEVER : seconds_up(after->begins_us);
}

/* What fell due before a version was published was settled under the one before it. */
static bool find_beginning(notch_books *books, notch_edition *edition)
{
  notch_transaction row;
  notch_arena one;
  edition->begins_us = edition->effective_us;
  if (edition->version == 1 || edition->event == 0) {
    return true;
  }
  notch_arena_init(&one, books->memory);
  notch_store_status status = notch_store_read(books->store, edition->event, &one, &row);
  if (status == NOTCH_STORE_OK && row.at_us >= edition->effective_us) {
    edition->begins_us = row.at_us + 1;
  }
  notch_arena_free(&one);
  return status == NOTCH_STORE_OK || status == NOTCH_STORE_NOTFOUND ||
         notch_books_failed(books, status);
}

bool notch_books_versions(notch_books *books)
{
  uint32_t count = notch_store_version_count(books->store), listed = 0;
  if (books->edition_count >= count) {
    return true;
  }
  const notch_store_version *versions = NULL;
  notch_store_status status =
      notch_store_version_list(books->store, &books->keep, &versions, &listed);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(books, status);
  }
  if (!grow_editions(books, listed)) {
    return false;
  }
  while (books->edition_count < listed) {
    notch_edition *edition = NOTCH_NEW(&books->keep, notch_edition);
    if (edition == NULL) {
      return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
    }
    const notch_store_version *version = &versions[books->edition_count];
    if (version->version != books->edition_count + 1) {
      return notch_books_say(books, NOTCH_STORE_CORRUPT,
                             "version %u of the rules is not there: verify the ledger",
                             books->edition_count + 1);
    }
    edition->version = version->version;
    edition->effective_us = version->effective_us;
    edition->event = version->event;
    if (!find_beginning(books, edition)) {
      return false;
    }
    books->editions[books->edition_count++] = edition;
    if (edition->version > 1) {
      notch_edition_span(books, books->editions[edition->version - 2], INT64_MAX);
    }
  }
  return true;
}

/* The canonical text is one line: laid out, messages and explanations can name lines of it, those
 * that `notch fmt` would show without the comments. */
static notch_text laid_out(notch_text name, notch_text source, notch_arena *arena)
{
  notch_diags diags;
  notch_buffer text;
  notch_diags_init(&diags, arena);
  const notch_parsed *parsed = notch_load(name, source, NULL, &diags, arena);
  if (parsed == NULL || parsed->units.count == 0 || parsed->units.items[0].tree == NULL ||
      parsed->units.items[0].tree->broken) {
    return source;
  }
  notch_buffer_init(&text, arena->memory);
  notch_format_script(&text, &parsed->units.items[0].tokens, parsed->units.items[0].tree);
  return notch_buffer_keep(&text, arena);
}

typedef struct stored { /* a version, and where its texts may be laid out */
  notch_store_version version;
  notch_arena *arena;
} stored;

static bool find_module(void *payload, notch_text path, notch_text importer, notch_text *name,
                        notch_text *text)
{
  const stored *from = payload;
  (void)importer;
  for (uint32_t i = 0; i < from->version.module_count; i++) {
    const notch_store_module *module = &from->version.modules[i];
    if (notch_text_equal(module->name, path)) {
      *name = module->name;
      *text = laid_out(module->name, module->source, from->arena);
      return true;
    }
  }
  return false;
}

/* A version runs with the zone that it was published with, not with this machine's. */
static bool put_zone(notch_rules *rules, notch_text zone)
{
  notch_program *program = (notch_program *)(intptr_t)rules->program;
  return zone.length == 0 ||
         notch_zone_decode(&program->zone, zone.bytes, zone.length, &rules->arena);
}

static bool make_tables(notch_books *books, notch_edition *edition);

/* Terms of the same owner in the version before, where an idle clock ran already; NOTCH_NONE. */
static uint32_t idle_terms_of(const notch_program *p, notch_text name, notch_arena *arena)
{
  for (uint32_t i = 0; i < p->terms_count; i++) {
    if (p->terms[i].expiry == NOTCH_EXPIRY_INACTIVITY &&
        notch_text_equal(notch_names_terms(p, i, arena), name)) {
      return i;
    }
  }
  return NOTCH_NONE;
}

/* An idle clock that a version brings starts when the version comes into force. */
static bool begin_clocks(notch_books *books, notch_edition *edition, notch_arena *arena)
{
  const notch_program *p = edition->rules->program;
  for (uint32_t i = 0; i < p->terms_count && edition->version > 1; i++) {
    if (p->terms[i].expiry != NOTCH_EXPIRY_INACTIVITY) {
      continue;
    }
    const notch_edition *before = notch_books_edition(books, edition->version - 1);
    if (before == NULL) {
      return false;
    }
    uint32_t same = idle_terms_of(before->rules->program, notch_names_terms(p, i, arena), arena);
    edition->rules->plan->idle_from_us[i] =
        same == NOTCH_NONE ? edition->effective_us : before->rules->plan->idle_from_us[same];
  }
  return true;
}

__attribute__((cold, noinline)) static bool compile(notch_books *books, notch_edition *edition)
{
  notch_arena read;
  stored from = {.arena = &read};
  notch_arena_init(&read, books->memory);
  notch_store_status status =
      notch_store_version_read(books->store, edition->version, &read, &from.version);
  bool compiled = false;
  if (status != NOTCH_STORE_OK) {
    notch_books_failed(books, status);
  } else if (from.version.semantics > SEMANTICS) {
    notch_books_say(books, NOTCH_STORE_NEWER_FORMAT,
                    "version %u of the rules was published by a newer release; use that one",
                    edition->version);
  } else {
    notch_diags diags;
    notch_diags_init(&diags, &read);
    const notch_resolver resolver = {find_module, &from};
    notch_text name = notch_arena_format(&read, "version %u", edition->version);
    notch_text source = laid_out(name, from.version.source, &read);
    notch_rules_status outcome = notch_rules_compile(&edition->rules, books->memory, name, source,
                                                     &resolver, &diags);
    edition->owned = true;
    compiled = outcome == NOTCH_RULES_OK && put_zone(edition->rules, from.version.zone);
    if (!compiled) {
      notch_text first = diags.first != NULL ? diags.first->message : NOTCH_TEXT("damaged");
      notch_books_say(books, outcome == NOTCH_RULES_NOMEM ? NOTCH_STORE_NOMEM
                                                          : NOTCH_STORE_CORRUPT,
                      "version %u of the rules in the ledger does not compile: %.*s",
                      edition->version, WORD(first));
    } else {
      const notch_edition *before =
          edition->version == 1 ? NULL : notch_books_edition(books, edition->version - 1);
      compiled = edition->version == 1 ||
                 (before != NULL && notch_carry_over(books, edition, before) &&
                  begin_clocks(books, edition, &read));
    }
  }
  bool memory = read.failed || (edition->rules != NULL && edition->rules->arena.failed);
  notch_arena_free(&read);
  if (memory) {
    compiled = notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  if (!compiled || !make_tables(books, edition)) {
    notch_rules_free(edition->rules, books->memory);
    edition->rules = NULL; /* to be tried again */
    return false;
  }
  notch_edition_span(books, edition, INT64_MAX);
  return true;
}

static bool make_tables(notch_books *books, notch_edition *edition)
{
  const notch_program *p = edition->rules->program;
  const uint32_t counts[NOTCH_NAME_SORTS] = {
      [NOTCH_NAME_TYPE] = p->event_count + NOTCH_DUE_COUNT,
      [NOTCH_NAME_POINTS] = p->points_count,
      [NOTCH_NAME_RULE] = p->rule_count,
      [NOTCH_NAME_LADDER] = p->ladder_count,
      [NOTCH_NAME_REWARD] = p->reward_count,
      [NOTCH_NAME_PARTNER] = p->partner_count,
      [NOTCH_NAME_SEGMENT] = p->segment_count,
      [NOTCH_NAME_COHORT] = p->cohort_count,
      [NOTCH_NAME_POOL] = p->pool_count,
      [NOTCH_NAME_PAYMENT] = p->payment_count,
      [NOTCH_NAME_LIMIT] = p->limit_count,
      [NOTCH_NAME_TERMS] = p->terms_count,
  };
  bool made = true;
  for (uint32_t i = 0; i < NOTCH_NAME_SORTS; i++) {
    edition->names[i] = NOTCH_NEW_ARRAY(&books->keep, uint32_t, counts[i] + 1);
    made = made && edition->names[i] != NULL;
  }
  uint32_t tiers = 0;
  edition->tier_first = NOTCH_NEW_ARRAY(&books->keep, uint32_t, p->ladder_count + 1);
  for (uint32_t i = 0; i < p->ladder_count && edition->tier_first != NULL; i++) {
    edition->tier_first[i] = tiers;
    tiers += p->ladders[i].tier_count;
    edition->tier_first[i + 1] = tiers;
  }
  edition->tier_names = NOTCH_NEW_ARRAY(&books->keep, uint32_t, tiers + 1);
  made = made && edition->tier_first != NULL && edition->tier_names != NULL;
  return made || notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
}

static bool has_rules(notch_books *books)
{
  return books->edition_count > 0 ||
         notch_books_say(books, NOTCH_STORE_CORRUPT, "the ledger has no rules yet: publish some");
}

bool notch_books_adopt(notch_books *books, const notch_rules *rules)
{
  if (!has_rules(books)) {
    return false;
  }
  notch_edition *edition = books->editions[books->edition_count - 1];
  assert(edition->rules == NULL);
  edition->rules = (notch_rules *)(intptr_t)rules;
  return make_tables(books, edition);
}

notch_edition *notch_books_compiled(notch_books *books, uint32_t version)
{
  if (version == 0 || version > books->edition_count) {
    notch_books_say(books, NOTCH_STORE_CORRUPT,
                    "the ledger names version %u of the rules, which it does not have", version);
    return NULL;
  }
  notch_edition *edition = books->editions[version - 1];
  return edition->rules != NULL || compile(books, edition) ? edition : NULL;
}

notch_edition *notch_books_newest(notch_books *books)
{
  return has_rules(books) ? notch_books_edition(books, books->edition_count) : NULL;
}

static bool hash_version(notch_books *books, const notch_rules *rules, notch_text zone,
                         notch_digest *out)
{
  notch_hasher *hasher = notch_hasher_new();
  const char semantics[4] = {0, 0, 0, SEMANTICS};
  const notch_piece pieces[] = {{rules->program->identity.bytes,
                                 sizeof rules->program->identity.bytes},
                                {zone.bytes, zone.length},
                                {semantics, sizeof semantics}};
  bool hashed = hasher != NULL && notch_sha256_pieces(hasher, out, pieces, 3);
  notch_hasher_free(hasher);
  return hashed || notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
}

bool notch_books_publish(notch_books *books, const notch_rules *rules, int64_t effective_us)
{
  notch_buffer zone;
  notch_store_version version = {.source = rules->source,
                                 .semantics = SEMANTICS,
                                 .effective_us = effective_us,
                                 .modules = rules->modules,
                                 .module_count = rules->module_count};
  notch_buffer_init(&zone, books->memory);
  notch_zone_encode(&rules->program->zone, &zone);
  version.zone = (notch_text){zone.bytes, (uint32_t)zone.length};
  bool good = (!zone.failed || notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory")) &&
              hash_version(books, rules, version.zone, &version.hash);
  if (good) {
    notch_store_status status = notch_store_version_add(books->store, &version);
    good = status == NOTCH_STORE_OK || notch_books_failed(books, status);
  }
  notch_buffer_free(&zone);
  uint32_t type = 0;
  if (!good || !notch_names_type(books, notch_text_of(notch_due_word(NOTCH_DUE_PUBLISH)), &type)) {
    return false;
  }
  /* By the clock of events the ledger begins with the rules, not with the day of its making. */
  int64_t now_us = effective_us == INT64_MIN ? 0 : effective_us;
  if (!books->clock_events) {
    now_us = notch_books_now(books);
  } else if (books->edition_count > 0 && !notch_books_moment(books, &now_us)) {
    return false;
  }
  notch_transaction row = {.origin = NOTCH_ORIGIN_DUE,
                           .type = type,
                           .version = version.version,
                           .at_us = now_us,
                           .booked_us = now_us,
                           .recorded_us = now_us};
  notch_store_status status = notch_store_append(books->store, &row);
  return status == NOTCH_STORE_OK ? notch_books_versions(books)
                                  : notch_books_failed(books, status);
}

/* ---- which one decides ---- */

/* The moment that `rules follow` means, or the event's own time. */
static bool followed_moment(notch_books *books, const notch_envelope *envelope, int64_t *out)
{
  notch_edition *newest = notch_books_newest(books);
  if (newest == NULL) {
    return false;
  }
  const notch_program *program = newest->rules->program;
  notch_reader reader = {.layout = newest->rules->layout, .run = &books->run, .words = true};
  int32_t offset_min;
  if (!notch_read_at(&reader, envelope->at, out, &offset_min)) {
    *out = INT64_MAX; /* refused by whichever version is the newest */
    return true;
  }
  uint32_t type = notch_event_find(program, envelope->type);
  if (type == NOTCH_NONE || program->events[type].follow == NOTCH_NONE) {
    return true;
  }
  const notch_field *field = &program->events[type].fields[program->events[type].follow];
  const notch_json *json = notch_json_get(envelope->fields, field->name);
  notch_value value;
  if (json != NULL && notch_read_value(&reader, field, json, field->name, &value) &&
      value.d != 0) {
    *out = field->type.kind == NOTCH_TYPE_DATE
               ? notch_zone_midnight(&program->zone, (int32_t)value.n) * NOTCH_SECOND_US
               : value.n;
  }
  return true;
}

bool notch_books_choose(notch_books *books, const notch_envelope *envelope, uint32_t *version,
                        notch_text *why)
{
  if (books->edition_count == 1 && books->editions[0]->effective_us == INT64_MIN) {
    *version = 1;
    return true;
  }
  int64_t moment_us;
  if (!followed_moment(books, envelope, &moment_us)) {
    return false;
  }
  *version = books->edition_count;
  while (*version > 0 && books->editions[*version - 1]->effective_us > moment_us) {
    (*version)--;
  }
  if (*version == 0) {
    *why = NOTCH_TEXT("the event is older than every version of the rules");
  }
  return true;
}
