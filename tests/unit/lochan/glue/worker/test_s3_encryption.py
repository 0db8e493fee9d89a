"""https://hadoop.apache.org/docs/r3.3.4/hadoop-aws/tools/hadoop-aws/encryption.html (2026-11-21)"""

import threading

import pytest

from lochan.glue.worker.s3_encryption import S3Encryption, S3Writers
from lochan.plugin.s3_encryption import _TOLD

KMS = S3Encryption("aws:kms", "arn:aws:kms:::key/k")


@pytest.fixture
def applied():
    return []


@pytest.fixture
def writers(applied):
    return S3Writers(applied.append)


@pytest.mark.parametrize(
    ("encryption", "settings"),
    [
        (
            KMS,
            {
                "fs.s3a.encryption.algorithm": "SSE-KMS",
                "fs.s3a.encryption.key": "arn:aws:kms:::key/k",
            },
        ),
        (S3Encryption("aws:kms"), {"fs.s3a.encryption.algorithm": "SSE-KMS"}),
        (S3Encryption("AES256"), {"fs.s3a.encryption.algorithm": "AES256"}),
    ],
)
def test_s3a_is_told_in_its_own_words(encryption, settings):
    assert encryption.hadoop_settings(is_plain_http=False) == settings


@pytest.mark.parametrize("encryption", [KMS, S3Encryption("aws:kms"), S3Encryption("AES256")])
def test_over_plain_http_the_wish_is_in_the_user_agent(encryption):
    settings = encryption.hadoop_settings(is_plain_http=True)
    assert settings.keys() == {"fs.s3a.user.agent.prefix"}
    told = _TOLD.search(f"{settings['fs.s3a.user.agent.prefix']}, Hadoop 3.3.4, aws-sdk-java/1.12")
    assert (told["algorithm"], told["key"]) == (encryption.algorithm, encryption.key)


def test_runs_without_encryption_change_nothing(writers, applied):
    assert writers.admit("a", None)
    assert writers.admit("b", None)
    assert applied == []


def test_runs_that_encrypt_alike_are_together_and_changed_once(writers, applied):
    assert writers.admit("a", KMS)
    assert writers.admit("b", KMS)
    writers.leave("a")
    assert writers.admit("c", KMS)
    assert applied == [KMS]


@pytest.mark.parametrize(
    "other", [None, S3Encryption("aws:kms", "another"), S3Encryption("AES256")]
)
def test_run_that_encrypts_otherwise_is_not_let_in(writers, applied, other):
    writers.admit("a", KMS)
    assert not writers.admit("b", other)
    writers.leave("b")
    assert applied == [KMS]
    assert not writers.admit("b", other)


def test_empty_jvm_is_changed(writers, applied):
    writers.admit("a", KMS)
    writers.leave("a")
    assert writers.admit("b", None)
    assert not writers.admit("c", KMS)
    assert applied == [KMS, None]


def test_run_may_ask_again(writers):
    assert writers.admit("a", KMS)
    assert writers.admit("a", KMS)


def test_end_of_the_warm_up_is_waited_for(writers, applied):
    writers.admit("warm-up", None)
    threading.Timer(0.05, writers.leave, ["warm-up"]).start()
    assert writers.admit("a", KMS, after="warm-up", seconds=30)
    assert applied == [KMS]


def test_change_that_failed_halfway_is_made_again():
    applied = []

    def apply(encryption):
        applied.append(encryption)
        if len(applied) == 1:
            raise RuntimeError("a file system did not close")

    writers = S3Writers(apply)
    with pytest.raises(RuntimeError, match="did not close"):
        writers.admit("a", KMS)
    assert writers.admit("b", None)
    assert applied == [KMS, None]
