/*
 * cli/files.c -- opens and reads files, with a sentence for each way that can fail.
 */
#include <config.h>

#include "cli/rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *refuse(const char *path, int error)
{
  switch (error) {
    case ENOENT: cli_say(_("there is no file %s"), path); break;
    case EISDIR: cli_say(_("%s is a folder, not a file"), path); break;
    case EACCES: cli_say(_("%s may not be read by this user"), path); break;
    default: cli_say(_("%s cannot be read: %s"), path, strerror(error)); break;
  }
  return NULL;
}

FILE *cli_file_open(const char *path)
{
  if (!strcmp(path, "-")) return stdin;
  FILE *file = fopen(path, "rb");
  if (!file) return refuse(path, errno);
  struct stat about;
  if (!fstat(fileno(file), &about) && S_ISDIR(about.st_mode)) {
    fclose(file);
    return refuse(path, EISDIR);
  }
  return file;
}

static void say_too_large(const char *path, size_t size_max)
{
  if (size_max < (size_t) 1 << 20) {
    cli_say(_("%s is larger than %zu bytes, the most that is read"), path, size_max);
  } else {
    cli_say(_("%s is larger than %zu MiB, the most that is read"), path, size_max >> 20);
  }
}

static char *read_all(FILE *file, const char *path, size_t size_max, size_t *size)
{
  cli_text text = {NULL, 0, 0};
  char part[65536];
  size_t got;
  cli_text_write(&text, "", 0);
  while ((got = fread(part, 1, sizeof part, file)) > 0) {
    if (got > size_max - text.size) {
      say_too_large(path, size_max);
      cli_text_free(&text);
      return NULL;
    }
    cli_text_write(&text, part, got);
  }
  if (ferror(file)) {
    refuse(path, errno);
    cli_text_free(&text);
    return NULL;
  }
  *size = text.size;
  return text.bytes;
}

char *cli_file_read(const char *path, size_t size_max, size_t *size)
{
  FILE *file = cli_file_open(path);
  if (!file) return NULL;
  char *bytes = read_all(file, path, size_max, size);
  if (file != stdin) fclose(file);
  return bytes;
}

static bool put(int fd, const cli_text *text)
{
  size_t done = 0;
  ssize_t got = 0;
  while (done < text->size && (got >= 0 || errno == EINTR)) {
    got = write(fd, text->bytes + done, text->size - done);
    if (got > 0) done += (size_t) got;
  }
  int error = errno;
  bool good = done == text->size;
  if (!close(fd) && good) return true;
  if (!good) errno = error;
  return false;
}

/* `path` is no link: the file that a link names is replaced, not the link. */
static bool replace(const char *path, mode_t mode, const cli_text *text)
{
  char *beside = cli_format("%s.XXXXXX", path);
  int fd = mkstemp(beside);
  bool good = fd >= 0 && !fchmod(fd, mode);
  if (fd >= 0 && !good) close(fd);
  good = good && put(fd, text) && !rename(beside, path);
  int error = errno;
  if (!good && fd >= 0) unlink(beside);
  free(beside);
  errno = error;
  return good;
}

int cli_file_write(const char *path, const cli_text *text)
{
  struct stat about;
  bool good;
  if (stat(path, &about)) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    good = fd >= 0 && put(fd, text);
    int error = errno;
    if (fd >= 0 && !good) unlink(path);
    errno = error;
  } else if (S_ISREG(about.st_mode)) {
    char *real = realpath(path, NULL);
    good = real && replace(real, about.st_mode & 07777, text);
    free(real);
  } else {
    int fd = open(path, O_WRONLY | O_CLOEXEC); /* a pipe, a terminal */
    good = fd >= 0 && put(fd, text);
  }
  return good ? CLI_DONE : cli_fail(_("%s cannot be written: %s"), path, strerror(errno));
}

static bool is_folder(const char *path)
{
  struct stat about;
  return !stat(path, &about) && S_ISDIR(about.st_mode);
}

/* Where the command itself is, so that a build tree and a moved installation work. */
static char *beside_command(void)
{
  static const char *const places[] = {
    "../share/notch/rules", "../stdlib-rules", "../../stdlib-rules",
  };
  char self[4096];
  ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
  if (size <= 0) return NULL;
  self[size] = '\0';
  char *slash = strrchr(self, '/');
  if (!slash) return NULL;
  *slash = '\0';
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    char *path = cli_format("%s/%s", self, places[i]);
    if (is_folder(path)) return path;
    free(path);
  }
  return NULL;
}

char *cli_rules_folder(void)
{
  const char *named = getenv("NOTCH_RULES");
  if (named && *named) return cli_format("%s", named);
  if (is_folder(NOTCH_RULESDIR)) return cli_format("%s", NOTCH_RULESDIR);
  return beside_command();
}
