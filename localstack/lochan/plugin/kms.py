"""Mends LocalStack's KMS on Python 3.11, where it cannot make a key at all.

It names key material by uuid.uuid5 of bytes, which Python takes from 3.12 on only.
"""

import hashlib
from typing import Any


def mend_key_materials() -> None:
    """Let KMS name the material of a key by a hash of both, 64 hexadecimal digits as on AWS.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
    """
    from localstack.services.kms.models import KmsKey

    KmsKey.generate_key_material_id = name_key_material


def name_key_material(key: Any, material: bytes) -> str:
    """Name a key's material so that nobody can guess the material from the name."""
    return hashlib.sha256(key._internal_key_id.bytes + material).hexdigest()
