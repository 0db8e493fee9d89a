from __future__ import annotations

import base64
from graphlib import CycleError
from xml.etree import ElementTree

import pytest

from tasks.lineage import arrange_columns, describe_lineage, draw_lineage, place_boxes, wrap

SVG = "{http://www.w3.org/2000/svg}"
EDGES = [("pages", "tweets"), ("tweets", "facts"), ("users", "facts"), ("pages", "users")]


def test_what_is_made_stands_to_the_right_of_all_that_it_is_made_from() -> None:
    assert arrange_columns([*EDGES, ("pages", "facts")]) == [
        ["pages"],
        ["tweets", "users"],
        ["facts"],
    ]


def test_a_circle_is_refused() -> None:
    with pytest.raises(CycleError):
        draw_lineage([("a", "b"), ("b", "a")])


def test_columns_share_their_middle() -> None:
    boxes = place_boxes([["pages"], ["tweets", "users"]])
    # A box of one line is 38 high, and 16 lie between two: 2 times 54, less 54, halved, under 10.
    assert {name: (box.left, box.top) for name, box in boxes.items()} == {
        "pages": (10, 37),
        "tweets": (322, 10),
        "users": (322, 64),
    }


def test_a_name_is_broken_where_it_has_parts_and_loses_no_letter() -> None:
    assert wrap("s3://lochan-dev-222222222222-eu-central-1-landing/x_api/tweets") == (
        "s3://lochan-dev-222222222222-eu-",
        "central-1-landing/x_api/tweets",
    )
    assert wrap("X API /2 tweets") == ("X API /2 tweets",)
    assert wrap("a" * 40) == ("a" * 32, "a" * 8)


def test_each_name_is_drawn_once_and_each_edge_has_an_arrow() -> None:
    picture = ElementTree.fromstring(draw_lineage([*EDGES, ("a <b> & c", "pages")]))
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert sorted(texts) == ["a <b> & c", "facts", "pages", "tweets", "users"]
    # A line and a head for each of five edges.
    assert len(list(picture.iter(f"{SVG}path"))) == 10


def test_the_picture_is_in_the_markdown_and_the_edges_are_in_words() -> None:
    picture, _, *words = describe_lineage([("pages", "tweets"), ("pages", "tweets")]).split("\n")
    assert words == ["- `pages` → `tweets`"]
    start = "![Lineage](data:image/svg+xml;base64,"
    assert picture.startswith(start)
    drawn = ElementTree.fromstring(base64.b64decode(picture[len(start) : -1]))
    assert drawn.tag == f"{SVG}svg"
