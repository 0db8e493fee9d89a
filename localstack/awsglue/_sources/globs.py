"""Globs of what a source leaves out, read as Java reads them, which Glue is written in.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-s3-home.html
https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/nio/file/FileSystem.html#getPathMatcher(java.lang.String)
Crawlers read theirs by the same rules, in a module of their own: this library stands alone.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\*\*|\\.|\[(?:!|(?!!))[^\]/]+\]|.", re.DOTALL)
_MEMBER = re.compile(r".-.|.", re.DOTALL)
_WILDCARDS = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


def translate_glob(glob: str) -> re.Pattern[str]:
    """Translate `*` and `?` within a folder, `**` across them, `[...]`, `{a,b}` and `\\`.

    Raises ValueError for what never ends: a bracket, a brace, a backslash.
    """
    pieces, within_braces = [], False
    for token in _TOKEN.findall(glob):
        if token in ("[", "\\") or (token == "{" and within_braces):
            raise _refuse(glob, f"{token!r} stands where it begins nothing")
        if token in ("{", "}") and (token == "{") != within_braces:
            within_braces = token == "{"
            pieces.append("(?:" if within_braces else ")")
        else:
            pieces.append("|" if token == "," and within_braces else _translate(token))
    if within_braces:
        raise _refuse(glob, "a brace is never closed")
    try:
        return re.compile("".join(pieces), re.DOTALL)
    except re.error as error:
        raise _refuse(glob, str(error)) from error


def _translate(token: str) -> str:
    if token in _WILDCARDS:
        return _WILDCARDS[token]
    if len(token) > 1 and token.startswith("["):
        # No set holds the mark between folders, not even one that says what is not in it.
        begin, members = ("[^/", token[2:-1]) if token.startswith("[!") else ("[", token[1:-1])
        return begin + "".join(map(_translate_member, _MEMBER.findall(members))) + "]"
    return re.escape(token[-1])


def _translate_member(member: str) -> str:
    return "-".join(map(re.escape, (member[0], member[2]) if len(member) > 1 else member))


def _refuse(glob: str, reason: str) -> ValueError:
    return ValueError(f"The exclusion {glob!r} is no glob: {reason}. Mend or remove it.")
