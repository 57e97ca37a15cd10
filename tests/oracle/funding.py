"""Of every third seed: partners fund some of the rules, settle at the rate of issue or of use, with
a purse or without; and their points are spent, held, given away, returned and taken."""
from fractions import Fraction

from shapes import Event, Limit, Partner, Payment, Reward, Rule

F = Fraction


class Funding:
    RATES = [(F(4, 100), None), (None, F(3, 100)), (F(2, 100), F(5, 100)), (F(1, 8), F(1, 16))]

    def with_funding(self):
        program, kind = self.program, self.pick(self.spendable)
        names = self.random.sample(['bank', 'airline', 'baker'], self.pick([1, 2, 2]))
        for name in names:
            program.partners[name] = Partner(kind, *self.pick(self.RATES), self.chance(0.4))
        rules = [r for r in program.rules.values() if r.kind == kind and not r.funded
                 and isinstance(r.on, str) and (r.earn or r.multiply)]
        for rule in self.random.sample(rules, min(len(rules), self.pick([1, 2, 3]))):
            rule.funded = self.pick(names)
            if program.partners[rule.funded].prepaid:
                rule.rounding = ('down', None)
        funded = program.rules['sponsored'] = Rule('sponsored', 'visit', kind, funded=names[0])
        funded.earn = ('times', F(self.pick([3, 8, 25])), kind, ('number', F(1), None))
        if self.chance(0.3):
            funded.limits = [Limit(F(40), kind, ('member',), ('cal', 'month'))]
        if self.chance(0.5):
            program.rewards['pen'] = Reward('pen', F(self.pick([3, 10])), kind)
        else:
            program.payments['checkout'] = Payment('checkout', F(1), F(10), kind)
        if not self.by_trigger('transfer') and self.chance(0.5):
            program.rules['gifts'] = Rule('gifts', ('transfer',), kind)
        self.funded = kind

    def by_trigger(self, word):
        return [r for r in self.program.rules.values() if isinstance(r.on, tuple)
                and r.on[0] == word]

    def fill(self, at):
        """What purses hold to begin with."""
        return [Event('f_' + name, 'fund', None, at, {'partner': name, 'points': {
            partner.kind: F(self.pick([10, 100, 400]))}})
                for name, partner in self.program.partners.items() if partner.prepaid]

    def funded_event(self, event, others):
        """Makes it one that uses points of partners; False where there is none."""
        forms = ['spend'] * 4 + ['visit'] * 3 + ['hold'] * 2 + ['end'] * 2 + ['back'] * 3
        forms += ['fund', 'take'] + ['give'] * 2 * bool(self.by_trigger('transfer'))
        return getattr(self, 'paid_' + self.pick(forms))(event, others)

    def paid_spend(self, event, others):
        event.type = self.pick(['redeem'] * ('pen' in self.program.rewards)
                               + ['pay'] * bool(self.program.payments))
        self.make_pay(event) if event.type == 'pay' else event.fields.update(
            {'reward': 'pen', 'quantity': F(self.pick([1, 1, 2, 4]))})
        self.shopped.setdefault(event.member, []).append(event)
        return True

    def paid_visit(self, event, others):
        event.type = 'visit'
        self.make_visit(event)
        self.shopped.setdefault(event.member, []).append(event)
        return True

    def paid_hold(self, event, others):
        event.type, event.fields = 'hold', {
            'hold': 'h' + event.id, 'until': self.later(event),
            'points': {self.funded: F(self.random.randrange(1, 12))}}
        self.open_holds.setdefault(event.member, []).append(event)
        return True

    def paid_end(self, event, others):
        if not self.open_holds.get(event.member):
            return False
        event.type = self.pick(['capture', 'capture', 'capture', 'release'])
        getattr(self, 'make_' + event.type)(event)
        if event.type == 'capture':
            self.shopped.setdefault(event.member, []).append(event)
        return True

    def paid_back(self, event, others):
        if not self.shopped.get(event.member):
            return False
        event.type = 'return'
        self.make_return(event)
        return True

    def paid_fund(self, event, others):
        name = self.pick(sorted(self.program.partners))
        partner = self.program.partners[name]
        if not partner.prepaid:
            return False
        event.type, event.member = 'fund', None
        event.fields = {'partner': name, 'points': {partner.kind: F(self.pick([20, 60, 150]))}}
        return True

    def paid_take(self, event, others):
        event.type, event.fields = 'adjust', {'points': {self.funded: F(self.pick([-3, -20, 30]))}}
        return True

    def paid_give(self, event, others):
        if not others:
            return False
        event.type, event.fields = 'transfer', {'to': self.pick(others), 'points': {
            self.funded: F(self.random.randrange(1, 20))}}
        self.shopped.setdefault(event.member, []).append(event)
        return True
