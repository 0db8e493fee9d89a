-- Tweets and what hangs on them share the tweet's id as distribution key: they join in place.
-- VARCHAR counts bytes; these hold several times what X allows.
CREATE SCHEMA IF NOT EXISTS twitter;

CREATE TABLE twitter.tweets (
    tweet_id BIGINT NOT NULL ENCODE az64,
    author_id BIGINT NOT NULL ENCODE az64,
    text VARCHAR(65535) NOT NULL ENCODE zstd,
    lang VARCHAR(32) ENCODE zstd,
    created_at TIMESTAMP NOT NULL ENCODE raw,
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
    PRIMARY KEY (tweet_id)
)
DISTKEY (tweet_id)
SORTKEY (created_at);

CREATE TABLE twitter.users (
    user_id BIGINT NOT NULL ENCODE raw,
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
    PRIMARY KEY (user_id)
)
DISTKEY (user_id)
SORTKEY (user_id);

CREATE TABLE twitter.user_followers (
    user_id BIGINT NOT NULL ENCODE raw,
    follower_id BIGINT NOT NULL ENCODE az64,
    retrieved_at TIMESTAMP NOT NULL ENCODE az64,
    PRIMARY KEY (user_id, follower_id)
)
DISTKEY (user_id)
COMPOUND SORTKEY (user_id, follower_id);

CREATE TABLE twitter.tweet_hashtags (
    tweet_id BIGINT NOT NULL ENCODE raw,
    "position" INTEGER NOT NULL ENCODE az64,
    hashtag VARCHAR(2048) NOT NULL ENCODE zstd,
    retrieved_at TIMESTAMP NOT NULL ENCODE az64,
    PRIMARY KEY (tweet_id, "position")
)
DISTKEY (tweet_id)
SORTKEY (tweet_id);

CREATE TABLE twitter.tweet_mentions (
    tweet_id BIGINT NOT NULL ENCODE raw,
    "position" INTEGER NOT NULL ENCODE az64,
    username VARCHAR(64) NOT NULL ENCODE zstd,
    user_id BIGINT ENCODE az64,
    retrieved_at TIMESTAMP NOT NULL ENCODE az64,
    PRIMARY KEY (tweet_id, "position")
)
DISTKEY (tweet_id)
SORTKEY (tweet_id);

CREATE TABLE twitter.tweet_urls (
    tweet_id BIGINT NOT NULL ENCODE raw,
    "position" INTEGER NOT NULL ENCODE az64,
    url VARCHAR(8192) NOT NULL ENCODE zstd,
    expanded_url VARCHAR(8192) ENCODE zstd,
    display_url VARCHAR(8192) ENCODE zstd,
    unwound_url VARCHAR(8192) ENCODE zstd,
    title VARCHAR(8192) ENCODE zstd,
    retrieved_at TIMESTAMP NOT NULL ENCODE az64,
    PRIMARY KEY (tweet_id, "position")
)
DISTKEY (tweet_id)
SORTKEY (tweet_id);

CREATE TABLE twitter.referenced_tweets (
    tweet_id BIGINT NOT NULL ENCODE raw,
    "position" INTEGER NOT NULL ENCODE az64,
    referenced_tweet_id BIGINT NOT NULL ENCODE az64,
    reference_type VARCHAR(64) NOT NULL ENCODE zstd,
    retrieved_at TIMESTAMP NOT NULL ENCODE az64,
    PRIMARY KEY (tweet_id, "position")
)
DISTKEY (tweet_id)
SORTKEY (tweet_id);
