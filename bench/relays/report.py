"""Tables of what was measured, and how it stands to what is to be reached."""


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def cell(found, key):
    return number(found[key]) if found and key in found else ""


def measured(results, keys, names):
    """One table: a line for each row and quantity, a column for each relay."""
    rows = []
    for title, found in results.items():
        for key, label in keys.items():
            if not any(key in one for one in found.values()):
                continue
            rows.append([title, label] + [cell(found.get(name), key) for name in names])
    return table(["work", "", *names], rows)


class Targets:
    """What is to be reached, as ratios; each line says whether it is."""

    def __init__(self):
        self.rows = []

    def at_least(self, what, value, against, factor, whose):
        self.add(what, value / against, value / against >= factor, f"≥ {factor} × {whose}")

    def at_most(self, what, value, against, factor, whose):
        against = max(against, 1e-9)
        self.add(what, value / against, value / against <= factor, f"≤ {factor} × {whose}")

    def add(self, what, ratio, met, target):
        self.rows.append([what, target, number(ratio), "yes" if met else "**no**"])

    def __str__(self):
        return table(["ride", "to reach", "measured", "reached"], self.rows)

    def values(self):
        return [dict(zip(("what", "target", "ratio", "reached"), row)) for row in self.rows]


def judge(results):
    """`results`: {group: {row's title: {relay: {quantity: value}}}}"""
    targets = Targets()
    for group in ("throughput", "tls"):
        for title, found in results.get(group, {}).items():
            ride, bouncer, haproxy, direct = (found[name] for name in
                                              ("ride", "PgBouncer", "HAProxy", "direct"))
            if "p50 us" in ride:
                for key in ("p50 us", "p99 us"):
                    targets.at_most(f"{title}: {key[:3]} added", ride[key] - direct[key],
                                    bouncer[key] - direct[key], 1.0, "PgBouncer")
                continue
            targets.at_least(f"{title}: tps", ride["per second"], bouncer["per second"], 1.0, "PgBouncer")
            targets.at_least(f"{title}: tps", ride["per second"], haproxy["per second"], 1.0, "HAProxy")
            targets.at_most(f"{title}: CPU, relay threads", ride["relaying us"], bouncer["all us"], 1.0,
                            "PgBouncer")
            targets.at_most(f"{title}: CPU, all threads", ride["all us"], bouncer["all us"], 1.3,
                            "PgBouncer")
    for title, found in results.get("bulk", {}).items():
        targets.at_least(f"{title}: MB/s", found["ride"]["MB per second"], found["HAProxy"]["MB per second"],
                         0.95, "HAProxy")
        targets.at_most(f"{title}: CPU per GB", found["ride"]["all s per GB"],
                        found["PgBouncer"]["all s per GB"], 0.5, "PgBouncer")
    for title, found in results.get("churn", {}).items():
        ride = found["ride"]["per second"]
        targets.at_least(f"{title}: tps", ride, found["HAProxy"]["per second"], 1.0, "HAProxy")
        targets.at_least(f"{title}: tps", ride, found["direct"]["per second"], 0.9, "direct")
    for title, found in results.get("idle", {}).items():
        ride = found["ride"]
        if "TLS" not in title:
            targets.at_most(f"{title}: KiB each", ride["KiB each"], 16, 1.0, "16 KiB")
        targets.at_most(f"{title}: p50 of an active one", ride["p50 us beside"], ride["p50 us alone"], 1.1,
                        "without them")
    for title, found in results.get("fairness", {}).items():
        targets.add(f"{title}: p99", found["ride"]["ratio"], found["ride"]["ratio"] <= 2.0,
                    "≤ 2 × without it")
    return targets


KEYS = {"per second": "per second", "relaying us": "CPU µs each, relay threads", "all us": "CPU µs each, all",
        "p50 us": "p50 µs", "p99 us": "p99 µs", "MB per second": "MB/s",
        "relaying s per GB": "CPU s per GB, relay threads", "all s per GB": "CPU s per GB, all",
        "sessions": "sessions", "KiB each": "KiB each", "p50 us alone": "p50 µs without",
        "p50 us beside": "p50 µs with", "p99 us alone": "p99 µs without", "p99 us beside": "p99 µs with",
        "copied MB": "MB copied meanwhile", "ratio": "p99, with to without"}
