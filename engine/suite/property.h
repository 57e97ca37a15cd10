/*
 * suite/property.h -- the properties of a programme: what bounds leave open is tried out.
 */
#ifndef NOTCH_SUITE_PROPERTY_H
#define NOTCH_SUITE_PROPERTY_H

#include "apply/apply.h"

typedef struct notch_property_found {
  notch_truth truth;   /* OPEN: not checked */
  notch_text sentence; /* refuted: the event; open: why; in the arena */
} notch_property_found;

/* False: out of memory. */
bool notch_property_decide(const notch_rules *rules, const notch_memory *memory, notch_arena *arena,
                           const notch_property *property, notch_property_found *result);

/* Reports every property that is not proved (N0507, N0421). */
bool notch_property_report(const notch_rules *rules, const notch_memory *memory,
                           notch_diags *diags);

#endif
