/*
 * suite/outlook.h -- what one event can come to: the most points, the most instructions.
 */
#ifndef NOTCH_SUITE_OUTLOOK_H
#define NOTCH_SUITE_OUTLOOK_H

#include "apply/apply.h"

typedef enum notch_outlook_form {
  NOTCH_OUTLOOK_EARNS, /* lines: what each event earns */
  NOTCH_OUTLOOK_ALL,   /* and what it costs to work it out */
  NOTCH_OUTLOOK_JSON   /* all of it, an array with an object for each event */
} notch_outlook_form;

/* False: out of memory. */
bool notch_outlook_write(const notch_rules *rules, const notch_memory *memory,
                         notch_outlook_form form, notch_buffer *to);

#endif
