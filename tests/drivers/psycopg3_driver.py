"""psycopg 3 as its users use it. usage: psycopg3_driver.py HOST PORT SSLMODE; prints what transcript.hpp reads."""
import logging
import sys
import threading

try:
    import psycopg
except ImportError:
    print("SKIPPED: psycopg 3, because python3-psycopg is not installed")
    sys.exit(0)
from transcript import digest, ran, show, sleeping, wait_until_it_sleeps

HOST, PORT, SSLMODE = sys.argv[1:]
logging.disable()  # its warnings name the port
BIG = "ü" + "0123456789abcdef" * 300_000


def connect(**more):
    connection = psycopg.connect(host=HOST, port=PORT, sslmode=SSLMODE, dbname="postgres", **more)
    show("in TLS as asked", connection.pgconn.ssl_in_use == (SSLMODE == "require"))
    return connection


class Session:
    """A connection that says what it ran. Parameters go to the server apart from the text."""

    def __init__(self, **more):
        self.connection = connect(**more)
        self.pid = self.connection.info.backend_pid

    def say(self, outcome, sql):
        ran(self.pid, outcome, sql)

    def run(self, sql, values=None, **how):
        """`sql` with %s; as the server gets it, $1, $2 …"""
        text = sql
        for number in range(1, 1 + len(values or ())):
            for placeholder in ("%s", "%b", "%t"):
                at = text.find(placeholder)
                if at >= 0:
                    text = text[:at] + f"${number}" + text[at + 2:]
                    break
        if not self.connection.autocommit and self.connection.info.transaction_status == 0:
            self.say("ok", "BEGIN")
        binary = how.pop("binary", False)
        cursor = self.connection.cursor(binary=binary)
        try:
            cursor.execute(sql, values, **how)
        except psycopg.Error as error:
            self.say(error.sqlstate, text)
            show(type(error).__name__, error.diag.message_primary)
            return []
        self.say("ok", text)
        show("status", cursor.statusmessage)
        return cursor.fetchall() if cursor.description else []

    def commit(self):
        self.connection.commit()
        self.say("ok", "COMMIT")

    def rollback(self):
        self.connection.rollback()
        self.say("ok", "ROLLBACK")


def queries(one):
    show("who", one.run("SELECT current_user, current_database()"))
    print(f"the pid that drivers see is the backend's: pid={one.pid} pid={one.run('SELECT pg_backend_pid()')[0][0]}")
    values = (7, "it's", b"\x00\xff", None, [1, 2, 3])
    for binary in (False, True):
        show("values", one.run("SELECT %s::int, %s::text, %s::bytea, %s::int, %s::int[]", values, binary=binary))
    show("binary both ways", one.run("SELECT %b::int8 + 1, %b::text", (1 << 40, "ä"), binary=True))
    cursor = one.connection.execute("SELECT 1 AS a; SELECT 2 AS b; SELECT 3")
    for text in ("SELECT 1 AS a", "SELECT 2 AS b", "SELECT 3"):
        one.say("ok", text)
    sets = [cursor.fetchall()]
    while cursor.nextset():
        sets.append(cursor.fetchall())
    show("three sets", sets)
    one.run("CREATE TABLE psycopg3_t (id int PRIMARY KEY, name text, data bytea)")
    one.run("INSERT INTO psycopg3_t VALUES (%s, %s, %s)", (1, "first", b"\x01\x00\x02"))
    show("back", one.run("SELECT * FROM psycopg3_t", binary=True))


def prepared(one):
    for number in (1, 2, 77):
        show("prepared", one.run("SELECT name FROM psycopg3_t WHERE id = %s", (number,), prepare=True))
    for number in range(8):  # from the fifth time on it is prepared of the driver's own accord
        show("automatically", one.run("SELECT %s::int + 1", (number,)))
    one.run("DEALLOCATE ALL")
    cursor = one.connection.cursor()
    insert = "INSERT INTO psycopg3_t (id, name) VALUES (%s, %s)"
    cursor.executemany(insert, [(number, f"name {number}") for number in range(2, 60)])
    for _ in range(2, 60):
        one.say("ok", "INSERT INTO psycopg3_t (id, name) VALUES ($1, $2)")
    show("rows", cursor.rowcount)
    show("row by row", [row[0] for row in cursor.stream("SELECT id FROM psycopg3_t ORDER BY id")][:5])
    one.say("ok", "SELECT id FROM psycopg3_t ORDER BY id")


def errors(one):
    for sql in ("SELECT 1/0", "SELEC 1", "SELECT * FROM nowhere", "INSERT INTO psycopg3_t VALUES (1)",
                "DO $$ BEGIN RAISE EXCEPTION 'own' USING ERRCODE = 'RD001'; END $$"):
        one.run(sql)
    one.run("SELECT %s::int", ("no number",))
    one.run("SELECT %s::int / %s::int", (1, 0))
    one.run("SELECT * FROM nowhere WHERE id = %s", (1,))
    try:
        one.connection.execute("SELECT 1; SELECT 1/0; SELECT 3")
    except psycopg.Error as error:
        show("in the middle", error.sqlstate)
    for outcome, text in (("ok", "SELECT 1"), ("22012", "SELECT 1/0"), ("skipped", "SELECT 3")):
        one.say(outcome, text)


def transactions(two):
    two.run("INSERT INTO psycopg3_t (id, name) VALUES (%s, %s)", (100, "kept"))
    try:
        with two.connection.transaction("here"):
            two.say("ok", 'SAVEPOINT "here"')
            two.run("INSERT INTO psycopg3_t (id) VALUES (1)")
            two.run("SELECT 'in a failed transaction'")
            raise psycopg.Rollback()
    finally:
        two.say("ok", 'ROLLBACK TO "here"')
    two.commit()
    two.run("INSERT INTO psycopg3_t (id, name) VALUES (101, 'undone')")
    two.rollback()
    show("kept", two.run("SELECT id, name FROM psycopg3_t WHERE id >= 100"))
    two.commit()
    with two.connection.cursor("walk") as named:
        named.itersize = 10
        named.execute("SELECT id FROM psycopg3_t WHERE id < %s ORDER BY id", (26,))
        two.say("ok", "BEGIN")
        two.say("ok", 'DECLARE "walk" CURSOR FOR SELECT id FROM psycopg3_t WHERE id < $1 ORDER BY id')
        show("walked", [row[0] for row in named])
        for _ in range(3):
            two.say("ok", 'FETCH FORWARD 10 FROM "walk"')
    two.say("ok", 'CLOSE "walk"')
    two.commit()
    two.connection.close()


def pipeline(one):
    with one.connection.pipeline() as pipe:
        cursors = [one.connection.execute("SELECT %s::int * 2", (number,)) for number in range(500)]
        pipe.sync()
        show("pipelined", sum(cursor.fetchone()[0] for cursor in cursors))
    for _ in range(500):
        one.say("ok", "SELECT $1::int * 2")
    sent = ("SELECT 'before'", "SELECT 1/0", "SELECT 'behind'")
    try:
        with one.connection.pipeline() as pipe:
            for sql in sent:
                one.connection.execute(sql)
            pipe.sync()
    except psycopg.Error as error:
        show("aborted", (type(error).__name__, error.sqlstate))
    for outcome, sql in zip(("ok", "22012", "skipped"), sent):
        one.say(outcome, sql)
    show("afterwards", one.run("SELECT 'usable'"))


def copy(one):
    rows = [(number, f"copied {number}", bytes([number % 256])) for number in range(1000, 9000)]
    into = "COPY psycopg3_t (id, name, data) FROM STDIN"
    with one.connection.cursor() as cursor:
        with cursor.copy(into) as target:
            for row in rows:
                target.write_row(row)
        one.say("ok", into)
        show("status", cursor.statusmessage)
        out = "COPY (SELECT id, name, data FROM psycopg3_t WHERE id >= 1000 ORDER BY id) TO STDOUT (FORMAT binary)"
        with cursor.copy(out) as source:
            source.set_types(["int4", "text", "bytea"])
            show("copied back the same", list(source.rows()) == rows)
        one.say("ok", out)
        binary = "COPY psycopg3_t (id, name) FROM STDIN (FORMAT binary)"
        with cursor.copy(binary) as target:
            target.set_types(["int4", "text"])
            target.write_row((9001, "in binary"))
        one.say("ok", binary)
        for outcome, data in (("22P02", "9999\tfine\t\\N\nnot a number\tx\t\\N\n"), ("23505", "1\ttaken\t\\N\n"), ("22P04", "1\n")):
            try:
                with cursor.copy(into) as target:
                    target.write(data)
            except psycopg.Error as error:
                show("refused", (error.sqlstate, error.diag.context))
            one.say(outcome, into)
        try:
            with cursor.copy(into) as target:
                target.write("9999\thalf")
                raise ValueError("the file ends in the middle")
        except (ValueError, psycopg.Error):  # versions differ
            show("given up", "the file ends in the middle")
        one.say("57014", into)
    show("none of these came in", one.run("SELECT count(*) FROM psycopg3_t WHERE id = 9999"))


def large(one):
    for binary in (False, True):
        show("large", digest(one.run("SELECT %s::text", (BIG,), binary=binary)[0][0]))
        show("large", digest(one.run("SELECT %s::bytea", (BIG.encode(),), binary=binary)[0][0]))


def cancel(one):
    watcher = connect(autocommit=True)

    def look():
        return watcher.execute(sleeping(one.pid)).fetchone()[0] == 1

    for _ in range(3):
        sleep = threading.Thread(target=one.run, args=("SELECT pg_sleep(600)",))
        sleep.start()
        wait_until_it_sleeps(look)
        one.connection.cancel()
        sleep.join()
        show("not hit", one.run("SELECT 'the next one'"))
    watcher.close()


def notify(one):
    one.run("LISTEN news")
    two = Session(autocommit=True)
    two.run("NOTIFY news, 'from two'")
    two.run("SELECT pg_notify('news', repeat('x', %s))", (7999,))
    heard = one.connection.notifies()
    for item in (next(heard), next(heard)):
        print(f"heard {item.channel} from pid={item.pid} {digest(item.payload)}")
    heard.close()
    two.connection.close()


def main():
    one = Session(autocommit=True, application_name="psycopg3 driver", options="-c statement_timeout=0")
    queries(one)
    prepared(one)
    errors(one)
    transactions(Session())
    pipeline(one)
    copy(one)
    large(one)
    cancel(one)
    notify(one)
    one.run("DROP TABLE psycopg3_t")
    one.connection.close()
    scram = connect(user="scram_user", password="planted-sCRam-secret")
    show("by SCRAM", scram.info.user)
    scram.close()


main()
