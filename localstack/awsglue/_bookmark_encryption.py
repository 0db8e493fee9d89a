"""Bookmarks that a security configuration wants encrypted: by the job, before they are stored.

A key of its own encrypts each state, and is itself encrypted by the key of KMS that the
configuration names; so the role needs kms:Encrypt and kms:Decrypt, as AWS documents. How AWS lays
out what it stores is not known, and nobody but this reads it.
https://docs.aws.amazon.com/glue/latest/dg/set-up-encryption.html
"""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import boto3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES = 32
# Sizes of AES-GCM: https://csrc.nist.gov/pubs/sp/800/38/d/final
_NONCE_BYTES = 12
_MARK = "encrypted_by"


def find_key(security_configuration: str | None) -> str | None:
    """Return the ARN of the key for bookmarks, where there is a configuration that names one."""
    if not security_configuration:
        return None
    glue: Any = boto3.client("glue")
    found = glue.get_security_configuration(Name=security_configuration)["SecurityConfiguration"]
    bookmarks = found["EncryptionConfiguration"].get("JobBookmarksEncryption", {})
    is_encrypted = bookmarks.get("JobBookmarksEncryptionMode") == "CSE-KMS"
    return bookmarks["KmsKeyArn"] if is_encrypted else None


def encrypt(key: str, job_name: str, state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a state as it may be stored: whoever reads it needs the key, and the job's name."""
    data_key, nonce = os.urandom(_KEY_BYTES), os.urandom(_NONCE_BYTES)
    wrapped = boto3.client("kms").encrypt(KeyId=key, Plaintext=data_key)["CiphertextBlob"]
    text = json.dumps(state).encode()
    ciphertext = AESGCM(data_key).encrypt(nonce, text, job_name.encode())
    return {
        _MARK: key,
        "data_key": b64encode(wrapped).decode(),
        "nonce": b64encode(nonce).decode(),
        "state": b64encode(ciphertext).decode(),
    }


def decrypt(job_name: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state that was stored; one that was not encrypted as it is."""
    if _MARK not in stored:
        return dict(stored)
    wrapped, nonce, ciphertext = (
        b64decode(stored[name]) for name in ("data_key", "nonce", "state")
    )
    kms = boto3.client("kms")
    data_key = kms.decrypt(KeyId=stored[_MARK], CiphertextBlob=wrapped)["Plaintext"]
    try:
        text = AESGCM(data_key).decrypt(nonce, ciphertext, job_name.encode())
    except InvalidTag as error:
        raise RuntimeError(
            f"The bookmark of job {job_name!r} is not what a run of it stored: reset it with"
            " ResetJobBookmark, and the next run reads everything again."
        ) from error
    return dict(json.loads(text))
