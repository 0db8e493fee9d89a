"""States how LocalStack is started, for the stack: its command, its environment, its readiness.

Pure standard library, for the stack runs in another environment than LocalStack.
https://docs.localstack.cloud/aws/configuration/config/configuration/
"""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

# Ours and LocalStack's own; every other service answers that it is not there.
SERVICES = ("s3", "sts", "iam", "kms", "secretsmanager", "logs", "cloudwatch", "glue")
# What an environment declares beside those, loaded when it is first called.
SERVICES_ON_DEMAND = ("redshift", "redshift-serverless", "ec2", "ecs", "sns", "events", "budgets")
# Where both LocalStack and we have a provider, ours.
_OURS = ("S3", "CLOUDWATCH", "EC2", "REDSHIFT")


def localstack_command(python: Path) -> list[str]:
    """Return what runs LocalStack in the foreground; `python` has localstack-core and lochan."""
    return [str(python), "-m", "localstack.runtime.main"]


def localstack_environment(
    *,
    home: Path,
    host: str,
    port: int,
    service_models: Path,
    worker_url: str,
    token_file: Path,
    redshift_endpoint: str,
    redshift_control_url: str,
    region: str,
) -> dict[str, str]:
    """Return the variables to add to LocalStack's environment.

    `home` belongs to this LocalStack alone (see `prepare_home`); `service_models` is the folder
    `botocore/data` of the clients' botocore; `redshift_endpoint` is what every cluster and
    workgroup shows, as redshift://host:port/database.
    """
    return {
        **_home_environment(home),
        "SERVICES": ",".join((*SERVICES, *SERVICES_ON_DEMAND)),
        "GATEWAY_LISTEN": f"{host}:{port}",
        "GATEWAY_SERVER": "loopback",
        "LOCALSTACK_HOST": f"{host}:{port}",
        **{f"PROVIDER_OVERRIDE_{service}": "lochan" for service in _OURS},
        "AWS_DEFAULT_REGION": region,
        **_SILENCE,
        "LOCHAN_S3_STORAGE": str(home.absolute() / "objects"),
        "LOCHAN_SERVICE_MODELS": str(service_models.absolute()),
        "LOCHAN_WORKER_URL": worker_url,
        "LOCHAN_REDSHIFT_ENDPOINT": redshift_endpoint,
        "LOCHAN_REDSHIFT_CONTROL_URL": redshift_control_url,
        "LOCHAN_TOKEN_FILE": str(token_file.absolute()),
    }


# LocalStack asks for certificates, reports its use and serves DNS unless told otherwise.
_SILENCE: Mapping[str, str] = {
    "SKIP_SSL_CERT_DOWNLOAD": "1",
    "DISABLE_EVENTS": "1",
    "DNS_ADDRESS": "0",
}


def readiness_url(port: int, host: str = "127.0.0.1") -> str:
    """Return what answers 200 only when every service works, with our providers among them."""
    return f"http://{host}:{port}/_lochan/health"


def prepare_home(home: Path) -> None:
    """Make the folders that LocalStack expects to exist, readable by their owner only."""
    for folder in (home, *map(Path, _folders(home).values()), home / "objects"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Its index of service models goes here, and is silently not built where the folder is missing.
    _index_folder(home).mkdir(parents=True, exist_ok=True)


def build_spec_index(python: Path, home: Path) -> Path:
    """Build LocalStack's index of service models below `home`, unless it is there; return its file.

    A start without it takes five seconds and 350 MB more. The file may be copied to other homes.
    """
    prepare_home(home)
    found = sorted(_index_folder(home).glob("service-catalog-*.dill"))
    if not found:
        environment = {**os.environ, **_home_environment(home), **_SILENCE}
        command = [str(python), "-m", "localstack.aws.spec"]
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        found = sorted(_index_folder(home).glob("service-catalog-*.dill"))
    return found[-1]


def _home_environment(home: Path) -> dict[str, str]:
    # In a container or sandbox LocalStack would take itself for its image and write to /var/lib.
    return {"OVERRIDE_IN_DOCKER": "0", **_folders(home)}


def _folders(home: Path) -> dict[str, str]:
    root = home.absolute()
    return {
        "FILESYSTEM_ROOT": str(root / "root"),
        "XDG_CACHE_HOME": str(root / "cache"),
        "TMPDIR": str(root / "tmp"),
    }


def _index_folder(home: Path) -> Path:
    return home / "root" / "usr" / "lib" / "localstack"
