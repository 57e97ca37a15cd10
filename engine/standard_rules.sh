#!/bin/sh
# standard_rules.sh FOLDER -- the standard rules as C, so that `use` finds them where no files are.
set -eu
cat <<'C'
/* Made from the scripts of stdlib-rules by engine/standard_rules.sh. */
#include <config.h>

#include "api/api.h"

static const struct {
  const char *name, *text;
} rules[] = {
C
for file in "$1"/*.notch; do
  name=${file##*/}
  printf '  {"%s",\n' "${name%.notch}"
  LC_ALL=C sed 's/[\\"]/\\&/g; s/^/   "/; s/$/\\n"/' "$file"
  printf '  },\n'
done
cat <<'C'
};

bool notch_standard_rule(notch_text module, notch_text *text)
{
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
    if (notch_text_equal(module, notch_text_of(rules[i].name))) {
      *text = notch_text_of(rules[i].text);
      return true;
    }
  }
  return false;
}
C
