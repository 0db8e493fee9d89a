"""Which data came from which, as a picture for Prefect's UI.

An image in the Markdown itself, because of its two UIs only the newer one draws Mermaid, and both
take away HTML. Boxes stand in columns: what is made from nothing here on the left, everything
else to the right of all that it is made from.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter

# It writes here, and parses nothing.
from xml.etree import ElementTree  # nosec B405

LINE_LETTERS = 32
PIECE = re.compile(r"[^-/ ]{0,31}[-/ ]|[^-/ ]{1,32}")
# Pixels.
WIDTH, LINE, PADDING = 248, 18, 10
BETWEEN_COLUMNS, BETWEEN_BOXES = 64, 16
INK, PAPER, ARROW = "#1f2430", "#ffffff", "#8a93a6"
FONT = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

Edge = tuple[str, str]


@dataclass(frozen=True)
class Box:
    """A name in its lines, and the upper left corner of where it stands."""

    lines: tuple[str, ...]
    left: int
    top: int

    @property
    def height(self) -> int:
        """The height with its border."""
        return height_of(self.lines)

    @property
    def middle(self) -> int:
        """Where arrows begin and end."""
        return self.top + self.height // 2


def describe_lineage(edges: Iterable[Edge]) -> str:
    """Write Markdown with the picture, and each edge in words below it."""
    drawn = list(dict.fromkeys(edges))
    image = base64.b64encode(draw_lineage(drawn).encode()).decode()
    picture = f"![Lineage](data:image/svg+xml;base64,{image})"
    return "\n".join([picture, "", *(f"- `{source}` → `{target}`" for source, target in drawn)])


def draw_lineage(edges: Iterable[Edge]) -> str:
    """Draw edges from source to target as an SVG; raises graphlib.CycleError for a circle."""
    drawn = list(edges)
    boxes = place_boxes(arrange_columns(drawn))
    picture = ElementTree.Element("svg", xmlns="http://www.w3.org/2000/svg")
    picture.set("width", str(max(box.left for box in boxes.values()) + WIDTH + PADDING))
    picture.set("height", str(max(box.top + box.height for box in boxes.values()) + PADDING))
    for source, target in drawn:
        _draw_arrow(picture, boxes[source], boxes[target])
    for box in boxes.values():
        _draw_box(picture, box)
    return ElementTree.tostring(picture, encoding="unicode")


def arrange_columns(edges: Iterable[Edge]) -> list[list[str]]:
    """Part the names into columns from left to right, each in the order of the edges."""
    sources: dict[str, list[str]] = {}
    for source, target in edges:
        sources.setdefault(source, [])
        sources.setdefault(target, []).append(source)
    column: dict[str, int] = {}
    for name in TopologicalSorter(sources).static_order():
        column[name] = max((column[source] + 1 for source in sources[name]), default=0)
    return [
        [name for name in sources if column[name] == number]
        for number in range(max(column.values()) + 1)
    ]


def place_boxes(columns: Iterable[Iterable[str]]) -> dict[str, Box]:
    """Give each name its place; the columns share their middle line."""
    wrapped = [{name: wrap(name) for name in names} for names in columns]
    heights = [
        sum(height_of(lines) + BETWEEN_BOXES for lines in names.values()) for names in wrapped
    ]
    placed = {}
    for number, names in enumerate(wrapped):
        left = PADDING + number * (WIDTH + BETWEEN_COLUMNS)
        top = PADDING + (max(heights) - heights[number]) // 2
        for name, lines in names.items():
            placed[name] = Box(lines, left, top)
            top += height_of(lines) + BETWEEN_BOXES
    return placed


def wrap(name: str) -> tuple[str, ...]:
    """Break a name into lines: after slashes, hyphens and spaces, or where one is full."""
    lines = [""]
    for piece in PIECE.findall(name):
        if len(lines[-1]) + len(piece) > LINE_LETTERS:
            lines.append("")
        lines[-1] += piece
    return tuple(lines)


def height_of(lines: tuple[str, ...]) -> int:
    """Tell the height of a box in pixels."""
    return len(lines) * LINE + 2 * PADDING


def _draw_box(picture: ElementTree.Element, box: Box) -> None:
    frame = {"x": box.left, "y": box.top, "width": WIDTH, "height": box.height, "rx": 6}
    _add(picture, "rect", **frame, fill=PAPER, stroke=ARROW)
    for number, line in enumerate(box.lines):
        x, y = box.left + PADDING, box.top + PADDING + LINE * number + 13
        text = {"x": x, "y": y, "font-family": FONT, "font-size": 12, "fill": INK}
        _add(picture, "text", **text).text = line


def _draw_arrow(picture: ElementTree.Element, source: Box, target: Box) -> None:
    start, end, y = source.left + WIDTH, target.left, target.middle
    bend = (end - start) // 2
    way = f"M{start} {source.middle} C{start + bend} {source.middle} {end - bend} {y} {end - 7} {y}"
    _add(picture, "path", d=way, fill="none", stroke=ARROW, **{"stroke-width": 2})
    _add(picture, "path", d=f"M{end - 8} {y - 5} L{end} {y} L{end - 8} {y + 5} Z", fill=ARROW)


def _add(picture: ElementTree.Element, tag: str, **attributes: object) -> ElementTree.Element:
    shown = {name: str(value) for name, value in attributes.items()}
    return ElementTree.SubElement(picture, tag, shown)
