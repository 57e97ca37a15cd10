/* tests/ledger/layer.c -- see layer.h. */
#include <config.h>

#include "layer.h"

#include <check.h>

static sqlite3_vfs *machine;
static sqlite3_vfs layer;
static layer_change *changes;
static struct { /* a table of methods and its changed twin; databases and logs differ */
  const sqlite3_io_methods *real;
  sqlite3_io_methods changed;
} twins[4];

const sqlite3_io_methods *layer_real(const sqlite3_file *file)
{
  unsigned i = 0;
  while (&twins[i].changed != file->pMethods) {
    i++;
  }
  return twins[i].real;
}

static int open_changed(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                        int *out_flags)
{
  (void)vfs;
  int code = machine->xOpen(machine, name, file, flags, out_flags);
  if (code != SQLITE_OK || file->pMethods == NULL) {
    return code;
  }
  unsigned i = 0;
  while (twins[i].real != NULL && twins[i].real != file->pMethods) {
    i++;
    ck_assert_uint_lt(i, sizeof twins / sizeof twins[0]);
  }
  if (twins[i].real == NULL) {
    twins[i].real = file->pMethods;
    twins[i].changed = *file->pMethods;
    changes(&twins[i].changed);
  }
  file->pMethods = &twins[i].changed;
  return code;
}

void layer_begin(layer_change *change)
{
  changes = change;
  machine = sqlite3_vfs_find(NULL);
  layer = *machine;
  layer.zName = "layer";
  layer.xOpen = open_changed;
  ck_assert_int_eq(sqlite3_vfs_register(&layer, 1), SQLITE_OK);
}
