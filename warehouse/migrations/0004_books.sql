-- A star: ratings refer to the user as he was when the rating came, and to the book.
-- Surrogate keys are given once and never again; a member that only ratings know of is inferred,
-- and completed under the same key when it comes.
CREATE SCHEMA IF NOT EXISTS books;

CREATE TABLE books.dim_location (
    location_key BIGINT NOT NULL ENCODE raw,
    location_id VARCHAR(64) NOT NULL ENCODE zstd,
    city VARCHAR(512) ENCODE zstd,
    state VARCHAR(512) ENCODE zstd,
    country VARCHAR(512) ENCODE zstd,
    PRIMARY KEY (location_key)
)
DISTSTYLE ALL
SORTKEY (location_key);

-- Type 2 by location: a version for each place that a user lived in. Type 1 by everything else.
CREATE TABLE books.dim_users (
    user_key BIGINT NOT NULL ENCODE raw,
    user_id BIGINT NOT NULL ENCODE az64,
    location_key BIGINT NOT NULL ENCODE az64,
    age INTEGER ENCODE az64,
    is_inferred BOOLEAN NOT NULL ENCODE zstd,
    valid_from TIMESTAMP NOT NULL ENCODE az64,
    valid_to TIMESTAMP NOT NULL ENCODE az64,
    is_current BOOLEAN NOT NULL ENCODE zstd,
    landed_at TIMESTAMP NOT NULL ENCODE az64,
    PRIMARY KEY (user_key),
    FOREIGN KEY (location_key) REFERENCES books.dim_location (location_key)
)
DISTKEY (user_id)
SORTKEY (user_key);

CREATE TABLE books.dim_books (
    book_key BIGINT NOT NULL ENCODE raw,
    isbn VARCHAR(13) NOT NULL ENCODE zstd,
    title VARCHAR(2048) ENCODE zstd,
    author VARCHAR(1024) ENCODE zstd,
    publication_year INTEGER ENCODE az64,
    publisher VARCHAR(1024) ENCODE zstd,
    is_inferred BOOLEAN NOT NULL ENCODE zstd,
    landed_at TIMESTAMP NOT NULL ENCODE az64,
    PRIMARY KEY (book_key)
)
DISTSTYLE ALL
SORTKEY (book_key);

-- user_id stays with the fact: it tells a rating whatever version of the user it refers to.
CREATE TABLE books.fact_ratings (
    user_key BIGINT NOT NULL ENCODE az64,
    book_key BIGINT NOT NULL ENCODE raw,
    user_id BIGINT NOT NULL ENCODE az64,
    rating INTEGER NOT NULL ENCODE az64,
    landed_at TIMESTAMP NOT NULL ENCODE az64,
    PRIMARY KEY (user_id, book_key),
    FOREIGN KEY (user_key) REFERENCES books.dim_users (user_key),
    FOREIGN KEY (book_key) REFERENCES books.dim_books (book_key)
)
DISTKEY (user_id)
SORTKEY (book_key);

-- Empty for ever: a load of the dataset holds the lock of this table.
CREATE TABLE etl.lock_books (dataset VARCHAR(64)) DISTSTYLE ALL;
