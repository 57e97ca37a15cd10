/* check/analysis_unused.c -- declarations that nothing reads. */
#include <config.h>

#include "check/analysis.h"

void notch_analysis_unused(notch_checker *c)
{
  static const notch_symbol_kind kinds[] = {
      NOTCH_SYMBOL_RECORD, NOTCH_SYMBOL_MEASURE, NOTCH_SYMBOL_TABLE,  NOTCH_SYMBOL_DEFINE,
      NOTCH_SYMBOL_SEGMENT, NOTCH_SYMBOL_PARTNER, NOTCH_SYMBOL_COHORT};
  for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
    const notch_items *items = &c->items[kinds[k]];
    for (uint32_t i = 0; i < items->count; i++) {
      const notch_item *item = &items->items[i];
      if (item->symbol->used || item->names->use) continue;
      CHECK_REPORT(c, item->node, UNUSED, notch_text_of(notch_symbol_words(kinds[k])),
                   item->node->text);
    }
  }
}
