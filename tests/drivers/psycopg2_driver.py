"""psycopg 2 as its users use it. usage: psycopg2_driver.py HOST PORT SSLMODE; prints what transcript.hpp reads."""
import io
import select
import sys
import threading

try:
    import psycopg2
    import psycopg2.extras
except ImportError:
    print("SKIPPED: psycopg 2, because python3-psycopg2 is not installed")
    sys.exit(0)
from transcript import digest, ran, show, sleeping, wait_until_it_sleeps

HOST, PORT, SSLMODE = sys.argv[1:]
BIG = "ü" + "0123456789abcdef" * 300_000


def connect(**more):
    connection = psycopg2.connect(host=HOST, port=PORT, sslmode=SSLMODE, **more)
    show("in TLS as asked", connection.info.ssl_in_use == (SSLMODE == "require"))
    return connection


class Session:
    """A connection that says what it ran."""

    def __init__(self, **more):
        self.connection = connect(**more)
        self.pid = self.connection.info.backend_pid
        self.cursor = self.connection.cursor()

    def autocommit(self):
        self.connection.autocommit = True
        return self

    def run(self, sql, values=None):
        text = self.cursor.mogrify(sql, values)
        in_transaction = self.connection.info.transaction_status != 0
        if not in_transaction and not self.connection.autocommit:
            ran(self.pid, "ok", "BEGIN")
        try:
            self.cursor.execute(sql, values)
        except psycopg2.Error as error:
            ran(self.pid, error.pgcode, text)
            show(type(error).__name__, error.diag.message_primary)
            return []
        ran(self.pid, "ok", text)
        show("status", self.cursor.statusmessage)
        rows = self.cursor.fetchall() if self.cursor.description else []
        return rows

    def commit(self):
        self.connection.commit()
        ran(self.pid, "ok", "COMMIT")

    def rollback(self):
        self.connection.rollback()
        ran(self.pid, "ok", "ROLLBACK")


def queries(one):
    show("who", one.run("SELECT current_user, current_database()"))
    print(f"the pid that drivers see is the backend's: pid={one.pid} pid={one.run('SELECT pg_backend_pid()')[0][0]}")
    values = (7, "it's", b"\x00\xff", 1.5)
    show("values", one.run("SELECT %s::int, %s::text, encode(%s::bytea, 'hex'), %s::numeric", values))
    one.cursor.execute("SELECT 1 AS a; SELECT 2 AS b; SELECT 3")
    for text in ("SELECT 1 AS a", "SELECT 2 AS b", "SELECT 3"):
        ran(one.pid, "ok", text)
    show("last of three", one.cursor.fetchall())
    one.run("CREATE TABLE psycopg2_t (id int PRIMARY KEY, name text, data bytea)")
    one.run("INSERT INTO psycopg2_t VALUES (%s, %s, %s)", (1, "first", b"\x01\x00\x02"))
    show("back", [(row[0], row[1], bytes(row[2])) for row in one.run("SELECT * FROM psycopg2_t")])
    many = [(number, f"name {number}") for number in range(2, 60)]
    psycopg2.extras.execute_values(one.cursor, "INSERT INTO psycopg2_t (id, name) VALUES %s", many)
    ran(one.pid, "ok", "INSERT INTO psycopg2_t (id, name) VALUES (2,'name 2'),(3,'name 3'),…")
    show("status", one.cursor.statusmessage)
    show("notices", one.run("DO $$ BEGIN RAISE NOTICE 'hello'; RAISE WARNING 'careful'; END $$"))
    show("heard", one.connection.notices)


def prepared(one):
    one.run("PREPARE by_id (int) AS SELECT name FROM psycopg2_t WHERE id = $1")
    for number in (1, 2, 77):
        show("prepared", one.run("EXECUTE by_id (%s)", (number,)))
    one.run("DEALLOCATE by_id")
    one.run("EXECUTE by_id (1)")


def errors(one):
    for sql in ("SELECT 1/0", "SELEC 1", "SELECT * FROM nowhere", "INSERT INTO psycopg2_t VALUES (1)",
                "SELECT 'ä' || '\u20ac'::int", "DO $$ BEGIN RAISE EXCEPTION 'own' USING ERRCODE = 'RD001'; END $$"):
        one.run(sql)
    try:
        one.cursor.execute("SELECT 1; SELECT 1/0; SELECT 3")
    except psycopg2.Error as error:
        show("in the middle", error.pgcode)
    for outcome, text in (("ok", "SELECT 1"), ("22012", "SELECT 1/0"), ("skipped", "SELECT 3")):
        ran(one.pid, outcome, text)


def transactions(two):
    two.run("INSERT INTO psycopg2_t (id, name) VALUES (100, 'kept')")
    two.run("SAVEPOINT here")
    two.run("INSERT INTO psycopg2_t (id) VALUES (1)")
    two.run("SELECT 'in a failed transaction'")
    two.run("ROLLBACK TO SAVEPOINT here")
    two.commit()
    two.run("INSERT INTO psycopg2_t (id, name) VALUES (101, 'undone')")
    two.rollback()
    show("kept", two.run("SELECT id, name FROM psycopg2_t WHERE id >= 100"))
    two.commit()
    named = two.connection.cursor("walk")
    named.itersize = 10
    named.execute("SELECT id FROM psycopg2_t WHERE id < 26 ORDER BY id")
    ran(two.pid, "ok", "BEGIN")
    ran(two.pid, "ok", 'DECLARE "walk" CURSOR WITHOUT HOLD FOR SELECT id FROM psycopg2_t WHERE id < 26 ORDER BY id')
    show("walked", [row[0] for row in named])
    for _ in range(3):
        ran(two.pid, "ok", 'FETCH FORWARD 10 FROM "walk"')
    named.close()
    ran(two.pid, "ok", 'CLOSE "walk"')
    two.commit()


def copy(one):
    lines = "".join(f"{number}\tcopied {number}\t\\\\x{number % 256:02x}\n" for number in range(1000, 9000))
    into = "COPY psycopg2_t (id, name, data) FROM STDIN"
    one.cursor.copy_expert(into, io.StringIO(lines))
    ran(one.pid, "ok", into)
    show("status", one.cursor.statusmessage)
    out = io.StringIO()
    copied = "COPY (SELECT id, name, data FROM psycopg2_t WHERE id >= 1000 ORDER BY id) TO STDOUT"
    one.cursor.copy_expert(copied, out)
    ran(one.pid, "ok", copied)
    show("copied back the same", out.getvalue() == lines)
    binary = io.BytesIO()
    copied = "COPY psycopg2_t TO STDOUT (FORMAT binary)"
    one.cursor.copy_expert(copied, binary)
    ran(one.pid, "ok", copied)
    show("binary", digest(binary.getvalue()))
    for outcome, data in (("22P02", "9999\tfine\t\\N\nnot a number\tx\t\\N\n"), ("23505", "1\ttaken\t\\N\n"), ("22P04", "1\n")):
        try:
            one.cursor.copy_expert(into, io.StringIO(data))
        except psycopg2.Error as error:
            show("refused", (error.pgcode, error.diag.context))
        ran(one.pid, outcome, into)

    class Failing:
        def read(self, size):
            raise ValueError("the file ends in the middle")

    try:
        one.cursor.copy_expert(into, Failing())
    except psycopg2.Error as error:
        show("given up", error.pgcode)
    ran(one.pid, "57014", into)
    show("none of these came in", one.run("SELECT count(*) FROM psycopg2_t WHERE id = 9999"))


def large(one):
    show("large", digest(one.run("SELECT %s::text", (BIG,))[0][0]))
    two = Session()
    made = two.connection.lobject(0, "wb")
    made.write(b"\x00large object\xff" * 100_000)
    size = made.tell()
    made.close()
    two.commit()
    read = two.connection.lobject(made.oid, "rb")
    show("large object", (size, digest(read.read())))
    read.close()
    read.unlink()
    for _ in range(3):
        ran(two.pid, "ok", "function call")
    two.commit()
    two.connection.close()


def cancel(one):
    watcher = connect()
    watcher.autocommit = True

    def look():
        with watcher.cursor() as cursor:
            cursor.execute(sleeping(one.pid))
            return cursor.fetchone()[0] == 1

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
    two = Session().autocommit()
    two.run("NOTIFY news, 'from two'")
    two.run("SELECT pg_notify('news', repeat('x', 7999))")
    heard = []
    while len(heard) < 2:
        select.select([one.connection], [], [], 30)
        one.connection.poll()
        heard += one.connection.notifies
        one.connection.notifies.clear()
    for item in heard:
        print(f"heard {item.channel} from pid={item.pid} {digest(item.payload)}")
    two.connection.close()


def main():
    one = Session(application_name="psycopg2 driver", options="-c statement_timeout=0").autocommit()
    queries(one)
    prepared(one)
    errors(one)
    transactions(Session())
    copy(one)
    large(one)
    cancel(one)
    notify(one)
    one.run("DROP TABLE psycopg2_t")
    one.connection.close()
    scram = connect(user="scram_user", password="planted-sCRam-secret")
    show("by SCRAM", scram.info.user)
    scram.close()


main()
