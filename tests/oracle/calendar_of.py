"""Local days and instants: moments are whole seconds since 1970 in UTC, days are dates."""
import datetime as dt

try:
    from zoneinfo import ZoneInfo
except ImportError:
    ZoneInfo = None

FIXED = {'UTC': 0, 'Asia/Shanghai': 8 * 3600, 'Asia/Kolkata': 19800}
EXACT = {'second': 1, 'minute': 60, 'hour': 3600}
MONTHS = {'month': 1, 'quarter': 3, 'year': 12}
DAYS = {'day': 1, 'week': 7}
EPOCH = dt.datetime(1970, 1, 1)


def zones():
    """Those that this machine can compute."""
    if ZoneInfo is None:
        return list(FIXED)
    try:
        ZoneInfo('America/New_York')
    except Exception:
        return list(FIXED)
    return list(FIXED) + ['America/New_York', 'Europe/Warsaw', 'Australia/Lord_Howe']


class Calendar:
    def __init__(self, zone, roll=False):
        self.roll = roll
        self.fixed = FIXED.get(zone)
        self.zone = None if self.fixed is not None else ZoneInfo(zone)

    def offset(self, moment):
        if self.fixed is not None:
            return self.fixed
        aware = dt.datetime.fromtimestamp(moment, dt.timezone.utc).astimezone(self.zone)
        return int(aware.utcoffset().total_seconds())

    def local(self, moment):
        return EPOCH + dt.timedelta(seconds=moment + self.offset(moment))

    def day(self, moment):
        return self.local(moment).date()

    def moment(self, local):
        """The first instant with this local time, or the first instant after a gap."""
        plain = int((local - EPOCH).total_seconds())
        if self.fixed is not None:
            return plain - self.fixed
        offsets = sorted({self.offset(plain - 86400), self.offset(plain + 86400)}, reverse=True)
        for offset in offsets:
            if self.offset(plain - offset) == offset:
                return plain - offset
        low, high = plain - offsets[0], plain - offsets[-1]
        before = self.offset(low)
        while high - low > 1:
            middle = (low + high) // 2
            if self.offset(middle) == before:
                low = middle
            else:
                high = middle
        return high

    def midnight(self, day):
        return self.moment(dt.datetime(day.year, day.month, day.day))

    def add_days(self, day, n, unit):
        """A calendar duration after a day, always from that day."""
        if unit in DAYS:
            return day + dt.timedelta(days=n * DAYS[unit])
        months = day.year * 12 + day.month - 1 + n * MONTHS[unit]
        year, month = divmod(months, 12)
        first = dt.date(year, month + 1, 1)
        length = (next_month(first) - first).days
        if day.day <= length:
            return first.replace(day=day.day)
        return next_month(first) if self.roll else first.replace(day=length)

    def add(self, moment, n, unit):
        """The same time of day, that much later; or exactly so many seconds."""
        if unit in EXACT:
            return moment + n * EXACT[unit]
        local = self.local(moment)
        return self.moment(dt.datetime.combine(self.add_days(local.date(), n, unit), local.time()))

    def end_of_day(self, day):
        return self.midnight(day + dt.timedelta(days=1))

    def lasting(self, moment, n, unit, align=None):
        """Terms and expiry: to the end of the local day reached, or of the unit it is in."""
        if unit in EXACT:
            return moment + n * EXACT[unit]
        day = self.add_days(self.day(moment), n, unit)
        return self.end_of_day(last_day(day, align)) if align else self.end_of_day(day)


def next_month(first):
    return (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def first_day(day, unit):
    if unit == 'day':
        return day
    if unit == 'week':
        return day - dt.timedelta(days=day.weekday())
    if unit == 'month':
        return day.replace(day=1)
    if unit == 'quarter':
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1)


def last_day(day, unit):
    first = first_day(day, unit)
    if unit in DAYS:
        return first + dt.timedelta(days=DAYS[unit] - 1)
    for _ in range(MONTHS[unit]):
        first = next_month(first)
    return first - dt.timedelta(days=1)
