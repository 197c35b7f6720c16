-- Format 1 of an attempt file. docs/journal-format.md explains every table.
-- PRAGMA application_id and user_version are set beside this, in the same transaction.

-- One row a record, in the one total order. Append-only.
CREATE TABLE events(
  seq INTEGER PRIMARY KEY,
  attempt INTEGER NOT NULL,     -- 0: before the first attempt
  kind INTEGER NOT NULL,        -- see kinds
  at_us INTEGER NOT NULL,       -- microseconds since the Unix epoch
  connection INTEGER NOT NULL,  -- 0: not about a client connection
  body BLOB NOT NULL            -- (field, value) pairs, see fields
);

-- Long texts of query and parse events, each stored once. The event's body has the digest in the place
-- of the text.
CREATE TABLE texts(
  id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE,
  text BLOB NOT NULL
);

-- How far each ring file was moved into this file; of use only after a crash.
CREATE TABLE rings(
  ring INTEGER PRIMARY KEY,
  drained INTEGER NOT NULL
);

CREATE TABLE meta(
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- What the numbers in events mean, for people who open this file with sqlite3 alone.
CREATE TABLE kinds(
  kind INTEGER PRIMARY KEY,
  name TEXT NOT NULL
);
CREATE TABLE fields(
  field INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  type TEXT NOT NULL            -- integer, text or blob
);
