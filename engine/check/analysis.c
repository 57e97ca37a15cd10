/* check/analysis.c -- what is proved about the whole programme once everything is checked. */
#include <config.h>

#include "check/analysis.h"

void notch_analysis_check(notch_checker *c)
{
  if (c->diag->error_count) return; /* they would only say again what was said */
  notch_analysis_tables(c);
  notch_analysis_groups(c);
  notch_analysis_dates(c);
  notch_analysis_ladders(c);
  notch_analysis_rules(c);
  notch_analysis_properties(c);
  notch_analysis_unused(c);
}
