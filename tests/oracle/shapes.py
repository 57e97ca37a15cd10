"""The abstract programme that the generator makes, the writer spells and the model runs."""
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Kind:
    """A points kind; pending ('for', n, unit) or ('until', event); expiry by its first word."""
    name: str
    decimals: int = 0
    rounding: tuple = None
    pending: tuple = None
    expiry: tuple = None
    take: str = 'soonest'
    cap: Fraction = None
    shortfall: str = 'recover'
    qualifying: bool = False
    carried: bool = False  # another version's


@dataclass
class Limit:
    """`amount` of `kind`, or that many times where `kind` is None; period by its first word."""
    amount: Fraction
    kind: str
    keys: tuple = ('member',)
    period: tuple = None
    over: str = 'clamped'


@dataclass
class Rule:
    """`on` is an event, or a trigger by its first word: ('each', 'unit', 'month'),
    ('each', 'day', 1, 3), ('each', 'birthday'), ('after', n, unit, event), ('entering', segment),
    ('leaving', segment), ('earning', kind), ('promote', ladder, tier), ('demote', ladder, tier)."""
    name: str
    on: object
    kind: str
    when: tuple = None
    earn: tuple = None
    multiply: tuple = ()
    factor: object = None
    group: str = None
    exception: str = None
    limits: list = field(default_factory=list)
    rounding: tuple = None
    pending: tuple = None
    expiry: tuple = None
    effective: tuple = None
    on_return: str = 'recompute'
    deduct: tuple = None
    grant: tuple = None  # (reward, how many: an expression)
    promise: tuple = None  # (ladder, tier, n, unit)
    refuse: bool = False
    funded: str = None
    to: bool = False  # what it earns is for member.friend


@dataclass
class Group:
    name: str
    combine: str
    ranked: list = field(default_factory=list)
    limits: list = field(default_factory=list)


@dataclass
class Measure:
    name: str
    op: str
    field: str
    events: tuple
    where: tuple = None
    per: str = None


@dataclass
class Ladder:
    """Tiers from the lowest up; reach and keep are conditions by tier, None at the lowest."""
    name: str
    tiers: list
    reach: list
    keep: list
    lasts: tuple = None
    review: tuple = None
    promote: str = 'at once'
    demote: str = 'to earned'
    bonus: dict = field(default_factory=dict)
    floor: int = 0  # while member.vip
    pay_reach: dict = field(default_factory=dict)  # tier -> (amount, kind)
    pay_keep: dict = field(default_factory=dict)
    decay: tuple = None  # (amount, kind), at a review
    carry: tuple = None  # (amount, kind, once)
    grace: tuple = None  # (n, unit)
    lifetime: dict = field(default_factory=dict)  # tier -> condition
    recheck: bool = False


@dataclass
class Reward:
    """`cost` is None where it can only be granted."""
    name: str
    cost: Fraction
    kind: str
    when: tuple = None
    limits: list = field(default_factory=list)
    pending: tuple = None
    valid: tuple = None
    stock: int = None
    hold: tuple = None  # (n, unit)
    carried: bool = False


@dataclass
class Payment:
    name: str
    money: Fraction
    points: Fraction
    kind: str
    minimum: Fraction = None
    share: Fraction = None
    steps: Fraction = None
    hold: tuple = None  # (n, unit)
    when: tuple = None
    limits: list = field(default_factory=list)
    keeps: bool = False  # what was paid stays paid


@dataclass
class Partner:
    """What it pays for a point of its kind when it is earned, when it is spent; None: nothing."""
    kind: str
    earned: Fraction = None
    spent: Fraction = None
    prepaid: bool = False

    def on(self, word):
        return self.earned if word == 'earned' else self.spent


@dataclass
class Pool:
    name: str
    most: int
    share: Fraction
    kinds: list
    when: tuple = None


@dataclass
class Cohort:
    """`bands`: [(name, share)], the last is the rest; ranked at the start of each unit."""
    name: str
    measure: str
    window: tuple
    each: str
    bands: list


@dataclass
class Program:
    zone: str
    rounding: tuple
    roll: bool = False
    kinds: dict = field(default_factory=dict)
    rules: dict = field(default_factory=dict)
    groups: dict = field(default_factory=dict)
    measures: dict = field(default_factory=dict)
    ladders: dict = field(default_factory=dict)
    tables: dict = field(default_factory=dict)
    rewards: dict = field(default_factory=dict)
    payments: dict = field(default_factory=dict)
    segments: dict = field(default_factory=dict)
    partners: dict = field(default_factory=dict)
    pools: dict = field(default_factory=dict)
    cohorts: dict = field(default_factory=dict)
    retires: dict = field(default_factory=dict)  # kind or reward -> (word, other, n other, m old)
    birthdays: bool = False
    friends: bool = False  # a member has one

    def prepaid(self, partner):
        return partner is not None and self.partners[partner].prepaid

    def computed(self):
        """Rules and groups as they are computed: after what they read, else by name."""
        before = {name: set() for name in [*self.rules, *self.groups]}
        for name, rule in self.rules.items():
            if rule.exception:
                before[rule.exception].add(name)
            if rule.group:
                before[rule.group].add(name)
            for base in rule.multiply:
                instead = {r.group for r in self.rules.values() if r.exception == base}
                before[name] |= {base, self.rules[base].group} | instead - {rule.group}
        out = []
        while len(out) < len(before):
            out.append(min(n for n in before if n not in out and before[n] <= {None, *out}))
        return out

    def rank(self, group, rule):
        """Where ties go: by the list, else by name."""
        listed = self.groups[group].ranked if group else []
        return (listed.index(rule) if rule in listed else len(listed), rule)


@dataclass
class Event:
    """`at` is the local time as written, a datetime without a zone."""
    id: str
    type: str
    member: str
    at: object
    fields: dict = field(default_factory=dict)
