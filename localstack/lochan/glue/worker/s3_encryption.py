"""How runs encrypt what they write to S3: all that are in one JVM at a time alike.

Hadoop keeps one file system for each bucket of a whole JVM, and each encrypts as it was told when
it was made. So a JVM has one encryption at a time. It changes when nobody is in it, which takes
milliseconds: the file systems are closed, and made anew when they are needed.
https://hadoop.apache.org/docs/r3.3.4/hadoop-aws/tools/hadoop-aws/encryption.html
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

ALGORITHM = "fs.s3a.encryption.algorithm"
KEY = "fs.s3a.encryption.key"
USER_AGENT = "fs.s3a.user.agent.prefix"
SETTINGS = (ALGORITHM, KEY, USER_AGENT)
# S3A's names of what S3 calls aws:kms and AES256.
_S3A_ALGORITHMS = {"aws:kms": "SSE-KMS", "AES256": "AES256"}


@dataclass(frozen=True)
class S3Encryption:
    """An algorithm as S3 names it, and a key of KMS; an empty key is the account's for S3."""

    algorithm: str
    key: str = ""

    def hadoop_settings(self, *, is_plain_http: bool) -> dict[str, str]:
        """Return what tells S3A to encrypt so.

        Its SDK asks for KMS over HTTPS alone; over plain HTTP, which is the stack's, the wish
        travels in the User-Agent (lochan.plugin.s3_encryption).
        """
        if is_plain_http:
            return {USER_AGENT: f"lochan-sse/{self.algorithm}/{self.key}"}
        key = {KEY: self.key} if self.key else {}
        return {ALGORITHM: _S3A_ALGORITHMS[self.algorithm], **key}

    @property
    def environment(self) -> dict[str, str]:
        """Return what tells the run itself, for what awsglue writes without Spark."""
        return {"LOCHAN_S3_ENCRYPTION": self.algorithm, "LOCHAN_S3_KEY": self.key}


class S3Writers:
    """The runs in a JVM, which encrypt alike; `apply` makes it encrypt so from now on."""

    def __init__(self, apply: Callable[[S3Encryption | None], None]) -> None:
        self._apply = apply
        self._runs: set[str] = set()
        self._encryption: S3Encryption | None = None
        self._is_known = True
        self._changed = threading.Condition()

    def admit(
        self, run_id: str, encryption: S3Encryption | None, *, after: str = "", seconds: float = 0
    ) -> bool:
        """Let a run in, unless runs are there that encrypt otherwise; false then.

        Where one of these is the run `after`, its end is waited for.
        """
        with self._changed:
            if not self._is_known or encryption != self._encryption:
                self._changed.wait_for(lambda: after not in self._runs, seconds)
                if self._runs - {run_id}:
                    return False
                self._change(encryption)
            self._runs.add(run_id)
            return True

    def _change(self, encryption: S3Encryption | None) -> None:
        self._is_known = False  # should it fail halfway
        self._apply(encryption)
        self._encryption, self._is_known = encryption, True

    def leave(self, run_id: str) -> None:
        """Let a run out."""
        with self._changed:
            self._runs.discard(run_id)
            self._changed.notify_all()
