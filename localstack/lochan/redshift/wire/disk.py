"""How full the disk is that holds the data, measured when somebody reads STV_PARTITIONS.

https://docs.aws.amazon.com/redshift/latest/dg/r_STV_PARTITIONS.html
"""

import shutil

from lochan.redshift.wire.backend_protocol import Backend

_BLOCK_BYTES = 1 << 20


def record_disk(backend: Backend) -> None:
    """Measure the file system of the data directory; the table is empty where it is elsewhere.

    Raises BackendError.
    """
    backend.execute("DELETE FROM rs_catalog.disk")
    ((directory,),) = backend.execute("SHOW data_directory")
    try:
        usage = shutil.disk_usage(str(directory))
    except OSError:
        return
    capacity, used = usage.total // _BLOCK_BYTES, usage.used // _BLOCK_BYTES
    backend.execute(f"INSERT INTO rs_catalog.disk VALUES ({used}, {capacity})")
