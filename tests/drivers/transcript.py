"""What the Python drivers' programs print, as transcript.hpp reads it, and waiting for a statement to be under way."""
import hashlib
import time

LONGEST = 200


def show(label, value):
    print(f"{label}: {value!r}")


def ran(pid, outcome, text):
    if isinstance(text, bytes):
        text = text.decode()
    text = text.replace("\n", "\\n")
    print(f"ran pid={pid} {outcome} {text[:LONGEST] + '…' if len(text) > LONGEST else text}")


def digest(value):
    value = value.encode() if isinstance(value, str) else bytes(value)
    return f"{len(value)} bytes, {hashlib.sha256(value).hexdigest()[:16]}"


def wait_until_it_sleeps(look):
    """`look` asks pg_stat_activity whether the statement that is to be cancelled has begun."""
    until = time.monotonic() + 30
    while not look():
        if time.monotonic() > until:
            raise TimeoutError("the statement to be cancelled never began")
        time.sleep(0.01)


def sleeping(pid):
    return f"SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = {pid}"
