"""Logins by MD5: what the client must send, and the passwords that are good.

PostgreSQL keeps the MD5 hash of each role's password (`password_encryption=md5`), so that users
made by CREATE USER can log in. Temporary passwords, which GetClusterCredentials hands out, live
here and nowhere else.

https://www.postgresql.org/docs/18/auth-password.html
"""

import hashlib
import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

# GetClusterCredentials gives the user's name back with one of these before it.
TEMPORARY_PREFIXES = ("iam:", "iama:", "iamr:")


def md5_hash(user: str, password: str) -> str:
    """Hash a password as PostgreSQL keeps it, without its prefix `md5`."""
    return hashlib.md5((password + user).encode(), usedforsecurity=False).hexdigest()


def md5_answer(stored_hash: str, salt: bytes) -> str:
    """Write what a client that knows the password sends for this salt."""
    return "md5" + hashlib.md5(stored_hash.encode() + salt, usedforsecurity=False).hexdigest()


def is_right_answer(answer: str, stored_hash: str, salt: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(answer, md5_answer(stored_hash, salt))


def split_temporary_user(user: str) -> tuple[str, bool]:
    """Give the database user's name, and whether the prefix asks for a temporary password."""
    for prefix in TEMPORARY_PREFIXES:
        if user.lower().startswith(prefix):
            return user[len(prefix) :], True
    return user, False


@dataclass(frozen=True)
class _Temporary:
    password: str
    expires: float


@dataclass
class TemporaryPasswords:
    """Passwords that expire, several for a user."""

    clock: Callable[[], float] = time.time
    _passwords: dict[str, list[_Temporary]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, user: str, password: str, lifetime_seconds: float) -> None:
        """Accept a password for this user for a while."""
        entry = _Temporary(password, self.clock() + lifetime_seconds)
        with self._lock:
            self._passwords.setdefault(user, []).append(entry)

    def hashes(self, user: str, login_name: str) -> list[str]:
        """Give the hashes that are good now; clients hash with the name that they log in by."""
        now = self.clock()
        with self._lock:
            valid = [entry for entry in self._passwords.get(user, []) if entry.expires > now]
            self._passwords[user] = valid
        return [md5_hash(login_name, entry.password) for entry in valid]
