/*
 * tests/apply/disk.c -- loaded before the C library into `notch`: the DISK_AT-th change of a file
 * is the process's last deed (DISK=kill, or DISK=torn: half of it is written), or finds the disk
 * full, as does every write after it (DISK=full).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long left = -1; /* changes until it strikes; -1: never */
static enum { KILL, TORN, FULL } deed;

__attribute__((constructor)) static void set_up(void)
{
  const char *at = getenv("DISK_AT"), *what = getenv("DISK"), *name = program_invocation_short_name;
  if (at != NULL && what != NULL && strstr(name, "notch") != NULL) {
    left = strtol(at, NULL, 10);
    deed = strcmp(what, "full") == 0 ? FULL : strcmp(what, "torn") == 0 ? TORN : KILL;
  }
}

static bool strikes(void)
{
  if (left < 0) {
    return false;
  }
  if (left > 0) {
    left--;
    return left == 0;
  }
  return deed == FULL;
}

static void die(void)
{
  kill(getpid(), SIGKILL);
}

static bool is_stored(int file)
{
  struct stat about;
  return left >= 0 && fstat(file, &about) == 0 && S_ISREG(about.st_mode);
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static ssize_t write_at(ssize_t (*real)(int, const void *, size_t, off_t), int file,
                        const void *bytes, size_t size, off_t at)
{
  if (is_stored(file) && strikes()) {
    if (deed == FULL) {
      errno = ENOSPC;
      return -1;
    }
    if (deed == TORN) {
      real(file, bytes, size / 2, at);
    }
    die();
  }
  return real(file, bytes, size, at);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t at)
{
  REAL(pwrite);
  return write_at(real, file, bytes, size, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off_t at)
{
  REAL(pwrite64);
  return write_at(real, file, bytes, size, at);
}

ssize_t write(int file, const void *bytes, size_t size)
{
  REAL(write);
  if (is_stored(file) && strikes()) {
    if (deed == FULL) {
      errno = ENOSPC;
      return -1;
    }
    if (deed == TORN) {
      real(file, bytes, size / 2);
    }
    die();
  }
  return real(file, bytes, size);
}

/* What takes no room succeeds on a full disk. */
#define ROOMLESS(name, parameters, arguments)                                                      \
  int name parameters                                                                              \
  {                                                                                                \
    REAL(name);                                                                                    \
    if (left >= 0 && deed != FULL && strikes()) {                                                  \
      die();                                                                                       \
    }                                                                                              \
    return real arguments;                                                                         \
  }

ROOMLESS(fsync, (int file), (file))
ROOMLESS(fdatasync, (int file), (file))
ROOMLESS(ftruncate, (int file, off_t size), (file, size))
ROOMLESS(ftruncate64, (int file, off_t size), (file, size))
ROOMLESS(unlink, (const char *path), (path))
ROOMLESS(rename, (const char *from, const char *to), (from, to))
ROOMLESS(link, (const char *from, const char *to), (from, to))
