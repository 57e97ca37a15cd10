/*
 * tests/apply/check_batches.c -- batches of rows between workers: each sees all of his rows, in
 * order and once, whoever read them; one that is slow, a failure and a lack of memory stop nobody
 * for good.
 */
#include <config.h>

#include "apply/batches.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#define ROWS 100000

typedef struct work {
  notch_batches batches;
  unsigned workers;
  int64_t rows, read; /* there are, and were read */
  atomic_int readers; /* at the moment */
  int64_t stop_at;    /* a row that somebody fails with; 0: none */
  int64_t seen[NOTCH_WORKERS_MAX];
  atomic_bool wrong;
} work;

typedef struct hand {
  work *work;
  unsigned index;
} hand;

/* Row 1 to all, as every hundredth, the others in turn. */
static bool is_for(const work *w, int64_t row, unsigned worker)
{
  return row % 100 == 1 || row % w->workers == worker;
}

static bool fill(void *payload, notch_batch *batch)
{
  work *w = payload;
  w->wrong = w->wrong || atomic_fetch_add(&w->readers, 1) != 0;
  while (batch->count < NOTCH_BATCH_ROWS && w->read < w->rows) {
    int64_t row = ++w->read;
    for (unsigned i = 0; i < w->workers; i++) {
      if (is_for(w, row, i)) {
        batch->shares[i].rows[batch->shares[i].count++] = (uint8_t)batch->count;
      }
    }
    batch->rows[batch->count++].event = row;
  }
  batch->upto = w->read;
  atomic_fetch_sub(&w->readers, 1);
  return batch->count == NOTCH_BATCH_ROWS;
}

static void *run(void *payload)
{
  hand *h = payload;
  work *w = h->work;
  notch_batch *batch;
  int64_t row = 0;
  while ((batch = notch_batches_next(&w->batches, h->index)) != NULL) {
    const notch_batch_share *mine = &batch->shares[h->index];
    for (unsigned i = 0; i < mine->count; i++) {
      do {
        row++;
      } while (!is_for(w, row, h->index));
      w->wrong = w->wrong || batch->rows[mine->rows[i]].event != row;
      w->seen[h->index]++;
      if (row == w->stop_at) {
        notch_batches_stop(&w->batches);
      }
    }
    notch_batches_done(&w->batches, h->index, batch);
    if (h->index == 1 && row % 7 == 0) {
      usleep(1000); /* waits for a processor */
    }
  }
  return NULL;
}

static void run_all(work *w)
{
  pthread_t threads[NOTCH_WORKERS_MAX];
  hand hands[NOTCH_WORKERS_MAX];
  for (unsigned i = 0; i < w->workers; i++) {
    hands[i] = (hand){w, i};
    ck_assert_int_eq(pthread_create(&threads[i], NULL, run, &hands[i]), 0);
  }
  notch_batches_begin(&w->batches);
  for (unsigned i = 0; i < w->workers; i++) {
    pthread_join(threads[i], NULL);
  }
}

static void begin(work *w, const notch_memory *memory, unsigned workers, int64_t rows)
{
  *w = (work){.workers = workers, .rows = rows};
  ck_assert(notch_batches_init(&w->batches, memory, workers, fill, w));
}

START_TEST(everybody_sees_his_rows)
{
  static const int64_t counts[] = {0, 1, NOTCH_BATCH_ROWS, NOTCH_BATCH_ROWS + 1, ROWS};
  for (unsigned workers = 1; workers <= NOTCH_WORKERS_MAX; workers += workers < 3 ? 1 : 5) {
    for (unsigned c = 0; c < sizeof counts / sizeof counts[0]; c++) {
      work w;
      begin(&w, &notch_memory_system, workers, counts[c]);
      run_all(&w);
      ck_assert(!w.wrong && w.read == counts[c]);
      for (unsigned i = 0; i < workers; i++) {
        int64_t expected = 0;
        for (int64_t row = 1; row <= counts[c]; row++) {
          expected += is_for(&w, row, i);
        }
        ck_assert_int_eq(w.seen[i], expected);
      }
      notch_batches_free(&w.batches);
    }
  }
}
END_TEST

START_TEST(a_failure_stops_all)
{
  work w;
  begin(&w, &notch_memory_system, 2, INT64_MAX);
  w.stop_at = 5000;
  run_all(&w);
  ck_assert(!w.wrong && w.batches.stopped && !w.batches.no_memory);
  notch_batches_free(&w.batches);
}
END_TEST

typedef struct counted {
  int left; /* blocks */
} counted;

static void *resize_some(void *payload, void *block, size_t size)
{
  counted *c = payload;
  if (size != 0 && c->left-- <= 0) {
    return NULL;
  }
  return notch_memory_resize(&notch_memory_system, block, size);
}

START_TEST(memory_ends)
{
  for (int blocks = 0; blocks < 3; blocks++) {
    counted c = {blocks};
    const notch_memory few = {.resize = resize_some, .payload = &c};
    work w;
    begin(&w, &few, 2, INT64_MAX);
    run_all(&w);
    ck_assert(!w.wrong && w.batches.stopped && w.batches.no_memory);
    notch_batches_free(&w.batches);
  }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("batches");
  TCase *tcase = tcase_create("batches");
  tcase_add_test(tcase, everybody_sees_his_rows);
  tcase_add_test(tcase, a_failure_stops_all);
  tcase_add_test(tcase, memory_ends);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
