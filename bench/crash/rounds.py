"""One round of each kind: load, a death, recovery, and the questions that must come out right."""
import glob
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import time
import urllib.parse

from . import power, processes
from .client import RIDE_STOPPED, Crowd
from .journal import Journal

CLIENTS = 6
SCENARIOS = str(pathlib.Path(__file__).resolve().parent.parent.parent / "scenarios")


def make_room(disk):
    subprocess.run(["mount", "-o", "remount,size=400m", disk], check=True)


class Result:
    """Of one round, or summed."""

    def __init__(self):
        self.problems = []
        self.rounds = self.noted = self.events = self.recovered = self.holes = self.gaps = self.recoveries_killed = 0
        self.lost = 0

    def add(self, other):
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def text(self):
        return (f"{self.rounds} rounds, {self.noted} notes, {self.events} events in the files, {self.recovered} of "
                f"them by recovery; {self.recoveries_killed} recoveries killed; {self.holes} holes, {self.gaps} gaps; "
                f"{self.lost} notes lost; {len(self.problems)} problems")


class Round:
    def __init__(self, options, server, folder, kind, seed):
        self.options, self.server, self.folder, self.kind, self.seed = options, server, folder, kind, seed
        self.random = random.Random(f"{kind} {seed}")
        self.result = Result()

    def run(self):
        self.result.rounds = 1
        try:
            KINDS[self.kind](self)
        except Exception as problem:  # a round that cannot be judged is a failed one, and the next begins
            while problem:  # what came while another was under way tells less than that one
                self.result.problems.append(f"{type(problem).__name__}: {problem}")
                problem = problem.__context__
        return self.result

    def problem(self, text):
        self.result.problems.append(text)

    def ride(self, journal=None, words=(), environment=None):
        return processes.Ride(self.options.ride, self.server, journal or f"{self.folder}/journal",
                              f"{self.folder}/log", words, environment)

    def load(self, ride, clients=CLIENTS):
        return (Crowd(ride.address, self.folder, clients, self.seed), processes.Pgbench(ride.address, self.seed))

    def wait_some(self, seconds_max):
        time.sleep(self.random.uniform(0, seconds_max))

    def recover(self, file, kills_max=2):
        done, killed = processes.recover(self.options.ride, file, self.random, kills_max)
        self.result.recovered += done["events"]
        self.result.recoveries_killed += killed
        return done

    def judge(self, file, crowd, gaps_allowed=0, losses_allowed=False, more=()):
        """`more`: the other files of the same proxy, the oldest first."""
        files = [*more, file]
        journal, notes = Journal(*files), list(crowd.notes())
        self.result.noted += len(notes)
        self.result.events += journal.events
        self.result.holes += len(journal.holes)
        self.result.gaps += len(journal.gaps)
        for problem in journal.problems[:5]:
            self.problem(problem)
        for one in files:
            verified = subprocess.run([self.options.ride, "audit", "verify", one], text=True, capture_output=True)
            if verified.returncode != 0:
                self.problem(f"audit verify: {verified.stdout[-300:]}{verified.stderr[-300:]}")
        missing = list(journal.missing(notes))
        self.result.lost += len(missing)
        for note in missing[:0 if losses_allowed else 5]:
            self.problem(f"noted and not in the file: {note}")
        if len(journal.gaps) > gaps_allowed:
            self.problem(f"gaps: {journal.gaps[:3]}")
        for left in [] if losses_allowed else [path for one in files for path in glob.glob(f"{one}-*")]:
            self.problem(f"left beside the file: {left}")

    def kill(self):
        """kill -9 of ride, now and then in its first moments."""
        ride = self.ride()
        crowd, pgbench = self.load(ride)
        self.wait_some(self.random.choice((0.1, 1.0, 2.5)))
        ride.kill()
        crowd.join()
        pgbench.stop()
        self.recover(ride.file)
        self.judge(ride.file, crowd)

    def go_on_elsewhere(self, ride):
        """Now and again in another file, while the sessions work; the last time perhaps at the moment of death."""
        for _ in range(self.random.randint(1, 8)):
            self.wait_some(0.4)
            ride.process.send_signal(signal.SIGUSR1)
        self.wait_some(self.random.choice((0.0, 0.02, 0.3)))

    def rotate(self):
        """kill -9 of ride while it goes on in another file; what its successor finds in the folder, it recovers."""
        ride = self.ride()
        crowd, pgbench = self.load(ride)
        self.go_on_elsewhere(ride)
        ride.kill()
        crowd.join()
        pgbench.stop()
        self.judge_folder(f"{self.folder}/journal", crowd)

    def judge_folder(self, folder, crowd, **allowed):
        before = sorted(glob.glob(f"{folder}/*.ride"))
        again = self.ride(journal=folder)
        if (status := again.stop()) != 0:
            self.problem(f"the next ride exits with {status}: {again.said()[-300:]}")
        for gone in [path for path in before if not os.path.exists(path)]:
            if f"removed {gone}, which held nothing" not in again.said():
                self.problem(f"{gone} is gone, and nobody says so")
        *more, file = [path for path in before if os.path.exists(path)]
        self.judge(file, crowd, more=more, **allowed)

    def kill_server(self):
        """kill -9 of backends, or of the postmaster; then ride ends, or is killed as well."""
        ride = self.ride()
        crowd, pgbench = self.load(ride)
        self.wait_some(1.5)
        if self.random.random() < 0.5:
            self.server.kill()
        else:
            for pid in self.random.sample(self.server.backends() or [0], 1):
                if pid:
                    os.kill(pid, signal.SIGKILL)  # PostgreSQL ends all the others, and begins anew
        crowd.join()
        pgbench.stop()
        if self.server.process.poll() is not None:
            self.server.start()
        processes.wait_for(lambda: self.server.ask("SELECT 1") == "1", "PostgreSQL is back")
        if self.random.random() < 0.5:
            ride.kill()
            self.recover(ride.file)
        elif (status := ride.stop()) != 0:
            self.problem(f"ride exits with {status}")
        self.judge(ride.file, crowd)

    def fill_rings(self):
        """Somebody holds the file, so that the writer cannot store: the rings fill, clients wait, nothing is dropped."""
        ride = self.ride()
        crowd, pgbench = self.load(ride)
        time.sleep(0.2)
        holder = sqlite3.connect(ride.file, isolation_level=None, timeout=30)
        holder.execute("BEGIN IMMEDIATE")
        self.wait_until_stuck(crowd)
        if self.random.random() < 0.5:
            ride.kill()
            holder.close()
            crowd.join()
            pgbench.stop()
            self.recover(ride.file)
        else:
            before = crowd.told()
            holder.execute("ROLLBACK")
            holder.close()
            processes.wait_for(lambda: crowd.told() > before + 50, "clients go on once the writer can store")
            self.stop_all(ride, crowd, pgbench)
        self.judge(ride.file, crowd)

    def wait_until_stuck(self, crowd):
        last, since = crowd.told(), time.monotonic()
        until = since + 60
        while time.monotonic() < since + 1:
            if time.monotonic() > until:
                raise RuntimeError("the rings do not fill")
            time.sleep(0.05)
            if crowd.told() != last:
                last, since = crowd.told(), time.monotonic()

    def stop_all(self, ride, crowd, pgbench):
        pgbench.stop()
        crowd.stop()
        if (status := ride.stop()) != 0:
            self.problem(f"ride exits with {status}: {ride.said()[-300:]}")

    def fill_disk(self):
        """The journal and its rings on a small tmpfs that fills: 53100; with room again, recovery and a new start."""
        disk = f"{self.folder}/disk"
        os.mkdir(disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=56m,mode=700", "tmpfs", disk], check=True)
        try:
            self.on_full_disk(disk)
        finally:
            subprocess.run(["umount", disk], check=True)

    def on_full_disk(self, disk):
        ride = self.ride(journal=disk)
        try:
            self.on_full_disk_of(ride, disk)
        finally:
            ride.kill()  # where the round failed: else its disk stays in use

    def on_full_disk_of(self, ride, disk):
        crowd, pgbench = self.load(ride)
        try:
            processes.wait_for(lambda: crowd.alive() == 0, "the full disk ends the sessions", 120)
        finally:
            pgbench.stop()
        if RIDE_STOPPED not in crowd.states():
            self.problem(f"no client was told {RIDE_STOPPED}, but {crowd.states()}")
        if ride.file not in ride.said():
            self.problem("ride's log does not name the journal that failed")
        if self.random.random() < 0.4:
            return self.serve_again(ride, disk, crowd)
        if self.random.random() < 0.5:
            ride.kill()
        elif ride.stop() == 0:
            self.problem("ride exits with 0 although it could not record")
        refused = subprocess.run([self.options.ride, "audit", "recover", ride.file], text=True, capture_output=True)
        if refused.returncode == 0:
            self.problem("recovery worked on the full disk; the round proves nothing")
        make_room(disk)
        if self.random.random() < 0.5:
            self.recover(ride.file)
        again = self.ride(journal=disk)  # it recovers what it finds, if nobody has
        if (status := again.stop()) != 0:
            self.problem(f"the next ride exits with {status}")
        self.judge(ride.file, crowd)

    def serve_again(self, ride, disk, crowd):
        """There is room while ride still lives: it goes on, and says where it did not record."""
        make_room(disk)
        processes.wait_for(lambda: "it can be recorded again" in ride.said(), "ride records again")
        later = Crowd(ride.address, f"{self.folder}", 2, self.seed + 50_000_000)
        processes.wait_for(lambda: later.told() > 20, "clients are served again")
        later.stop()
        if (status := ride.stop()) != 0:
            self.problem(f"ride exits with {status}")
        crowd.clients += later.clients
        self.judge(ride.file, crowd, gaps_allowed=1)


    def lose_power(self, level="power", rotating=False):
        """The machine dies, by tests/power/shim.cpp. At level `process` losses are counted, and must be marked."""
        journal, disk, survived = (f"{self.folder}/{name}" for name in ("journal", "disk", "survived"))
        for folder in (journal, disk):
            os.mkdir(folder)
        ride = self.ride(words=("--durability", level), environment={
            "LD_PRELOAD": self.options.shim, "RIDE_POWER_FOLDER": journal, "RIDE_POWER_DISK": disk})
        crowd, pgbench = self.load(ride)
        if rotating:
            self.go_on_elsewhere(ride)
        else:
            self.wait_some(self.random.choice((0.3, 1.5, 4.0)))
        ride.kill()
        crowd.join()
        pgbench.stop()
        power.after_power_loss(journal, disk, survived, self.random.choice((0, 0, 0.1, 0.5, 0.9)), self.random)
        shutil.copytree(f"{journal}/key", f"{survived}/key")
        if rotating:
            return self.judge_folder(survived, crowd, gaps_allowed=1000)
        file = f"{survived}/{os.path.basename(ride.file)}"
        self.recover(file)
        self.judge(file, crowd, gaps_allowed=1000, losses_allowed=level == "process")
        if level == "power" and self.result.gaps == 0:
            self.problem("the machine died, and the file does not say so")

    def lose_power_rotating(self):
        self.lose_power(rotating=True)

    def lose_power_at_level_process(self):
        self.lose_power("process")

    def kill_supervisor(self):
        """kill -9 of the supervisor of `ride postgres`; the next command of ride finds out, and finishes the file."""
        words = ("--sandbox", "local", "--json")
        started = json.loads(self.postgres("start", "stage-12/02-release-fallout", *words))
        dsn = urllib.parse.urlparse(started["dsn"])
        crowd = Crowd((dsn.hostname, dsn.port), self.folder, CLIENTS, self.seed, user=dsn.username,
                      database=dsn.path[1:], first="CREATE TEMP TABLE noted (n int)")
        self.wait_some(2.5)
        with open(f"{self.options.home}/run/run.json", encoding="utf-8") as state:
            os.kill(json.load(state)["supervisor"], signal.SIGKILL)
        crowd.join()
        if json.loads(self.postgres("status", "--json"))["phase"] != "interrupted":
            self.problem("status does not say that the run was interrupted")
        self.postgres("stop", "--json")
        self.judge(started["file"], crowd)

    def postgres(self, *words):
        done = subprocess.run([self.options.ride, "postgres", *words], text=True, capture_output=True,
                              stdin=subprocess.DEVNULL, env={**os.environ, "RIDE_HOME": self.options.home,
                                                             "RIDE_SCENARIOS": SCENARIOS})
        if done.returncode != 0:
            raise RuntimeError(f"ride postgres {words[0]}: {done.stderr.strip()}")
        return done.stdout


KINDS = {"kill": Round.kill, "server": Round.kill_server, "disk": Round.fill_disk, "ring": Round.fill_rings,
         "power": Round.lose_power, "process": Round.lose_power_at_level_process, "rotate": Round.rotate,
         "rotate-power": Round.lose_power_rotating, "supervisor": Round.kill_supervisor}
