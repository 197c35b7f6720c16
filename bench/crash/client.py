"""Clients that note what they were told: one line for each message that says how a statement ended.

A note stands in its file before the next message is looked at, so a client may be killed as well. They speak the
protocol themselves, because what counts is the last byte that came, not what a library makes of it.
"""
import os
import random
import socket
import struct
import threading

ENDS = {b"C": "tag", b"I": "empty", b"s": "suspended", b"E": "error", b"Z": "ready"}
RIDE_STOPPED = "53100"  # ride's own last word: the statement under way has none


def message(kind, *parts):
    body = b"".join(part if isinstance(part, bytes) else part.encode() + b"\0" for part in parts)
    return kind.encode() + struct.pack("!i", len(body) + 4) + body


def sqlstate(body):
    return next(field[1:].decode() for field in body.split(b"\0") if field[:1] == b"C")


class Client(threading.Thread):
    """One connection that works until it is cut. `told` counts the messages that were noted."""

    def __init__(self, address, name, folder, seed, user="postgres", database="postgres", first=""):
        super().__init__(daemon=True)
        self.user, self.database, self.first = user, database, first
        self.address, self.name, self.random = address, name, random.Random(seed)
        self.path = f"{folder}/{name}.notes"
        self.told, self.sent, self.states, self.over = 0, 0, set(), False
        self.buffer = b""

    def run(self):
        self.notes = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            family = socket.AF_UNIX if isinstance(self.address, str) else socket.AF_INET
            self.socket = socket.socket(family)
            self.socket.connect(self.address)
            self.start_session()
            if self.first:
                self.query(self.first)
            while not self.over:
                self.random.choice(self.exchanges())()
        except (OSError, EOFError):
            pass  # cut: what it was told until then is in its notes
        finally:
            os.close(self.notes)
            self.socket.close()

    def stop(self):
        self.over = True
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError):
            pass

    def start_session(self):
        pairs = b"".join(word.encode() + b"\0" for word in (
            "user", self.user, "database", self.database, "application_name", self.name))
        self.socket.sendall(struct.pack("!ii", len(pairs) + 9, 196608) + pairs + b"\0")
        while (answer := self.receive())[0] != b"Z":
            if answer[0] == b"E":
                self.states.add(sqlstate(answer[1]))
                raise EOFError

    def receive(self):
        while len(self.buffer) < 5 or len(self.buffer) < 1 + (size := struct.unpack("!i", self.buffer[1:5])[0]):
            piece = self.socket.recv(1 << 18)
            if not piece:
                raise EOFError
            self.buffer += piece
        kind, body = self.buffer[:1], self.buffer[5:1 + size]
        self.buffer = self.buffer[1 + size:]
        return kind, body

    def new_id(self):
        self.sent += 1
        return f"{self.name}-{self.sent}"

    def note(self, statement, ordinal, kind, body):
        value = {b"C": lambda: body[:-1].decode(), b"E": lambda: sqlstate(body), b"Z": lambda: body.decode()}
        said = value.get(kind, lambda: "")()
        if kind == b"E":
            self.states.add(said)
            if said == RIDE_STOPPED:
                return
        os.write(self.notes, f"{statement}\t{ordinal}\t{ENDS[kind]}\t{said}\n".encode())
        self.told += 1

    def exchange(self, request, statements, copy=b""):
        """Sends a request and notes the answers. `statements`: (id, ordinal) of each end that may come."""
        self.socket.sendall(request)
        at = 0
        while True:
            kind, body = self.receive()
            if kind == b"G":
                self.socket.sendall(message("d", copy) + message("c"))
            if kind == b"Z":
                self.note(statements[-1][0], 0, kind, body)
                return
            if kind in ENDS:
                self.note(*statements[min(at, len(statements) - 1)], kind, body)
                at += 1

    def query(self, sql, copy=b""):
        """Several statements are told apart by a `;` at a line's end."""
        one = self.new_id()
        self.exchange(message("Q", f"/* {one} */ {sql}"), [(one, n) for n in range(sql.count(";\n") + 1)], copy)

    def exchanges(self):
        return (self.insert, self.insert, self.read, self.fail, self.several, self.transaction, self.pipeline,
                self.pieces, self.empty, self.copy_in, self.big)

    def insert(self):
        self.query(f"INSERT INTO noted VALUES ({self.sent})")

    def read(self):
        self.query(f"SELECT {self.sent}, repeat('x', {self.random.randrange(300)})")

    def fail(self):
        self.query(self.random.choice(("SELECT 1/0", "SELEC", "SELECT nothing FROM nowhere")))

    def several(self):
        self.query("SELECT 1;\nINSERT INTO noted VALUES (1);\nSELECT 2" + self.random.choice(("", "/0", ";\nSELECT 3")))

    def transaction(self):
        self.query("BEGIN")
        for _ in range(self.random.randrange(3)):
            self.random.choice((self.insert, self.read, self.fail))()
        self.query(self.random.choice(("COMMIT", "ROLLBACK")))

    def pipeline(self):
        request, statements = b"", []
        for _ in range(self.random.randrange(1, 8)):
            one = self.new_id()
            statements.append((one, 0))
            request += (message("P", "", f"/* {one} */ INSERT INTO noted VALUES ($1)", b"\0\0")
                        + message("B", "", "", b"\0\0\0\1\0\0\0\1" + b"7" + b"\0\0") + message("E", "", b"\0\0\0\0"))
        self.exchange(request + message("S"), statements)

    def pieces(self):
        """A portal in pieces: PortalSuspended, then the rest. Its Executes are statements of one Parse."""
        one = self.new_id()
        self.exchange(message("P", "", f"/* {one} */ SELECT generate_series(1, 5)", b"\0\0")
                      + message("B", "", "", b"\0\0\0\0\0\0") + message("E", "", b"\0\0\0\3")
                      + message("E", "", b"\0\0\0\0") + message("S"), [(one, 0), (one, 1)])

    def empty(self):
        self.query("")

    def copy_in(self):
        self.query("COPY noted FROM STDIN", b"".join(b"%d\n" % n for n in range(self.random.randrange(2000))))

    def big(self):
        self.query(f"SELECT repeat('y', 500) FROM generate_series(1, {self.random.randrange(800)})")


class Crowd:
    """Some clients at once."""

    def __init__(self, address, folder, clients, seed, **more):
        self.clients = [Client(address, f"note-{seed}-{number}", folder, seed * 100 + number, **more)
                        for number in range(clients)]
        for client in self.clients:
            client.start()

    def told(self):
        return sum(client.told for client in self.clients)

    def states(self):
        return set().union(*(client.states for client in self.clients))

    def alive(self):
        return sum(client.is_alive() for client in self.clients)

    def join(self):
        """Of clients whose server is gone: they read to the end of what was sent to them."""
        for client in self.clients:
            client.join(60)
            if client.is_alive():
                raise RuntimeError(f"{client.name} still waits for an answer, a minute after it was cut")

    def stop(self):
        for client in self.clients:
            client.stop()
        self.join()

    def notes(self):
        """(id, ordinal, what, value) of all; a line that is not whole was never noted."""
        for client in self.clients:
            with open(client.path, encoding="utf-8") as lines:
                for line in lines:
                    if line.endswith("\n"):
                        one, ordinal, what, value = line[:-1].split("\t")
                        yield one, int(ordinal), what, value
