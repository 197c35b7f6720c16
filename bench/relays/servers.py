"""PostgreSQL, and the relays before it: none, ride, PgBouncer, HAProxy."""
import json
import pathlib
import shutil
import signal
import subprocess
import time

from relays.processes import (Process, anonymous_kib, free_port, program, thread_seconds, unprivileged,
                              wait_for_port)


def programs_of_postgres():
    configured = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True)
    folders = [pathlib.Path(configured.stdout.strip())] if configured.returncode == 0 else []
    folders += sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise SystemExit("bench: no PostgreSQL here; tools/setup installs it")


class Postgres:
    """A server that does not wait for the disk: what is measured is what stands before it."""

    def __init__(self, folder, connections_max):
        self.folder = folder
        self.port = free_port()
        drop, user = unprivileged()
        home = folder / "postgres"
        home.mkdir()
        self.certificate, self.key = folder / "server.crt", folder / "server.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", self.key,
                        "-out", self.certificate], check=True, capture_output=True)
        if user:
            for path in (folder, home, self.key, self.certificate):
                shutil.chown(path, user.pw_uid, user.pw_gid)
        where = programs_of_postgres()
        subprocess.run([*drop, where / "initdb", "-D", home / "data", "-U", "postgres", "-A", "trust",
                        "--no-sync", "--locale=C.UTF-8", "-E", "UTF8"], check=True, capture_output=True)
        settings = {"unix_socket_directories": folder, "listen_addresses": "127.0.0.1", "port": self.port,
                    "fsync": "off", "synchronous_commit": "off", "autovacuum": "off", "jit": "off",
                    "shared_buffers": "256MB", "wal_level": "minimal", "max_wal_senders": 0,
                    "max_connections": connections_max, "ssl": "on", "ssl_cert_file": self.certificate,
                    "ssl_key_file": self.key, "max_wal_size": "4GB", "checkpoint_timeout": "1h"}
        words = [str(word) for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.process = Process([*drop, where / "postgres", "-D", home / "data", *words],
                               folder / "postgres.log")
        wait_for_port(self.port, self.process, "PostgreSQL")

    def run(self, sql):
        done = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d",
                               f"host={self.folder} port={self.port} user=postgres dbname=postgres"],
                              input=sql, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"bench: {done.stderr.strip()}")

    def stop(self):
        self.process.stop(signal.SIGINT)


class Relay:
    """What clients connect to. `port` takes plain sessions, `tls_port` those with TLS."""

    name = ""
    process = None
    port = tls_port = 0

    def address(self, tls=False):
        return (f"host=127.0.0.1 port={self.tls_port if tls else self.port} user=postgres dbname=postgres "
                f"gssencmode=disable sslmode={'require' if tls else 'disable'}")

    def seconds(self):
        """(of the threads that relay, of all threads)"""
        if not self.process:
            return 0.0, 0.0
        self.process.require_alive(self.name)
        threads = thread_seconds(self.process.pid)
        relaying = [used for (name, _), used in threads.items() if self.relays(name)]
        return sum(relaying), sum(threads.values())

    def relays(self, thread):
        return True

    def anonymous_kib(self):
        return anonymous_kib(self.process.pid)

    def stop(self):
        if self.process:
            self.process.stop()


class Direct(Relay):
    name = "direct"

    def __init__(self, postgres):
        self.port = self.tls_port = postgres.port


class Ride(Relay):
    name = "ride"

    def __init__(self, postgres, folder, ride, sessions_max, threads=None):
        upstream = folder / f".s.PGSQL.{postgres.port}"
        self.journal = folder / f"journal-{free_port()}"
        words = [ride, "proxy", "--listen", "127.0.0.1:0", "--upstream", upstream, "--journal", self.journal,
                 "--tls-cert", postgres.certificate, "--tls-key", postgres.key, "--json", "--quiet", "--max-connections", sessions_max]
        if threads:
            words += ["--threads", threads]
        log = folder / "ride.log"
        log.write_text("")
        self.process = Process([str(word) for word in words], log)
        self.port = self.tls_port = self.told(log)["port"]

    def told(self, log):
        until = time.monotonic() + 30
        while time.monotonic() < until:
            self.process.require_alive("ride proxy")
            for line in log.read_text().splitlines():
                if line.startswith("{"):
                    return json.loads(line)
            time.sleep(0.05)
        raise SystemExit(f"bench: ride proxy says nothing: {log.read_text()[-600:]}")

    def relays(self, thread):
        return thread.startswith("ride relay")

    def stop(self):
        super().stop()
        shutil.rmtree(self.journal, ignore_errors=True)


class PgBouncer(Relay):
    name = "PgBouncer"

    def __init__(self, postgres, folder, sessions_max):
        self.port = self.tls_port = free_port()
        users = folder / "pgbouncer.users"
        users.write_text('"postgres" ""\n')
        settings = folder / "pgbouncer.ini"
        settings.write_text(f"""[databases]
* = host={folder} port={postgres.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = session
max_client_conn = {sessions_max + 100}
default_pool_size = {sessions_max}
ignore_startup_parameters = extra_float_digits
client_tls_sslmode = allow
client_tls_key_file = {postgres.key}
client_tls_cert_file = {postgres.certificate}
logfile = {folder}/pgbouncer.log
""")
        drop, user = unprivileged()
        if user:
            for path in (users, settings):
                shutil.chown(path, user.pw_uid, user.pw_gid)
        words = [*drop, program("pgbouncer", "it"), "-q", str(settings)]
        self.process = Process(words, folder / "pgbouncer.out")
        wait_for_port(self.port, self.process, "PgBouncer")


class HaProxy(Relay):
    """TLS passes through it to the server: it does not know PostgreSQL's way to begin TLS."""

    name = "HAProxy"

    def __init__(self, postgres, folder, sessions_max):
        self.port, self.tls_port = free_port(), free_port()
        settings = folder / "haproxy.cfg"
        settings.write_text(f"""global
  nbthread 1
  maxconn {sessions_max}
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen plain
  bind 127.0.0.1:{self.port}
  server postgres unix@{folder}/.s.PGSQL.{postgres.port}
listen tls
  bind 127.0.0.1:{self.tls_port}
  server postgres 127.0.0.1:{postgres.port}
""")
        self.process = Process([program("haproxy", "it"), "-db", "-q", "-f", str(settings)],
                               folder / "haproxy.log")
        wait_for_port(self.port, self.process, "HAProxy")
