"""What is measured. Each row is run against one relay at a time, again and again in turn, so that what
else goes on at the machine falls on all of them."""
import statistics
import subprocess
import threading
import time

from relays.clients import RawSession, latencies_us, percentile, pgbench, timed

ROW = b"x" * 1023 + b"\n"
MEGA = 1e6


class Counted:
    """CPU that a relay used while something went on."""

    def __init__(self, relay):
        self.relay = relay

    def __enter__(self):
        self.before = self.relay.seconds()
        return self

    def __exit__(self, *_):
        after = self.relay.seconds()
        self.relaying, self.all = (now - then for now, then in zip(after, self.before))


class Throughput:
    """pgbench -S, eight clients."""

    def __init__(self, title, words, tls=False, connect=False):
        self.title, self.words, self.tls, self.connect = title, ["-S", *words], tls, connect

    def run(self, relay, plan):
        with Counted(relay) as cpu:
            number, rate = pgbench(relay.address(self.tls), plan.clients, plan.seconds, plan.transactions,
                                   words=self.words)
        return {"per second": rate, "relaying us": cpu.relaying / number * 1e6,
                "all us": cpu.all / number * 1e6}


class Latency:
    """pgbench -S, one client: percentiles of single transactions."""

    def __init__(self, title, tls=False):
        self.title, self.tls = title, tls

    def run(self, relay, plan):
        found = latencies_us(relay.address(self.tls), plan.seconds, plan.transactions)
        return {"p50 us": percentile(found, 0.50), "p99 us": percentile(found, 0.99)}


class Bulk:
    """One session that moves much; the client throws away unread."""

    def __init__(self, title, way):
        self.title, self.way = title, way

    def run(self, relay, plan):
        session = RawSession(relay.port)
        with Counted(relay) as cpu:
            if self.way == "in":
                moved, seconds = timed(
                    lambda: session.copy_in("COPY sink FROM STDIN", plan.copy_rows, ROW))
            else:
                sql = "COPY source TO STDOUT" if self.way == "out" else \
                    f"SELECT generate_series(1, {plan.select_rows})"
                moved, seconds = timed(lambda: session.fetch(sql))
        session.fetch("TRUNCATE sink")
        session.close()
        return {"MB per second": moved / seconds / MEGA, "relaying s per GB": cpu.relaying / moved * 1e9,
                "all s per GB": cpu.all / moved * 1e9}


class Fairness:
    """How long SELECT 1 takes while another session copies as fast as it can."""

    title = "SELECT 1 during a COPY"

    def run(self, relay, plan):
        with open(plan.folder / "one.sql", "w") as script:
            script.write("SELECT 1;\n")
        words = ["-f", str(plan.folder / "one.sql")]
        alone = latencies_us(relay.address(), plan.seconds, plan.transactions, words)
        copied, stop = [0], threading.Event()
        copier = threading.Thread(target=self.copy, args=(relay, copied, stop))
        copier.start()
        beside = latencies_us(relay.address(), plan.seconds, plan.transactions, words)
        stop.set()
        copier.join()
        result = {"p99 us alone": percentile(alone, 0.99), "p99 us beside": percentile(beside, 0.99),
                  "copied MB": copied[0] / MEGA}
        result["ratio"] = result["p99 us beside"] / max(1, result["p99 us alone"])
        return result

    def copy(self, relay, copied, stop):
        session = RawSession(relay.port)
        while not stop.is_set():
            copied[0] += session.fetch("COPY source TO STDOUT")
        session.close()


class Idle:
    """Sessions that do nothing: their memory in the relay, and what they cost one that works."""

    def __init__(self, title, tls=False):
        self.title, self.tls = title, tls

    def run(self, relay, plan):
        alone = latencies_us(relay.address(self.tls), plan.seconds, plan.transactions)
        before = relay.anonymous_kib()
        port = relay.tls_port if self.tls else relay.port
        sessions = [RawSession(port, self.tls) for _ in range(plan.idle_sessions)]
        time.sleep(0.2)
        each = (relay.anonymous_kib() - before) / len(sessions)
        beside = latencies_us(relay.address(self.tls), plan.seconds, plan.transactions)
        for session in sessions:
            session.close()
        return {"sessions": len(sessions), "KiB each": each, "p50 us alone": percentile(alone, 0.5),
                "p50 us beside": percentile(beside, 0.5), "p99 us alone": percentile(alone, 0.99),
                "p99 us beside": percentile(beside, 0.99)}


def medians(results):
    return {key: statistics.median(result[key] for result in results) for key in results[0]}


def run_in_turn(row, relays, plan):
    found = {relay.name: [] for relay in relays}
    for _ in range(plan.rounds):
        for relay in relays:
            found[relay.name].append(row.run(relay, plan))
    return {name: medians(results) for name, results in found.items()}


def protocols():
    return {"simple": [], "extended": ["-M", "extended"], "prepared": ["-M", "prepared"]}


def throughput_rows():
    rows = [Throughput(f"8 clients, {name}", words) for name, words in protocols().items()]
    return rows + [Latency("1 client, simple")]


def tls_rows():
    rows = [Throughput(f"TLS, 8 clients, {name}", words, tls=True) for name, words in protocols().items()]
    return rows + [Latency("TLS, 1 client, simple", tls=True)]


def bulk_rows(plan):
    return [Bulk("COPY OUT", "out"), Bulk("COPY IN", "in"), Bulk(f"SELECT of {plan.select_rows:,} rows", "select")]


def churn_row():
    return Throughput("a connection for each transaction", ["-C"])


def prepare(postgres, plan):
    subprocess.run(["pgbench", "-i", "-q", "-s", str(plan.scale),
                    f"host={postgres.folder} port={postgres.port} user=postgres dbname=postgres"],
                   check=True, capture_output=True)
    postgres.run(f"CREATE UNLOGGED TABLE source AS SELECT repeat('x', 1023) AS line "
                 f"FROM generate_series(1, {plan.copy_rows}); CREATE UNLOGGED TABLE sink(line text);"
                 f"VACUUM ANALYZE source")
