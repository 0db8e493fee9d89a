"""From the names that sources give their fields to the names of columns.

Redshift folds ASCII names to lower case and allows letters of any alphabet; every name is quoted in
every statement, so that keywords are names like any other.
https://docs.aws.amazon.com/redshift/latest/dg/r_names.html
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

LONGEST_NAME_BYTES = 127
# Columns that every table has already, by names that no other column may have.
SYSTEM_COLUMNS = frozenset({"ctid", "cmax", "cmin", "oid", "tableoid", "xmax", "xmin"})
# Which load brought a row; every table of the lake has it.
LOAD_ID = "lochan_load_id"
# Beside the columns of the target in the table that the job fills.
REASON, RECORD = "lochan_reason", "lochan_record"
FILE, POSITION = "lochan_file", "lochan_position"
OWN_COLUMNS = frozenset({LOAD_ID, REASON, RECORD, FILE, POSITION})

Path = tuple[str, ...]


class UnusableNames(ValueError):
    """Fields cannot become columns under the names that they have; says which and the way out."""


def name_column(path: Sequence[str]) -> str:
    """Name the column of a field: the steps of its path, joined and made a plain name.

    Letters of any alphabet, digits and underscores stay, in lower case and in Unicode's composed
    form (NFKC); whatever else stands between them becomes one underscore. A leading digit gets an
    underscore before it, the name of a system column one behind it. Raises UnusableNames.
    """
    text = unicodedata.normalize("NFKC", "_".join(path)).lower()
    spaced = "".join(char if _is_kept(char) else " " for char in text)
    name = "_".join(spaced.split())
    if not name.strip("_"):
        raise UnusableNames(
            f"The field {show_path(path)} has no letter or digit that a column could be named by: "
            "give it a target in the mapping."
        )
    if name[0].isdigit():
        name = f"_{name}"
    if name in SYSTEM_COLUMNS or name in OWN_COLUMNS:
        name = f"{name}_"
    if len(name.encode()) > LONGEST_NAME_BYTES:
        raise UnusableNames(
            f"The field {show_path(path)} has a name of more than {LONGEST_NAME_BYTES} bytes, "
            "which is Redshift's limit: give it a target in the mapping."
        )
    return name


def name_columns(paths: Iterable[Path]) -> Mapping[Path, str]:
    """Name the columns of fields; raises UnusableNames where two would have the same name."""
    names = {path: name_column(path) for path in paths}
    check_distinct(names)
    return names


def check_distinct(names: Mapping[Path, str]) -> None:
    """Refuse fields that would be the same column; raises UnusableNames naming them."""
    fields: defaultdict[str, list[Path]] = defaultdict(list)
    for path, name in names.items():
        fields[name].append(path)
    for name, sharing in fields.items():
        if len(sharing) > 1:
            shown = " and ".join(map(show_path, sharing))
            raise UnusableNames(
                f"The fields {shown} would all be the column {name}: give them targets of their "
                "own in the mapping."
            )


def show_path(path: Sequence[str]) -> str:
    """Show a field's path to a person, as the mapping takes it: `name.first`, `` `a.b`.c ``."""
    return ".".join(f"`{step}`" if "." in step or "`" in step else step for step in path)


def _is_kept(char: str) -> bool:
    """Tell letters, the marks that belong to them, digits and underscores from the rest."""
    return char == "_" or unicodedata.category(char)[0] in "LMN"
