# A stand-in for the official image postgres:NN, of the distribution's packages, for machines that can
# reach a package mirror and no registry. It keeps the official image's contract (docker-entrypoint.sh).
#
#   docker build -t ride/postgres:17 --build-arg BASE=ride/debian:trixie --build-arg MAJOR=17 \
#     -f docker/postgres.Dockerfile docker
ARG BASE=debian:trixie-slim
FROM ${BASE}
ARG MAJOR=17

# The distribution's package would make a cluster, and take the first free user id.
RUN groupadd --gid 999 postgres \
 && useradd --uid 999 --gid 999 --home-dir /var/lib/postgresql --shell /bin/bash postgres \
 && mkdir -p /etc/postgresql-common /docker-entrypoint-initdb.d \
 && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf \
 && apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      -o Dpkg::Options::=--force-confold postgresql-${MAJOR} \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log \
 && install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/data \
 && install -d -o postgres -g postgres -m 3777 /var/run/postgresql

COPY docker-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
ENV PATH=/usr/lib/postgresql/${MAJOR}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PG_MAJOR=${MAJOR} PGDATA=/var/lib/postgresql/data LANG=C.UTF-8
LABEL ride.stand-in="postgres:${MAJOR}, made of the distribution's packages; not the official image"
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
EXPOSE 5432
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
