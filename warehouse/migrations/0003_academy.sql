CREATE SCHEMA IF NOT EXISTS academy;

-- Empty for ever: a load of the dataset holds the lock of this table.
CREATE TABLE etl.lock_academy (dataset VARCHAR(64)) DISTSTYLE ALL;
