-- What was loaded, what was refused, and what to lock while loading.
CREATE TABLE etl.loads (
    load_id CHAR(64) NOT NULL ENCODE zstd,
    dataset VARCHAR(64) NOT NULL ENCODE zstd,
    partition_key VARCHAR(256) NOT NULL ENCODE zstd,
    object_count INTEGER NOT NULL ENCODE az64,
    input_rows BIGINT NOT NULL ENCODE az64,
    loaded_rows BIGINT NOT NULL ENCODE az64,
    rejected_rows BIGINT NOT NULL ENCODE az64,
    duplicate_rows BIGINT NOT NULL ENCODE az64,
    flow_run_id VARCHAR(64) ENCODE zstd,
    glue_run_id VARCHAR(128) ENCODE zstd,
    loaded_at TIMESTAMP NOT NULL DEFAULT GETDATE() ENCODE raw,
    PRIMARY KEY (load_id)
)
DISTSTYLE ALL
SORTKEY (loaded_at);

CREATE TABLE etl.rejects (
    load_id CHAR(64) NOT NULL ENCODE zstd,
    file VARCHAR(2048) ENCODE zstd,
    "position" VARCHAR(256) ENCODE zstd,
    reason VARCHAR(1024) NOT NULL ENCODE zstd,
    record VARCHAR(65535) ENCODE zstd
)
DISTSTYLE EVEN;

-- Empty for ever: a load of the dataset holds the lock of this table.
CREATE TABLE etl.lock_twitter (dataset VARCHAR(64)) DISTSTYLE ALL;
