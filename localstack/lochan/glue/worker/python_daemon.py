"""The daemon from which Spark forks Python workers, with what most of them import preloaded.

Workers are not reused between tasks (modules would leak from run to run), so that each one is
forked from here: imported once, an import costs it nothing.
"""

import os
import sys
from pathlib import Path

# PySpark sets it too, with a warning.
os.environ.setdefault("PYARROW_IGNORE_TIMEZONE", "1")

import pandas  # noqa: F401
import pyarrow  # noqa: F401
import pyspark.pandas.typedef
import pyspark.sql.pandas.serializers
import pyspark.sql.types  # noqa: F401
from pyspark.daemon import manager
from pyspark.files import SparkFiles

from lochan.glue.worker.attach import RUN_FILES_FOLDER, replace_attributes


def run_files_folder() -> str:
    """Return the folder of the files that this run added, for `SparkFiles` in a worker."""
    for entry in sys.path:
        if Path(entry).name == RUN_FILES_FOLDER:
            return entry
    raise RuntimeError("This worker has no folder of added files.")


def get_run_file(filename: str) -> str:
    """Return the absolute path of a file that the run added with `addFile`."""
    return str(Path(run_files_folder(), filename).absolute())


def serve() -> None:
    """Fork workers until Spark closes standard input."""
    replace_attributes(
        SparkFiles,
        {
            "get": staticmethod(get_run_file),
            "getRootDirectory": staticmethod(run_files_folder),
        },
    )
    manager()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    serve()
