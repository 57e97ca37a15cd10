/*
 * ledger/sqlite/lock.c -- whose turn it is to write (L12): tickets in a file beside the ledger.
 *
 * The file holds the next ticket, drawn under a lock on byte 0.  The drawer of ticket t locks
 * byte FIRST + t and waits until nobody holds a lower one.  The locks belong to open file
 * descriptions: they vanish with a process that dies, so no ticket can be left behind, and a
 * bulk writer that draws again after each commit stands behind whoever waits.  Where nobody drew
 * since, the last ticket does once more: a lone writer leaves the file alone, whose times would
 * otherwise go to the disk with each commit.
 *
 * Who only reads waits for nobody, but where SQLite finds the file locked: a rollback journal
 * leaves readers the moments between two commits, and no log can be opened while the last one to
 * leave writes it back.  Beside busy writers such a reader would try for ever, so it stands in
 * line as well; a turn later nobody writes, and once it reads it lets the next one pass.
 */
#include <config.h>

#include "ledger/sqlite/internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef F_OFD_SETLK
#define F_OFD_SETLK F_SETLK
#define F_OFD_GETLK F_GETLK /* there, two handles of one process are not told apart */
#endif
#define FIRST 16 /* the byte of ticket 0; below: the guard and the counter */
#define GUARD 0
#define PAUSE_MIN_NS 100000L
#define PAUSE_MAX_NS 2000000L

static int lock_bytes(int file, short type, off_t begin, off_t count)
{
  struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = begin, .l_len = count};
  int result;
  do {
    result = fcntl(file, F_OFD_SETLK, &range);
  } while (result != 0 && errno == EINTR);
  return result;
}

/* 0: nobody else has a byte of them locked; -1 with EAGAIN: somebody has. */
static int ask_bytes(int file, off_t begin, off_t count)
{
  struct flock range = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = begin,
                        .l_len = count};
  int result = fcntl(file, F_OFD_GETLK, &range);
  if (result == 0 && range.l_type != F_UNLCK) {
    errno = EAGAIN;
    return -1;
  }
  return result;
}

static notch_patience patience_of(uint32_t wait_ms)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  return (notch_patience){.deadline_ms = now_ms + wait_ms, .pause_ns = PAUSE_MIN_NS};
}

/* Sleeps before the next try, each time a little longer.  False: the deadline is past. */
static bool sleep_on(notch_patience *patience)
{
  if (patience_of(0).deadline_ms >= patience->deadline_ms) {
    return false;
  }
  nanosleep(&(struct timespec){.tv_nsec = patience->pause_ns}, NULL);
  long longer_ns = patience->pause_ns * 3 / 2;
  patience->pause_ns = longer_ns > PAUSE_MAX_NS ? PAUSE_MAX_NS : longer_ns;
  return true;
}

/* Locks one byte (ask: waits for bytes to be free) while there is patience.
 * 0: done, 1: no longer waited, -1: failed. */
static int wait_for(int file, bool ask, off_t begin, off_t count, notch_patience *patience)
{
  do {
    if ((ask ? ask_bytes(file, begin, count) : lock_bytes(file, F_WRLCK, begin, count)) == 0) {
      return 0;
    }
    if (errno != EAGAIN && errno != EACCES) {
      return -1;
    }
  } while (sleep_on(patience));
  return 1;
}

/* A file that somebody removed gives no order any more: another one is made. */
static bool reopen_if_gone(notch_lock *lock, bool create)
{
  struct stat held;
  if (lock->file >= 0 && fstat(lock->file, &held) == 0 && held.st_nlink > 0) {
    return true;
  }
  if (lock->file >= 0) {
    close(lock->file);
  }
  lock->newest = -1;
  lock->file = open(lock->path, O_RDWR | (create ? O_CREAT : 0) | O_CLOEXEC, 0666);
  return lock->file >= 0;
}

/* Draws a ticket and locks its byte.  0, 1 and -1 as in wait_for(). */
static int draw(notch_lock *lock, notch_patience *patience)
{
  int result = wait_for(lock->file, false, GUARD, 1, patience);
  if (result != 0) {
    return result;
  }
  int64_t next = 0;
  if (pread(lock->file, &next, sizeof next, 1) != (ssize_t)sizeof next || next < 0 ||
      next > INT64_MAX / 2) {
    next = 0;
  }
  bool alone = lock->newest >= 0 && next == lock->newest + 1;
  int64_t ticket = alone ? lock->newest : next, following = ticket + 1;
  result = -1;
  if (alone ||
      pwrite(lock->file, &following, sizeof following, 1) == (ssize_t)sizeof following) {
    result = wait_for(lock->file, false, FIRST + ticket, 1, patience);
  }
  lock_bytes(lock->file, F_UNLCK, GUARD, 1);
  lock->ticket = result == 0 ? ticket : -1;
  lock->shared = lock->newest >= 0 && ticket > lock->newest + 1;
  lock->newest = ticket;
  return result;
}

/* Until it is our turn.  0, 1 and -1 as in wait_for(). */
static int stand_in_line(notch_store *store, notch_patience *patience)
{
  notch_lock *lock = &store->lock;
  int result = reopen_if_gone(lock, !store->options.read_only) ? draw(lock, patience) : -1;
  if (result == 0 && lock->ticket > 0) {
    result = wait_for(lock->file, true, FIRST, lock->ticket, patience);
    int saved = errno;
    if (result != 0) {
      notch_lock_give(store);
    }
    errno = saved;
  }
  return result;
}

notch_store_status notch_lock_take(notch_store *store, uint32_t wait_ms)
{
  notch_lock *lock = &store->lock;
  if (lock->path == NULL) {
    return NOTCH_STORE_OK;
  }
  notch_lock_pass(store);
  assert(lock->ticket < 0);
  notch_patience patience = patience_of(wait_ms);
  int result = stand_in_line(store, &patience);
  if (result == 0) {
    return NOTCH_STORE_OK;
  }
  if (result > 0) {
    return notch_store_say(store, NOTCH_STORE_BUSY,
                           "another process is writing to %s; waited %u ms, nothing was stored, "
                           "try again",
                           store->path, wait_ms);
  }
  return notch_store_say(store, errno == EROFS || errno == EACCES ? NOTCH_STORE_READONLY
                                                                    : NOTCH_STORE_IO,
                         "the lock file %s cannot be used (%s)", lock->path, strerror(errno));
}

int notch_lock_wait(void *payload, int tries)
{
  notch_store *store = payload;
  notch_lock *lock = &store->lock;
  if (tries == 0) {
    lock->patience = patience_of(store->options.busy_ms);
  }
  if (lock->path != NULL && lock->ticket < 0) {
    int result = stand_in_line(store, &lock->patience);
    lock->reads = result == 0;
    if (result >= 0) {
      return result == 0;
    }
  }
  return sleep_on(&lock->patience);
}

void notch_lock_give(notch_store *store)
{
  notch_lock *lock = &store->lock;
  if (lock->ticket >= 0) {
    lock_bytes(lock->file, F_UNLCK, FIRST + lock->ticket, 1);
    lock->ticket = -1;
  }
  lock->reads = false;
}

void notch_lock_close(notch_store *store)
{
  notch_lock_give(store);
  if (store->lock.file >= 0) {
    close(store->lock.file);
  }
  store->lock.file = -1;
}
