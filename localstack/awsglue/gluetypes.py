"""Types of DynamicFrame schemas: Spark's, and the choice between several of them.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-types.html
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any


class DataType:
    """The base of all types; two types are equal when they are written alike."""

    def __init__(self, properties: dict[str, Any] = {}) -> None:
        self.properties = dict(properties)

    @classmethod
    def typeName(cls) -> str:
        """Return the class name without "Type", in lower case."""
        return cls.__name__.removesuffix("Type").lower()

    def jsonValue(self) -> dict[str, Any]:
        """Return the type and its properties as plain data."""
        return {"dataType": self.typeName(), "properties": self.properties}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DataType) and self.jsonValue() == other.jsonValue()

    def __hash__(self) -> int:
        return hash(json.dumps(self.jsonValue(), sort_keys=True))

    def __repr__(self) -> str:
        return json.dumps(self.jsonValue())


class AtomicType(DataType):
    """A type without parts."""

    @classmethod
    def fromJsonValue(cls, json_value: dict[str, Any]) -> "AtomicType":
        """Return the type that jsonValue described."""
        return cls(properties=json_value.get("properties", {}))


class BinaryType(AtomicType):
    """Bytes."""


class BooleanType(AtomicType):
    """True or false."""


class ByteType(AtomicType):
    """An integer of 8 bits."""


class DateType(AtomicType):
    """A day."""


class DecimalType(AtomicType):
    """A decimal number of fixed precision."""

    def __init__(
        self, precision: int = 10, scale: int = 2, properties: dict[str, Any] = {}
    ) -> None:
        super().__init__(properties)
        self.precision = precision
        self.scale = scale

    def jsonValue(self) -> dict[str, Any]:
        """Return the type, its precision and its scale as plain data."""
        return {**super().jsonValue(), "precision": self.precision, "scale": self.scale}

    @classmethod
    def fromJsonValue(cls, json_value: dict[str, Any]) -> "DecimalType":
        """Return the type that jsonValue described."""
        return cls(json_value["precision"], json_value["scale"], json_value.get("properties", {}))


class DoubleType(AtomicType):
    """A floating-point number of 64 bits."""


class EnumType(AtomicType):
    """One of a list of values."""

    def __init__(self, options: Iterable[str], properties: dict[str, Any] = {}) -> None:
        super().__init__(properties)
        self.options = list(options)

    def jsonValue(self) -> dict[str, Any]:
        """Return the type and its options as plain data."""
        return {**super().jsonValue(), "options": self.options}

    @classmethod
    def fromJsonValue(cls, json_value: dict[str, Any]) -> "EnumType":
        """Return the type that jsonValue described."""
        return cls(json_value["options"], json_value.get("properties", {}))


class FloatType(AtomicType):
    """A floating-point number of 32 bits."""


class IntegerType(AtomicType):
    """An integer of 32 bits, written "int"."""

    @classmethod
    def typeName(cls) -> str:
        """Return the name that schemas and resolveChoice use."""
        return "int"


class LongType(AtomicType):
    """An integer of 64 bits."""


class NullType(AtomicType):
    """No value in any record."""


class ShortType(AtomicType):
    """An integer of 16 bits."""


class StringType(AtomicType):
    """Text."""


class TimestampType(AtomicType):
    """A point in time."""


class TimestampNTZType(AtomicType):
    """A date and time of day without time zone."""


class UnknownType(AtomicType):
    """A type not known yet."""


_UNKNOWN = UnknownType()


class ArrayType(DataType):
    """A list of elements of one type."""

    def __init__(self, elementType: DataType = _UNKNOWN, properties: dict[str, Any] = {}) -> None:
        super().__init__(properties)
        self.elementType = elementType

    def jsonValue(self) -> dict[str, Any]:
        """Return the type and its element's type as plain data."""
        return {**super().jsonValue(), "elementType": self.elementType.jsonValue()}

    @classmethod
    def fromJsonValue(cls, json_value: dict[str, Any]) -> "ArrayType":
        """Return the type that jsonValue described."""
        return cls(_from_json(json_value["elementType"]), json_value.get("properties", {}))


class SetType(DataType):
    """A list of distinct elements of one type."""

    def __init__(self, elementType: DataType = _UNKNOWN, properties: dict[str, Any] = {}) -> None:
        super().__init__(properties)
        self.elementType = elementType

    def jsonValue(self) -> dict[str, Any]:
        """Return the type and its element's type as plain data."""
        return {**super().jsonValue(), "elementType": self.elementType.jsonValue()}

    @classmethod
    def fromJsonValue(cls, json_value: dict[str, Any]) -> "SetType":
        """Return the type that jsonValue described."""
        return cls(_from_json(json_value["elementType"]), json_value.get("properties", {}))


class ChoiceType(DataType):
    """One of several types, record by record, keyed by type name."""

    def __init__(self, choices: Iterable[DataType] = [], properties: dict[str, Any] = {}) -> None:
        super().__init__(properties)
        self.choices: dict[str, DataType] = {}
        for choice in choices:
            self.add(choice)

    def add(self, new_choice: DataType) -> None:
        """Add a type; one of the same name that is there already is kept."""
        if isinstance(new_choice, ChoiceType):
            self.merge(new_choice.choices.values())
        else:
            self.choices.setdefault(new_choice.typeName(), new_choice)

    def merge(self, new_choices: Iterable[DataType]) -> None:
        """Add several types; one of the same name as another is merged with it."""
        for choice in new_choices:
            name = choice.typeName()
            present = self.choices.get(name)
            self.choices[name] = choice if present is None else mergeDataTypes(present, choice)

    def jsonValue(self) -> dict[str, Any]:
        """Return the choices, ordered by name, as plain data."""
        choices = [self.choices[name].jsonValue() for name in sorted(self.choices)]
        return {**super().jsonValue(), "choices": choices}

    @classmethod
    def fromJsonValue(cls, json_value: dict[str, Any]) -> "ChoiceType":
        """Return the type that jsonValue described."""
        choices = [_from_json(choice) for choice in json_value["choices"]]
        return cls(choices, json_value.get("properties", {}))


class MapType(DataType):
    """Values of one type by string keys."""

    def __init__(self, valueType: DataType = _UNKNOWN, properties: dict[str, Any] = {}) -> None:
        super().__init__(properties)
        self.valueType = valueType

    def jsonValue(self) -> dict[str, Any]:
        """Return the type and its value's type as plain data."""
        return {**super().jsonValue(), "valueType": self.valueType.jsonValue()}

    @classmethod
    def fromJsonValue(cls, json_value: dict[str, Any]) -> "MapType":
        """Return the type that jsonValue described."""
        return cls(_from_json(json_value["valueType"]), json_value.get("properties", {}))


class Field:
    """A named member of a struct."""

    def __init__(self, name: str, dataType: DataType, properties: dict[str, Any] = {}) -> None:
        self.name = name
        self.dataType = dataType
        self.properties = dict(properties)

    def jsonValue(self) -> dict[str, Any]:
        """Return the name, the type and the properties as plain data."""
        return {
            "name": self.name,
            "container": self.dataType.jsonValue(),
            "properties": self.properties,
        }

    @classmethod
    def fromJsonValue(cls, json_value: dict[str, Any]) -> "Field":
        """Return the field that jsonValue described."""
        data_type = _from_json(json_value["container"])
        return cls(json_value["name"], data_type, json_value.get("properties", {}))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Field) and self.jsonValue() == other.jsonValue()

    def __hash__(self) -> int:
        return hash((self.name, self.dataType))

    def __repr__(self) -> str:
        return json.dumps(self.jsonValue())


class StructType(DataType):
    """A record of named fields."""

    def __init__(self, fields: Iterable[Field] = [], properties: dict[str, Any] = {}) -> None:
        super().__init__(properties)
        self.fields = list(fields)

    @property
    def field_map(self) -> dict[str, Field]:
        """The fields by name."""
        return {field.name: field for field in self.fields}

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def add(self, field: Field) -> None:
        """Add a field at the end."""
        self.fields.append(field)

    def hasField(self, field: "Field | str") -> bool:
        """Tell whether a field of that name is there."""
        return _name_of(field) in self.field_map

    def getField(self, field: "Field | str") -> Field:
        """Return the field of that name; KeyError when there is none."""
        return self.field_map[_name_of(field)]

    def jsonValue(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return {**super().jsonValue(), "fields": [field.jsonValue() for field in self.fields]}

    @classmethod
    def fromJsonValue(cls, json_value: dict[str, Any]) -> "StructType":
        """Return the type that jsonValue described."""
        fields = [Field.fromJsonValue(field) for field in json_value["fields"]]
        return cls(fields, json_value.get("properties", {}))


class EntityType(DataType):
    """A type of Amazon's that its documentation calls not yet implemented."""

    def __init__(self, entity: str, base_type: DataType, properties: dict[str, Any]) -> None:
        raise NotImplementedError("awsglue: EntityType is not implemented by Lochan.")


class MissingField(KeyError, AttributeError):
    """A record has no such field: as KeyError for Filter, as AttributeError for hasattr."""


class DynamicRecord(dict[str, Any]):
    """A record as functions of Map and Filter see it: a dict whose keys are attributes too."""

    def __missing__(self, name: str) -> Any:
        raise MissingField(name)

    def __getattr__(self, name: str) -> Any:
        return self[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        if name not in self:
            raise MissingField(name)
        del self[name]


def mergeDataTypes(s1: DataType, s2: DataType) -> DataType:
    """Return the type that holds the values of both: null and unknown give way, others choose."""
    if isinstance(s1, NullType | UnknownType) or s1 == s2:
        return s2
    if isinstance(s2, NullType | UnknownType):
        return s1
    if isinstance(s1, StructType) and isinstance(s2, StructType):
        return _merge_structs(s1, s2)
    if isinstance(s1, ArrayType) and isinstance(s2, ArrayType):
        return ArrayType(mergeDataTypes(s1.elementType, s2.elementType))
    if isinstance(s1, MapType) and isinstance(s2, MapType):
        return MapType(mergeDataTypes(s1.valueType, s2.valueType))
    merged = ChoiceType()
    for data_type in (s1, s2):
        merged.merge(
            data_type.choices.values() if isinstance(data_type, ChoiceType) else [data_type]
        )
    return merged


def _merge_structs(first: StructType, second: StructType) -> StructType:
    merged = first.field_map
    for field in second:
        present = merged.get(field.name)
        merged[field.name] = (
            field
            if present is None
            else Field(field.name, mergeDataTypes(present.dataType, field.dataType))
        )
    return StructType(merged.values())


def _name_of(field: "Field | str") -> str:
    return field.name if isinstance(field, Field) else field


def _from_json(json_value: dict[str, Any]) -> DataType:
    return _BY_NAME[json_value["dataType"]].fromJsonValue(json_value)  # type: ignore[attr-defined, no-any-return]


_BY_NAME: dict[str, type[DataType]] = {
    data_type.typeName(): data_type
    for data_type in (
        BinaryType, BooleanType, ByteType, DateType, DecimalType, DoubleType, EnumType,
        FloatType, IntegerType, LongType, NullType, ShortType, StringType, TimestampType,
        TimestampNTZType, UnknownType, ArrayType, SetType, ChoiceType, MapType, StructType,
    )
}  # fmt: skip
