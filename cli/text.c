/*
 * cli/text.c -- growing texts, and the writers that the library prints through.
 */
#include <config.h>

#include "cli/rules.h"
#include "cli/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int cli_write(void *file, const char *bytes, size_t size)
{
  FILE *to = file;
  cli_progress_clear();
  return size > 0 && fwrite(bytes, 1, size, to) != size;
}

int cli_text_write(void *payload, const char *bytes, size_t size)
{
  cli_text *text = payload;
  if (size >= text->room - text->size || !text->bytes) {
    text->room = (text->room + size) * 2 + 256;
    text->bytes = cli_realloc(text->bytes, text->room);
  }
  if (size > 0) memcpy(text->bytes + text->size, bytes, size);
  text->size += size;
  text->bytes[text->size] = '\0';
  return 0;
}

void cli_text_addf(cli_text *text, const char *format, ...)
{
  char *part = NULL;
  va_list list;
  va_start(list, format);
  int size = vasprintf(&part, format, list);
  va_end(list);
  if (size < 0) exit(cli_fail(_("out of memory")));
  cli_text_write(text, part, (size_t) size);
  free(part);
}

void cli_text_add_json(cli_text *text, const char *bytes)
{
  cli_text_write(text, "\"", 1);
  for (; *bytes; bytes++) {
    unsigned char c = (unsigned char) *bytes;
    if (c == '"' || c == '\\') cli_text_addf(text, "\\%c", c);
    else if (c < 0x20) cli_text_addf(text, "\\u%04x", c);
    else cli_text_write(text, bytes, 1);
  }
  cli_text_write(text, "\"", 1);
}

void cli_text_free(cli_text *text)
{
  free(text->bytes);
  memset(text, 0, sizeof *text);
}
