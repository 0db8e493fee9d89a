"""The jars that Spark needs beside its own: fetched once by Spark's resolver, checked, kept.

`python -m lochan.glue.worker.jars` fetches them and prints the folder.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from lochan.glue.worker.java import (
    JavaMissing,
    java_command,
    java_home,
    proxy_options,
    spark_home,
    trust_options,
)

PACKAGES = (
    "org.apache.hadoop:hadoop-aws:3.3.4",
    "com.amazonaws:aws-java-sdk-s3:1.12.262",
    "com.amazonaws:aws-java-sdk-sts:1.12.262",
    "com.amazonaws:aws-java-sdk-dynamodb:1.12.262",
    "io.delta:delta-spark_2.12:3.3.2",
    "org.postgresql:postgresql:42.7.4",
)
# 280 MB of every AWS client; S3A needs only the three named above.
EXCLUDED_PACKAGES = ("com.amazonaws:aws-java-sdk-bundle",)
SPACE_NEEDED_BYTES = 100 * 1024 * 1024

JARS = {
    "com.amazonaws_aws-java-sdk-core-1.12.262.jar": (
        "06fed99f929c389e168278c1b111aaf1afb270d07202fbbce92e73d1e4279678"
    ),
    "com.amazonaws_aws-java-sdk-dynamodb-1.12.262.jar": (
        "7af4ba06d0d9b3c2ab435089caecd0567810d203aa285f7aa72861f1964d442e"
    ),
    "com.amazonaws_aws-java-sdk-kms-1.12.262.jar": (
        "c00f5ae7b334255f661d85512e7203af9523a04fb65d0c431c2eea2003ed8ae2"
    ),
    "com.amazonaws_aws-java-sdk-s3-1.12.262.jar": (
        "a0cb7580178bc0d4d3558295a5bb890008478da8a6b3241989c71238b0ed3be5"
    ),
    "com.amazonaws_aws-java-sdk-sts-1.12.262.jar": (
        "659f48d8ebc02025c5042cc4b925f62610e81f334498f1b9e7a271ce20ecbcae"
    ),
    "com.amazonaws_jmespath-java-1.12.262.jar": (
        "9001ea993a45d82a2d3086edcbda8a40b4e012d049a70fbf071fd329c0fbd777"
    ),
    "com.fasterxml.jackson.core_jackson-annotations-2.12.6.jar": (
        "ddf46e401a7d9ea3b481c263fa192285d13c50982a5882b22f806639b9645ee4"
    ),
    "com.fasterxml.jackson.core_jackson-core-2.12.6.jar": (
        "0026cff293bdba389fbbbc67a20fdd5f73e091554ab46671efa654c25c807ee6"
    ),
    "com.fasterxml.jackson.core_jackson-databind-2.12.6.1.jar": (
        "eb60e494ba8c23e653da4db8e29af0342927fc7e1c60501bf99e93145738c696"
    ),
    "com.fasterxml.jackson.dataformat_jackson-dataformat-cbor-2.12.6.jar": (
        "cfa008d15f052e69221e8c3193056ff95c3c594271321ccac8d72dc1a770619c"
    ),
    "commons-codec_commons-codec-1.15.jar": (
        "b3e9f6d63a790109bf0d056611fbed1cf69055826defeb9894a71369d246ed63"
    ),
    "commons-logging_commons-logging-1.1.3.jar": (
        "70903f6fc82e9908c8da9f20443f61d90f0870a312642991fe8462a0b9391784"
    ),
    "io.delta_delta-spark_2.12-3.3.2.jar": (
        "4e92085d5d794cf949c50bb665b91384857cad58680c2d0bfc9c7ad353e98e85"
    ),
    "io.delta_delta-storage-3.3.2.jar": (
        "c096975a2ca97ccc9b4005aa5cce16c9ac3903139d340da6665b66ace67d7c36"
    ),
    "joda-time_joda-time-2.8.1.jar": (
        "b4670b95f75957c974284c5f3ada966040be2578f643c5c6083d262162061fa2"
    ),
    "org.antlr_antlr4-runtime-4.9.3.jar": (
        "131a6594969bc4f321d652ea2a33bc0e378ca312685ef87791b2c60b29d01ea5"
    ),
    "org.apache.hadoop_hadoop-aws-3.3.4.jar": (
        "53f9ae03c681a30a50aa17524bd9790ab596b28481858e54efd989a826ed3a4a"
    ),
    "org.apache.httpcomponents_httpclient-4.5.13.jar": (
        "6fe9026a566c6a5001608cf3fc32196641f6c1e5e1986d1037ccdbd5f31ef743"
    ),
    "org.apache.httpcomponents_httpcore-4.4.13.jar": (
        "e06e89d40943245fcfa39ec537cdbfce3762aecde8f9c597780d2b00c2b43424"
    ),
    "org.checkerframework_checker-qual-3.42.0.jar": (
        "ccaedd33af0b7894d9f2f3b644f4d19e43928e32902e61ac4d10777830f5aac7"
    ),
    "org.postgresql_postgresql-42.7.4.jar": (
        "188976721ead8e8627eb6d8389d500dccc0c9bebd885268a3047180274a6031e"
    ),
    "org.wildfly.openssl_wildfly-openssl-1.0.7.Final.jar": (
        "9f7058778978ec2ad90c7224401a4b0013d93e0dd3fa0f72b25244ffa3507ca8"
    ),
    "software.amazon.ion_ion-java-1.0.2.jar": (
        "0d127b205a1fce0abc2a3757a041748651bc66c15cf4c059bac5833b27d471a5"
    ),
}


class JarsUnavailable(RuntimeError):
    """The jars could not be had; the message is a sentence for the person who must act."""


def default_cache() -> Path:
    """Return the cache outside any clone: `LOCHAN_CACHE`, else the user's cache folder."""
    named = os.environ.get("LOCHAN_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lochan"


def resolve_jars(cache: Path) -> Path:
    """Return `<cache>/jars`, fetching what is missing there.

    Safe to call from several processes at once, and to call again after an interruption: what
    was fetched is kept. Raises JarsUnavailable.
    """
    folder = cache / "jars"
    if not find_wrong_jars(folder):
        return folder
    try:
        with _only_one_process(cache):
            if find_wrong_jars(folder):
                _fetch_jars(cache, folder)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise JarsUnavailable(_full_disk_sentence(cache)) from error
    return folder


def find_wrong_jars(folder: Path) -> list[str]:
    """Return the names of the jars that are missing in a folder or are not what they should be."""
    return [name for name, sha256 in JARS.items() if _sha256(folder / name) != sha256]


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _only_one_process(cache: Path) -> Iterator[None]:
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "jars.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another process is fetching Spark's jars; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch_jars(cache: Path, folder: Path) -> None:
    if shutil.disk_usage(cache).free < SPACE_NEEDED_BYTES:
        raise JarsUnavailable(_full_disk_sentence(cache))
    workspace = cache / "jars.partial"
    workspace.mkdir(parents=True, exist_ok=True)
    _say(f"Fetching {len(JARS)} jars for Spark (20 MB, once) into {folder}")
    _run_resolver(workspace)
    _check_fetched(workspace / "jars")
    folder.mkdir(parents=True, exist_ok=True)
    for name in JARS:
        (workspace / "jars" / name).replace(folder / name)
    shutil.rmtree(workspace)


def _run_resolver(workspace: Path) -> None:
    """Run Spark's resolver; it keeps what it fetched, so a second try fetches only the rest."""
    with subprocess.Popen(
        _resolver_command(workspace),
        env={**os.environ, "SPARK_HOME": str(spark_home()), "JAVA_HOME": str(java_home())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        output = [line for line in process.stdout if _show_progress(line)]
    if process.returncode != 0:
        raise JarsUnavailable(explain_failure("".join(output), workspace))


def _resolver_command(workspace: Path) -> list[str]:
    program = workspace / "resolve_only.py"
    program.write_text('"""Spark resolves packages before it runs a program: this one."""\n')
    options = [
        "-Xmx512m",
        # Spark would also read the user's own Maven folder.
        f"-Dmaven.repo.local={workspace / 'm2'}",
        *trust_options(workspace, os.environ),
        *proxy_options(os.environ),
    ]
    arguments = [
        *("--master", "local[1]"),
        *("--conf", f"spark.jars.ivy={workspace}"),
        *("--conf", f"spark.pyspark.python={sys.executable}"),
        *("--packages", ",".join(PACKAGES)),
        *("--exclude-packages", ",".join(EXCLUDED_PACKAGES)),
        str(program),
    ]
    return java_command("org.apache.spark.deploy.SparkSubmit", options=options, arguments=arguments)


def _show_progress(line: str) -> bool:
    """Show which jar is being fetched; always true, so that the line is kept for the verdict."""
    fetched = re.match(r"\s*\[SUCCESSFUL \] \S*#(\S+?)!\S*\.jar \((\d+)ms\)", line)
    if fetched:
        _say(f"  {fetched[1]}")
    return True


def explain_failure(output: str, workspace: Path) -> str:
    """Say in a sentence why Spark's resolver failed, from what it printed."""
    if "No space left on device" in output:
        return _full_disk_sentence(workspace)
    if "PKIX" in output or "SSLHandshakeException" in output:
        return (
            "Spark's jars could not be fetched: Java does not trust the certificate of the "
            "repository. Behind a private certificate authority set SSL_CERT_FILE to a PEM "
            "bundle that holds it, then run this again."
        )
    if re.search(r"UnknownHost|ConnectException|SocketException|timed? ?out|NoRouteToHost", output):
        return (
            "Spark's jars could not be fetched: the Maven repository does not answer. Check the "
            "network (or HTTPS_PROXY), then run this again; what was fetched is kept."
        )
    missing = sorted(set(re.findall(r"::\s+(\S+#\S+;\S+): not found", output)))
    if missing:
        return (
            f"Spark's jars could not be fetched: the Maven repository has no {', '.join(missing)}, "
            "or it does not answer. Check the network, then run this again; what was fetched is "
            "kept."
        )
    last = next((line for line in reversed(output.splitlines()) if line.strip()), "nothing")
    return f"Spark's jars could not be fetched: its resolver ended with: {last.strip()}"


def _check_fetched(folder: Path) -> None:
    wrong = find_wrong_jars(folder)
    if not wrong:
        return
    name = wrong[0]
    found = _sha256(folder / name)
    if found is None:
        raise JarsUnavailable(f"Spark's resolver did not fetch {name}, which it should have.")
    # Left in place, it would be taken for fetched the next time.
    shutil.rmtree(folder.parent)
    raise JarsUnavailable(
        f"The jar {name} that was fetched is not the one expected: its sha256 is {found} and "
        f"should be {JARS[name]}. It was deleted. Run this again; if it happens again, something "
        "between here and the Maven repository changes files."
    )


def _full_disk_sentence(path: Path) -> str:
    return (
        f"The disk of {path} is full: Spark's jars need {SPACE_NEEDED_BYTES // 2**20} MB there. "
        "Make room, or set LOCHAN_CACHE to a folder on another disk, then run this again."
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Fetch the jars into the cache and print their folder."""
    try:
        print(resolve_jars(default_cache()))
    except (JarsUnavailable, JavaMissing) as error:
        _say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
