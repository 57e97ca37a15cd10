/*
 * cli/lsp_load.c -- modules for the compiler: from open documents before files, and who used what.
 */
#include <config.h>

#include "cli/lsp.h"

#include <stdlib.h>
#include <string.h>

/* Quietly: a file that is not there is no failure here.  NULL then. */
static char *read_quietly(const char *path, size_t *size)
{
  FILE *file = fopen(path, "rb");
  cli_text text = {NULL, 0, 0};
  char part[16384];
  size_t got;
  if (!file) return NULL;
  cli_text_write(&text, "", 0);
  while (text.size <= CLI_SCRIPT_BYTES_MAX && (got = fread(part, 1, sizeof part, file)) > 0) {
    cli_text_write(&text, part, got);
  }
  bool bad = ferror(file) || text.size > CLI_SCRIPT_BYTES_MAX;
  fclose(file);
  if (bad) cli_text_free(&text);
  *size = text.size;
  return text.bytes;
}

bool lsp_loader_text(const lsp_server *server, const char *name, lsp_text *text)
{
  const lsp_document *open = lsp_document_named(server, name);
  size_t size = open ? open->text.size : 0;
  memset(text, 0, sizeof *text);
  char *bytes = open ? memcpy(cli_alloc(size + 1), open->text.bytes, size + 1)
                     : read_quietly(name, &size);
  if (bytes) lsp_text_take(text, bytes, size);
  return bytes != NULL;
}

/* The name is kept, whatever it leads to; it stays valid until the next use is added. */
static const char *remember(lsp_loader *loader, const char *importer, const char *path,
                            char *file)
{
  if (loader->count == loader->room) {
    loader->room = loader->room * 2 + 16;
    loader->uses = cli_realloc(loader->uses, loader->room * sizeof *loader->uses);
  }
  lsp_use *use = &loader->uses[loader->count++];
  use->importer = cli_format("%s", importer);
  use->path = cli_format("%s", path);
  use->file = file;
  return file;
}

void lsp_loader_forget(lsp_loader *loader)
{
  for (size_t i = 0; i < loader->count; i++) {
    free(loader->uses[i].importer);
    free(loader->uses[i].path);
    free(loader->uses[i].file);
  }
  free(loader->uses);
  lsp_text_free(&loader->text);
  memset(loader, 0, sizeof *loader);
}

/* a.b in `folder`, which may be empty: owned. */
static char *file_of(const char *folder, int folder_size, const char *path)
{
  char *file = cli_format("%.*s%s%s.notch", folder_size, folder, folder_size > 0 ? "/" : "", path);
  char *module = file + strlen(file) - strlen(path) - strlen(".notch");
  for (size_t i = 0; path[i]; i++) {
    if (path[i] == '.') module[i] = '/';
  }
  return file;
}

int lsp_loader_find(void *payload, const char *path, const char *importer, const char **name,
                    const char **bytes, size_t *size)
{
  lsp_server *server = payload;
  lsp_loader *loader = &server->loader;
  const char *slash = strrchr(importer, '/');
  bool beside = slash && importer[0] == '/'; /* a document without a file has no neighbours */
  for (int i = 0; i < 2; i++) {
    const char *folder = i == 0 ? importer : server->rules.folder;
    if (i == 0 ? !beside : !folder) continue;
    char *file = file_of(folder, (int) (i == 0 ? (size_t) (slash - importer) : strlen(folder)),
                         path);
    lsp_text_free(&loader->text);
    if (lsp_loader_text(server, file, &loader->text)) {
      *name = remember(loader, importer, path, file);
      *bytes = loader->text.bytes;
      *size = loader->text.size;
      return 0;
    }
    free(file);
  }
  /* What is not found here the library may have built in, under this name. */
  remember(loader, importer, path, cli_format("<standard rules>/%s.notch", path));
  return 1;
}

const char *lsp_loader_used(const lsp_loader *loader, const char *name, const char *file)
{
  for (size_t step = 0; step < loader->count; step++) { /* never longer than there are uses */
    const lsp_use *use = NULL;
    for (size_t i = 0; i < loader->count && !use; i++) {
      if (!strcmp(loader->uses[i].file, file)) use = &loader->uses[i];
    }
    if (!use) return NULL;
    if (!strcmp(use->importer, name)) return use->path;
    file = use->importer;
  }
  return NULL;
}
