#!/bin/sh
# A version in force from a time that is past: what was recorded stays, late events and what comes
# later go by it, a return by the version that decided its original.
. "$(dirname "$0")/edge_lib"
rules() { cat <<R
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

rule base
  on purchase
  earn $1 star per 1.00 CNY of amount

rule monthly
  on each month
  earn $1 star
R
}
rules 1 >v1.notch
rules 2 >v2.notch
{ event e1 purchase ann 2025-01-10T10:00:00Z '"amount":"100.00"'
  event e2 purchase ann 2025-05-10T10:00:00Z '"amount":"100.00"'
} >a.jsonl
event e3 purchase ann 2025-04-10T10:00:00Z '"amount":"10.00"' >b.jsonl
run "init" 0 init l.ledger v1.notch --clock events
run "apply" 0 apply l.ledger a.jsonl --clock events
same "v1" 204 "$(available l.ledger ann 2025-05-11T00:00:00Z)"
run "past" 0 publish l.ledger v2.notch --from 2025-03-01
same "nothing recorded is decided anew" 204 "$(available l.ledger ann 2025-05-11T00:00:00Z)"
run "late" 0 apply l.ledger b.jsonl --clock events
same "a late event by the new one" 224 "$(available l.ledger ann 2025-05-11T00:00:00Z)"
# e2 is 2025-05-10, published before being effective: its return goes by v1
event r2 return ann 2025-05-12T00:00:00Z '"of":"e2"' >c.jsonl
run "return" 0 apply l.ledger c.jsonl --clock events
same "by its own version" 124 "$(available l.ledger ann 2025-05-13T00:00:00Z)"
same "June by v2" 126 "$(available l.ledger ann 2025-06-02T00:00:00Z)"
# one that is to come is called off by another from the same time, not from an earlier one
rules 20 >v3.notch
rules 300 >v4.notch
run "to come" 0 publish l.ledger v3.notch --from 2025-08-01
run "not before it" 1 publish l.ledger v4.notch --from 2025-07-01
same "it says from when" 1 "$(grep -c 'publish it from 2025-08-01T00:00:00Z' err)"
run "instead of it" 0 publish l.ledger v4.notch --from 2025-08-01
same "July by the second, August by the fourth" 428 "$(available l.ledger ann 2025-08-02T00:00:00Z)"
stands l.ledger
finish
