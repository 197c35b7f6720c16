"""What a round starts and kills: PostgreSQL, `ride proxy`, pgbench, `ride audit recover`."""
import glob
import json
import os
import pwd
import random
import shutil
import signal
import subprocess
import time


def wait_for(condition, what, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise RuntimeError(f"in {seconds} s not so: {what}")
        time.sleep(0.02)


class Server:
    """A PostgreSQL of this campaign's own, on a unix socket in its folder. It is killed and started again."""

    def __init__(self, folder):
        self.folder, self.data = folder, f"{folder}/data"
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [os.path.dirname(shutil.which("initdb") or "")]
        self.programs = programs[-1]
        user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        os.mkdir(folder)
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        self.drop = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        subprocess.run([f"{self.programs}/initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync"],
                       check=True, stdout=subprocess.DEVNULL, cwd="/", **self.drop)
        self.start()
        self.ask("CREATE TABLE noted (n int)")
        subprocess.run(["pgbench", "-iq", "-h", folder, "-U", "postgres", "postgres"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        self.process = subprocess.Popen(
            [f"{self.programs}/postgres", "-D", self.data, "-k", self.folder, "-c", "listen_addresses=", "-c",
             "fsync=off", "-c", "max_connections=100"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
            **self.drop)
        wait_for(lambda: self.ask("SELECT 1") == "1", "PostgreSQL answers")

    def ask(self, sql):
        words = ["psql", "-XAtq", "-h", self.folder, "-U", "postgres", "-c", sql]
        return subprocess.run(words, text=True, capture_output=True).stdout.strip()

    def backends(self):
        return [int(pid) for pid in self.ask("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' "
                                             "AND application_name LIKE 'note-%'").split()]

    def kill(self):
        """The postmaster, and with it all others: they notice by themselves, and must be gone for the next start."""
        self.process.kill()
        self.process.wait()
        wait_for(lambda: not self.left(), "the dead PostgreSQL's backends are gone")

    def left(self):
        for path in glob.glob("/proc/[0-9]*/cwd"):
            try:
                if os.readlink(path) == self.data:
                    return True
            except OSError:
                pass  # gone meanwhile
        return False

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


class Ride:
    def __init__(self, program, server, journal, log, words=(), environment=None):
        self.log = log
        with open(log, "ab") as errors:
            self.process = subprocess.Popen(
                [program, "proxy", "--listen", "127.0.0.1:0", "--upstream", server.folder, "--journal", journal,
                 "--json", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True,
                env={**os.environ, **(environment or {})})
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"ride proxy did not start: {self.said()[-500:]}")
        ready = json.loads(line)
        self.address, self.file = ("127.0.0.1", ready["port"]), ready["journal"]

    def said(self):
        with open(self.log, encoding="utf-8") as lines:
            return lines.read()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(120)


class Pgbench:
    def __init__(self, address, seed):
        self.process = subprocess.Popen(
            ["pgbench", "-n", "-h", address[0], "-p", str(address[1]), "-U", "postgres", "-c", "4", "-T", "600",
             "-b", ("simple-update", "select-only", "tpcb-like")[seed % 3], "-M",
             ("simple", "extended", "prepared")[seed // 3 % 3], "postgres"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.process.kill()
        self.process.wait()


def recover(program, file, chance: random.Random, kills_max=2):
    """`ride audit recover`, killed at random instants and begun again. Returns (its object, how often killed)."""
    killed = 0
    while True:
        process = subprocess.Popen([program, "audit", "recover", file, "--json"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if killed < kills_max and chance.random() < 0.5:
            try:
                process.wait(chance.uniform(0, 0.15))
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                killed += 1
                continue
        out, errors = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"recover: {errors.strip()}")
        return json.loads(out), killed
