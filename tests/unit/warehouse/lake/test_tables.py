from __future__ import annotations

import pytest

from warehouse.lake.fields import Field, open_structs
from warehouse.lake.names import UnusableNames
from warehouse.lake.tables import (
    Mapped,
    PresentColumn,
    TableConflict,
    TablePlan,
    create_table,
    plan_table,
)
from warehouse.lake.types import parse_type

FIELDS = open_structs(
    [
        ("id", "int"),
        ("Name", "struct<first:string,last:struct<a b:double>>"),
        ("tags", "array<struct<k:string,v:int>>"),
        ("empty", "struct<>"),
    ]
)


def present(**types: str) -> dict[str, PresentColumn]:
    return {name: PresentColumn(name, parse_type(kind)) for name, kind in types.items()}


def plan(
    fields: list[Field], there: dict[str, PresentColumn] | None = None, *mapping: Mapped
) -> TablePlan:
    return plan_table("lake", "t", fields, mapping, there)


def test_structs_are_opened_and_arrays_kept() -> None:
    assert [(one.path, one.type) for one in FIELDS] == [
        (("id",), "int"),
        (("Name", "first"), "string"),
        (("Name", "last", "a b"), "double"),
        (("tags",), "array<struct<k:string,v:int>>"),
    ]


@pytest.mark.parametrize("kind", ["struct<a:int", "struct<a>"])
def test_a_malformed_type_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="is no type of the Data Catalog"):
        open_structs([("x", kind)])


def test_a_new_table_has_a_column_for_each_field() -> None:
    assert create_table(plan(FIELDS)) == (
        'CREATE TABLE "lake"."t" ("id" INTEGER, "name_first" VARCHAR(256), '
        '"name_last_a_b" DOUBLE PRECISION, "tags" SUPER, "lochan_load_id" CHAR(64) ENCODE zstd)'
    )


def test_a_mapping_chooses_renames_and_types() -> None:
    chosen = plan(
        FIELDS,
        None,
        Mapped(("Name", "first"), "given", parse_type("varchar(40)")),
        Mapped(("id",), type=parse_type("bigint")),
    )
    assert [(c.name, str(c.type), c.stated) for c in chosen.columns] == [
        ("given", "VARCHAR(40)", True),
        ("id", "BIGINT", True),
    ]
    assert chosen.left_out == (("Name", "last", "a b"), ("tags",))


def test_a_mapping_of_what_the_source_lacks_names_what_it_has() -> None:
    with pytest.raises(TableConflict, match=r"names nom, .* It has id, Name\.first"):
        plan(FIELDS, None, Mapped(("nom",)))


def test_a_mapping_cannot_send_two_fields_to_one_column() -> None:
    with pytest.raises(UnusableNames, match=r"The fields id and tags would all be the column x"):
        plan(FIELDS, None, Mapped(("id",), "x"), Mapped(("tags",), "x"))


def test_a_table_that_fits_is_left_as_it_is() -> None:
    there = present(id="bigint", name_first="varchar(300)", lochan_load_id="char(64)")
    fitting = plan(FIELDS[:2], there)
    assert fitting.changes == ()
    assert [str(column.type) for column in fitting.columns] == ["BIGINT", "VARCHAR(300)"]


def test_a_table_evolves_by_new_columns_and_wider_types() -> None:
    fields = [Field(("a",), "bigint"), Field(("b",), "string"), Field(("c",), "double")]
    there = present(a="int", b="varchar(20)", lochan_load_id="char(64)")
    text = Mapped(("b",), type=parse_type("varchar(256)"))
    evolved = plan(fields, there, Mapped(("a",)), text, Mapped(("c",)))
    assert [one.statements(evolved.quoted) for one in evolved.changes] == [
        [
            'ALTER TABLE "lake"."t" ADD COLUMN "lochan_moved" BIGINT',
            'UPDATE "lake"."t" SET "lochan_moved" = CAST("a" AS BIGINT)',
            'ALTER TABLE "lake"."t" DROP COLUMN "a"',
            'ALTER TABLE "lake"."t" RENAME COLUMN "lochan_moved" TO "a"',
        ],
        ['ALTER TABLE "lake"."t" ALTER COLUMN "b" TYPE VARCHAR(256)'],
        ['ALTER TABLE "lake"."t" ADD COLUMN "c" DOUBLE PRECISION'],
    ]
    assert [str(one) for one in evolved.changes] == [
        "widen a INTEGER -> BIGINT",
        "widen b VARCHAR(20) -> VARCHAR(256)",
        "add c DOUBLE PRECISION",
    ]


@pytest.mark.parametrize("kind", ["VARCHAR(20)", "CHAR(3)"])
def test_texts_keep_their_length_until_the_data_need_more(kind: str) -> None:
    there = present(a=kind, lochan_load_id="char(64)")
    kept = plan([Field(("a",), "string")], there)
    assert kept.changes == ()
    assert str(kept.columns[0].type) == kind


def test_a_table_that_a_person_made_gets_the_load_of_each_row() -> None:
    made = plan([Field(("a",), "int")], present(a="int"))
    assert [str(one) for one in made.changes] == ["add lochan_load_id CHAR(64)"]


def test_a_conflict_names_both_types() -> None:
    with pytest.raises(
        TableConflict, match=r"lake\.t\.a is BIGINT, and a of the source is string \(VARCHAR"
    ):
        plan([Field(("a",), "string")], present(a="bigint"))


def test_only_bigint_to_double_may_round() -> None:
    evolved = plan([Field(("a",), "double"), Field(("b",), "double")], present(a="bigint", b="int"))
    counts = [
        one.count_inexact(evolved.quoted)  # type: ignore[union-attr]
        for one in evolved.changes[:2]
    ]
    assert counts == [
        'SELECT COUNT(*) FROM "lake"."t" WHERE '
        'CAST(CAST("a" AS DOUBLE PRECISION) AS DECIMAL(38,0)) <> CAST("a" AS DECIMAL(38,0))',
        None,
    ]


def test_keys_and_required_columns_are_not_replaced() -> None:
    fields = [Field(("a",), "bigint")]
    integer = parse_type("int")
    with pytest.raises(TableConflict, match="is the distribution or sort key"):
        plan(fields, {"a": PresentColumn("a", integer, is_key=True)})
    with pytest.raises(TableConflict, match="is NOT NULL, and Redshift"):
        plan(fields, {"a": PresentColumn("a", integer, not_null=True)})


def test_a_required_column_that_nothing_fills_is_named() -> None:
    required = PresentColumn("b", parse_type("int"), not_null=True)
    fields = [Field(("a",), "int")]
    with pytest.raises(TableConflict, match=r"lake\.t\.b is NOT NULL without a default"):
        plan(fields, {**present(a="int"), "b": required})
    filled = PresentColumn("b", parse_type("int"), not_null=True, has_default=True)
    assert plan(fields, {**present(a="int", lochan_load_id="char(64)"), "b": filled}).changes == ()
