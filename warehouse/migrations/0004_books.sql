CREATE SCHEMA IF NOT EXISTS books;

-- Empty for ever: a load of the dataset holds the lock of this table.
CREATE TABLE etl.lock_books (dataset VARCHAR(64)) DISTSTYLE ALL;
