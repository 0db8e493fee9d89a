"""Exported users, books and ratings in; the rows of the star out, by their natural keys.

Surrogate keys and versions are no business of these rows: which keys were given and which version
is the current one is known in the warehouse, under its lock (warehouse/books.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

LOCATIONS = "dim_location"
USERS = "dim_users"
BOOKS = "dim_books"
RATINGS = "fact_ratings"
# In this order each table refers only to those before it.
TABLES = (LOCATIONS, USERS, BOOKS, RATINGS)
KEYS = {
    LOCATIONS: ("location_id",),
    USERS: ("user_id",),
    BOOKS: ("isbn",),
    RATINGS: ("user_id", "isbn"),
}
_PLACES = ("city", "state", "country")
# Between the parts of a location where they are hashed: a character that no name has.
_SEPARATOR = "\u001f"
_ISBN_DIGITS = 10


@dataclass(frozen=True)
class Exported:
    """The exported tables as the catalog types them."""

    users: DataFrame
    books: DataFrame
    ratings: DataFrame


def type_columns(exported: Exported) -> Exported:
    """Give every column its type, whatever the crawler took it for; what is none becomes null.

    A crawler that has seen only digits takes an ISBN for a number; its leading zeros come back.
    """
    return Exported(
        users=exported.users.select(
            F.col("user_id").cast("bigint"),
            *(_text(name) for name in _PLACES),
            F.col("age").cast("int"),
            F.col("landed_at").cast("timestamp"),
        ),
        books=exported.books.select(
            _isbn(),
            *(_text(name) for name in ("title", "author")),
            F.col("publication_year").cast("int"),
            _text("publisher"),
            F.col("landed_at").cast("timestamp"),
        ),
        ratings=exported.ratings.select(
            F.col("user_id").cast("bigint"),
            _isbn(),
            F.col("rating").cast("int"),
            F.col("landed_at").cast("timestamp"),
        ),
    )


def build_star(exported: Exported) -> Mapping[str, DataFrame]:
    """Build the rows of each table, with the columns in the order in which COPY maps them.

    What ratings refer to and nobody exported is there as an inferred member, so that every
    reference leads somewhere; it came with the first rating that refers to it.
    """
    placed = exported.users.withColumn("location_id", _location_id())
    return {
        LOCATIONS: _locations(placed),
        USERS: _users(placed, exported.ratings),
        BOOKS: _books(exported.books, exported.ratings),
        RATINGS: exported.ratings.select("user_id", "isbn", "rating", "landed_at"),
    }


def _locations(placed: DataFrame) -> DataFrame:
    nowhere = placed.sparkSession.range(1).select(
        _location_id(nowhere=True), *(F.lit(None).cast("string").alias(name) for name in _PLACES)
    )
    places = placed.select("location_id", *_PLACES).unionByName(nowhere)
    return places.dropDuplicates(["location_id"])


def _users(placed: DataFrame, ratings: DataFrame) -> DataFrame:
    known = placed.select(
        "user_id", "location_id", "age", F.lit(False).alias("is_inferred"), "landed_at"
    )
    inferred = _missing(ratings, known, "user_id").select(
        "user_id",
        _location_id(nowhere=True),
        F.lit(None).cast("int").alias("age"),
        F.lit(True).alias("is_inferred"),
        "landed_at",
    )
    return known.unionByName(inferred)


def _books(books: DataFrame, ratings: DataFrame) -> DataFrame:
    names = ("isbn", "title", "author", "publication_year", "publisher")
    known = books.select(*names, F.lit(False).alias("is_inferred"), "landed_at")
    inferred = _missing(ratings, known, "isbn").select(
        "isbn",
        *(F.lit(None).cast(known.schema[name].dataType).alias(name) for name in names[1:]),
        F.lit(True).alias("is_inferred"),
        "landed_at",
    )
    return known.unionByName(inferred)


def _missing(ratings: DataFrame, known: DataFrame, key: str) -> DataFrame:
    """Find what ratings refer to and is not known, with the time of the first of them."""
    referred = ratings.groupBy(key).agg(F.min("landed_at").alias("landed_at"))
    return referred.join(known.select(key), key, "left_anti")


def _location_id(*, nowhere: bool = False) -> Column:
    """Name a location by the hash of its parts."""
    parts = [F.lit("") if nowhere else F.coalesce(name, F.lit("")) for name in _PLACES]
    return F.sha2(F.concat_ws(_SEPARATOR, *parts), 256).alias("location_id")


def _text(name: str) -> Column:
    text = F.trim(F.col(name).cast("string"))
    return F.when(text != "", text).alias(name)


def _isbn() -> Column:
    text = F.trim(F.col("isbn").cast("string"))
    short = F.length(text) < _ISBN_DIGITS
    return F.when(short, F.lpad(text, _ISBN_DIGITS, "0")).otherwise(text).alias("isbn")
