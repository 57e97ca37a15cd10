/*
 * apply/explain.c -- explain: a recorded row is decided once more with a trace, and the journal
 * is asked what became of its points.  Nothing of it is stored, so it cannot disagree.
 */
#include <config.h>

#include "apply/explain.h"
#include "audit/derivation.h"

#include <assert.h>
#include <string.h>

#define SETTLED_MAX 64u /* transactions that fell due just before */

typedef struct explain {
  notch_books *books;
  notch_rerun rerun;
  notch_arena run;
  notch_buffer scratch;
  jmp_buf no_memory;
  notch_derivation tree;
  notch_node *root;
  notch_transaction row;
  notch_edition *edition;
  notch_trace trace; /* of its decision */
} explain;

static void put(explain *x, notch_text text)
{
  notch_buffer_text(&x->scratch, text);
}

static notch_text type_of(const explain *x, const notch_transaction *row)
{
  return notch_store_name_text(x->books->store, row->type);
}

static bool read_row(explain *x, int64_t event, notch_transaction *out)
{
  return notch_history_read(x->books, event, &x->run, out);
}

static void put_moment_at(explain *x, const notch_transaction *row, int64_t at_us)
{
  if (row->offset_min != 0 || x->edition == NULL) {
    notch_moment_print(&x->scratch, at_us, row->offset_min);
  } else {
    notch_words_moment(&x->scratch, &x->tree.words, at_us);
  }
}

static void put_moment(explain *x, const notch_transaction *row)
{
  put_moment_at(x, row, row->at_us);
}

/* "e-1001 (#7)", "#8 expiry" */
static void put_name(explain *x, const notch_transaction *row)
{
  if (row->id.length > 0) {
    put(x, row->id);
    notch_buffer_print(&x->scratch, " (#%lld)", (long long)row->event);
  } else {
    notch_buffer_print(&x->scratch, "#%lld ", (long long)row->event);
    put(x, type_of(x, row));
  }
}

static notch_text name_of(void *payload, int64_t member)
{
  explain *x = payload;
  notch_text id = x->books->host.member_id(x->books, member);
  return id.length > 0 ? id : NOTCH_TEXT("an erased member");
}

/* ---- the head of it ---- */

/* The identity of the rules, as `init`, `publish` and `dump program` show it. */
static void add_version(explain *x)
{
  char hash[65] = "";
  const notch_edition *edition =
      x->row.version == 0 ? NULL : notch_books_edition(x->books, x->row.version);
  notch_node *node = notch_node_add(&x->tree, x->root, NULL);
  if (edition == NULL) {
    notch_node_say(&x->tree, node, "no version of the rules decided it");
    return;
  }
  notch_hex(hash, edition->rules->program->identity.bytes,
            sizeof edition->rules->program->identity.bytes);
  notch_node_integer(&x->tree, x->root, "version", x->row.version);
  notch_node_text(&x->tree, x->root, "rules_hash", notch_text_of(hash));
  notch_node_say(&x->tree, node, "decided by version %u of the rules (%.12s)", x->row.version,
                 hash);
}

static void add_head(explain *x)
{
  const notch_transaction *row = &x->row;
  static const char *const origins[] = {"sent", "fell_due", "other_side"};
  jmp_buf *escape = x->run.escape;
  notch_text member = {NULL, 0};
  x->run.escape = NULL;
  if (row->member != 0) {
    notch_store_member_id(x->books->store, row->member, &x->run, &member);
  }
  x->run.escape = escape;
  notch_node *root = x->root;
  notch_node_integer(&x->tree, root, "number", row->event);
  notch_node_text(&x->tree, root, "event", row->id);
  notch_node_text(&x->tree, root, "type", type_of(x, row));
  notch_node_text(&x->tree, root, "member", member);
  notch_node_text(&x->tree, root, "origin", notch_text_of(origins[row->origin]));
  put_moment(x, row);
  notch_node_scratch(&x->tree, root, "at");
  notch_moment_print(&x->scratch, row->booked_us, row->offset_min);
  notch_node_scratch(&x->tree, root, "booked");
  notch_moment_print(&x->scratch, row->recorded_us, 0);
  notch_node_scratch(&x->tree, root, "recorded");
  notch_node_text(&x->tree, root, "outcome", notch_text_of(notch_verdict_word(row->verdict)));
  notch_node_text(&x->tree, root, "reason", row->detail);
  put_name(x, row);
  if (row->id.length > 0) {
    put(x, NOTCH_TEXT(" "));
    put(x, type_of(x, row));
  }
  put(x, NOTCH_TEXT(" of "));
  put(x, row->member == 0     ? NOTCH_TEXT("the programme")
         : member.length == 0 ? NOTCH_TEXT("an erased member")
                              : member);
  put(x, NOTCH_TEXT(", "));
  put_moment(x, row);
  put(x, NOTCH_TEXT(": "));
  put(x, notch_text_of(notch_verdict_word(row->verdict)));
  notch_node_line(&x->tree, root);
  if (row->detail.length > 0) {
    notch_node *node = notch_node_add(&x->tree, root, NULL);
    put(x, row->detail);
    notch_node_line(&x->tree, node);
  }
  if (row->booked_us > row->at_us && row->origin == NOTCH_ORIGIN_SENT) {
    notch_node *node = notch_node_add(&x->tree, root, NULL);
    put(x, NOTCH_TEXT("came late: booked "));
    put_moment_at(x, row, row->booked_us);
    notch_node_line(&x->tree, node);
  }
}

/* ---- what was settled first ---- */

static bool add_settled(explain *x)
{
  int64_t first = x->row.event;
  notch_transaction row;
  while (x->row.origin == NOTCH_ORIGIN_SENT && x->row.member != 0 && first > 1 &&
         x->row.event - first < SETTLED_MAX) {
    if (!read_row(x, first - 1, &row)) {
      return false;
    }
    if (row.origin != NOTCH_ORIGIN_DUE || row.member != x->row.member) {
      break;
    }
    first--;
  }
  for (int64_t event = first; event < x->row.event; event++) {
    notch_transaction indexed;
    if (!read_row(x, event, &row) ||
        !notch_names_from_store(x->books, x->edition, &row, &indexed, &x->run)) {
      return false;
    }
    notch_node *node = notch_node_add(&x->tree, x->root, "settled");
    notch_node_integer(&x->tree, node, "number", event);
    notch_node_text(&x->tree, node, "type", type_of(x, &row));
    put_moment(x, &row);
    notch_node_scratch(&x->tree, node, "at");
    put(x, NOTCH_TEXT("settled first: "));
    put_name(x, &row);
    put(x, NOTCH_TEXT(", "));
    put_moment(x, &row);
    notch_node_line(&x->tree, node);
    notch_derive_row(&x->tree, node, &indexed);
  }
  return true;
}

/* ---- other members' sides ---- */

/* Only what was sent has any. */
static bool next_side(explain *x, notch_transaction *row)
{
  if (x->row.origin != NOTCH_ORIGIN_SENT) {
    row->event = 0;
    return true;
  }
  return notch_history_next_side(x->books, &x->row, &x->run, row);
}

static bool look_for_erased(explain *x)
{
  notch_transaction row = {.event = x->row.event};
  do {
    if (!next_side(x, &row)) {
      return false;
    }
    x->tree.erased_side =
        row.event != 0 && x->books->host.member_id(x->books, row.member).length == 0;
  } while (row.event != 0 && !x->tree.erased_side);
  return true;
}

/* ---- the decision ---- */

static void differs(void *payload, const char *what, const char *recorded,
                    const char *recomputed)
{
  explain *x = payload;
  notch_node *node = notch_node_add(&x->tree, x->root, "differences");
  notch_node_text(&x->tree, node, "what", notch_text_of(what));
  notch_node_text(&x->tree, node, "recorded", notch_text_of(recorded));
  notch_node_text(&x->tree, node, "recomputed", notch_text_of(recomputed));
  notch_node_say(&x->tree, node, "DIFFERS: %s: recorded %s, the rules give %s", what, recorded,
                 recomputed);
}

/* What deciding it finds by itself. */
static void differs_at(void *payload, int64_t event, const char *what, const char *recorded,
                       const char *recomputed)
{
  (void)event;
  differs(payload, what, recorded, recomputed);
}

static void next_numbers(explain *x)
{
  /* The numbers that its rows were given; where it has none they do not matter. */
  x->rerun.next_posting =
      x->row.posting_count > 0 ? x->row.postings[0].posting : INT64_MAX / 2;
  x->rerun.next_effect = x->row.effect_count > 0 ? x->row.effects[0].effect : INT64_MAX / 2;
}

static bool is_erased(explain *x)
{
  notch_text id;
  jmp_buf *escape = x->run.escape;
  x->run.escape = NULL;
  bool erased = x->row.member != 0 && notch_store_member_id(x->books->store, x->row.member,
                                                            &x->run, &id) == NOTCH_STORE_NOTFOUND;
  x->run.escape = escape;
  return erased;
}

static void say_taken(explain *x, const char *sentence)
{
  notch_node *node = notch_node_add(&x->tree, x->root, NULL);
  notch_node_text(&x->tree, x->root, "taken_as_recorded", notch_text_of(sentence));
  notch_node_say(&x->tree, node, "%s", sentence);
}

/* What a return without `of` leaves to other versions: each has a row of its own. */
static bool add_parts(explain *x, const notch_outcome *outcome)
{
  for (uint32_t i = 0; outcome != NULL && i < outcome->part_count; i++) {
    notch_transaction row;
    if (!read_row(x, outcome->parts[i].event, &row)) {
      return false;
    }
    notch_node *node = notch_node_add(&x->tree, x->root, "parts");
    notch_node_integer(&x->tree, node, "number", row.event);
    notch_node_integer(&x->tree, node, "version", row.version);
    put(x, NOTCH_TEXT("lowers "));
    put_name(x, &row);
    notch_buffer_print(&x->scratch, ", by the rules of its version %u", (unsigned)row.version);
    notch_node_line(&x->tree, node);
  }
  return true;
}

static bool derive(explain *x, const notch_transaction *indexed)
{
  notch_rerun_result result;
  x->trace = (notch_trace){.arena = &x->run};
  if (is_erased(x)) {
    say_taken(x, "the member was erased: the outcome is as it was recorded");
    return true;
  }
  if (x->row.origin == NOTCH_ORIGIN_SIDE) {
    return true;
  }
  next_numbers(x);
  x->rerun.group = x->row.event;
  x->rerun.found = differs_at;
  x->rerun.payload = x;
  if (!notch_rerun_decide(&x->rerun, &x->row, &x->trace, &result)) {
    return false;
  }
  if (x->rerun.names_erased) {
    say_taken(x, "it names a member who was erased: the outcome is as it was recorded");
    return true;
  }
  if (result.taken) {
    say_taken(x, "nothing was computed: a publication, or what the clock decided");
    return true;
  }
  if (result.edition != NULL && result.outcome != NULL) {
    x->tree.words = (notch_wording){result.edition->rules->program,
                                    &result.edition->rules->parsed->sources};
  }
  if (!look_for_erased(x)) {
    return false;
  }
  notch_derive_trace(&x->tree, x->root, &x->trace);
  if (!add_parts(x, result.outcome)) {
    return false;
  }
  const notch_transaction *made = NULL;
  for (uint32_t i = 0; result.outcome != NULL && i < result.outcome->count; i++) {
    const notch_transaction *row = &result.outcome->transactions[i];
    made = made == NULL && row->member == x->row.member && row->origin == x->row.origin &&
                   row->at_us == x->row.at_us
               ? row
               : made;
  }
  x->rerun.compare.words = x->tree.words;
  x->rerun.compare.found = differs;
  x->rerun.compare.payload = x;
  if (made != NULL && indexed != NULL) {
    return notch_compare_rows(&x->rerun.compare, indexed, made);
  }
  notch_compare_texts(&x->rerun.compare, "outcome",
                      notch_text_of(notch_verdict_word(x->row.verdict)),
                      notch_text_of(notch_verdict_word(result.verdict)));
  return true;
}

static bool add_sides(explain *x)
{
  notch_transaction row = {.event = x->row.event}, indexed;
  for (;;) {
    if (!next_side(x, &row)) {
      return false;
    }
    if (row.event == 0) {
      return true;
    }
    if (!notch_names_from_store(x->books, x->edition, &row, &indexed, &x->run)) {
      return false;
    }
    notch_node *node = notch_node_add(&x->tree, x->root, "sides");
    notch_node_integer(&x->tree, node, "number", row.event);
    notch_node_text(&x->tree, node, "member", x->books->host.member_id(x->books, row.member));
    notch_buffer_print(&x->scratch, "other side, #%lld of ", (long long)row.event);
    put(x, name_of(x, row.member));
    notch_node_line(&x->tree, node);
    notch_derive_row(&x->tree, node, &indexed);
  }
}

/* ---- what became of the points ---- */

typedef struct later { /* a posting after the row that touches one of its lots */
  notch_transaction row;
  notch_posting posting;
} later;

typedef NOTCH_VEC(later) later_list;

static bool opened_here(const explain *x, const notch_posting *posting)
{
  for (uint32_t i = 0; i < x->row.posting_count; i++) {
    const notch_posting *own = &x->row.postings[i];
    if (own->lot == own->posting && own->posting == posting->lot) {
      return true;
    }
  }
  return false;
}

/* The member's rows after this one, newest first. */
static bool collect(explain *x, later_list *list)
{
  int64_t event = 0;
  notch_store_status status = notch_store_member_last(x->books->store, &event, x->row.member);
  if (status != NOTCH_STORE_OK) {
    return notch_books_failed(x->books, status);
  }
  while (event > x->row.event) {
    notch_transaction row;
    if (!read_row(x, event, &row)) {
      return false;
    }
    for (uint32_t i = row.posting_count; i > 0; i--) {
      if (opened_here(x, &row.postings[i - 1])) {
        *notch_vec_push(list, &x->run) = (later){row, row.postings[i - 1]};
      }
    }
    event = row.previous;
  }
  return true;
}

static int64_t change_of(const notch_posting *p)
{
  int64_t in = p->target == NOTCH_ACCOUNT_POINTS || p->target == NOTCH_ACCOUNT_HELD;
  int64_t out = p->source == NOTCH_ACCOUNT_POINTS || p->source == NOTCH_ACCOUNT_HELD;
  return (in - out) * p->amount;
}

static bool add_lot(explain *x, const notch_posting *opened, const later_list *list)
{
  notch_posting indexed;
  int64_t left = opened->amount;
  if (!notch_names_posting(x->books, x->edition, opened, &indexed, &x->run)) {
    return true; /* a points kind that this version lacks */
  }
  notch_node *node = notch_node_add(&x->tree, x->root, "became");
  notch_node_integer(&x->tree, node, "lot", opened->lot);
  notch_node_text(&x->tree, node, "points", notch_word_points(&x->tree.words, indexed.points));
  for (uint32_t i = list->count + x->row.posting_count; i > 0; i--) {
    /* First what this very row did with it (a debt settled), then later rows, oldest first. */
    bool here = i > list->count;
    uint32_t own = x->row.posting_count - (i - list->count);
    const later at = here ? (later){x->row, x->row.postings[own]} : list->items[i - 1];
    const notch_posting *p = &at.posting;
    if (p->lot != opened->lot || p->posting == p->lot) {
      continue;
    }
    left += change_of(p);
    notch_node *use = notch_node_add(&x->tree, node, "uses");
    notch_node_integer(&x->tree, use, "number", at.row.event);
    notch_node_text(&x->tree, use, "event", at.row.id);
    notch_words_amount(&x->scratch, &x->tree.words, indexed.points, p->amount, true);
    notch_node_scratch(&x->tree, use, "amount");
    notch_node_text(&x->tree, use, "source",
                    notch_text_of(notch_account_word((notch_account)p->source)));
    notch_node_text(&x->tree, use, "target",
                    notch_text_of(notch_account_word((notch_account)p->target)));
    notch_words_amount(&x->scratch, &x->tree.words, indexed.points, p->amount, false);
    notch_words_route(&x->scratch, p);
    put(x, NOTCH_TEXT(" by "));
    put_name(x, &at.row);
    put(x, NOTCH_TEXT(", "));
    put_moment(x, &at.row);
    notch_node_line(&x->tree, use);
  }
  notch_words_amount(&x->scratch, &x->tree.words, indexed.points, left, true);
  notch_node_scratch(&x->tree, node, "left");
  notch_buffer_print(&x->scratch, "what became of lot %lld: ", (long long)opened->lot);
  notch_words_amount(&x->scratch, &x->tree.words, indexed.points, left, false);
  put(x, NOTCH_TEXT(" left of "));
  notch_words_amount(&x->scratch, &x->tree.words, indexed.points, opened->amount, false);
  notch_node_line(&x->tree, node);
  return true;
}

static bool add_became(explain *x)
{
  later_list list = {0};
  if (x->row.posting_count == 0 || !collect(x, &list)) {
    return x->row.posting_count == 0;
  }
  for (uint32_t i = 0; i < x->row.posting_count; i++) {
    const notch_posting *p = &x->row.postings[i];
    if (p->lot == p->posting && !add_lot(x, p, &list)) {
      return false;
    }
  }
  return true;
}

/* ---- the whole ---- */

static bool build(explain *x, int64_t event)
{
  notch_transaction indexed = {0};
  if (!read_row(x, event, &x->row)) {
    return false;
  }
  x->edition = x->row.version != 0 ? notch_books_edition(x->books, x->row.version)
                                   : notch_books_newest(x->books);
  if (x->edition == NULL ||
      !notch_names_from_store(x->books, x->edition, &x->row, &indexed, &x->run)) {
    return false;
  }
  x->tree.words = (notch_wording){x->edition->rules->program,
                                  &x->edition->rules->parsed->sources};
  x->tree.member = x->row.member;
  x->root = notch_node_add(&x->tree, NULL, NULL);
  add_head(x);
  add_version(x);
  if (x->row.cause != 0) {
    notch_transaction cause;
    if (!read_row(x, x->row.cause, &cause)) {
      return false;
    }
    notch_node *node = notch_node_add(&x->tree, x->root, NULL);
    notch_node_integer(&x->tree, x->root, "cause", x->row.cause);
    put(x, x->row.origin == NOTCH_ORIGIN_SIDE ? NOTCH_TEXT("the other side of ")
                                              : NOTCH_TEXT("lowers "));
    put_name(x, &cause);
    notch_node_line(&x->tree, node);
  }
  if (!add_settled(x) || !derive(x, &indexed)) {
    return false;
  }
  notch_derive_ranking(&x->tree, x->root, &indexed, &x->trace);
  notch_derive_row(&x->tree, x->root, &indexed);
  return add_sides(x) && add_became(x);
}

bool notch_explain_row(notch_books *books, int64_t event, bool json, notch_buffer *to)
{
  explain *x = notch_memory_resize(books->memory, NULL, sizeof *x);
  if (x == NULL) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  memset(x, 0, sizeof *x);
  x->books = books;
  notch_arena_init(&x->run, books->memory);
  notch_buffer_init(&x->scratch, books->memory);
  x->tree = (notch_derivation){
      .run = &x->run, .scratch = &x->scratch, .name = name_of, .payload = x};
  bool good = notch_rerun_begin(&x->rerun, books, false);
  if (good) {
    if (setjmp(x->no_memory) == 0) {
      x->run.escape = x->rerun.row.escape = books->run.escape = &x->no_memory;
      good = build(x, event);
    } else {
      good = notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
    }
    x->run.escape = x->rerun.row.escape = books->run.escape = NULL;
    if (good && json) {
      notch_node_json(to, x->root);
    } else if (good) {
      notch_node_print(to, x->root);
    }
    notch_rerun_end(&x->rerun);
  }
  notch_buffer_free(&x->scratch);
  notch_arena_free(&x->run);
  notch_memory_free(books->memory, x);
  return good && (!to->failed || notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory"));
}
