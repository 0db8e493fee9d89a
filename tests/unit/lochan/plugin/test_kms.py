import uuid
from types import SimpleNamespace

from lochan.plugin.kms import name_key_material


def test_material_is_named_by_64_hexadecimal_digits_of_key_and_material() -> None:
    key = SimpleNamespace(_internal_key_id=uuid.UUID(int=1))
    # printf '%032x6162' 1 | xxd -r -p | sha256sum
    assert name_key_material(key, b"ab") == EXPECTED
    assert name_key_material(key, b"ac") != EXPECTED


EXPECTED = "86f94cd3f3291e540224fd7e2f6d3a37432ff828a1c70734b210512ea874f70b"
