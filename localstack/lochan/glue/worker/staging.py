"""What a run needs from S3, laid into the run's folder before its process starts."""

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from lochan.glue.worker.arguments import JobArguments, RunRefused


@dataclass(frozen=True)
class StagedFiles:
    """A run's files on disk. `modules` are entries for `sys.path`, most important first."""

    script: Path
    modules: tuple[Path, ...]
    sources: tuple[Path, ...]
    jars: tuple[Path, ...]


def stage_files(s3: Any, script: str, arguments: JobArguments, folder: Path) -> StagedFiles:
    """Download a run's script and extra files. Raises RunRefused naming what could not be had."""
    script_path = _download(s3, script, folder / "script", "The script")
    modules: list[Path] = []
    sources = [script_path]
    for number, uri in enumerate(arguments.python_files):
        # A folder each: two of them may have the same name.
        place = folder / "modules" / str(number)
        file = _download(s3, uri, place, "--extra-py-files")
        modules.append(place if file.suffix == ".py" else file)
        sources.append(file)
    for uri in arguments.files:
        _download(s3, uri, folder / "work", "--extra-files")
    jars = tuple(_download(s3, uri, folder / "jars", "--extra-jars") for uri in arguments.jars)
    return StagedFiles(script_path, tuple(modules), tuple(sources), jars)


def _download(s3: Any, uri: str, folder: Path, what: str) -> Path:
    parts = urlsplit(uri)
    key = parts.path.lstrip("/")
    if parts.scheme not in ("s3", "s3a", "s3n") or not parts.netloc or not key:
        raise RunRefused(f"{what} {uri} is not the S3 URI of an object.")
    name = Path(key).name
    if name in ("", "..") or "\0" in name:
        raise RunRefused(f"{what} {uri} names no file: its key ends in {name!r}.")
    target = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    try:
        body = s3.get_object(Bucket=parts.netloc, Key=key)["Body"]
        with target.open("wb") as file:
            for chunk in body.iter_chunks(1 << 20):
                file.write(chunk)
    except ClientError as error:
        raise RunRefused(_explain(error, what, uri)) from error
    except BotoCoreError as error:
        raise RunRefused(f"{what} {uri} could not be fetched: {error}") from error
    return target


def _explain(error: ClientError, what: str, uri: str) -> str:
    code = error.response["Error"]["Code"]
    if code in ("NoSuchKey", "404"):
        return f"{what} {uri} does not exist: there is no such object in the bucket."
    if code == "NoSuchBucket":
        return f"{what} {uri} does not exist: there is no such bucket."
    return f"{what} {uri} could not be fetched: {error}"


def find_source_roots(packages: Iterable[str]) -> list[str]:
    """Return the folders from which these packages are imported, for other processes' path."""
    roots: list[str] = []
    for package in packages:
        spec = importlib.util.find_spec(package)
        for location in (spec.submodule_search_locations or []) if spec else []:
            root = str(Path(location).parent)
            if root not in roots:
                roots.append(root)
    return roots
