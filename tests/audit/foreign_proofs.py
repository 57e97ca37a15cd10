"""An auditor who shares nothing with the engine: reads a ledger with SQLite, encodes each leaf
as docs/ledger.md says, grows an RFC 6962 tree of them, and checks rows, heads, nodes, receipts,
proofs of growth, seals and digests against it; signs and reads notes with an Ed25519 of its own
(RFC 8032):  foreign_proofs.py FROM TO  (seeds of tests/oracle, both included)."""
import base64
import datetime as dt
import hashlib
import json
import os
import random
import sqlite3
import struct
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'oracle'))
import generate
import spell
from verbs import command



def answer(*arguments):
    code, output = command(*arguments)
    if code:
        raise AssertionError('%s: exit code %s\n%s' % (' '.join(arguments), code, output))
    return output


def sha(*parts):
    return hashlib.sha256(b''.join(parts)).digest()


# ---- leaves: docs/ledger.md, "Leaf" ----

NONE32 = 2**32 - 1
EVER = 2**63 - 1
AT_ONCE = -2**63


def text(value):
    value = b'' if value is None else value.encode() if isinstance(value, str) else value
    return struct.pack('>I', len(value)) + value


def given(value, default):
    return default if value is None else value


def shares(rules, amount):
    """`[rule,share,...,rule]` as pairs; the last rule has what is left."""
    if rules is None:
        return []
    listed = json.loads(rules) if isinstance(rules, str) else [rules]
    parts = listed[1::2]
    return list(zip(listed[0::2], parts + [amount - sum(parts)]))


class Ledger:
    def __init__(self, path):
        # The text as it stands in the file: a text that is not UTF-8 must not be mended here.
        self.database = sqlite3.connect('file:%s?mode=ro' % path, uri=True)
        self.database.text_factory = bytes
        self.names = self.by_event('name, sort, text', 'name')
        self.members = self.by_event('member, digest', 'member')
        self.versions = self.by_event(
            'version, hash, semantics, effective, source, zone', 'version')
        self.moves = self.by_event('ladder, tier, since, until, cause', 'move')
        self.effects = self.by_event(
            'effect, kind, subject, rule, amount, ref, matures, until, text', 'effect')
        self.modules = {}
        for version, name, source in self.rows(
                'select version, name, source from module order by module'):
            self.modules.setdefault(version, []).append((name, source))
        self.postings = {}
        for row in self.rows('select event, posting, points, source, target, amount, lot, rules, '
                             'earned, matures, expires, terms, partner from posting '
                             'order by posting'):
            self.postings.setdefault(row[0], []).append(row[1:])
        self.contents = dict(self.rows('select event, content from notch_content'))

    def rows(self, query):
        return self.database.execute(query).fetchall()

    def by_event(self, columns, table):
        found = {}
        for row in self.rows('select event, %s from %s order by %s' % (columns, table, table)):
            found.setdefault(row[0], []).append(row[1:])
        return found

    def leaf(self, row):
        (event, origin, cause, kind, version, member, previous, at, booked, recorded, offset,
         outcome, id_, shared, detail) = row
        out = [struct.pack('>BqBqIIqqqqqiH', 1, event, origin, cause, kind, version, member,
                           previous, at, booked, recorded, offset, outcome),
               text(id_), text(self.contents[event]), text(shared), text(detail)]
        listed = self.postings.get(event, [])
        out.append(struct.pack('>I', len(listed)))
        for (posting, points, source, target, amount, lot, rules, earned, matures, expires, terms,
             partner) in listed:
            given_by = shares(rules.decode() if isinstance(rules, bytes) else rules, amount)
            out.append(struct.pack('>qIBBqqH', posting, points, source, target, amount, lot,
                                   len(given_by)))
            out += [struct.pack('>Iq', rule, share) for rule, share in given_by]
            if lot == posting:
                out.append(struct.pack('>qqqII', given(earned, at), given(matures, AT_ONCE),
                                       given(expires, EVER), given(terms, NONE32),
                                       given(partner, NONE32)))
        listed = self.moves.get(event, [])
        out.append(struct.pack('>I', len(listed)))
        out += [struct.pack('>IIqqB', ladder, tier, since, given(until, EVER), why)
                for ladder, tier, since, until, why in listed]
        listed = self.effects.get(event, [])
        out.append(struct.pack('>I', len(listed)))
        for effect, what, subject, rule, amount, ref, matures, until, words in listed:
            out.append(struct.pack('>qBIIqqqq', effect, what, given(subject, NONE32),
                                   given(rule, NONE32), amount, ref, given(matures, AT_ONCE),
                                   given(until, EVER)) + text(words))
        return b''.join(out) + self.dictionary(event)

    def dictionary(self, event):
        """What first appears with the event."""
        out = [b'\0']
        if event == 1:
            origin, clock = self.rows('select origin, clock from ledger')[0]
            out = [b'\1', text(origin), struct.pack('>B', clock)]
        listed = self.versions.get(event, [])
        out.append(struct.pack('>I', len(listed)))
        for version, digest, semantics, effective, source, zone in listed:
            modules = self.modules.get(version, [])
            out += [struct.pack('>I', version), digest, struct.pack('>iq', semantics, effective),
                    text(source), text(zone), struct.pack('>I', len(modules))]
            out += [text(part) for module in modules for part in module]
        listed = self.names.get(event, [])
        out.append(struct.pack('>I', len(listed)))
        out += [struct.pack('>II', name, sort) + text(words) for name, sort, words in listed]
        listed = self.members.get(event, [])
        out.append(struct.pack('>I', len(listed)))
        out += [struct.pack('>q', member) + digest for member, digest in listed]
        return b''.join(out)

    def leaves(self):
        """(bytes, the hash in the row, id) of each event."""
        rows = self.rows('select event, origin, cause, type, version, member, previous, at, '
                         'booked, recorded, offset, outcome, id, shared, detail, leaf '
                         'from notch_event order by event')
        return [(self.leaf(row[:-1]), row[-1], row[12]) for row in rows]


# ---- the tree: RFC 6962, section 2.1 ----

def split(count):
    half = 1
    while half * 2 < count:
        half *= 2
    return half


class Tree:
    def __init__(self, hashes):
        self.hashes = hashes
        self.known = {}

    def root(self, first, last):
        """MTH of the leaves first..last-1"""
        if last - first == 0:
            return sha()
        if last - first == 1:
            return self.hashes[first]
        if (first, last) not in self.known:
            middle = first + split(last - first)
            self.known[first, last] = sha(b'\1', self.root(first, middle), self.root(middle, last))
        return self.known[first, last]

    def path(self, leaf, first, last):
        """PATH(m, D[n])"""
        if last - first == 1:
            return []
        middle = first + split(last - first)
        if leaf < middle:
            return self.path(leaf, first, middle) + [self.root(middle, last)]
        return self.path(leaf, middle, last) + [self.root(first, middle)]

    def growth(self, old, first, last, whole=True):
        """SUBPROOF(m, D[n], b)"""
        if old == last:
            return [] if whole else [self.root(first, last)]
        middle = first + split(last - first)
        if old <= middle:
            return self.growth(old, first, middle, whole) + [self.root(middle, last)]
        return self.growth(old, middle, last, False) + [self.root(first, middle)]


# ---- Ed25519: RFC 8032, section 5.1; no secret of anybody's passes here ----

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    h, i, j, k = f - e, d - c, d + c, f + e
    return h * i % P, j * k % P, i * j % P, h * k % P


def times(scalar, point):
    out = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            out = add(out, point)
        point = add(point, point)
        scalar >>= 1
    return out


def point_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError('no point')
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_of(4 * pow(5, P - 2, P) % P, 0)


def packed(point):
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, 'little')


def unpacked(raw):
    number = int.from_bytes(raw, 'little')
    return point_of(number % 2**255, number >> 255)


def number_of(*parts):
    return int.from_bytes(hashlib.sha512(b''.join(parts)).digest(), 'little') % Q


def expanded(secret):
    wide = hashlib.sha512(secret).digest()
    scalar = int.from_bytes(wide[:32], 'little') & (2**254 - 8) | 2**254
    return scalar, wide[32:], packed(times(scalar, BASE))


def sign(secret, message):
    scalar, lead, public = expanded(secret)
    r = number_of(lead, message)
    point = packed(times(r, BASE))
    s = (r + number_of(point, public, message) * scalar) % Q
    return point + s.to_bytes(32, 'little')


def is_signed(public, message, signature):
    s = int.from_bytes(signature[32:], 'little')
    challenge = number_of(signature[:32], public, message)
    right = add(unpacked(signature[:32]), times(challenge, unpacked(public)))
    return s < Q and packed(times(s, BASE)) == packed(right)


# ---- keys, signed notes and checkpoints: C2SP ----

DASH = b'\xe2\x80\x94 '


def key_hash(name, public):
    return sha(name, b'\n\x01', public)[:4]


def key_of(line):
    """(name, key) of NAME+HASH+KEY, the hash checked."""
    name, hash_, coded = line.strip().split(b'+', 2)
    raw = base64.b64decode(coded, validate=True)
    assert raw[:1] == b'\1' and len(raw) == 33, line
    assert hash_ == key_hash(name, raw[1:]).hex().encode(), 'the hash of key %r' % line
    return name, raw[1:]


def key_lines(name, secret):
    public = expanded(secret)[2]
    lead = b'%s+%s+' % (name, key_hash(name, public).hex().encode())
    return (b'PRIVATE+KEY+' + lead + base64.b64encode(b'\1' + secret) + b'\n',
            lead + base64.b64encode(b'\1' + public) + b'\n')


def signature_line(name, secret, body):
    coded = base64.b64encode(key_hash(name, expanded(secret)[2]) + sign(secret, body))
    return DASH + name + b' ' + coded + b'\n'


def check_note(note, name, public):
    """(origin, size, root) of a checkpoint, which `public` must have signed."""
    end = note.rindex(b'\n\n') + 1
    body, lines = note[:end], note[end + 1:].splitlines(keepends=True)
    found = 0
    for line in lines:
        assert line.startswith(DASH) and line.endswith(b'\n'), line
        signer, coded = line[len(DASH):].rstrip(b'\n').rsplit(b' ', 1)
        raw = base64.b64decode(coded, validate=True)
        if signer == name and raw[:4] == key_hash(name, public):
            assert is_signed(public, body, raw[4:]), 'the signature of %r' % name
            found += 1
    assert found == 1, 'signatures of %r: %d' % (name, found)
    origin, size, root = body.split(b'\n')[:3]
    return origin, int(size), base64.b64decode(root, validate=True)


# ---- one ledger ----

def read(path):
    with open(path, 'rb') as file:
        return file.read()


def write(path, content):
    with open(path, 'wb' if isinstance(content, bytes) else 'w') as file:
        file.write(content)


def paths(folder):
    return (os.path.join(folder, 'of.' + x) for x in ('notch', 'jsonl', 'ledger'))


def make_random(folder, seed):
    rules, events, ledger = paths(folder)
    program, sent = generate.case(seed)
    write(rules, spell.program_text(program))
    answer('init', ledger, rules)
    middle = max(len(sent) // 3, 1)
    for part in (sent[:middle], sent[middle:]):
        write(events, ''.join(spell.json_line(e) + '\n' for e in part))
        code, output = command('apply', ledger, events)
        assert code in (0, 3), output
    latest = max([e.at for e in sent] + [dt.datetime(2024, 1, 1)])
    answer('advance', ledger, '--to', (latest + dt.timedelta(days=400)).strftime('%Y-%m-%d'))
    return ledger


LARGE = """program far
  timezone "Europe/Lisbon"
  currency EUR
  rounded down per event
points star
  expire 2 months after earning
member
  field nick text?
event purchase
  field amount EUR in 0.00 EUR .. 1_000.00 EUR
measure spend is sum of amount on purchase
ladder status tiers low < high
  tier high
    reach when spend over the last 1 months >= 200.00 EUR
  lasts for 1 months
use base_earn with pts star, cur EUR, on_event purchase, rate %d as base
use happy_days with base base.spent, on_event purchase, first_day 2025-02-03,
  last_day 2025-02-07 as carnival
"""


def make_large(folder, seed):
    """More than a thousand transactions, stored nodes, modules, two versions, an erased member."""
    random_ = random.Random(seed)
    rules, events, ledger = paths(folder)
    write(rules, LARGE % 1)
    answer('init', ledger, rules, '--clock', 'events')
    for part in range(5):
        lines = []
        for number in range(240):
            at = dt.datetime(2025, 1 + part, 1) + dt.timedelta(minutes=170 * number)
            event = {'id': 'e%d-%d' % (part, number), 'type': 'purchase',
                     'member': 'm%d' % random_.randrange(40), 'at': at.isoformat() + 'Z',
                     'amount': '%d.%02d' % (random_.randrange(100), random_.randrange(100))}
            if random_.random() < 0.1:
                del event['amount']
                event.update(type='profile', nick='\u00e9' + event['member'])
            lines.append(json.dumps(event))
        if part == 2:
            lines.append('{"id":"gone","type":"erase","member":"m7","at":"2025-03-30T00:00:00Z"}')
        write(events, '\n'.join(lines) + '\n')
        answer('apply', ledger, events)
        if part == 1:
            write(rules, LARGE % 3)
            answer('publish', ledger, rules, '--from', '2025-03-10')
    answer('advance', ledger, '--to', '2025-09-01')
    return ledger


def check_rows(ledger, tree, leaves):
    for number, (raw, stored, _) in enumerate(leaves, 1):
        assert sha(b'\0', raw) == stored, 'the leaf of event %d is %r' % (number, raw)
    for size, root in ledger.rows('select size, root from head'):
        assert tree.root(0, size) == root, 'the head of %d' % size
    for node, hash_ in ledger.rows('select node, hash from node'):
        width, index = 1 << (node >> 40), node & (1 << 40) - 1
        assert tree.root(index * width, (index + 1) * width) == hash_, 'node %d' % node
    for versions in ledger.versions.values():
        for version, digest, semantics, _, source, zone in versions:
            identity = sha(source, b'\n', *[b'use %s\n%s\n' % module
                                            for module in ledger.modules.get(version, [])])
            assert sha(identity, zone, struct.pack('>i', semantics)) == digest, \
                'the hash of version %d' % version
    digests = dict(ledger.rows('select member, digest from member'))
    contents = {}
    for member, field, event, salt, value in ledger.rows(
            'select member, field, event, salt, value from personal'):
        digest = sha(salt, value)
        if field == 0:
            assert digests[member] == digest, 'the digest of member %d' % member
        else:
            contents.setdefault(event, b''.join(
                given(v, b'') for e, v in ledger.contents.items() if e == event))
            assert b'sha256:' + digest.hex().encode() in contents[event], \
                'field %d of event %d' % (field, event)


def check_receipt(path, tree, leaves, number, size, public, folder):
    output = answer('receipt', path, '#%d' % number)
    receipt = json.loads(output)
    raw, _, id_ = leaves[number - 1]
    assert base64.b64decode(receipt['leaf'], validate=True) == raw, 'leaf of receipt %d' % number
    assert receipt['event'] == number and receipt.get('id', '') == given(id_, b'').decode()
    assert receipt['size'] == size and receipt['root'] == tree.root(0, size).hex()
    assert receipt['proof'] == [hash_.hex() for hash_ in tree.path(number - 1, 0, size)], \
        'proof of receipt %d' % number
    origin, covered, root = check_note(receipt['checkpoint'].encode(), *public)
    assert (origin.decode(), covered, root) == (receipt['origin'], size, tree.root(0, size))
    write(os.path.join(folder, 'receipt.json'), output)


def check_growth(path, tree, old, size):
    growth = json.loads(answer('seal', path, '--since', str(old)))
    assert (growth['old_size'], growth['size']) == (old, size)
    assert growth['old_root'] == tree.root(0, old).hex()
    assert growth['root'] == tree.root(0, size).hex()
    assert growth['proof'] == [hash_.hex() for hash_ in tree.growth(old, 0, size)], \
        'growth from %d' % old


def check_witnessed(folder, public, random_):
    """A witness who uses other tools adds a signature to the checkpoint; ours reads both."""
    place = os.path.join(folder, 'receipt.json')
    receipt = json.loads(read(place))
    note = receipt['checkpoint'].encode()
    body = note[:note.rindex(b'\n\n') + 1]
    secret, name = random_.randbytes(32), 'zeuge.example/\u00fc'.encode()
    open_line = key_lines(name, secret)[1]
    witness = os.path.join(folder, 'witness.pub')
    write(witness, open_line)
    assert key_of(open_line) == (name, expanded(secret)[2])
    line = signature_line(name, secret, body)
    lines = note[len(body) + 1:].splitlines(keepends=True)
    for added in (lines + [line], [line] + lines):
        receipt['checkpoint'] = (body + b'\n' + b''.join(added)).decode()
        write(place, json.dumps(receipt))
        for key in (witness, public):
            assert 'signed by the key given' in answer('receipt', '--check', place, '--key', key)
    spoilt = bytearray(line)
    spoilt[-10] ^= 1
    receipt['checkpoint'] = (body + b'\n' + b''.join(lines) + bytes(spoilt)).decode()
    write(place, json.dumps(receipt))
    code, output = command('receipt', '--check', place, '--key', witness)
    assert code == 3, output


def check_ledger(folder, make, seed):
    random_ = random.Random(seed)
    path = make(folder, seed)
    name, secret = b'ledger.example/%d' % seed, random_.randbytes(32)
    key, made = os.path.join(folder, 'key'), os.path.join(folder, 'made')
    for place, line in zip((key, key + '.pub'), key_lines(name, secret)):
        write(place, line)
    public = key_of(read(key + '.pub'))
    # A key of theirs, read as the secret it was made from; then one made elsewhere.
    note = answer('seal', path, '--make-key', made).encode()
    theirs = key_of(read(made + '.pub'))
    assert expanded(key_of_secret(read(made)))[2] == theirs[1], 'the public half of a key'
    ledger = Ledger(path)
    leaves = ledger.leaves()
    tree = Tree([sha(b'\0', raw) for raw, _, _ in leaves])
    size = len(leaves)
    assert check_note(note, *theirs)[1:] == (size, tree.root(0, size))
    note = answer('seal', path, '--key', key).encode()
    assert check_note(note, *public)[1:] == (size, tree.root(0, size))
    check_rows(ledger, tree, leaves)
    # Any head that a commit left may be the older one.
    sizes = [row[0] for row in ledger.rows('select size from head where size>0 order by size')]
    for old in sizes if len(sizes) < 20 else random_.sample(sizes, 20):
        check_growth(path, tree, old, size)
    for number in sorted(random_.sample(range(1, size + 1), min(size, 8))):
        check_receipt(path, tree, leaves, number, size, public, folder)
    check_witnessed(folder, key + '.pub', random_)
    ledger.database.close()


def key_of_secret(line):
    lead = b'PRIVATE+KEY+'
    assert line.startswith(lead), line
    return base64.b64decode(line.strip().split(b'+', 4)[4], validate=True)[1:]


def main(first, last):
    failed = 0
    cases = [(make_large, first)] + [(make_random, seed) for seed in range(first, last + 1)]
    for make, seed in cases:
        with tempfile.TemporaryDirectory() as folder:
            try:
                check_ledger(folder, make, seed)
            except AssertionError as error:
                failed += 1
                print('%s %d: %s' % (make.__name__, seed, error))
                sys.stdout.flush()
    return len(cases) - failed, failed


if __name__ == '__main__':
    figures = main(int(sys.argv[1]), int(sys.argv[-1]))
    print('%d passed, %d failed' % figures)
    sys.exit(1 if figures[1] else 0)
