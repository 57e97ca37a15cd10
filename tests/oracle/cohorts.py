"""Rankings of the whole membership, when the ledger first passes their instant."""
from calendar_of import first_day
from pipeline import Unspecified


class Cohorts:
    def rank_until(self, moment):
        """Every ranking that fell due since the last event."""
        if any(instant > moment for instant, _, _ in self.rankings):
            raise Unspecified('an event from before a ranking')
        if self.passed is None:
            self.passed = moment
        day = self.calendar.day(self.passed)
        while self.program.cohorts:
            day = day.fromordinal(day.toordinal() + 1)
            instant = self.calendar.midnight(day)
            if instant > moment:
                break
            for cohort in self.program.cohorts.values():
                if first_day(day, cohort.each) == day:
                    if instant == moment:
                        raise Unspecified('an event at the instant of a ranking')
                    self.version(instant)
                    self.rank(self.program.cohorts[cohort.name], instant)
        self.passed = max(self.passed, moment)

    def rank(self, cohort, instant):
        people = [m for m in self.members.values() if not m.closed and m.now is not None]
        if any(m.now is None and m.purse.lots for m in self.members.values()):
            raise Unspecified('whether who is only named is ranked')
        figures = {m.name: self.measure(m, cohort.measure, cohort.window, instant)
                   for m in people}
        bands = {}
        for name, figure in figures.items():
            above = sum(other > figure for other in figures.values())
            share, band = 0, cohort.bands[-1][0]
            for title, part in cohort.bands[:-1]:
                share += part
                inside = above < share * len(people)
                if inside != (above + 1 <= share * len(people)):
                    raise Unspecified('a band that ends within a member')
                if inside:
                    band = title
                    break
            bands[name] = band
        self.rankings.append((instant, cohort.name, bands))

    def band(self, member, cohort, moment):
        """The band of the last ranking; who was not ranked is in the last one."""
        found = self.program.cohorts[cohort].bands[-1][0]
        for instant, name, bands in self.rankings:
            if name == cohort and instant <= moment:
                found = bands.get(member.name, self.program.cohorts[cohort].bands[-1][0])
        return found
