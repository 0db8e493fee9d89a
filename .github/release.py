"""What a release is: `release.py check v1.2.3` judges a tag, `release.py notes v1.2.3` its notes.

The standard library is enough to run this.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> None:
    """Do what the first argument says for the tag that is the second."""
    if len(arguments) != 2 or arguments[0] not in ("check", "notes"):
        sys.exit("Say `release.py check TAG` or `release.py notes TAG`.")
    verb, tag = arguments
    notes = read_notes((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), tag.removeprefix("v"))
    check_tag(tag, read_version(), notes)
    if verb == "notes":
        print(notes)


def read_version() -> str:
    """Return the version of the distribution `lochan`."""
    content = (ROOT / "localstack" / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(content)["project"]["version"])


def check_tag(tag: str, version: str, notes: str) -> None:
    """Exit with a sentence where the tag is not the version, or the changelog does not have it."""
    if tag != f"v{version}":
        sys.exit(f"The tag is {tag} and localstack/pyproject.toml says {version}: make them one.")
    if not notes:
        sys.exit(f"CHANGELOG.md has no section `## {version}`: write what changed there.")


def read_notes(changelog: str, version: str) -> str:
    """Return the changelog's section of a version, without its heading; empty without one."""
    heading = rf"^## \[?{re.escape(version)}\]?(?: [^\n]*)?$"
    found = re.search(heading + r"\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found.group(1).strip() if found else ""


if __name__ == "__main__":
    main(sys.argv[1:])
