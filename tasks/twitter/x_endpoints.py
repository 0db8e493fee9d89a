"""What is asked of the X API: endpoints, and every field that the pipeline keeps or may need.

https://docs.x.com/x-api/fundamentals/fields and /expansions
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TWEET_FIELDS = (
    "attachments,author_id,context_annotations,conversation_id,created_at,edit_controls,"
    "edit_history_tweet_ids,entities,geo,id,in_reply_to_user_id,lang,note_tweet,"
    "possibly_sensitive,public_metrics,referenced_tweets,reply_settings,source,text,withheld"
)
USER_FIELDS = (
    "created_at,description,entities,id,location,name,pinned_tweet_id,profile_image_url,"
    "protected,public_metrics,url,username,verified,verified_type,withheld"
)
TWEET_EXPANSIONS = (
    "attachments.media_keys,attachments.poll_ids,author_id,edit_history_tweet_ids,"
    "entities.mentions.username,geo.place_id,in_reply_to_user_id,referenced_tweets.id,"
    "referenced_tweets.id.author_id"
)
ABOUT_TWEETS = {
    "tweet.fields": TWEET_FIELDS,
    "user.fields": USER_FIELDS,
    "expansions": TWEET_EXPANSIONS,
    "media.fields": "alt_text,duration_ms,height,media_key,preview_image_url,public_metrics,"
    "type,url,variants,width",
    "place.fields": "contained_within,country,country_code,full_name,geo,id,name,place_type",
    "poll.fields": "duration_minutes,end_datetime,id,options,voting_status",
}
ABOUT_USERS = {
    "user.fields": USER_FIELDS,
    "tweet.fields": TWEET_FIELDS,
    "expansions": "pinned_tweet_id",
}


@dataclass(frozen=True)
class Endpoint:
    """Where an endpoint is, the largest page it gives, and what is asked for in every request."""

    path: str
    fields: Mapping[str, str]
    page_size: int | None = None
    cursor_parameter: str = "pagination_token"


ENDPOINTS: Mapping[str, Endpoint] = {
    "search_recent": Endpoint("/2/tweets/search/recent", ABOUT_TWEETS, 100, "next_token"),
    "search_all": Endpoint("/2/tweets/search/all", ABOUT_TWEETS, 500, "next_token"),
    "user_tweets": Endpoint("/2/users/{id}/tweets", ABOUT_TWEETS, 100),
    "tweets": Endpoint("/2/tweets", ABOUT_TWEETS),
    "users": Endpoint("/2/users", ABOUT_USERS),
    "users_by": Endpoint("/2/users/by", ABOUT_USERS),
    "followers": Endpoint("/2/users/{id}/followers", ABOUT_USERS, 1000),
    "following": Endpoint("/2/users/{id}/following", ABOUT_USERS, 1000),
}
