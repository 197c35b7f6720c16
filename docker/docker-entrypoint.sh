#!/bin/bash
# The entry point of the stand-in for the official PostgreSQL image: POSTGRES_USER, POSTGRES_PASSWORD,
# POSTGRES_DB, POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD (the first three also as …_FILE), PGDATA
# and /docker-entrypoint-initdb.d mean what they mean there.
set -Eeuo pipefail

[ "${1:-postgres}" != "" ] || set -- postgres
if [ "${1:0:1}" = - ]; then set -- postgres "$@"; fi
if [ "$1" != postgres ]; then exec "$@"; fi

from_file() {
  local name=$1 file=$1_FILE
  if [ -n "${!file:-}" ]; then export "$name=$(<"${!file}")"; fi
  unset "$file"
}
for name in POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB; do from_file "$name"; done

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown -R postgres "$PGDATA" /var/run/postgresql
  chmod 0700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

user=${POSTGRES_USER:-postgres}
method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "$method" != trust ]; then
    echo >&2 "Error: Database is uninitialized and superuser password is not specified: set POSTGRES_PASSWORD."
    exit 1
  fi
  declare -a more=()
  [ -z "${POSTGRES_INITDB_ARGS:-}" ] || read -r -a more <<<"$POSTGRES_INITDB_ARGS"
  initdb -D "$PGDATA" --username="$user" --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:-}") "${more[@]}"
  echo "host all all all $method" >>"$PGDATA/pg_hba.conf"
  export PGPASSWORD=${POSTGRES_PASSWORD:-} PGHOST=/var/run/postgresql
  pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -k /var/run/postgresql" -w start
  database=${POSTGRES_DB:-$user}
  if [ "$database" != postgres ]; then createdb -U "$user" "$database"; fi
  shopt -s nullglob
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) psql -v ON_ERROR_STOP=1 -U "$user" -d "$database" -f "$file" ;;
      *.sql.gz) gunzip -c "$file" | psql -v ON_ERROR_STOP=1 -U "$user" -d "$database" ;;
    esac
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
  unset PGPASSWORD PGHOST
fi
exec "$@"
