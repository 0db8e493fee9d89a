"""DynamicFrame: a Spark DataFrame whose columns may be choices between types.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

from pyspark.sql import DataFrame

from awsglue import _choice, _combine, _mapping, _records, _relational, _sampling, _schema, _unbox
from awsglue._collection import DynamicFrameCollection as DynamicFrameCollection
from awsglue._frame_base import FrameBase
from awsglue._frame_io import DynamicFrameReader as DynamicFrameReader
from awsglue._frame_io import DynamicFrameWriter as DynamicFrameWriter
from awsglue._refusals import not_implemented
from awsglue._sources.catalog import get_table
from awsglue.gluetypes import DataType, StructType


class ResolveOption:
    """What toDF does with the choice at a path: KeepAsStruct, Project or Cast to a target."""

    def __init__(self, path: str, action: str, target: DataType | None = None) -> None:
        self.path = path
        self.action = action
        self.target = target


class DynamicFrame(FrameBase):
    """Records that describe themselves, distributed; jdf is the DataFrame that holds them."""

    def with_frame_schema(self, schema: StructType) -> "DynamicFrame":
        """Return the frame with its fields in the types of a schema."""
        wanted = _schema.spark_schema(schema)
        return self._derive(_mapping.in_schema(self._frame, wanted))

    def toDF(self, options: Sequence[ResolveOption] | None = None) -> DataFrame:
        """Return a DataFrame; a choice is resolved by its option, else becomes a struct."""
        frame = self._frame
        for option in options or ():
            frame = _choice.resolve_option(frame, option.path, option.action, option.target)
        return _choice.forget_choices(frame) if _schema.has_choices(frame.schema) else frame

    @classmethod
    def fromDF(cls, dataframe: DataFrame, glue_ctx: Any, name: str = "") -> "DynamicFrame":
        """Return the frame of a DataFrame."""
        return cls(dataframe, glue_ctx, name)

    def filter(
        self,
        f: Callable[[Any], Any],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the records for which the function is true."""
        kept, errors = _records.filter_records(self._frame, f)
        return self._derive(kept, stageThreshold, totalThreshold, errors)

    def map(
        self,
        f: Callable[[Any], Any],
        preservesPartitioning: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the records that the function makes of each."""
        mapped, errors = _records.map_records(self._frame, _records.one_by_one(f))
        return self._derive(mapped, stageThreshold, totalThreshold, errors)

    def mapPartitions(
        self,
        f: Callable[[Iterable[Any]], Iterable[Any]],
        preservesPartitioning: bool = True,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the records that the function makes of each partition's."""
        by_partition = _records.all_at_once(lambda index, records: f(records))
        mapped, errors = _records.map_records(self._frame, by_partition)
        return self._derive(mapped, stageThreshold, totalThreshold, errors)

    def mapPartitionsWithIndex(
        self,
        f: Callable[[int, Iterable[Any]], Iterable[Any]],
        preservesPartitioning: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the records that the function makes of each partition's, given its index."""
        mapped, errors = _records.map_records(self._frame, _records.all_at_once(f))
        return self._derive(mapped, stageThreshold, totalThreshold, errors)

    def apply_mapping(
        self,
        mappings: Sequence[Sequence[str]],
        case_sensitive: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the mapped fields, in the order of the mappings."""
        mapped = _mapping.apply_mapping(self._frame, mappings, case_sensitive)
        return self._derive(mapped, stageThreshold, totalThreshold)

    def applyMapping(self, *args: Any, **kwargs: Any) -> "DynamicFrame":
        """Return what apply_mapping returns; mappings may also be given as arguments."""
        if args and isinstance(args[0], tuple):
            return self.apply_mapping(args, **kwargs)
        return self.apply_mapping(*args, **kwargs)

    def drop_fields(
        self,
        paths: Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the records without the fields at these paths."""
        left = _mapping.drop_fields(self._frame, paths)
        return self._derive(left, stageThreshold, totalThreshold)

    def select_fields(
        self,
        paths: Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the records with only the fields at these paths."""
        chosen = _mapping.select_fields(self._frame, paths)
        return self._derive(chosen, stageThreshold, totalThreshold)

    def rename_field(
        self,
        oldName: str,
        newName: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the records with a field under another path."""
        renamed = _mapping.rename_field(self._frame, oldName, newName)
        return self._derive(renamed, stageThreshold, totalThreshold)

    def split_fields(
        self,
        paths: Sequence[str],
        name1: str,
        name2: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        """Return a frame of the fields at these paths and a frame of the others."""
        return self._collect(
            {
                name1: _mapping.select_fields(self._frame, paths),
                name2: _mapping.drop_fields(self._frame, paths),
            },
            stageThreshold,
            totalThreshold,
        )

    def split_rows(
        self,
        comparison_dict: Mapping[str, Mapping[str, Any]],
        name1: str,
        name2: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        """Return a frame of the records that the comparisons hold for and one of the others."""
        condition = _mapping.row_condition(self._frame, comparison_dict)
        return self._collect(
            {name1: self._frame.where(condition), name2: self._frame.where(~condition)},
            stageThreshold,
            totalThreshold,
        )

    def _collect(
        self, frames: Mapping[str, DataFrame], stage_threshold: int, total_threshold: int
    ) -> DynamicFrameCollection:
        derived = {
            name: self._derive(frame, stage_threshold, total_threshold, name=name)
            for name, frame in frames.items()
        }
        return DynamicFrameCollection(derived, self.glue_ctx)

    def join(
        self,
        paths1: Sequence[str],
        paths2: Sequence[str],
        frame2: "DynamicFrame",
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the inner equality join with another frame."""
        joined = _combine.join(self._frame, frame2.marked_frame, paths1, paths2)
        return self._derive_from_both(frame2, joined, stageThreshold, totalThreshold)

    def union(
        self,
        other_frame: "DynamicFrame",
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the records of both frames."""
        united = _combine.union(self._frame, other_frame.marked_frame)
        return self._derive_from_both(other_frame, united, stageThreshold, totalThreshold)

    def mergeDynamicFrame(
        self,
        stage_dynamic_frame: "DynamicFrame",
        primary_keys: Sequence[str],
        transformation_ctx: str = "",
        options: dict[str, Any] = {},
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the staged records and those whose keys are not staged."""
        merged = _combine.merge(self._frame, stage_dynamic_frame.marked_frame, primary_keys)
        return self._derive_from_both(stage_dynamic_frame, merged, stageThreshold, totalThreshold)

    def _derive_from_both(
        self, other: "DynamicFrame", frame: DataFrame, stage_threshold: int, total_threshold: int
    ) -> "DynamicFrame":
        both = self._errors.merged(other.error_trail)
        derived = DynamicFrame(frame, self.glue_ctx, self.name)
        return derived.with_errors(both.next_stage(None, stage_threshold, total_threshold))

    def resolveChoice(
        self,
        specs: Sequence[Sequence[str]] | None = None,
        choice: str = "",
        database: str | None = None,
        table_name: str | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        catalog_id: str | None = None,
    ) -> "DynamicFrame":
        """Return the records with choices resolved: by (path, action) specs or all by choice."""
        if bool(specs) == bool(choice):
            raise ValueError("resolveChoice: give either specs or choice, and not both.")
        if specs:
            resolved = _choice.resolve_specs(self._frame, specs)
        elif choice.strip().lower() == "match_catalog":
            if not database or not table_name:
                raise ValueError("resolveChoice: match_catalog needs database and table_name.")
            wanted = get_table(database, table_name, catalog_id).schema
            resolved = _choice.match_types(self._frame, wanted)
        else:
            resolved = _choice.resolve_everywhere(self._frame, choice)
        return self._derive(resolved, stageThreshold, totalThreshold)

    def unnest(
        self,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the records with members of structs as top-level fields."""
        return self._derive(_relational.unnest(self._frame), stageThreshold, totalThreshold)

    def relationalize(
        self,
        root_table_name: str,
        staging_path: str,
        options: dict[str, Any] = {},
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        """Return the flat root table and a table for each array; Spark stages them itself."""
        tables = _relational.relationalize(self._frame, root_table_name)
        return self._collect(tables, stageThreshold, totalThreshold)

    def unbox(
        self,
        path: str,
        format: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        **options: Any,
    ) -> "DynamicFrame":
        """Return the records with the text at a path parsed."""
        unboxed = _unbox.unbox(self._frame, path, format, options)
        return self._derive(unboxed, stageThreshold, totalThreshold)

    def unnest_ddb_json(
        self,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("DynamicFrame.unnest_ddb_json")

    def simplify_ddb_json(self) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("DynamicFrame.simplify_ddb_json")

    def spigot(
        self,
        path: str,
        options: dict[str, Any] = {},
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Write a sample of the records as JSON lines and return the same records."""
        _sampling.write_sample(self._frame, path, options)
        return self._derive(self._frame, stageThreshold, totalThreshold)

    def repartition(
        self,
        num_partitions: int,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the records in so many partitions."""
        spread = self._frame.repartition(num_partitions)
        return self._derive(spread, stageThreshold, totalThreshold)

    def coalesce(
        self,
        num_partitions: int,
        shuffle: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Return the records in at most so many partitions, or with shuffle in exactly so many."""
        change = self._frame.repartition if shuffle else self._frame.coalesce
        return self._derive(change(num_partitions), stageThreshold, totalThreshold)

    def getNumPartitions(self) -> int:
        """Return the number of partitions."""
        return int(self._frame._jdf.rdd().getNumPartitions())

    def write(
        self,
        connection_type: str,
        connection_options: dict[str, Any] = {},
        format: str | None = None,
        format_options: dict[str, Any] = {},
        accumulator_size: int = 0,
    ) -> Any:
        """Write the records to a connection."""
        return self.glue_ctx.write_dynamic_frame_from_options(
            self, connection_type, connection_options, format, format_options
        )
