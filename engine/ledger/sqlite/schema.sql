-- Notch ledger, format 1.  Needs SQLite 3.40.  Times are microseconds UTC, except matures,
-- expires, until and due: seconds UTC.  Numbers are dense from 1; 0 stands for none.
-- Journal tables have one integer key and no other index, and only grow.
CREATE TABLE ledger(
  ledger INTEGER PRIMARY KEY CHECK(ledger=1),
  origin TEXT NOT NULL,                 -- its name in checkpoints
  clock INTEGER NOT NULL                -- 0 `recorded` from the machine's clock, 1 from the events
) STRICT;
CREATE TABLE version(
  version INTEGER PRIMARY KEY, event INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK(length(hash)=32),
  source TEXT NOT NULL, zone BLOB NOT NULL, semantics INTEGER NOT NULL, effective INTEGER NOT NULL
) STRICT;
CREATE TABLE module(
  module INTEGER PRIMARY KEY, version INTEGER NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL
) STRICT;
CREATE TABLE name(
  name INTEGER PRIMARY KEY, event INTEGER NOT NULL, sort INTEGER NOT NULL, text TEXT NOT NULL
) STRICT;
CREATE TABLE member(
  member INTEGER PRIMARY KEY, event INTEGER NOT NULL,
  digest BLOB NOT NULL CHECK(length(digest)=32)       -- SHA-256(salt, id)
) STRICT;
CREATE TABLE shape(                     -- how contents are kept
  shape INTEGER PRIMARY KEY, keys TEXT NOT NULL,        -- an array in JSON
  -- NULL: the content is the array of the values.  Else the values stand between commas, and of
  -- each key there is a letter: t a text, without its quotes; v another value
  texts TEXT
) STRICT;
CREATE TABLE form(                      -- what thousands of events have in common
  form INTEGER PRIMARY KEY,
  type INTEGER NOT NULL,                -- name
  offset INTEGER NOT NULL,              -- of `at` from UTC, in minutes
  version INTEGER NOT NULL,
  outcome INTEGER NOT NULL,             -- see notch_outcome
  postings INTEGER NOT NULL CHECK(postings>=0),         -- how many
  -- the first of them as in posting_more
  points INTEGER,
  source INTEGER CHECK(source BETWEEN 1 AND 9),
  target INTEGER CHECK(target BETWEEN 1 AND 9 AND target<>source),
  terms INTEGER,
  shape INTEGER NOT NULL,               -- of the content; 0: it is whole
  more INTEGER NOT NULL CHECK(more BETWEEN 0 AND 1),    -- whether there is a row in event_more
  CHECK(postings=0 OR points+source+target IS NOT NULL)
) STRICT;
CREATE TABLE event(                     -- one row = one ledger transaction = one leaf
  event INTEGER PRIMARY KEY,
  id TEXT,                              -- NULL: fell due, or the other member's side
  form INTEGER NOT NULL,
  member INTEGER NOT NULL,              -- 0: the programme itself
  -- event - the member's row before this one (0: it is the first)
  previous INTEGER NOT NULL,
  at INTEGER NOT NULL,                  -- the event's own time
  booked INTEGER NOT NULL CHECK(booked>=0),               -- booked - at
  recorded INTEGER NOT NULL,            -- recorded - at
  -- event - the number of its first posting, or of the next one to come
  posting INTEGER NOT NULL,
  -- the first posting as in posting_more, but lot: posting - lot (0: it opens one)
  amount INTEGER CHECK(amount BETWEEN 1 AND 1000000000000000),
  lot INTEGER, rules ANY, matures INTEGER, expires INTEGER,
  -- canonical JSON of what was sent, digests for personal values; with a shape the values alone,
  -- see notch_content
  content TEXT,
  leaf BLOB NOT NULL CHECK(length(leaf)=32)
) STRICT;
CREATE TABLE event_more(                -- what few events have
  event INTEGER PRIMARY KEY,
  -- 0 sent, 1 fell due, 2 other side of `cause`
  origin INTEGER NOT NULL CHECK(origin BETWEEN 0 AND 2),
  cause INTEGER NOT NULL,
  move INTEGER NOT NULL, effect INTEGER NOT NULL,         -- its first ones (0: none)
  earned INTEGER, partner INTEGER,      -- of the first posting
  shared TEXT,                          -- figures read from outside the member
  detail TEXT                           -- of a refusal
) STRICT;
CREATE TABLE posting_more(              -- an event's second posting and those after it
  posting INTEGER PRIMARY KEY, event INTEGER NOT NULL,
  points INTEGER NOT NULL,              -- name
  source INTEGER NOT NULL CHECK(source BETWEEN 1 AND 9),  -- see notch_account
  target INTEGER NOT NULL CHECK(target BETWEEN 1 AND 9 AND target<>source),
  amount INTEGER NOT NULL CHECK(amount BETWEEN 1 AND 1000000000000000),
  -- the posting that opened the lot (itself, when it opens one)
  lot INTEGER NOT NULL,
  -- [rule,share,...,rule]: the last rule gave what is left; a number: that rule gave all of it
  rules ANY,
  -- on a posting that opens a lot; NULL: at once, never
  matures INTEGER, expires INTEGER, terms INTEGER,
  earned INTEGER, partner INTEGER       -- earned NULL: the event's `at`
) STRICT;
CREATE TABLE move(
  move INTEGER PRIMARY KEY, event INTEGER NOT NULL, ladder INTEGER NOT NULL, tier INTEGER NOT NULL,
  since INTEGER NOT NULL, until INTEGER, cause INTEGER NOT NULL       -- until NULL: no term
) STRICT;
CREATE TABLE effect(
  -- see notch_effect_kind
  effect INTEGER PRIMARY KEY, event INTEGER NOT NULL, kind INTEGER NOT NULL,
  subject INTEGER, rule INTEGER, amount INTEGER NOT NULL, ref INTEGER NOT NULL,
  matures INTEGER, until INTEGER, text TEXT
) STRICT;
CREATE TABLE head(                      -- one row a commit
  size INTEGER PRIMARY KEY, root BLOB NOT NULL CHECK(length(root)=32)
) STRICT;
CREATE TABLE node(                      -- level<<40 | index, levels 8, 9, ...
  node INTEGER PRIMARY KEY, hash BLOB NOT NULL CHECK(length(hash)=32)
) STRICT;
CREATE TABLE seal(
  seal INTEGER PRIMARY KEY, size INTEGER NOT NULL, note TEXT NOT NULL
) STRICT;
-- Not journal: personal values (erasable), settings of the host, and caches (rebuildable).
CREATE TABLE personal(
  -- field 0: the member's id
  member INTEGER NOT NULL, field INTEGER NOT NULL, event INTEGER NOT NULL,
  salt BLOB NOT NULL CHECK(length(salt)=32), value TEXT NOT NULL, PRIMARY KEY(member,field,event)
) STRICT, WITHOUT ROWID;
CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE state(
  member INTEGER PRIMARY KEY, last INTEGER NOT NULL, upto INTEGER NOT NULL, due INTEGER NOT NULL,
  version INTEGER NOT NULL, data BLOB NOT NULL
) STRICT;
CREATE TABLE cache(                     -- state.last and event_key know the rows 1..upto
  cache INTEGER PRIMARY KEY CHECK(cache=1), upto INTEGER NOT NULL, booked INTEGER,
  erased INTEGER NOT NULL
) STRICT;
CREATE TABLE event_key(                 -- keys key..key+more are of the rows event..event+more
  key INTEGER NOT NULL, event INTEGER NOT NULL, more INTEGER NOT NULL CHECK(more>=0),
  PRIMARY KEY(key,event)
) STRICT, WITHOUT ROWID;
CREATE TABLE member_key(
  key INTEGER NOT NULL, member INTEGER NOT NULL, PRIMARY KEY(key,member)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER head_grows BEFORE INSERT ON head WHEN NEW.size<=(SELECT max(size) FROM head)
  BEGIN SELECT RAISE(ABORT,'the journal only grows'); END;
CREATE VIEW notch_event AS              -- each event whole, with its first posting
  SELECT e.event, e.id, f.type, e.member,
    CASE e.previous WHEN 0 THEN 0 ELSE e.event-e.previous END AS previous,
    e.at, f.offset, e.at+e.booked AS booked, e.at+e.recorded AS recorded, f.version, f.outcome,
    e.event-e.posting AS posting, f.postings, f.points, f.source, f.target, e.amount,
    e.event-e.posting-e.lot AS lot, e.rules, e.matures, e.expires, f.terms, f.shape, e.content,
    coalesce(m.origin,0) AS origin, coalesce(m.cause,0) AS cause, coalesce(m.move,0) AS move,
    coalesce(m.effect,0) AS effect, m.earned, m.partner, m.shared, m.detail, e.leaf
  FROM event e LEFT JOIN form f ON f.form=e.form
    LEFT JOIN event_more m ON f.more=1 AND m.event=e.event;
CREATE VIEW posting AS                  -- all of them, with their event's member and times
  SELECT posting, event, member, at, booked, points, source, target, amount, lot, rules,
    earned, matures, expires, terms, partner FROM notch_event WHERE postings>0
  UNION ALL
  SELECT q.posting, q.event, e.member, e.at, e.at+e.booked, q.points, q.source, q.target,
    q.amount, q.lot, q.rules, q.earned, q.matures, q.expires, q.terms, q.partner
    FROM posting_more q JOIN event e ON e.event=q.event;
CREATE VIEW notch_content AS            -- what was sent, whole
  SELECT event, id, CASE WHEN keys IS NULL THEN content ELSE
    (SELECT '{'||group_concat(json_quote(k.value)||':'||CASE WHEN texts IS NULL THEN content->k.key
       WHEN substr(texts,k.key+1,1)='t' THEN parts->k.key ELSE parts->>k.key END)||'}'
       FROM json_each(keys) k) END AS content
  FROM (SELECT e.event, e.id, e.content, s.keys, s.texts,
      '["'||replace(e.content,',','","')||'"]' AS parts
    FROM event e LEFT JOIN form f ON f.form=e.form LEFT JOIN shape s ON s.shape=f.shape);
CREATE VIEW notch_entry AS
  SELECT e.event, e.id, t.text AS type,
    CASE WHEN e.member=0 THEN NULL ELSE coalesce(p.value,'(erased)') END AS member,
    strftime('%Y-%m-%dT%H:%M:%SZ',e.at/1000000,'unixepoch') AS at,
    strftime('%Y-%m-%dT%H:%M:%SZ',e.booked/1000000,'unixepoch') AS booked,
    k.text AS points, s.word AS source, g.word AS target, e.amount, e.lot, e.rules,
    coalesce(o.word,e.outcome) AS outcome
  FROM (SELECT event, id, type, member, at, booked, points, source, target, amount, lot, rules,
      outcome FROM notch_event
      UNION ALL
      SELECT v.event, v.id, v.type, v.member, v.at, v.booked, q.points, q.source, q.target,
      q.amount, q.lot, q.rules, v.outcome
      FROM posting_more q JOIN notch_event v ON v.event=q.event) e
    LEFT JOIN name t ON t.name=e.type LEFT JOIN name k ON k.name=e.points
    LEFT JOIN personal p ON p.member=e.member AND p.field=0
    LEFT JOIN notch_account s ON s.account=e.source LEFT JOIN notch_account g ON g.account=e.target
    LEFT JOIN notch_outcome o ON o.outcome=e.outcome;
CREATE VIEW notch_balance AS
  SELECT b.member AS number, coalesce(p.value,'(erased)') AS member, k.text AS points,
    a.word AS account, b.amount
  FROM (SELECT member, points, account, sum(amount) AS amount FROM
      (SELECT member, points, target AS account, amount FROM posting WHERE target IN (1,2)
       UNION ALL SELECT member, points, source, -amount FROM posting WHERE source IN (1,2)
       UNION ALL SELECT member, points, 3, amount FROM posting WHERE source=3
       UNION ALL SELECT member, points, 3, -amount FROM posting WHERE target=3)
    GROUP BY member, points, account) b
    LEFT JOIN personal p ON p.member=b.member AND p.field=0 LEFT JOIN name k ON k.name=b.points
    LEFT JOIN notch_account a ON a.account=b.account;
CREATE VIEW notch_lot AS
  SELECT o.posting AS lot, coalesce(p.value,'(erased)') AS member, k.text AS points, o.amount,
    strftime('%Y-%m-%dT%H:%M:%SZ',coalesce(o.earned,o.at)/1000000,'unixepoch') AS earned,
    strftime('%Y-%m-%dT%H:%M:%SZ',o.matures,'unixepoch') AS matures,
    strftime('%Y-%m-%dT%H:%M:%SZ',o.expires,'unixepoch') AS expires,
    r.text AS partner, s.available_or_pending, s.held
  FROM posting o
    JOIN (SELECT lot, sum((target=1)*amount)-sum((source=1)*amount) AS available_or_pending,
        sum((target=2)*amount)-sum((source=2)*amount) AS held FROM posting GROUP BY lot) s
      ON s.lot=o.posting
    LEFT JOIN personal p ON p.member=o.member AND p.field=0 LEFT JOIN name k ON k.name=o.points
    LEFT JOIN name r ON r.name=o.partner
  WHERE o.lot=o.posting;
CREATE VIEW notch_tier AS
  SELECT coalesce(p.value,'(erased)') AS member, l.text AS ladder, t.text AS tier,
    strftime('%Y-%m-%dT%H:%M:%SZ',m.since/1000000,'unixepoch') AS since,
    strftime('%Y-%m-%dT%H:%M:%SZ',m.until,'unixepoch') AS until, m.cause, m.event
  FROM move m JOIN event e ON e.event=m.event
    LEFT JOIN personal p ON p.member=e.member AND p.field=0 LEFT JOIN name l ON l.name=m.ladder
    LEFT JOIN name t ON t.name=m.tier;
