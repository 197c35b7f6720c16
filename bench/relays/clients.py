"""What a client does: pgbench, and raw sockets where pgbench cannot or would itself be the brake."""
import pathlib
import re
import socket
import ssl
import struct
import subprocess
import tempfile
import time

CHUNK = 256 << 10


def pgbench(address, clients, seconds=None, transactions=None, log=None, words=()):
    """(transactions, transactions a second, those that failed)"""
    command = ["pgbench", "-n", "-c", str(clients), "-j", str(min(clients, 2)), *words]
    command += ["-T", str(seconds)] if seconds else ["-t", str(transactions)]
    if log:
        command += ["--log", f"--log-prefix={log}"]
    done = subprocess.run([*command, address], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"bench: {' '.join(command)} failed: {done.stderr.strip()[-600:]}")
    number = int(re.search(r"actually processed: (\d+)", done.stdout)[1])
    rate = float(re.search(r"^tps = ([\d.]+)", done.stdout, re.M)[1])
    failed = re.search(r"failed transactions: (\d+)", done.stdout)
    if number == 0 or (failed and int(failed[1]) > 0):
        raise SystemExit(f"bench: {' '.join(command)}: transactions failed: {done.stdout}")
    return number, rate


def latencies_us(address, seconds=None, transactions=None, words=("-S",)):
    """Of one client, in ascending order."""
    with tempfile.TemporaryDirectory(prefix="ride-bench-log-") as folder:
        pgbench(address, 1, seconds, transactions, f"{folder}/log", words)
        lines = [line for log in pathlib.Path(folder).iterdir() for line in log.read_text().splitlines()]
    return sorted(int(line.split()[2]) for line in lines)


def percentile(ascending, part):
    return ascending[min(len(ascending) - 1, int(len(ascending) * part))]


class RawSession:
    """The protocol with as little work as can be: answers are thrown away unread."""

    def __init__(self, port, tls=False):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket.sendall(struct.pack("!ii", 8, 80877103))
            if self.socket.recv(1) != b"S":
                raise SystemExit("bench: no TLS here")
            self.socket = context().wrap_socket(self.socket)
        body = struct.pack("!i", 196608) + b"user\0postgres\0database\0postgres\0\0"
        self.socket.sendall(struct.pack("!i", len(body) + 4) + body)
        self.until_ready()

    def until_ready(self):
        """Bytes read until the server is ready for the next query, which it says last."""
        total, tail = 0, b""
        while True:
            read = self.socket.recv(CHUNK)
            if not read:
                raise SystemExit(f"bench: the session ended: {tail!r}")
            total += len(read)
            tail = (tail + read[-64:])[-64:]
            if b"SFATAL\0" in tail:
                raise SystemExit(f"bench: {tail!r}")
            if tail[-6:-1] == b"Z\0\0\0\5":
                return total

    def query(self, sql):
        text = sql.encode() + b"\0"
        self.socket.sendall(b"Q" + struct.pack("!i", len(text) + 4) + text)

    def fetch(self, sql):
        self.query(sql)
        return self.until_ready()

    def copy_in(self, sql, rows, row):
        self.query(sql)
        if self.socket.recv(64)[:1] != b"G":
            raise SystemExit(f"bench: {sql} was refused")
        block = (b"d" + struct.pack("!i", len(row) + 4) + row) * 64
        for _ in range(rows // 64):
            self.socket.sendall(block)
        self.socket.sendall(b"c" + struct.pack("!i", 4))
        self.until_ready()
        return rows // 64 * len(block)

    def close(self):
        self.socket.sendall(b"X" + struct.pack("!i", 4))
        self.socket.close()


def context():
    """One for all sessions: it is their memory that is not to be measured here."""
    global _context
    if _context is None:
        _context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        _context.check_hostname = False
        _context.verify_mode = ssl.CERT_NONE
    return _context


_context = None


def timed(work):
    began = time.monotonic()
    amount = work()
    return amount, time.monotonic() - began
