-- A snapshot of users, followers and tweets for each day: the rows of a day are replaced together,
-- so the day is the first part of every key. The other columns are those of the twitter tables.
CREATE SCHEMA IF NOT EXISTS academy;

-- Empty for ever: a load of the dataset holds the lock of this table.
CREATE TABLE etl.lock_academy (dataset VARCHAR(64)) DISTSTYLE ALL;

CREATE TABLE academy.users (
    dt DATE NOT NULL ENCODE raw,
    user_id BIGINT NOT NULL ENCODE az64,
    username VARCHAR(64) NOT NULL ENCODE zstd,
    name VARCHAR(1024) ENCODE zstd,
    description VARCHAR(8192) ENCODE zstd,
    location VARCHAR(2048) ENCODE zstd,
    url VARCHAR(8192) ENCODE zstd,
    profile_image_url VARCHAR(8192) ENCODE zstd,
    created_at TIMESTAMP ENCODE az64,
    protected BOOLEAN ENCODE zstd,
    verified BOOLEAN ENCODE zstd,
    verified_type VARCHAR(64) ENCODE zstd,
    pinned_tweet_id BIGINT ENCODE az64,
    followers_count BIGINT ENCODE az64,
    following_count BIGINT ENCODE az64,
    tweet_count BIGINT ENCODE az64,
    listed_count BIGINT ENCODE az64,
    retrieved_at TIMESTAMP NOT NULL ENCODE az64,
    PRIMARY KEY (dt, user_id)
)
DISTKEY (user_id)
COMPOUND SORTKEY (dt, user_id);

CREATE TABLE academy.user_followers (
    dt DATE NOT NULL ENCODE raw,
    user_id BIGINT NOT NULL ENCODE az64,
    follower_id BIGINT NOT NULL ENCODE az64,
    retrieved_at TIMESTAMP NOT NULL ENCODE az64,
    PRIMARY KEY (dt, user_id, follower_id)
)
DISTKEY (user_id)
COMPOUND SORTKEY (dt, user_id);

CREATE TABLE academy.tweets (
    dt DATE NOT NULL ENCODE raw,
    tweet_id BIGINT NOT NULL ENCODE az64,
    author_id BIGINT NOT NULL ENCODE az64,
    text VARCHAR(65535) NOT NULL ENCODE zstd,
    lang VARCHAR(32) ENCODE zstd,
    created_at TIMESTAMP NOT NULL ENCODE az64,
    conversation_id BIGINT ENCODE az64,
    in_reply_to_user_id BIGINT ENCODE az64,
    original_tweet_id BIGINT ENCODE az64,
    source VARCHAR(1024) ENCODE zstd,
    reply_settings VARCHAR(64) ENCODE zstd,
    possibly_sensitive BOOLEAN ENCODE zstd,
    place_id VARCHAR(64) ENCODE zstd,
    longitude DOUBLE PRECISION ENCODE zstd,
    latitude DOUBLE PRECISION ENCODE zstd,
    like_count BIGINT ENCODE az64,
    retweet_count BIGINT ENCODE az64,
    reply_count BIGINT ENCODE az64,
    quote_count BIGINT ENCODE az64,
    bookmark_count BIGINT ENCODE az64,
    impression_count BIGINT ENCODE az64,
    retrieved_at TIMESTAMP NOT NULL ENCODE az64,
    PRIMARY KEY (dt, tweet_id)
)
DISTKEY (tweet_id)
COMPOUND SORTKEY (dt, created_at);
