"""Folders prepared once and copied by each `up`, so that a clean start is a fast start.

A template is keyed by a hash of the versions that it was made with: another pin is another
template, and the old one is left for the checkout that still uses it.
"""

import errno
import fcntl
import hashlib
import importlib.metadata
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_KEY_LENGTH = 12
_FICLONE = 0x40049409  # linux/fs.h: make a file share another's blocks until one is written


@dataclass(frozen=True)
class Template:
    """A folder in the cache, and the function that makes its content in an empty folder."""

    folder: Path
    make: Callable[[Path], None]

    @property
    def is_made(self) -> bool:
        """Tell whether the template is complete: it gets its name only then."""
        return self.folder.exists()

    def prepare(self) -> None:
        """Make the template unless it is there; whoever comes second finds it made."""
        if self.is_made:
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.", dir=self.folder.parent))
        try:
            content = work / "content"
            content.mkdir()
            self.make(content)
            _rename_unless_there(content, self.folder)
        finally:
            shutil.rmtree(work)

    def copy_to(self, destination: Path) -> None:
        """Copy the template, made now if need be, unless the destination is there."""
        if destination.exists():
            return
        self.prepare()
        partial = destination.with_name(f"{destination.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        copy_tree(self.folder, partial)
        partial.rename(destination)


def template_folder(cache: Path, name: str, *pins: str) -> Path:
    """Name the folder of a template that was made with these versions."""
    key = hashlib.sha256("\n".join((sys.platform, *pins)).encode()).hexdigest()[:_KEY_LENGTH]
    return cache / "templates" / f"{name}-{key}"


def installed_versions(*distributions: str) -> tuple[str, ...]:
    """Name the installed version of each distribution."""
    return tuple(f"{name}=={importlib.metadata.version(name)}" for name in distributions)


def copy_tree(source: Path, destination: Path) -> None:
    """Copy a folder with modes and owners, sharing blocks where the file system can."""
    shutil.copytree(source, destination, copy_function=_copy_file, symlinks=True)
    for original in (source, *source.rglob("*")):
        _copy_owner(original, destination / original.relative_to(source))


def _rename_unless_there(content: Path, folder: Path) -> None:
    try:
        content.rename(folder)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise


def _copy_file(source: str, destination: str) -> None:
    if not _share_blocks(source, destination):
        shutil.copyfile(source, destination)
    shutil.copymode(source, destination)


def _share_blocks(source: str, destination: str) -> bool:
    if sys.platform != "linux":
        return False
    with open(source, "rb") as original, open(destination, "wb") as copy:  # noqa: PTH123
        try:
            fcntl.ioctl(copy, _FICLONE, original.fileno())
        except OSError:  # most file systems cannot: copy the bytes
            return False
    return True


def _copy_owner(original: Path, copy: Path) -> None:
    """Keep the unprivileged owner of a database's files where root makes the copy."""
    if os.geteuid() == 0:
        owner = original.lstat()
        os.chown(copy, owner.st_uid, owner.st_gid, follow_symlinks=False)
