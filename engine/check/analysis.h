/* check/analysis.h -- the analyses, one file each; run over a programme without errors. */
#ifndef NOTCH_CHECK_ANALYSIS_H
#define NOTCH_CHECK_ANALYSIS_H

#include "check/solve.h"

void notch_analysis_tables(notch_checker *c);
void notch_analysis_groups(notch_checker *c);
void notch_analysis_dates(notch_checker *c);
void notch_analysis_rules(notch_checker *c);
void notch_analysis_ladders(notch_checker *c);
void notch_analysis_unused(notch_checker *c);
void notch_analysis_properties(notch_checker *c);

#endif
