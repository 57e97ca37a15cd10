#!/usr/bin/env python3
"""oracle.py -- the totals of cdnow.notch over a file of purchases, worked out a second time.

It shares nothing with the engine: integer arithmetic in cents and quarter points, dates only.
usage: oracle.py CSV DAY    prints the totals once everything that ends at midnight after DAY
has ended; with `--before` the totals of DAY itself, before that midnight.
"""
import calendar
import csv
import datetime
import json
import sys

THRESHOLDS = [(1, 10000), (2, 50000)]  # tier, cents over twelve months
QUARTERS = [4, 5, 6]  # the factor of each tier, in quarters
ONE_DAY = datetime.timedelta(days=1)
NAMES = ["basic", "silver", "gold"]


def months(day, count):
    """`day` and `count` months, on the last day of the month where there is no such day."""
    index = day.year * 12 + day.month - 1 + count
    year, month = index // 12, index % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return datetime.date(year, month, min(day.day, last))


def month_after(day):
    """The first day of the month after the one that `day` is in."""
    return months(day.replace(day=1), 1)


def cents(text):
    whole, _, part = text.partition(".")
    assert whole.isdigit() and len(part) == 2 and part.isdigit(), text
    return int(whole) * 100 + int(part)


class Member:
    def __init__(self):
        self.tiers = [(datetime.date.min, 0)]  # (since, tier), in the order they came
        self.review = None  # the midnight at which the term ends
        self.reviews = []  # the midnights of the reviews held
        self.purchases = []  # (day, cents)
        self.lots = []  # (points, midnight at which they are gone)
        self.booked = datetime.date.min  # the newest day seen

    def tier_on(self, day):
        return [tier for since, tier in self.tiers if since <= day][-1]

    def tier(self):
        return self.tiers[-1][1]

    def spend(self, today):
        since = months(today, -12)
        return sum(amount for day, amount in self.purchases if since < day <= today)

    def earned_tier(self, today):
        spent = self.spend(today)
        return max([tier for tier, least in THRESHOLDS if spent >= least], default=0)

    def settle(self, midnight):
        """Reviews due at or before this midnight; each is seen with the day that ends."""
        while self.review is not None and self.review <= midnight:
            at = self.review
            earned = self.earned_tier(at - ONE_DAY)
            if earned < self.tier():
                self.tiers.append((at, max(self.tier() - 1, earned)))
            self.reviews.append(at)
            self.review = months(at, 12) if self.tier() > 0 else None

    def purchase(self, day, amount):
        """A purchase earlier than the newest day is late: decided as of its own day, a tier that
        comes out higher then, at a review held since or now is given from now."""
        late = day < self.booked
        self.booked = max(self.booked, day)
        self.settle(day)
        points = amount * QUARTERS[self.tier_on(day)] // 400
        self.purchases.append((day, amount))
        if points > 0:
            self.lots.append((points, month_after(months(day, 12))))
        looked_at = [day]
        if late:
            looked_at += [at - ONE_DAY for at in self.reviews if at > day] + [self.booked]
        reached = max(self.earned_tier(on) for on in looked_at)
        if reached > self.tier():
            self.tiers.append((self.booked, reached))
            self.review = month_after(months(self.booked, 12))


def main(arguments):
    before = "--before" in arguments
    path, last = [word for word in arguments if not word.startswith("--")]
    last = datetime.date.fromisoformat(last)
    horizon = last if before else last + ONE_DAY
    members = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            member = members.setdefault(row["member"], Member())
            member.purchase(datetime.date.fromisoformat(row["date"]), cents(row["amount"]))
    tiers = [0] * len(NAMES)
    issued = expired = 0
    for member in members.values():
        member.settle(horizon)
        tiers[member.tier()] += 1
        issued += sum(points for points, _ in member.lots)
        expired += sum(points for points, gone in member.lots if gone <= horizon)
    print(json.dumps({
        "members": len(members),
        "issued": str(issued),
        "expired": str(expired),
        "available": str(issued - expired),
        "tiers": dict(zip(NAMES, tiers)),
    }))


if __name__ == "__main__":
    main(sys.argv[1:])
