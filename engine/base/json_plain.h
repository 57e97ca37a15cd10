/*
 * base/json_plain.h -- the short way through JSON that holds no surprise.  Private to engine/base.
 */
#ifndef NOTCH_BASE_JSON_PLAIN_H
#define NOTCH_BASE_JSON_PLAIN_H

#include "base/json.h"

#define NOTCH_JSON_DEPTH_MAX 32u
#define NOTCH_JSON_LINEAR_KEYS_MAX 16u /* more keys are sorted to find duplicates */

/*
 * Takes an object or a list without escapes, without objects of many keys and not too deep, and
 * gives the tree that notch_json_parse() gives.  NULL: not of this kind, malformed, or out of
 * memory (arena->failed): the whole parser has to look.  The tree points into `text`, which is
 * the arena's own.
 */
const notch_json *notch_json_read_plain(notch_text text, notch_arena *run);

#endif
