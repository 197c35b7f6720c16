"""Reads an attempt file by docs/journal-format.md alone, and holds it against what clients noted."""
import re
import sqlite3
from collections import Counter

CARRIED = 75
GAP, HOLE, CLOSED, QUERY, PARSE, BIND, EXECUTE, ENDED, READY = 5, 4, 14, 20, 21, 22, 24, 30, 31
NUMBER, NAME, TEXT, DIGEST, TAG, HOW, MESSAGE, ERROR, REQUEST, PORTAL, ORDINAL, STATUS = (
    1, 2, 3, 4, 5, 9, 10, 18, 20, 22, 24, 36)
ID = re.compile(rb"/\* (note-[-0-9]+) \*/")


def varint(body, at):
    value = shift = 0
    while True:
        byte = body[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(body):
    out, at = {}, 0
    while at < len(body):
        key, at = varint(body, at)
        value, at = varint(body, at)
        if key & 1:
            value, at = body[at:at + value], at + value
        out.setdefault(key >> 1, value)
    return out


def sqlstate(error):
    return next((field[1:].decode() for field in error.split(b"\0") if field[:1] == b"C"), "")


class Journal:
    """What the files of one proxy say together: `ended[id]` the ends in order, `ready[id]` the states, `problems` where
    one is not sound."""

    def __init__(self, *paths):
        self.problems, self.ended, self.ready = [], {}, {}
        self.events, self.holes, self.gaps = 0, [], []
        self.fatal = Counter()
        last = {}  # numbers of connections go on from file to file
        for path in paths:
            self.database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            if (sound := self.database.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
                self.problems.append(f"integrity_check: {sound[:3]}")
            self.texts = dict(self.database.execute("SELECT sha256, text FROM texts"))
            self.read(last)
            self.database.close()

    def read(self, last):
        expected, asked = 1, {}
        for seq, kind, connection, body in self.database.execute(
                "SELECT seq, kind, connection, body FROM events ORDER BY seq"):
            self.events += 1
            if seq != expected:
                self.problems.append(f"seq {seq} comes where {expected} must")
            expected = seq + 1
            if kind in (GAP, HOLE):
                said = fields(body)
                expected = seq + said.get(NUMBER, 1)
                (self.gaps if kind == GAP else self.holes).append(said.get(MESSAGE, b"").decode() or f"at {seq}")
            elif kind in (QUERY, PARSE, EXECUTE, ENDED, READY, CLOSED):
                self.take(seq, kind, connection, fields(body), asked, last)

    def take(self, seq, kind, connection, said, asked, last):
        if CARRIED in said:
            return  # what an earlier file has
        if kind in (QUERY, PARSE):
            text = said.get(TEXT, b"") or self.texts.get(said.get(DIGEST), b"")
            found = ID.search(text)
            last[connection] = asked[seq] = found.group(1).decode() if found else None
            if found and self.ended.setdefault(asked[seq], []):
                self.problems.append(f"{asked[seq]} was sent once and is recorded twice")
        elif kind == EXECUTE:
            asked[seq] = last.get(connection)
        elif kind == CLOSED and ERROR in said:
            self.fatal[sqlstate(said[ERROR])] += 1
        elif (one := asked.get(said.get(REQUEST))) is not None:
            if kind == READY:
                self.ready.setdefault(one, []).append(said[STATUS].decode())
            else:
                self.end(one, (said[REQUEST], said.get(ORDINAL, 0)), said)

    def end(self, one, place, said):
        ends = self.ended.setdefault(one, [])
        if any(other == place for other, _, _ in ends):
            self.problems.append(f"{one} has two ends at {place}")
        how = said[HOW].decode()
        value = sqlstate(said[ERROR]) if ERROR in said else said.get(TAG, b"").decode()
        ends.append((place, how, value))

    def missing(self, notes):
        """The notes that the file does not bear out."""
        for one, ordinal, what, value in notes:
            ends = self.ended.get(one, [])
            if what == "ready":
                found = value in self.ready.get(one, [])
            elif what == "error":  # one that was told to an idle session stands at its end
                found = any(seen == value for _, _, seen in ends) or self.fatal[value] > 0
            else:
                found = ordinal < len(ends) and (what != "tag" or ends[ordinal][2] == value)
            if not found:
                yield f"{one} [{ordinal}] {what} {value}: recorded {ends}, ready {self.ready.get(one)}"
