/*
 * cli/summary.h -- who has what: members, points and tiers of a ledger, for people or as JSON.
 */
#ifndef NOTCH_CLI_SUMMARY_H
#define NOTCH_CLI_SUMMARY_H

#include "cli/rules.h"

/* Both look at the moment `at`, NULL: now.  CLI_DONE, or CLI_FAILED after a sentence. */
int cli_summary_print(notch_ledger *ledger, const char *at);
/* "totals":{...},"members":[...] */
int cli_summary_json(notch_ledger *ledger, const char *at, cli_text *to);

#endif
