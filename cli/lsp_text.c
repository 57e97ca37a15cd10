/*
 * cli/lsp_text.c -- open documents: their texts, lines, UTF-16 columns, and the paths of URIs.
 */
#include <config.h>

#include "cli/lsp.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- texts ---- */

void lsp_text_take(lsp_text *text, char *bytes, size_t size)
{
  size_t count = 1, at = 0;
  for (size_t i = 0; i < size; i++) count += bytes[i] == '\n';
  free(text->bytes);
  text->bytes = bytes;
  text->size = size;
  text->lines = cli_realloc(text->lines, count * sizeof *text->lines);
  text->line_count = count;
  text->lines[at++] = 0;
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] == '\n') text->lines[at++] = i + 1;
  }
}

void lsp_text_free(lsp_text *text)
{
  free(text->bytes);
  free(text->lines);
  memset(text, 0, sizeof *text);
}

/* A line, from 0, without its end. */
static const char *line_of(const lsp_text *text, size_t line, size_t *size)
{
  size_t start = text->lines[line];
  size_t end = line + 1 < text->line_count ? text->lines[line + 1] - 1 : text->size;
  if (end > start && text->bytes[end - 1] == '\r') end--;
  *size = end - start;
  return text->bytes + start;
}

static bool begins_character(char byte)
{
  return ((unsigned char) byte & 0xC0) != 0x80;
}

/* Characters beyond the first plane, four bytes long, are two units of UTF-16. */
static uint32_t units(char first)
{
  return (unsigned char) first >= 0xF0 ? 2 : 1;
}

lsp_position lsp_text_position(const lsp_text *text, uint32_t line, uint32_t column)
{
  if (line == 0) return (lsp_position) {0, 0};
  if (line > text->line_count) return lsp_text_all(text).end;
  size_t size;
  const char *bytes = line_of(text, line - 1, &size);
  lsp_position found = {line - 1, 0};
  uint32_t characters = 0;
  for (size_t i = 0; i < size; i++) {
    if (!begins_character(bytes[i])) continue;
    if (++characters >= column) break;
    found.character += units(bytes[i]);
  }
  return found;
}

uint32_t lsp_text_column(const lsp_text *text, lsp_position position)
{
  if (position.line >= text->line_count) return 1;
  size_t size;
  const char *bytes = line_of(text, position.line, &size);
  uint32_t column = 1, passed = 0;
  for (size_t i = 0; i < size && passed < position.character; i++) {
    if (!begins_character(bytes[i])) continue;
    passed += units(bytes[i]);
    column += passed <= position.character; /* the middle of a pair is its beginning */
  }
  return column;
}

lsp_range lsp_text_all(const lsp_text *text)
{
  size_t size;
  const char *bytes = line_of(text, text->line_count - 1, &size);
  lsp_range all = {{0, 0}, {(uint32_t) text->line_count - 1, 0}};
  for (size_t i = 0; i < size; i++) {
    if (begins_character(bytes[i])) all.end.character += units(bytes[i]);
  }
  return all;
}

/* ---- names ---- */

static int hex_digit(char c)
{
  const char *digits = "0123456789abcdefABCDEF", *found = c ? strchr(digits, c) : NULL;
  if (!found) return -1;
  int value = (int) (found - digits);
  return value < 16 ? value : value - 6;
}

char *lsp_path_of_uri(const char *uri)
{
  if (strncasecmp(uri, "file://", 7)) return NULL;
  const char *from = strchr(uri + 7, '/'); /* behind the host, which is this one */
  if (!from) return NULL;
  char *path = cli_alloc(strlen(from) + 1), *to = path;
  for (; *from && *from != '?' && *from != '#'; from++) {
    int high = *from == '%' ? hex_digit(from[1]) : -1;
    int low = high >= 0 ? hex_digit(from[2]) : -1;
    if (low >= 0 && (high > 0 || low > 0)) {
      *to++ = (char) (high * 16 + low);
      from += 2;
    } else {
      *to++ = *from;
    }
  }
  *to = '\0';
  return path;
}

void lsp_add_uri_of_path(cli_text *to, const char *path)
{
  cli_text_addf(to, "\"file://");
  for (; *path; path++) {
    unsigned char c = (unsigned char) *path;
    bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
      || strchr("/-._~", c);
    if (plain) cli_text_write(to, path, 1);
    else cli_text_addf(to, "%%%02X", c);
  }
  cli_text_write(to, "\"", 1);
}

/* ---- documents ---- */

lsp_document *lsp_document_find(const lsp_server *server, const char *uri)
{
  lsp_document *document = server->documents;
  while (document && strcmp(document->uri, uri)) document = document->next;
  return document;
}

lsp_document *lsp_document_named(const lsp_server *server, const char *name)
{
  lsp_document *document = server->documents;
  while (document && strcmp(document->name, name)) document = document->next;
  return document;
}

void lsp_document_open(lsp_server *server, const char *uri)
{
  lsp_document *document = cli_alloc(sizeof *document);
  memset(document, 0, sizeof *document);
  document->uri = cli_format("%s", uri);
  document->name = lsp_path_of_uri(uri);
  if (!document->name) document->name = cli_format("%s", uri);
  document->next = server->documents;
  server->documents = document;
}

void lsp_findings_free(lsp_document *document)
{
  for (size_t i = 0; i < document->finding_count; i++) {
    lsp_finding *finding = &document->findings[i];
    for (size_t j = 0; j < finding->fix_count; j++) {
      free(finding->fixes[j].replacement);
      free(finding->fixes[j].label);
    }
    free(finding->fixes);
    free(finding->json);
  }
  document->finding_count = 0;
}

void lsp_document_close(lsp_server *server, lsp_document *document)
{
  lsp_document **at = &server->documents;
  while (*at != document) at = &(*at)->next;
  *at = document->next;
  lsp_findings_free(document);
  free(document->findings);
  lsp_text_free(&document->text);
  free(document->uri);
  free(document->name);
  free(document);
}
