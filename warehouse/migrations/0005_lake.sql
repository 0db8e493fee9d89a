CREATE SCHEMA IF NOT EXISTS lake;

-- Empty for ever: a load of the dataset holds the lock of this table.
CREATE TABLE etl.lock_lake (dataset VARCHAR(64)) DISTSTYLE ALL;
