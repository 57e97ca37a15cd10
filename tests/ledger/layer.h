/* tests/ledger/layer.h -- a layer over the machine's files, in which some methods do otherwise. */
#ifndef TESTS_LEDGER_LAYER_H
#define TESTS_LEDGER_LAYER_H

#include <sqlite3.h>

typedef void layer_change(sqlite3_io_methods *methods); /* of a copy of the machine's */

/* From here on every file of this process is opened through the layer; once in a process. */
void layer_begin(layer_change *change);
/* What the machine does with a file of the layer. */
const sqlite3_io_methods *layer_real(const sqlite3_file *file);

#endif
