"""Starting and stopping what is measured, and what the kernel says it cost."""
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def unprivileged():
    """What PostgreSQL and PgBouncer insist on: words that give up root, and the user they become."""
    if os.geteuid() != 0:
        return [], None
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"], user
    raise SystemExit("bench: no user to run PostgreSQL as")


def program(name, package):
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not found:
        raise SystemExit(f"bench: no {name} here; tools/setup bench installs {package}")
    return found


class Process:
    """A child in a group of its own, its output in a file."""

    def __init__(self, words, log):
        self.log = pathlib.Path(log)
        with open(self.log, "ab") as out:
            self.child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                          start_new_session=True)
        self.pid = self.child.pid

    def require_alive(self, what):
        if self.child.poll() is not None:
            raise SystemExit(f"bench: {what} ended: {self.log.read_text()[-600:].strip()}")

    def stop(self, how=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(how)
        try:
            self.child.wait(60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def wait_for_port(port, process, what):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        process.require_alive(what)
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"bench: {what} does not listen: {process.log.read_text()[-600:].strip()}")


def thread_seconds(pid):
    """CPU of each thread, by its name and number."""
    seconds = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            name = (task / "comm").read_text().strip()
            try:
                used = int((task / "schedstat").read_text().split()[0]) / 1e9
            except (OSError, IndexError):
                fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
                used = (int(fields[11]) + int(fields[12])) / TICKS
        except OSError:
            continue  # it ended meanwhile
        seconds[name, task.name] = used
    return seconds


def anonymous_kib(pid):
    """What a process has for itself: neither its files nor what it maps of them."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    raise SystemExit("bench: this kernel does not tell RssAnon")
