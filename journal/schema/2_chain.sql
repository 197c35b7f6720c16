-- Format 2: the record is chained, and the chain is signed. docs/journal-format.md says how.

-- The first three bytes of the event's hash, signed, big-endian.
ALTER TABLE events ADD COLUMN link INTEGER;

-- Signed statements of the chain's hash at the event `size`.
CREATE TABLE checkpoints(
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL            -- C2SP signed-note of a tlog-checkpoint
);

-- The public halves of the keys that signed them.
CREATE TABLE keys(
  vkey TEXT PRIMARY KEY         -- C2SP signed-note verifier key
) WITHOUT ROWID;
