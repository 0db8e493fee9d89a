import pytest

from lochan.redshift.wire.sql.names import quote_identifier, quote_literal, quote_name


@pytest.mark.parametrize(
    ("value", "literal"),
    [("plain", "'plain'"), ("it's", "'it''s'"), ("a\\b", "E'a\\\\b'"), ("'; DROP", "'''; DROP'")],
)
def test_literal_means_exactly_its_value(value, literal):
    assert quote_literal(value) == literal


def test_identifiers_are_quoted_part_by_part():
    assert quote_identifier('a"b') == '"a""b"'
    assert quote_name(("m", "t")) == '"m"."t"'
