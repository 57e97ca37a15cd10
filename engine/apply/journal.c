/* apply/journal.c -- members' rows and states of then, remembered between returns. */
#include <config.h>

#include "apply/apply.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- which journals ---- */

static void drop_kept(notch_books *books, notch_journal *journal, uint32_t index)
{
  notch_waypoint *kept = &journal->kept[index];
  books->journals.kept_bytes -= kept->size;
  notch_memory_free(books->memory, kept->bytes);
  memmove(kept, kept + 1, sizeof *kept * (journal->kept_count - index - 1));
  journal->kept_count--;
}

static void free_journal(notch_books *books, uint32_t place)
{
  notch_journal *journal = books->journals.items[place];
  while (journal != NULL && journal->kept_count > 0) {
    drop_kept(books, journal, journal->kept_count - 1);
  }
  if (journal != NULL) {
    notch_arena_free(&journal->arena);
    notch_memory_free(books->memory, journal);
  }
  books->journals.items[place] = NULL;
}

void notch_journals_forget(notch_books *books)
{
  for (uint32_t i = 0; i < NOTCH_JOURNALS; i++) {
    free_journal(books, i);
  }
}

void notch_journals_begin(notch_books *books)
{
  if (books->journals.next != notch_store_next(books->store)->event) {
    notch_journals_forget(books);
  }
}

/* Nothing is known of its rows yet but that they end with `last`. */
static bool start(notch_books *books, notch_journal *journal, int64_t last)
{
  notch_arena_reset(&journal->arena);
  memset(&journal->rows, 0, sizeof journal->rows);
  memset(&journal->sales, 0, sizeof journal->sales);
  memset(&journal->returns, 0, sizeof journal->returns);
  journal->upto = journal->from = last;
  journal->merged = 0;
  return notch_lineage_begin(&journal->older, books, last, &journal->arena);
}

static notch_journal *add_journal(notch_books *books, int64_t member, int64_t last)
{
  uint32_t place = 0;
  notch_journal **items = books->journals.items;
  for (uint32_t i = 1; i < NOTCH_JOURNALS && items[place] != NULL; i++) {
    bool older = items[i] == NULL || items[i]->stamp < items[place]->stamp;
    place = older ? i : place;
  }
  free_journal(books, place);
  notch_journal *journal = notch_memory_resize(books->memory, NULL, sizeof *journal);
  if (journal == NULL) {
    notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
    return NULL;
  }
  memset(journal, 0, sizeof *journal);
  notch_arena_init(&journal->arena, books->memory);
  journal->member = member;
  books->journals.items[place] = journal;
  if (!start(books, journal, last)) { /* half of one would be found by whoever asks next */
    free_journal(books, place);
    return NULL;
  }
  return journal;
}

/* ---- learning rows ---- */

typedef struct learnt { /* rows read newest first, to be put the other way round */
  notch_arena arena, one;
  jmp_buf no_memory;
  NOTCH_VEC(int64_t) rows;
  NOTCH_VEC(notch_sale) sales;
  NOTCH_VEC(notch_returned_row) returns;
  uint32_t count;
  int64_t merged, oldest; /* the last one read; 0: there are no more */
} learnt;

static void note(learnt *to, int64_t member, const notch_transaction *row)
{
  int64_t merged = notch_merged_account(row) != 0 ? row->event : 0;
  to->merged = merged > to->merged ? merged : to->merged;
  to->count++;
  if (row->member == member) {
    *notch_vec_push(&to->rows, &to->arena) = row->event;
  }
  if (row->verdict == NOTCH_APPLIED && row->origin == NOTCH_ORIGIN_SENT) {
    *notch_vec_push(&to->sales, &to->arena) =
        (notch_sale){.event = row->event, .at_us = row->at_us, .type = row->type};
  }
  if (notch_history_returns(row)) {
    *notch_vec_push(&to->returns, &to->arena) = (notch_returned_row){row->event, row->cause};
  }
}

/* Notes the rows of a lineage from where it has come to: all after `until`, and at least so
 * many, but none up to `end`. */
static bool read_rows(notch_journal *journal, notch_lineage *lineage, int64_t until,
                      uint32_t at_least, int64_t end, learnt *to)
{
  bool good = true;
  to->oldest = INT64_MAX;
  while (good && to->oldest > end && (to->oldest > until + 1 || to->count < at_least)) {
    notch_transaction row;
    notch_arena_reset(&to->one);
    good = notch_lineage_next(lineage, &to->one, &row);
    to->oldest = good ? row.event : 0;
    if (good && row.event > end) {
      note(to, journal->member, &row);
    }
  }
  return good;
}

/* Rows that were noted, the other way round, before or behind those of a list. */
#define JOIN(to, from, arena, before)                                                              \
  do {                                                                                             \
    uint32_t had = (to)->count, more = (from)->count;                                              \
    for (uint32_t k = 0; k < more; k++) {                                                          \
      (void)notch_vec_push((to), (arena));                                                         \
    }                                                                                              \
    if ((before) && more > 0 && had > 0) {                                                         \
      memmove(&(to)->items[more], (to)->items, had * sizeof *(to)->items);                         \
    }                                                                                              \
    for (uint32_t k = 0; k < more; k++) {                                                          \
      (to)->items[((before) ? 0 : had) + k] = (from)->items[more - 1 - k];                         \
    }                                                                                              \
  } while (0)

static void join(notch_journal *journal, const learnt *from, bool before)
{
  JOIN(&journal->rows, &from->rows, &journal->arena, before);
  JOIN(&journal->sales, &from->sales, &journal->arena, before);
  JOIN(&journal->returns, &from->returns, &journal->arena, before);
  journal->merged = from->merged > journal->merged ? from->merged : journal->merged;
}
#undef JOIN

/* An account that was taken in since has rows between those that are known: all is read anew. */
static bool read_newer(notch_books *books, notch_journal *journal, int64_t last, learnt *to)
{
  notch_lineage newer;
  if (!notch_lineage_begin(&newer, books, last, &to->arena) ||
      !read_rows(journal, &newer, journal->upto, 0, journal->upto, to)) {
    return false;
  }
  if (to->merged != 0) {
    return start(books, journal, last);
  }
  join(journal, to, false);
  journal->upto = last;
  return true;
}

/* As many as are known already at a time: so putting them before those costs little. */
static bool read_older(notch_journal *journal, int64_t until, learnt *to)
{
  uint32_t known = journal->rows.count;
  if (!read_rows(journal, &journal->older, until, known < 16 ? 16 : known, 0, to)) {
    return false;
  }
  join(journal, to, true);
  journal->from = to->oldest == 0 ? 0 : to->oldest - 1;
  return true;
}

/* Reads on: what is newer up to `last`, or what is older down to `until`. */
static bool learn(notch_books *books, notch_journal *journal, int64_t last, int64_t until)
{
  learnt to = {0};
  volatile bool good = false;
  notch_arena_init(&to.arena, books->memory);
  notch_arena_init(&to.one, books->memory);
  if (setjmp(to.no_memory) == 0) {
    to.arena.escape = journal->arena.escape = &to.no_memory;
    good = last > journal->upto ? read_newer(books, journal, last, &to)
                                : read_older(journal, until, &to);
  } else {
    notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  journal->arena.escape = NULL;
  notch_arena_free(&to.one);
  notch_arena_free(&to.arena);
  return good;
}

static void forget(notch_books *books, const notch_journal *journal)
{
  for (uint32_t i = 0; i < NOTCH_JOURNALS; i++) {
    if (books->journals.items[i] == journal) {
      free_journal(books, i);
    }
  }
}

static notch_journal *find(const notch_books *books, int64_t member)
{
  for (uint32_t i = 0; i < NOTCH_JOURNALS; i++) {
    notch_journal *journal = books->journals.items[i];
    if (journal != NULL && journal->member == member) {
      return journal;
    }
  }
  return NULL;
}

/* The journal of a member with every row after `until` and up to `last`; NULL: a failure. */
static notch_journal *journal_of(notch_books *books, int64_t member, int64_t last, int64_t until)
{
  notch_journal *found = find(books, member);
  found = found == NULL ? add_journal(books, member, last) : found;
  bool good = found != NULL;
  if (good && last > found->upto) {
    good = learn(books, found, last, until);
  }
  while (good && found->from > until) {
    good = learn(books, found, found->upto, until);
  }
  if (!good && found != NULL) {
    forget(books, found); /* half of it may have been read */
  }
  if (good) {
    found->stamp = ++books->journals.stamp;
  }
  return good ? found : NULL;
}

/* ---- what returns look for ---- */

bool notch_journal_returns(notch_books *books, int64_t member, int64_t last, int64_t of,
                           notch_arena *arena, notch_row_numbers *out)
{
  notch_journal *journal = journal_of(books, member, last, of);
  for (uint32_t i = 0; journal != NULL && i < journal->returns.count; i++) {
    const notch_returned_row *found = &journal->returns.items[i];
    if (found->of == of && found->row <= last) {
      *notch_vec_push(out, arena) = found->row;
    }
  }
  return journal != NULL;
}

static bool is_wanted(notch_books *books, notch_edition *edition, const notch_sale *sale,
                      int64_t last, int64_t at_us, uint32_t type)
{
  return sale->at_us <= at_us && (sale->emptied == 0 || sale->emptied > last) &&
         notch_names_index(books, edition, NOTCH_NAME_TYPE, sale->type) == type;
}

bool notch_journal_sale(notch_books *books, notch_edition *edition, int64_t member, int64_t last,
                        int64_t at_us, uint32_t type, int64_t before, int64_t *out)
{
  notch_journal *journal = journal_of(books, member, last, last);
  if (journal != NULL && journal->merged > last) { /* those it took in were not its own yet */
    forget(books, journal);
    journal = journal_of(books, member, last, last);
  }
  *out = 0;
  while (journal != NULL) {
    for (uint32_t i = journal->sales.count; i-- > 0;) {
      const notch_sale *sale = &journal->sales.items[i];
      if (sale->event < before && sale->event <= last &&
          is_wanted(books, edition, sale, last, at_us, type)) {
        *out = sale->event;
        return true;
      }
    }
    if (journal->from == 0) {
      return true;
    }
    before = journal->from + 1 < before ? journal->from + 1 : before;
    journal = journal_of(books, member, last, journal->from - 1);
  }
  return false;
}

void notch_journal_empty(notch_books *books, int64_t member, int64_t last, int64_t event)
{
  notch_journal *journal = find(books, member);
  for (uint32_t i = 0; journal != NULL && i < journal->sales.count; i++) {
    notch_sale *sale = &journal->sales.items[i];
    if (sale->event == event && (sale->emptied == 0 || sale->emptied > last)) {
      sale->emptied = last;
    }
  }
}

/* ---- states of then ---- */

/* Of those before and after the row that is looked at, the side that has most of the places
 * loses the state whose neighbours are nearest: so a search that goes back from row to row keeps
 * the few that it will come to, and any other ones that lie evenly. */
static uint32_t least_needed(const notch_journal *journal, int64_t row)
{
  uint32_t before = 0, count = journal->kept_count;
  while (before < count && journal->kept[before].row <= row) {
    before++;
  }
  bool back = count - before > count / 2;
  uint32_t first = back ? before : 0, end = back ? count : before;
  uint32_t found = first;
  int64_t nearest = INT64_MAX;
  for (uint32_t i = first; i < end; i++) {
    int64_t below = i == 0 ? 0 : journal->kept[i - 1].row;
    int64_t above = i + 1 == count ? INT64_MAX : journal->kept[i + 1].row;
    if (above - below < nearest) {
      nearest = above - below;
      found = i;
    }
  }
  return found;
}

/* The journal that was left alone for longest, of those that have states. */
static notch_journal *longest_unused(notch_books *books)
{
  notch_journal *found = NULL;
  for (uint32_t i = 0; i < NOTCH_JOURNALS; i++) {
    notch_journal *journal = books->journals.items[i];
    bool better = journal != NULL && journal->kept_count > 0 &&
                  (found == NULL || journal->stamp < found->stamp);
    found = better ? journal : found;
  }
  return found;
}

/* A state that cannot be kept, for want of memory, is not. */
static void keep(notch_books *books, notch_journal *journal, const notch_waypoint *as,
                 const notch_state *state)
{
  notch_waypoint added = *as;
  size_t size = notch_state_packed_size(state);
  if (journal->kept_count == NOTCH_KEPT) {
    drop_kept(books, journal, least_needed(journal, as->row));
  }
  added.bytes = size > NOTCH_KEPT_BYTES ? NULL : notch_memory_resize(books->memory, NULL, size);
  if (added.bytes == NULL) {
    return;
  }
  added.size = notch_state_pack(state, added.bytes);
  uint32_t place = journal->kept_count++;
  for (; place > 0 && journal->kept[place - 1].row > as->row; place--) {
    journal->kept[place] = journal->kept[place - 1];
  }
  journal->kept[place] = added;
  books->journals.kept_bytes += added.size;
  while (books->journals.kept_bytes > NOTCH_KEPT_BYTES) {
    notch_journal *from = longest_unused(books);
    drop_kept(books, from, least_needed(from, as->row));
  }
}

/* The last kept state that the rows up to `upto` all lead to; NULL: the beginning. */
static const notch_waypoint *nearest_kept(const notch_journal *journal,
                                          const notch_edition *edition, int64_t upto,
                                          int64_t at_us)
{
  const notch_waypoint *found = NULL;
  for (uint32_t i = 0; journal != NULL && i < journal->kept_count; i++) {
    const notch_waypoint *kept = &journal->kept[i];
    bool leads = kept->edition == edition && kept->row <= upto && kept->newest_us <= at_us;
    found = leads ? kept : found;
  }
  return found;
}

typedef struct folding { /* rows into a state, some of which are kept on the way */
  notch_books *books;
  notch_edition *edition;
  notch_state *state;
  int64_t member;
  notch_bounds bounds;
  int64_t newest_us;
} folding;

static void keep_here(const folding *f, int64_t row)
{
  notch_journal *journal = find(f->books, f->member);
  if (journal != NULL && f->newest_us <= f->bounds.at_us && f->newest_us <= f->bounds.booked_us) {
    keep(f->books, journal,
         &(notch_waypoint){.edition = f->edition, .row = row, .newest_us = f->newest_us}, f->state);
  }
}

/* Half of the way from `from` to the end, half of what is left, and so on; the end itself.  Ways
 * shorter than this are as soon folded as copied. */
enum { SHORT = 4 };

static int64_t next_stop(int64_t from, int64_t end)
{
  return end - from < 2 * SHORT ? end : from + (end - from) / 2;
}

/* The numbers of a member's own rows after one and up to another; folding may ask for others. */
static bool own_rows(const folding *f, int64_t after, notch_arena *arena, int64_t **rows,
                     uint32_t *count)
{
  notch_books *books = f->books;
  notch_journal *journal = find(books, f->member);
  int64_t last = journal == NULL ? 0 : journal->upto;
  *count = 0;
  if (journal == NULL || last < f->bounds.upto) {
    notch_store_status status = notch_store_member_last(books->store, &last, f->member);
    if (status != NOTCH_STORE_OK) {
      return notch_books_failed(books, status);
    }
  }
  if (last <= after) {
    return true;
  }
  journal = journal_of(books, f->member, last, after);
  if (journal == NULL) {
    return false;
  }
  uint32_t first = 0, end = journal->rows.count;
  while (end > 0 && journal->rows.items[end - 1] > f->bounds.upto) {
    end--;
  }
  for (first = end; first > 0 && journal->rows.items[first - 1] > after;) {
    first--;
  }
  *rows = NOTCH_NEW_ARRAY(arena, int64_t, end - first + 1);
  if (*rows == NULL) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  memcpy(*rows, journal->rows.items + first, sizeof **rows * (end - first));
  *count = end - first;
  return true;
}

static bool fold_rows(folding *f, int64_t after)
{
  notch_arena arena, one;
  int64_t *rows = NULL;
  uint32_t count = 0;
  notch_arena_init(&arena, f->books->memory);
  notch_arena_init(&one, f->books->memory);
  bool good = own_rows(f, after, &arena, &rows, &count);
  int64_t stop = next_stop(0, count);
  for (uint32_t i = 0; i < count && good; i++) {
    good = notch_seat_fold_row(f->books, f->edition, f->state, rows[i], &f->bounds, &one,
                               &f->newest_us);
    if (good && i + 1 == stop && count >= SHORT) {
      keep_here(f, rows[i]);
      stop = next_stop(stop, count);
    }
  }
  notch_arena_free(&one);
  notch_arena_free(&arena);
  return good;
}

/* The programme's own figures, which every row may have changed. */
static bool fold_house(folding *f, int64_t after)
{
  notch_books *books = f->books;
  int64_t end = notch_store_next(books->store)->event - 1;
  end = f->bounds.upto < end ? f->bounds.upto : end;
  bool many = end - after >= SHORT;
  bool good = !many || journal_of(books, 0, 0, 0) != NULL;
  while (good && after < end) {
    int64_t stop = next_stop(after, end);
    good = notch_seat_fold_all(books, f->edition, f->state, after,
                               &(notch_bounds){stop, f->bounds.at_us, f->bounds.booked_us});
    if (good && many) {
      keep_here(f, stop);
    }
    after = stop;
  }
  return good;
}

#ifdef NOTCH_CHECK_AFTER
/* From the beginning, beside what was kept; in a long ledger that takes too long. */
static bool fold_beside(const folding *f)
{
  notch_state folded;
  notch_books *books = f->books;
  notch_state_init(&folded, books->memory);
  bool brief = notch_store_next(books->store)->event < 1000;
  bool good = !brief || notch_seat_rebuild(books, &folded, f->member, f->edition, f->bounds.upto,
                                           f->bounds.at_us, f->bounds.booked_us);
  bool whole = brief && good && !notch_books_starved(books); /* else either may lack something */
  const char *other = whole ? notch_state_difference(&folded, f->state) : NULL;
  if (other != NULL) {
    fprintf(stderr, "what was kept differs in the %s of member %lld at transaction %lld\n", other,
            (long long)f->member, (long long)f->bounds.upto);
    abort();
  }
  notch_state_free(&folded);
  return good;
}
#else
static bool fold_beside(const folding *f)
{
  (void)f;
  return true;
}
#endif

bool notch_journal_state(notch_books *books, notch_state *state, int64_t member,
                         notch_edition *edition, int64_t upto, int64_t at_us, int64_t booked_us)
{
  folding f = {.books = books,
               .edition = edition,
               .state = state,
               .member = member,
               .bounds = {upto, at_us, booked_us},
               .newest_us = INT64_MIN};
  const notch_waypoint *kept =
      nearest_kept(find(books, member), edition, upto, at_us < booked_us ? at_us : booked_us);
  int64_t after = kept == NULL ? 0 : kept->row;
  f.newest_us = kept == NULL ? INT64_MIN : kept->newest_us;
  if (kept == NULL ? !notch_state_start(state, edition->rules->program, member)
                   : !notch_state_unpack(state, kept->bytes, kept->size)) {
    return notch_books_say(books, NOTCH_STORE_NOMEM, "out of memory");
  }
  bool house = member == 0 && edition->rules->plan->uses_house;
  return (house ? fold_house(&f, after) : fold_rows(&f, after)) && fold_beside(&f);
}
