"""Bookmarks that a security configuration wants encrypted.

https://docs.aws.amazon.com/glue/latest/dg/set-up-encryption.html (2026-11-21)
"""

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from awsglue import _bookmark_encryption as encryption
from awsglue import _bookmarks

STATE = {"source": {"band_files": {"s3://landing/a.json": 1_800_000_000_000}}}


@pytest.fixture(autouse=True)
def aws(monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


@pytest.fixture
def key():
    return boto3.client("kms").create_key()["KeyMetadata"]["Arn"]


def configure(**bookmarks):
    boto3.client("glue").create_security_configuration(
        Name="safe", EncryptionConfiguration={"JobBookmarksEncryption": bookmarks}
    )
    return "safe"


def test_key_is_that_of_the_configuration(key):
    name = configure(JobBookmarksEncryptionMode="CSE-KMS", KmsKeyArn=key)
    assert encryption.find_key(name) == key


def test_without_configuration_or_mode_there_is_no_key():
    assert encryption.find_key(None) is None
    assert encryption.find_key(configure(JobBookmarksEncryptionMode="DISABLED")) is None


def test_missing_configuration_is_an_error():
    with pytest.raises(ClientError, match="EntityNotFound"):
        encryption.find_key("ghost")


def test_what_is_stored_shows_nothing_of_the_state(key):
    stored = encryption.encrypt(key, "j", STATE)
    assert stored.keys() == {"encrypted_by", "data_key", "nonce", "state"}
    assert stored["encrypted_by"] == key
    assert "a.json" not in json.dumps(stored) and "band_files" not in json.dumps(stored)
    assert encryption.decrypt("j", stored) == STATE


def test_the_same_state_is_never_stored_alike(key):
    first, second = (encryption.encrypt(key, "j", STATE) for _ in range(2))
    assert first["state"] != second["state"]
    assert first["data_key"] != second["data_key"]


def test_state_that_was_not_encrypted_is_read_as_it_is():
    assert encryption.decrypt("j", STATE) == STATE
    assert encryption.decrypt("j", {}) == {}


@pytest.mark.parametrize("job", ["another", "j"])
def test_bookmark_of_another_job_or_a_changed_one_is_refused(key, job):
    stored = encryption.encrypt(key, "j", STATE)
    if job == "j":
        stored["state"] = ("A" if stored["state"][0] != "A" else "B") + stored["state"][1:]
    with pytest.raises(RuntimeError, match=f"bookmark of job '{job}' is not what a run .* stored"):
        encryption.decrypt(job, stored)


def test_a_run_stores_ciphertext_and_the_next_reads_it(key, monkeypatch):
    name = configure(JobBookmarksEncryptionMode="CSE-KMS", KmsKeyArn=key)
    kept = []
    monkeypatch.setattr(_bookmarks, "_store", lambda job, run, state: kept.append(state))
    monkeypatch.setattr(
        _bookmarks, "_load", lambda job: encryption.decrypt(job, kept[-1] if kept else {})
    )
    arguments = {"job_bookmark_option": "job-bookmark-enable", "SECURITY_CONFIGURATION": name}
    _bookmarks.begin_run("j", arguments)
    _bookmarks.note_position("table", "jdbc", ["7"])
    _bookmarks.commit_run()
    assert kept[0]["encrypted_by"] == key
    _bookmarks.begin_run("j", arguments)
    assert _bookmarks.read_position("table", "jdbc") == ["7"]
    _bookmarks.begin_run("none", {})
