/*
 * apply/names.c -- the one place that maps between indexes of a programme and numbers of the
 * ledger's dictionary of names.
 */
#include <config.h>

#include "apply/apply.h"

#include <string.h>

#define WORD(text) (int)(text).length, (text).bytes

/* ---- what there is ---- */

/* How many a sort has in a programme, and what they are called. */
static uint32_t count_of(const notch_program *p, notch_name_sort sort)
{
  switch (sort) {
  case NOTCH_NAME_TYPE: return p->event_count;
  case NOTCH_NAME_POINTS: return p->points_count;
  case NOTCH_NAME_RULE: return p->rule_count;
  case NOTCH_NAME_LADDER: return p->ladder_count;
  case NOTCH_NAME_REWARD: return p->reward_count;
  case NOTCH_NAME_PARTNER: return p->partner_count;
  case NOTCH_NAME_SEGMENT: return p->segment_count;
  case NOTCH_NAME_COHORT: return p->cohort_count;
  case NOTCH_NAME_POOL: return p->pool_count;
  case NOTCH_NAME_PAYMENT: return p->payment_count;
  case NOTCH_NAME_LIMIT: return p->limit_count;
  case NOTCH_NAME_TERMS: return p->terms_count;
  case NOTCH_NAME_TIER:
  case NOTCH_NAME_FIELD:
  case NOTCH_NAME_OTHER: break;
  }
  return 0;
}

static notch_text text_of(const notch_program *p, notch_name_sort sort, uint32_t index,
                          notch_arena *run)
{
  switch (sort) {
  case NOTCH_NAME_TYPE: return p->events[index].decl.name;
  case NOTCH_NAME_POINTS: return p->points[index].decl.name;
  case NOTCH_NAME_RULE: return p->rules[index].decl.name;
  case NOTCH_NAME_LADDER: return p->ladders[index].decl.name;
  case NOTCH_NAME_REWARD: return p->rewards[index].decl.name;
  case NOTCH_NAME_PARTNER: return p->partners[index].decl.name;
  case NOTCH_NAME_SEGMENT: return p->segments[index].decl.name;
  case NOTCH_NAME_COHORT: return p->cohorts[index].decl.name;
  case NOTCH_NAME_POOL: return p->pools[index].decl.name;
  case NOTCH_NAME_PAYMENT: return p->payments[index].decl.name;
  case NOTCH_NAME_LIMIT: return notch_names_limit(p, index, run);
  case NOTCH_NAME_TERMS: return notch_names_terms(p, index, run);
  case NOTCH_NAME_TIER:
  case NOTCH_NAME_FIELD:
  case NOTCH_NAME_OTHER: break;
  }
  return (notch_text){NULL, 0};
}

/* ---- to numbers ---- */

static bool add_name(notch_books *books, notch_name_sort sort, notch_text text, uint32_t *out)
{
  notch_store_status status = notch_store_name_add(books->store, out, sort, text);
  return status == NOTCH_STORE_OK || notch_books_failed(books, status);
}

static bool number_of(notch_books *books, notch_edition *edition, notch_name_sort sort,
                      uint32_t index, uint32_t *out)
{
  if (index == NOTCH_NONE) {
    *out = NOTCH_NONE;
    return true;
  }
  uint32_t *known = &edition->names[sort][index];
  if (*known == 0) {
    notch_text text = text_of(edition->rules->program, sort, index, &books->run);
    if (!add_name(books, sort, text, known)) {
      *known = 0;
      return false;
    }
  }
  *out = *known;
  return true;
}

bool notch_names_type(notch_books *books, notch_text type, uint32_t *number)
{
  return add_name(books, NOTCH_NAME_TYPE, type, number);
}

static bool type_number(notch_books *books, notch_edition *edition, uint32_t type, uint32_t *out)
{
  if (type < NOTCH_DUE_FIRST) {
    return number_of(books, edition, NOTCH_NAME_TYPE, type, out);
  }
  uint32_t due = type - NOTCH_DUE_FIRST;
  uint32_t *known =
      &edition->names[NOTCH_NAME_TYPE][edition->rules->program->event_count + due];
  if (*known == 0 &&
      !notch_names_type(books, notch_text_of(notch_due_word((notch_due)due)), known)) {
    *known = 0;
    return false;
  }
  *out = *known;
  return true;
}

static bool tier_number(notch_books *books, notch_edition *edition, uint32_t ladder,
                        uint32_t tier, uint32_t *out)
{
  if (tier == NOTCH_NONE) {
    *out = NOTCH_NONE;
    return true;
  }
  uint32_t *known = &edition->tier_names[edition->tier_first[ladder] + tier];
  if (*known == 0) {
    const notch_ladder *of = &edition->rules->program->ladders[ladder];
    notch_text text = notch_arena_format(&books->run, "%.*s.%.*s", WORD(of->decl.name),
                                         WORD(of->tiers[tier].decl.name));
    if (!add_name(books, NOTCH_NAME_TIER, text, known)) {
      *known = 0;
      return false;
    }
  }
  *out = *known;
  return true;
}

static bool posting_to_store(notch_books *books, notch_edition *edition, const notch_posting *from,
                             notch_posting *to)
{
  *to = *from;
  notch_share *shares = NULL;
  if (from->share_count > 0) {
    shares = NOTCH_NEW_ARRAY(&books->run, notch_share, from->share_count);
  }
  for (uint16_t i = 0; i < from->share_count; i++) {
    shares[i].amount = from->shares[i].amount;
    if (!number_of(books, edition, NOTCH_NAME_RULE, from->shares[i].rule, &shares[i].rule)) {
      return false;
    }
  }
  to->shares = shares;
  bool opens = from->lot == from->posting;
  return number_of(books, edition, NOTCH_NAME_POINTS, from->points, &to->points) &&
         (!opens ||
          (number_of(books, edition, NOTCH_NAME_TERMS, from->terms, &to->terms) &&
           number_of(books, edition, NOTCH_NAME_PARTNER, from->partner, &to->partner)));
}

static bool effect_to_store(notch_books *books, notch_edition *edition, const notch_effect *from,
                            notch_effect *to)
{
  *to = *from;
  notch_name_sort sort = notch_subject_sort(from);
  notch_name_sort refers = notch_ref_sort(from);
  uint32_t ref = 0;
  if (refers != 0) {
    if (!number_of(books, edition, refers, (uint32_t)from->ref, &ref)) {
      return false;
    }
    to->ref = ref;
  }
  to->subject = NOTCH_NONE;
  return (sort == 0 || number_of(books, edition, sort, from->subject, &to->subject)) &&
         number_of(books, edition, NOTCH_NAME_RULE, from->rule, &to->rule);
}

bool notch_names_to_store(notch_books *books, notch_edition *edition,
                          const notch_transaction *from, notch_transaction *to)
{
  *to = *from;
  notch_posting *postings = NOTCH_NEW_ARRAY(&books->run, notch_posting, from->posting_count + 1);
  notch_move *moves = NOTCH_NEW_ARRAY(&books->run, notch_move, from->move_count + 1);
  notch_effect *effects = NOTCH_NEW_ARRAY(&books->run, notch_effect, from->effect_count + 1);
  to->postings = postings;
  to->moves = moves;
  to->effects = effects;
  bool good = type_number(books, edition, from->type, &to->type);
  for (uint32_t i = 0; i < from->posting_count && good; i++) {
    good = posting_to_store(books, edition, &from->postings[i], &postings[i]);
  }
  for (uint32_t i = 0; i < from->move_count && good; i++) {
    const notch_move *move = &from->moves[i];
    moves[i] = *move;
    good = tier_number(books, edition, move->ladder, move->tier, &moves[i].tier) &&
           number_of(books, edition, NOTCH_NAME_LADDER, move->ladder, &moves[i].ladder);
  }
  for (uint32_t i = 0; i < from->effect_count && good; i++) {
    good = effect_to_store(books, edition, &from->effects[i], &effects[i]);
  }
  return good;
}

/* ---- to indexes ---- */

static bool grow_indexes(notch_books *books, notch_edition *edition, uint32_t number)
{
  uint32_t count = edition->index_count == 0 ? 256 : edition->index_count;
  while (count <= number) {
    count *= 2;
  }
  uint32_t *grown = NOTCH_NEW_ARRAY(&books->keep, uint32_t, count);
  if (grown == NULL) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  if (edition->index_count > 0) {
    memcpy(grown, edition->indexes, edition->index_count * sizeof *grown);
  }
  edition->indexes = grown;
  edition->index_count = count;
  return true;
}

/* "ladder.tier", as the dictionary has it; what a module declares has dots of its own. */
static uint32_t find_tier(notch_books *books, const notch_edition *edition, notch_text text)
{
  uint32_t tier = NOTCH_NONE;
  for (uint32_t i = 1; i + 1 < text.length && tier == NOTCH_NONE; i++) {
    if (text.bytes[i] == '.') {
      tier = notch_carry_tier(books, edition, (notch_text){text.bytes, i},
                              (notch_text){text.bytes + i + 1, text.length - i - 1});
    }
  }
  return tier;
}

uint32_t notch_names_called(const notch_program *p, notch_name_sort sort, notch_text text,
                          notch_arena *run)
{
  for (uint32_t i = 0; i < count_of(p, sort); i++) {
    if (notch_text_equal(text_of(p, sort, i, run), text)) {
      return i;
    }
  }
  return NOTCH_NONE;
}

static uint32_t find_index(notch_books *books, const notch_edition *edition,
                           notch_name_sort sort, uint32_t number)
{
  notch_text text = notch_store_name_text(books->store, number);
  return sort == NOTCH_NAME_TIER
             ? find_tier(books, edition, text)
             : notch_names_called(edition->rules->program, sort, text, &books->run);
}

/* Asked for the first time, or not there. */
static bool look_up(notch_books *books, notch_edition *edition, notch_name_sort sort,
                    uint32_t number, uint32_t *out)
{
  *out = NOTCH_NONE;
  if (notch_store_name_sort(books->store, number) != sort ||
      (number >= edition->index_count && !grow_indexes(books, edition, number))) {
    return false;
  }
  if (edition->indexes[number] == 0) {
    uint32_t index = find_index(books, edition, sort, number);
    edition->indexes[number] = index == NOTCH_NONE ? NOTCH_NONE : notch_names_entry(sort, index);
    if (index != NOTCH_NONE && sort != NOTCH_NAME_TIER && edition->names[sort][index] == 0) {
      edition->names[sort][index] = number;
    }
  }
  *out = edition->indexes[number] == NOTCH_NONE ? NOTCH_NONE : edition->indexes[number] >> 4;
  return *out != NOTCH_NONE;
}

/* The index of a number; NOTCH_NONE stays what it is.  False: the edition lacks the name. */
static inline bool index_of(notch_books *books, notch_edition *edition, notch_name_sort sort,
                            uint32_t number, uint32_t *out)
{
  uint32_t known = number < edition->index_count ? edition->indexes[number] : 0;
  if (number == NOTCH_NONE || (known != NOTCH_NONE && (known & 15) == (uint32_t)sort)) {
    *out = number == NOTCH_NONE ? NOTCH_NONE : known >> 4;
    return true;
  }
  return look_up(books, edition, sort, number, out);
}

uint32_t notch_names_index(notch_books *books, notch_edition *edition, notch_name_sort sort,
                           uint32_t number)
{
  uint32_t index;
  return index_of(books, edition, sort, number, &index) ? index : NOTCH_NONE;
}

static uint32_t due_of(notch_text text)
{
  for (uint32_t due = NOTCH_DUE_NONE + 1; due < NOTCH_DUE_COUNT; due++) {
    if (notch_text_equal(notch_text_of(notch_due_word((notch_due)due)), text)) {
      return NOTCH_DUE_FIRST + due;
    }
  }
  return NOTCH_NONE;
}

/* ---- rows with the edition's indexes ---- */

/* Where a row's names come from: the dictionary's numbers, or the indexes of another edition. */
typedef struct naming {
  notch_books *books;
  const notch_edition *from; /* NULL: the dictionary */
  uint32_t version; /* of the row; 0: not told */
  notch_edition *to;
  notch_arena *run;
  bool lacking; /* the edition lacks a name of it */
} naming;

static bool name_between(const naming *n, notch_name_sort sort, uint32_t from, uint32_t *to)
{
  *to = notch_names_called(n->to->rules->program, sort,
                           text_of(n->from->rules->program, sort, from, n->run), n->run);
  return *to != NOTCH_NONE;
}

/* False: the edition lacks the name. */
static inline bool name_in(naming *n, notch_name_sort sort, uint32_t from, uint32_t *to)
{
  bool found = n->from == NULL || from == NOTCH_NONE ? index_of(n->books, n->to, sort, from, to)
                                                     : name_between(n, sort, from, to);
  n->lacking = n->lacking || !found;
  return found;
}

static bool is_of_ladder(const notch_edition *edition, uint32_t ladder, uint32_t tier)
{
  return tier >= edition->tier_first[ladder] && tier < edition->tier_first[ladder + 1];
}

static bool name_tier(naming *n, const notch_move *from, uint32_t ladder, uint32_t *to)
{
  bool found = true;
  if (n->from == NULL || from->tier == NOTCH_NONE) {
    found = index_of(n->books, n->to, NOTCH_NAME_TIER, from->tier, to) &&
            (*to == NOTCH_NONE || is_of_ladder(n->to, ladder, *to));
  } else {
    const notch_ladder *of = &n->from->rules->program->ladders[from->ladder];
    *to = notch_carry_tier(n->books, n->to, of->decl.name, of->tiers[from->tier].decl.name);
    found = *to != NOTCH_NONE;
  }
  *to -= !found || *to == NOTCH_NONE ? 0 : n->to->tier_first[ladder];
  n->lacking = n->lacking || !found;
  return found;
}

static void *room_for(notch_arena *run, uint32_t count, size_t size)
{
  return count == 0 ? NULL : notch_arena_alloc(run, count * size);
}

static bool name_posting(naming *n, const notch_posting *from, notch_posting *to)
{
  *to = *from;
  notch_share *shares = room_for(n->run, from->share_count, sizeof *shares);
  uint16_t count = 0;
  if (n->run->failed) {
    return false;
  }
  for (uint16_t i = 0; i < from->share_count; i++) {
    /* A rule that is gone leaves its share to nobody. */
    shares[count].amount = from->shares[i].amount;
    if (name_in(n, NOTCH_NAME_RULE, from->shares[i].rule, &shares[count].rule)) {
      count++;
    }
  }
  to->shares = shares;
  to->share_count = count;
  if (!name_in(n, NOTCH_NAME_POINTS, from->points, &to->points)) {
    return false;
  }
  bool opens = n->from == NULL || from->lot == from->posting; /* else it has no terms */
  if (!opens || !name_in(n, NOTCH_NAME_TERMS, from->terms, &to->terms) ||
      to->terms == NOTCH_NONE) {
    to->terms = n->to->rules->program->points[to->points].terms;
  }
  if (n->from == NULL && from->matures_s == NOTCH_NEVER && from->lot == from->posting &&
      n->version != 0 && n->version < n->to->version) {
    to->terms = notch_carry_waiting(n->books, n->to, n->version, from, to->terms, n->run);
  }
  if (!opens || !name_in(n, NOTCH_NAME_PARTNER, from->partner, &to->partner)) {
    to->partner = NOTCH_NONE;
  }
  return true;
}

static bool name_effect(naming *n, const notch_effect *from, notch_effect *to)
{
  *to = *from;
  notch_name_sort refers = notch_ref_sort(from);
  uint32_t ref;
  if (refers != 0) {
    if (!name_in(n, refers, (uint32_t)from->ref, &ref)) {
      return false;
    }
    to->ref = ref;
  }
  name_in(n, NOTCH_NAME_RULE, from->rule, &to->rule);
  bool found = name_in(n, notch_subject_sort(from), from->subject, &to->subject);
  if (!found && from->kind == NOTCH_EFFECT_HOLD) { /* its points are held all the same */
    to->subject = NOTCH_NONE;
    to->ref = 0;
    to->matures_s = INT64_MIN;
    return true;
  }
  return found;
}

/* What this version no longer has is left out: it cannot matter to its rules. */
static bool name_row(naming *n, const notch_transaction *from, notch_transaction *to)
{
  notch_posting *postings = room_for(n->run, from->posting_count, sizeof *postings);
  notch_move *moves = room_for(n->run, from->move_count, sizeof *moves);
  notch_effect *effects = room_for(n->run, from->effect_count, sizeof *effects);
  if (n->run->failed) {
    return false;
  }
  to->posting_count = to->move_count = to->effect_count = 0;
  to->postings = postings;
  to->moves = moves;
  to->effects = effects;
  for (uint32_t i = 0; i < from->posting_count; i++) {
    to->posting_count +=
        name_posting(n, &from->postings[i], &postings[to->posting_count]) ? 1 : 0;
  }
  for (uint32_t i = 0; i < from->move_count; i++) {
    notch_move *move = &moves[to->move_count];
    *move = from->moves[i];
    to->move_count +=
        name_in(n, NOTCH_NAME_LADDER, from->moves[i].ladder, &move->ladder) &&
                name_tier(n, &from->moves[i], move->ladder, &move->tier)
            ? 1
            : 0;
  }
  for (uint32_t i = 0; i < from->effect_count; i++) {
    to->effect_count += name_effect(n, &from->effects[i], &effects[to->effect_count]) ? 1 : 0;
  }
  return !n->run->failed;
}

bool notch_names_posting(notch_books *books, notch_edition *edition, const notch_posting *from,
                         notch_posting *to, notch_arena *run)
{
  return notch_posting_fits(books->store, from) &&
         name_posting(&(naming){.books = books, .to = edition, .run = run}, from, to);
}

bool notch_names_effect(notch_books *books, notch_edition *edition, const notch_effect *from,
                        notch_effect *to)
{
  return name_effect(&(naming){.books = books, .to = edition}, from, to);
}

static bool unfit(notch_books *books, const notch_transaction *row)
{
  return notch_books_say(books, NOTCH_STORE_CORRUPT,
                         "transaction %lld names what is not there: verify the ledger",
                         (long long)row->event);
}

bool notch_names_from_store(notch_books *books, notch_edition *edition,
                            const notch_transaction *from, notch_transaction *to,
                            notch_arena *run)
{
  naming n = {.books = books, .version = from->version, .to = edition, .run = run};
  bool own = from->version == edition->version && !books->foreign;
  bool typed = from->origin != NOTCH_ORIGIN_SIDE && from->verdict == NOTCH_APPLIED;
  if (!notch_row_fits(books->store, from)) {
    return unfit(books, from);
  }
  *to = *from;
  to->type = from->origin == NOTCH_ORIGIN_DUE
                 ? due_of(notch_store_name_text(books->store, from->type))
                 : notch_names_index(books, edition, NOTCH_NAME_TYPE, from->type);
  if (!name_row(&n, from, to)) {
    return false;
  }
  n.lacking = n.lacking || (to->type == NOTCH_NONE && typed);
  return !(own && n.lacking) || unfit(books, from);
}

bool notch_names_between(notch_books *books, const notch_edition *from, notch_edition *to,
                         const notch_transaction *row, notch_transaction *out, notch_arena *run)
{
  naming n = {.books = books, .from = from == to ? NULL : from, .to = to, .run = run};
  *out = *row;
  return n.from == NULL || name_row(&n, row, out);
}

void notch_names_forget(notch_books *books)
{
  for (uint32_t i = 0; i < books->edition_count; i++) {
    notch_edition *edition = books->editions[i];
    if (edition->rules == NULL) {
      continue;
    }
    const notch_program *p = edition->rules->program;
    for (uint32_t sort = 1; sort < NOTCH_NAME_SORTS; sort++) {
      uint32_t count = count_of(p, (notch_name_sort)sort);
      count += sort == NOTCH_NAME_TYPE ? NOTCH_DUE_COUNT : 0;
      if (edition->names[sort] != NULL) { /* memory may have run out half-way */
        memset(edition->names[sort], 0, count * sizeof(uint32_t));
      }
    }
    if (edition->tier_names != NULL && edition->tier_first != NULL) {
      memset(edition->tier_names, 0, edition->tier_first[p->ladder_count] * sizeof(uint32_t));
    }
    if (edition->indexes != NULL) {
      memset(edition->indexes, 0, edition->index_count * sizeof(uint32_t));
    }
    notch_shapes_forget(edition);
  }
}
