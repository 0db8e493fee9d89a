"""Install the two environments from the hashed requirements; does nothing where they are current.

    python3.11 requirements/install.py [app | dev]

`.venv` holds the project (with `dev` also its tests' tools), `.venv-localstack` LocalStack, whose
pins do not go with ours. The standard library is enough to run this. Interrupted, it goes on from
the packages already in uv's cache; a finished environment is marked with a digest of what went in.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
PYTHON = (3, 11)
# .venv 1.2 GB, .venv-localstack 0.4 GB, and pyspark's archive while it is unpacked.
NEEDED_BYTES = 4 * 1024**3


def main(arguments):
    """Bring both environments up to date."""
    wanted = arguments[0] if arguments else "app"
    if wanted not in ("app", "dev"):
        sys.exit("Say `app` or `dev`, not `%s`." % wanted)
    check_python()
    install(ROOT / ".venv", installed_set(wanted))
    install(ROOT / ".venv-localstack", "localstack")


def check_python():
    """Refuse another Python than Glue 5.1's."""
    if sys.version_info[:2] != PYTHON:
        sys.exit(
            "Lochan needs Python 3.11, the version of AWS Glue 5.1; %s is %d.%d. Install 3.11 "
            "(for example `uv python install 3.11`) and run `make PYTHON=/path/to/python3.11 ...`."
            % (sys.executable, sys.version_info[0], sys.version_info[1])
        )


def installed_set(wanted):
    """Keep the tests' tools once they are there: `run` does not undo what `test` installed."""
    return "dev" if read_mark(ROOT / ".venv").startswith("dev ") else wanted


def install(environment, requirements):
    """Make one environment hold exactly these requirements, and our own distribution."""
    if read_mark(environment) == digest(requirements):
        return
    check_disk()
    print("Installing %s (%s.txt) ..." % (environment.name, requirements), flush=True)
    if not (environment / "bin" / "python").exists():
        run(sys.executable, "-m", "venv", "--without-pip", str(environment))
    uv, python = find_uv(), str(environment / "bin" / "python")
    pip = (uv, "pip")
    run(
        *pip, "sync", "--quiet", "--require-hashes", "--python", python,
        str(REQUIREMENTS / (requirements + ".txt")),
    )  # fmt: skip
    run(
        *pip, "install", "--quiet", "--no-deps", "--no-build-isolation", "--python", python,
        "--editable", str(ROOT / "localstack"),
    )  # fmt: skip
    mark_path(environment).write_text(digest(requirements))


def find_uv():
    """Return the pinned uv, installed by pip into the cache if it is not there yet."""
    pins = REQUIREMENTS / "bootstrap.txt"
    home = cache() / ("uv-" + hashlib.sha256(pins.read_bytes()).hexdigest()[:12])
    uv = home / "bin" / "uv"
    if not uv.exists():
        run(sys.executable, "-m", "venv", "--clear", str(home))
        run(str(home / "bin" / "python"), "-m", "pip", "install", "--quiet",
            "--disable-pip-version-check", "--require-hashes", "-r", str(pins))  # fmt: skip
    return str(uv)


def cache():
    """Return the folder outside the clone that clones share."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("LOCHAN_CACHE") or base / "lochan")


def check_disk():
    """Refuse to begin what cannot end."""
    free = shutil.disk_usage(str(ROOT)).free
    if free < NEEDED_BYTES:
        sys.exit(
            "The disk of %s has %.1f GB free; installing needs %.0f GB. Make room and run it again."
            % (ROOT, free / 1024**3, NEEDED_BYTES / 1024**3)
        )


def digest(requirements):
    """Name the set and digest what an environment is made from."""
    parts = [REQUIREMENTS / (requirements + ".txt"), ROOT / "localstack" / "pyproject.toml"]
    content = b"".join(part.read_bytes() for part in parts)
    made_from = content + sys.version.encode() + str(ROOT).encode()
    return requirements + " " + hashlib.sha256(made_from).hexdigest()


def mark_path(environment):
    """Return the file that says what was installed."""
    return environment / ".installed"


def read_mark(environment):
    """Return the digest of the last finished installation, or nothing."""
    mark = mark_path(environment)
    return mark.read_text() if mark.exists() else ""


def run(*command):
    """Run a command; its failure is ours, in one sentence below its own words."""
    result = subprocess.run(command, env=installer_environment())
    if result.returncode:
        sys.exit(
            "Installing stopped: `%s` failed (exit code %d); the reason is above. Running it again "
            "goes on from here." % (" ".join(command[:4]), result.returncode)
        )


def installer_environment():
    """Let uv trust the certificate authorities, and use the index, that pip here uses."""
    environment = dict(os.environ, UV_SYSTEM_CERTS="1", UV_NO_PROGRESS="1")
    environment.pop("VIRTUAL_ENV", None)
    for pip_name, uv_name in (("PIP_INDEX_URL", "UV_DEFAULT_INDEX"),):
        if pip_name in environment:
            environment.setdefault(uv_name, environment[pip_name])
    return environment


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("Interrupted; running it again goes on from here.")
    except OSError as error:
        sys.exit("Installing stopped: %s." % error)
