/* api/list.c -- lists of a ledger: refused events, the outbox, members, what is in the file. */
#include <config.h>

#include "api/api.h"
#include "audit/words.h"
#include "report/report.h"

#include <assert.h>
#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

static void put_moment(notch_json_writer *json, const char *key, int64_t at_us,
                       const notch_zone *zone)
{
  notch_json_key(json, notch_text_of(key));
  notch_json_raw(json, NOTCH_TEXT("\""));
  notch_moment_print_zone(json->to, at_us, zone);
  notch_buffer_put(json->to, "\"", 1);
}

/* ---- refused ---- */

/* The event as it can be sent again. */
static bool put_event(notch_question *q, const notch_transaction *row)
{
  notch_text member = {NULL, 0};
  if (row->member != 0) {
    member = q->books->host.member_id(q->books, row->member);
  }
  return notch_books_sent(q->books, q->edition, row, member, NULL, q->run, q->to);
}

static bool put_refused(notch_question *q, const notch_transaction *row)
{
  const char *reason = notch_verdict_word(row->verdict);
  if (q->view == NOTCH_VIEW_JSON) {
    notch_json_writer json = {.to = q->to};
    notch_json_begin(&json, '{');
    notch_json_put_text(&json, "refused", notch_text_of(reason));
    notch_json_put_text(&json, "sentence", row->detail);
    notch_json_put_integer(&json, "number", row->event);
    notch_json_key(&json, NOTCH_TEXT("event"));
    notch_json_raw(&json, NOTCH_TEXT(""));
    if (!put_event(q, row)) {
      return false;
    }
    notch_json_end(&json, '}');
    notch_buffer_put(q->to, "\n", 1);
    return true;
  }
  bool colour = q->view == NOTCH_VIEW_COLOUR;
  notch_buffer_print(q->to, "%s%.*s%s  %s%s%.*s\n  ", colour ? "\033[1m" : "", WORD(row->id),
                     colour ? "\033[0m" : "", reason, row->detail.length > 0 ? ": " : "",
                     WORD(row->detail));
  if (!put_event(q, row)) {
    return false;
  }
  notch_buffer_put(q->to, "\n", 1);
  return true;
}

static notch_status list_refused(notch_question *q)
{
  notch_cursor *cursor = NULL;
  notch_store_status opened = notch_cursor_open(&cursor, q->books->store, 1, 0);
  if (opened != NOTCH_STORE_OK) {
    return notch_api_failed(q->ledger, opened);
  }
  notch_status status = NOTCH_OK;
  const notch_transaction *row;
  while (status == NOTCH_OK && (row = notch_cursor_next(cursor)) != NULL) {
    int64_t applied = 0;
    if (row->verdict <= NOTCH_WAITING || row->id.length == 0) {
      continue;
    }
    q->run->escape = NULL; /* the cursor is closed below, whatever happens */
    notch_arena_reset(q->run);
    notch_arena_reset(&q->books->run);
    if (row->member != 0 && q->books->host.member_id(q->books, row->member).length == 0) {
      continue; /* erased: there is nothing left to mend */
    }
    bool good = notch_books_find_applied(q->books, row->id, &applied) &&
                ((applied != 0 && row->verdict != NOTCH_REFUSED_CONFLICT) ||
                 put_refused(q, row));
    status = !good              ? notch_api_books(q->ledger)
             : q->run->failed   ? notch_api_nomem(q->ledger)
                                : notch_api_spill(q, false);
  }
  notch_store_status ended = notch_cursor_status(cursor);
  notch_cursor_close(cursor);
  return status == NOTCH_OK && ended != NOTCH_STORE_OK ? notch_api_failed(q->ledger, ended)
                                                       : status;
}

notch_status notch_ledger_refused(notch_ledger *ledger, notch_view view, notch_write *write,
                                  void *payload)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, write != NULL);
  notch_question q = {.ledger = ledger, .view = view, .write = write, .payload = payload};
  return notch_api_ask(&q, list_refused);
}

/* ---- effects ---- */

/* What the engine notes for itself is no news to a host. */
static bool is_news(uint8_t kind)
{
  return kind != NOTCH_EFFECT_APPLIED && kind != NOTCH_EFFECT_UNAPPLIED &&
         kind != NOTCH_EFFECT_LIMIT_USED && kind != NOTCH_EFFECT_LIMIT_RESERVED &&
         kind != NOTCH_EFFECT_STOCK_RESERVED && kind != NOTCH_EFFECT_RETURNED;
}

/* Of a row as it is stored: names have their numbers there. */
static bool measured(notch_question *q, const notch_effect *effect, const notch_transaction *row,
                     notch_measured *out)
{
  if (effect->kind != NOTCH_EFFECT_PAID && effect->kind != NOTCH_EFFECT_PURSE) {
    return false;
  }
  notch_edition *edition = notch_books_edition(q->books, row->version);
  if (edition == NULL) {
    return false;
  }
  const notch_effect indexed = {
      .kind = effect->kind,
      .subject = notch_names_index(q->books, edition, NOTCH_NAME_PAYMENT, effect->subject),
      .ref = notch_names_index(q->books, edition, NOTCH_NAME_POINTS, (uint32_t)effect->ref)};
  return notch_effect_measured(edition->rules->program, &indexed, out);
}

static void effect_json(notch_question *q, const notch_effect *effect,
                        const notch_transaction *row, notch_text member)
{
  const notch_zone *zone = &q->edition->rules->program->zone;
  notch_store *store = q->books->store;
  notch_json_writer json = {.to = q->to};
  notch_json_begin(&json, '{');
  notch_json_put_integer(&json, "effect", effect->effect);
  notch_json_put_text(&json, "kind",
                      notch_text_of(notch_effect_word((notch_effect_kind)effect->kind)));
  if (member.length > 0) {
    notch_json_put_text(&json, "member", member);
  } else if (row->member != 0) {
    notch_json_key(&json, NOTCH_TEXT("member"));
    notch_json_null(&json);
  }
  put_moment(&json, "at", row->at_us, zone);
  notch_json_put_integer(&json, "transaction", row->event);
  if (row->id.length > 0) {
    notch_json_put_text(&json, "event", row->id);
  }
  if (effect->subject != NOTCH_NONE && effect->subject != 0) {
    notch_json_put_text(&json, "subject", notch_store_name_text(store, effect->subject));
  }
  if (effect->rule != NOTCH_NONE && effect->rule != 0) {
    notch_json_put_text(&json, "rule", notch_store_name_text(store, effect->rule));
  }
  notch_measured unit;
  if (measured(q, effect, row, &unit)) {
    notch_json_key(&json, NOTCH_TEXT("amount"));
    notch_json_wide(&json, effect->amount, unit.decimals);
    notch_json_put_text(&json, unit.sort, unit.name);
  } else {
    notch_json_put_integer(&json, "amount", effect->amount);
  }
  if (effect->text.length > 0) {
    notch_json_put_text(&json, "text", effect->text);
  }
  bool lot = effect->kind == NOTCH_EFFECT_GRANT || effect->kind == NOTCH_EFFECT_HOLD;
  if (lot && effect->kind == NOTCH_EFFECT_GRANT && effect->matures_s != INT64_MIN) {
    put_moment(&json, "matures", effect->matures_s * NOTCH_SECOND_US, zone);
  }
  if (lot && effect->until_s != NOTCH_NEVER) {
    put_moment(&json, "until", effect->until_s * NOTCH_SECOND_US, zone);
  }
  notch_json_end(&json, '}');
  notch_buffer_put(q->to, "\n", 1);
}

static void effect_text(notch_question *q, const notch_effect *effect,
                        const notch_transaction *row, notch_text member)
{
  notch_store *store = q->books->store;
  notch_buffer_print(q->to, "%lld  ", (long long)effect->effect);
  notch_moment_print_zone(q->to, row->at_us, &q->edition->rules->program->zone);
  if (row->member != 0 && member.length == 0) {
    member = NOTCH_TEXT("(erased)");
  }
  notch_buffer_print(q->to, "  %.*s  %s", WORD(member),
                     notch_effect_word((notch_effect_kind)effect->kind));
  if (effect->subject != NOTCH_NONE && effect->subject != 0) {
    notch_text subject = notch_store_name_text(store, effect->subject);
    notch_buffer_print(q->to, " %.*s", WORD(subject));
  }
  notch_measured unit;
  if (measured(q, effect, row, &unit)) {
    notch_words_measured(q->to, &unit, effect->amount);
  } else if (effect->kind == NOTCH_EFFECT_STOCK || effect->amount < 0) {
    notch_buffer_print(q->to, " %+lld", (long long)effect->amount);
  } else if (effect->amount > 1) {
    notch_buffer_print(q->to, " x%lld", (long long)effect->amount);
  }
  if (effect->text.length > 0) {
    notch_buffer_print(q->to, " \"%.*s\"", WORD(effect->text));
  }
  if (effect->rule != NOTCH_NONE && effect->rule != 0) {
    notch_text rule = notch_store_name_text(store, effect->rule);
    notch_buffer_print(q->to, "  (%.*s)", WORD(rule));
  }
  notch_buffer_put(q->to, "\n", 1);
}

static notch_status list_effects(notch_question *q)
{
  int64_t end = notch_store_next(q->books->store)->effect, event = 0;
  notch_transaction row = {.event = 0};
  notch_text member = {NULL, 0};
  int64_t first = q->number < 0 ? 1 : q->number < end ? q->number + 1 : end;
  for (int64_t number = first; number < end; number++) {
    notch_effect effect;
    int64_t of;
    q->run->escape = NULL;
    notch_store_status found =
        notch_store_effect_read(q->books->store, number, q->run, &effect, &of);
    if (found != NOTCH_STORE_OK) {
      return notch_api_failed(q->ledger, found);
    }
    if (of != event) {
      notch_arena_reset(q->run);
      notch_arena_reset(&q->books->run);
      event = of;
      if (!notch_history_read(q->books, of, q->run, &row)) {
        return notch_api_books(q->ledger);
      }
      member = (notch_text){NULL, 0};
      if (row.member != 0) {
        member = q->books->host.member_id(q->books, row.member);
      }
      found = notch_store_effect_read(q->books->store, number, q->run, &effect, &of);
    }
    if (q->run->failed || found != NOTCH_STORE_OK) {
      return notch_api_nomem(q->ledger);
    }
    if (!is_news(effect.kind)) {
      continue;
    }
    if (q->view == NOTCH_VIEW_JSON) {
      effect_json(q, &effect, &row, member);
    } else {
      effect_text(q, &effect, &row, member);
    }
    notch_status status = notch_api_spill(q, false);
    if (status != NOTCH_OK) {
      return status;
    }
  }
  return NOTCH_OK;
}

notch_status notch_ledger_effects(notch_ledger *ledger, int64_t after, notch_view view,
                                  notch_write *write, void *payload)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, write != NULL);
  notch_question q = {.ledger = ledger, .view = view, .write = write, .payload = payload,
                      .number = after};
  return notch_api_ask(&q, list_effects);
}

/* ---- members ---- */

enum { MEMBERS_AT_ONCE = 256 };

/* So many are read, and then told: what is asked of each may itself ask the ledger. */
typedef struct member_question {
  notch_question q; /* first */
  int64_t next;     /* 0: there are no more */
  notch_buffer ids; /* each ends with a zero */
} member_question;

static notch_status read_members(notch_question *q)
{
  member_question *asked = (member_question *)q;
  int64_t count = notch_store_member_count(q->books->store);
  int64_t end = count - asked->next < MEMBERS_AT_ONCE ? count : asked->next + MEMBERS_AT_ONCE;
  q->run->escape = NULL;
  for (; asked->next <= end; asked->next++) {
    notch_text id;
    notch_arena_reset(q->run);
    notch_store_status status = notch_store_member_id(q->books->store, asked->next, q->run, &id);
    if (status == NOTCH_STORE_NOTFOUND) {
      continue; /* erased */
    }
    if (status != NOTCH_STORE_OK) {
      return notch_api_failed(q->ledger, status);
    }
    notch_buffer_text(&asked->ids, id);
    notch_buffer_put(&asked->ids, "", 1);
  }
  asked->next = asked->next > count ? 0 : asked->next;
  return asked->ids.failed ? notch_api_nomem(q->ledger) : NOTCH_OK;
}

notch_status notch_ledger_members(notch_ledger *ledger,
                                  int (*each)(void *payload, const char *member), void *payload)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, each != NULL);
  member_question asked = {.q = {.ledger = ledger}, .next = 1};
  notch_buffer_init(&asked.ids, &ledger->engine->memory);
  notch_status status = NOTCH_OK;
  while (asked.next != 0 && status == NOTCH_OK) {
    size_t told = 0;
    notch_buffer_clear(&asked.ids);
    status = notch_api_ask(&asked.q, read_members);
    while (told < asked.ids.length && status == NOTCH_OK) {
      const char *id = asked.ids.bytes + told;
      told += strlen(id) + 1;
      if (each(payload, id) != 0) {
        status = notch_api_say(ledger, NOTCH_ESTOPPED, "stopped");
      }
    }
  }
  notch_buffer_free(&asked.ids);
  return status;
}

/* ---- what is in it ---- */

/* Under the clock of events the rules are there before any event has told the time. */
static bool is_before_all(const notch_question *q, int64_t recorded_us)
{
  return notch_store_clock_of(q->books->store) == NOTCH_CLOCK_EVENTS && recorded_us <= 0;
}

static void info_json(notch_question *q, const notch_store_info *info, const char *root)
{
  const notch_zone *zone = &q->edition->rules->program->zone;
  const notch_books *books = q->books;
  notch_json_writer json = {.to = q->to};
  notch_json_begin(&json, '{');
  notch_json_put_text(&json, "program", q->edition->rules->program->name);
  notch_json_put_text(&json, "origin", notch_store_origin(books->store));
  notch_json_put_integer(&json, "format", info->format);
  notch_json_put_text(&json, "journal",
                      info->rollback_journal ? NOTCH_TEXT("rollback") : NOTCH_TEXT("wal"));
  notch_json_put_text(&json, "clock",
                      notch_store_clock_of(books->store) == NOTCH_CLOCK_EVENTS
                          ? NOTCH_TEXT("events")
                          : NOTCH_TEXT("machine"));
  notch_json_put_integer(&json, "transactions", info->events);
  notch_json_put_integer(&json, "members", info->members);
  notch_json_put_integer(&json, "postings", info->postings);
  notch_json_put_integer(&json, "moves", info->moves);
  notch_json_put_integer(&json, "effects", info->effects);
  notch_json_put_integer(&json, "names", info->names);
  notch_json_put_integer(&json, "heads", info->heads);
  notch_json_put_integer(&json, "seals", info->seals);
  notch_json_put_integer(&json, "file_bytes", info->file_bytes);
  notch_json_put_integer(&json, "wal_bytes", info->wal_bytes);
  if (info->events > 0) {
    if (is_before_all(q, info->first_recorded_us)) {
      notch_json_key(&json, NOTCH_TEXT("first_recorded"));
      notch_json_null(&json);
    } else {
      put_moment(&json, "first_recorded", info->first_recorded_us, zone);
    }
    put_moment(&json, "last_recorded", info->last_recorded_us, zone);
  }
  notch_json_put_text(&json, "head", notch_text_of(root));
  notch_json_key(&json, NOTCH_TEXT("versions"));
  notch_json_begin(&json, '[');
  for (uint32_t i = 0; i < books->edition_count; i++) {
    notch_json_begin(&json, '{');
    notch_json_put_integer(&json, "version", books->editions[i]->version);
    notch_json_key(&json, NOTCH_TEXT("from"));
    if (books->editions[i]->effective_us == INT64_MIN) {
      notch_json_null(&json);
    } else {
      notch_json_raw(&json, NOTCH_TEXT("\""));
      notch_moment_print_zone(q->to, books->editions[i]->effective_us, zone);
      notch_buffer_put(q->to, "\"", 1);
    }
    notch_json_end(&json, '}');
  }
  notch_json_end(&json, ']');
  notch_json_end(&json, '}');
  notch_buffer_put(q->to, "\n", 1);
}

static void info_text(notch_question *q, const notch_store_info *info, const char *root)
{
  const notch_program *program = q->edition->rules->program;
  notch_buffer *to = q->to;
  notch_buffer_print(to, "programme     %.*s%s%.*s\n", WORD(program->name),
                     program->title.length > 0 ? ", " : "", WORD(program->title));
  notch_buffer_print(to, "format        %d, %s\n", info->format,
                     info->rollback_journal ? "rollback journal" : "write-ahead log");
  notch_buffer_print(to, "transactions  %lld\n", (long long)info->events);
  notch_buffer_print(to, "members       %lld\n", (long long)info->members);
  notch_buffer_print(to, "postings      %lld\n", (long long)info->postings);
  notch_buffer_print(to, "size          %lld bytes, log %lld bytes\n",
                     (long long)info->file_bytes, (long long)info->wal_bytes);
  if (info->events > 0) {
    notch_buffer_print(to, "recorded      ");
    if (is_before_all(q, info->first_recorded_us)) {
      notch_buffer_print(to, "before every event");
    } else {
      notch_moment_print_zone(to, info->first_recorded_us, &program->zone);
    }
    notch_buffer_print(to, " to ");
    notch_moment_print_zone(to, info->last_recorded_us, &program->zone);
    notch_buffer_put(to, "\n", 1);
  }
  for (uint32_t i = 0; i < q->books->edition_count; i++) {
    const notch_edition *edition = q->books->editions[i];
    notch_buffer_print(to, "version %-5u ", edition->version);
    if (edition->effective_us == INT64_MIN) {
      notch_buffer_print(to, "in force always\n");
    } else {
      notch_buffer_print(to, "in force from ");
      notch_moment_print_zone(to, edition->effective_us, &program->zone);
      notch_buffer_put(to, "\n", 1);
    }
  }
  notch_buffer_print(to, "head          %s\n", root);
}

static notch_status tell_info(notch_question *q)
{
  notch_store_info info;
  notch_head head;
  char root[65];
  notch_store_status status = notch_store_info_read(q->books->store, &info);
  if (status == NOTCH_STORE_OK) {
    status = notch_store_head(q->books->store, &head);
  }
  if (status != NOTCH_STORE_OK) {
    return notch_api_failed(q->ledger, status);
  }
  notch_hex(root, head.root.bytes, sizeof head.root.bytes);
  if (q->view == NOTCH_VIEW_JSON) {
    info_json(q, &info, root);
  } else {
    info_text(q, &info, root);
  }
  return NOTCH_OK;
}

notch_status notch_ledger_info(notch_ledger *ledger, notch_view view, notch_write *write,
                               void *payload)
{
  if (ledger == NULL) {
    return NOTCH_EMISUSE;
  }
  NOTCH_CHECK_ARG(ledger, write != NULL);
  notch_question q = {.ledger = ledger, .view = view, .write = write, .payload = payload};
  return notch_api_ask(&q, tell_info);
}
