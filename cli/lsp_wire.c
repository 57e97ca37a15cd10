/*
 * cli/lsp_wire.c -- JSON-RPC over standard input and output, each message behind its length.
 */
#include <config.h>

#include "cli/lsp.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define BODY_BYTES_MAX ((size_t) 64 << 20)
#define HEADER_BYTES_MAX 4096
#define QUIET_MS 20 /* between the keys of someone who types */
#define NESTED_MAX 200 /* the parser's own clean-up recurses */

/* What was read and not yet taken; the process has one standard input. */
static char input[65536];
static size_t input_at, input_size;

static bool fill(void)
{
  ssize_t got;
  do {
    got = read(STDIN_FILENO, input, sizeof input);
  } while (got < 0 && errno == EINTR);
  input_at = 0;
  input_size = got > 0 ? (size_t) got : 0;
  return got > 0;
}

/* One line of a header without its end; false at the end of the input.  A line that is too long
 * is cut. */
static bool read_line(char *line, size_t room)
{
  size_t size = 0;
  for (;;) {
    if (input_at == input_size && !fill()) return false;
    char c = input[input_at++];
    if (c == '\n') break;
    if (c != '\r' && size + 1 < room) line[size++] = c;
  }
  line[size] = '\0';
  return true;
}

/* `size` bytes to `to`, or nowhere where that is NULL. */
static bool read_bytes(char *to, size_t size)
{
  for (size_t done = 0; done < size;) {
    if (input_at == input_size && !fill()) return false;
    size_t part = input_size - input_at;
    if (part > size - done) part = size - done;
    if (to) memcpy(to + done, input + input_at, part);
    input_at += part;
    done += part;
  }
  return true;
}

lsp_read lsp_wire_read(char **body, size_t *size)
{
  static const char length[] = "Content-Length:";
  char line[HEADER_BYTES_MAX];
  bool known = false;
  *body = NULL;
  *size = 0;
  for (;;) {
    if (!read_line(line, sizeof line)) return LSP_READ_END;
    if (!*line && known) break;
    if (!*line) return LSP_READ_BROKEN;
    if (strncasecmp(line, length, sizeof length - 1)) continue;
    const char *digits = line + sizeof length - 1;
    char *end;
    digits += strspn(digits, " \t");
    errno = 0;
    unsigned long long number = strtoull(digits, &end, 10);
    known = !errno && end > digits && *digits != '-' && !end[strspn(end, " \t")];
    *size = (size_t) number;
  }
  if (*size > BODY_BYTES_MAX) {
    return read_bytes(NULL, *size) ? LSP_READ_BROKEN : LSP_READ_END;
  }
  *body = cli_alloc(*size + 1);
  if (!read_bytes(*body, *size)) {
    free(*body);
    *body = NULL;
    return LSP_READ_END;
  }
  (*body)[*size] = '\0';
  return LSP_READ_MESSAGE;
}

bool lsp_wire_waits(void)
{
  struct pollfd in = {STDIN_FILENO, POLLIN, 0};
  return input_at < input_size || poll(&in, 1, QUIET_MS) > 0;
}

static bool too_deep(const char *json)
{
  unsigned depth = 0;
  bool text = false;
  for (; *json; json++) {
    if (text && *json == '\\' && json[1]) json++;
    else if (*json == '"') text = !text;
    else if (!text && (*json == '{' || *json == '[') && ++depth > NESTED_MAX) return true;
    else if (!text && (*json == '}' || *json == ']') && depth > 0) depth--;
  }
  return false;
}

yajl_val lsp_wire_parse(const char *body)
{
  char why[256];
  return too_deep(body) ? NULL : yajl_tree_parse(body, why, sizeof why);
}

void lsp_wire_send(const cli_text *message)
{
  printf("Content-Length: %zu\r\n\r\n", message->size);
  fwrite(message->bytes, 1, message->size, stdout);
  fflush(stdout);
}

static void add_id(cli_text *to, yajl_val id)
{
  cli_text_addf(to, "{\"jsonrpc\":\"2.0\",\"id\":");
  if (id && YAJL_IS_STRING(id)) cli_text_add_json(to, YAJL_GET_STRING(id));
  else cli_text_addf(to, "%s", id && YAJL_IS_NUMBER(id) ? YAJL_GET_NUMBER(id) : "null");
}

void lsp_wire_answer(yajl_val id, const char *result)
{
  cli_text message = {NULL, 0, 0};
  add_id(&message, id);
  cli_text_addf(&message, ",\"result\":");
  cli_text_write(&message, result, strlen(result));
  cli_text_write(&message, "}", 1);
  lsp_wire_send(&message);
  cli_text_free(&message);
}

void lsp_wire_refuse(yajl_val id, lsp_error code, const char *sentence)
{
  cli_text message = {NULL, 0, 0};
  add_id(&message, id);
  cli_text_addf(&message, ",\"error\":{\"code\":%d,\"message\":", code);
  cli_text_add_json(&message, sentence);
  cli_text_addf(&message, "}}");
  lsp_wire_send(&message);
  cli_text_free(&message);
}

yajl_val lsp_get(yajl_val from, const char *const *path)
{
  for (; *path && from; path++) {
    const char *step[] = {*path, NULL};
    from = YAJL_IS_OBJECT(from) ? yajl_tree_get(from, step, yajl_t_any) : NULL;
  }
  return from;
}

const char *lsp_string(yajl_val value)
{
  return value && YAJL_IS_STRING(value) ? YAJL_GET_STRING(value) : NULL;
}

bool lsp_number(yajl_val value, uint32_t *number)
{
  if (!value || !YAJL_IS_INTEGER(value)) return false;
  long long found = YAJL_GET_INTEGER(value);
  if (found < 0 || found > UINT32_MAX) return false;
  *number = (uint32_t) found;
  return true;
}

static void add_position(cli_text *to, const char *name, lsp_position position)
{
  cli_text_addf(to, "\"%s\":{\"line\":%u,\"character\":%u}", name, position.line,
                position.character);
}

void lsp_add_range(cli_text *to, lsp_range range)
{
  cli_text_write(to, "{", 1);
  add_position(to, "start", range.start);
  cli_text_write(to, ",", 1);
  add_position(to, "end", range.end);
  cli_text_write(to, "}", 1);
}
