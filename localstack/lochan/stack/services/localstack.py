"""The service `localstack`: LocalStack's S3, IAM, Secrets Manager and more, our Glue beside it."""

import functools
import importlib.util
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from lochan.plugin.launch import (
    build_spec_index,
    localstack_command,
    localstack_environment,
    prepare_home,
    readiness_url,
)
from lochan.stack.environment import (
    ACCESS_KEY_ID,
    REDSHIFT_DATABASE,
    REGION,
    SECRET_ACCESS_KEY,
    aws_environment,
    service_environment,
)
from lochan.stack.errors import NotReadyError, StackError
from lochan.stack.localstack_install import localstack_install, python_of
from lochan.stack.probes import request, request_json
from lochan.stack.service import Service
from lochan.stack.settings import Settings
from lochan.stack.site import Site
from lochan.stack.templates import Template, template_folder

NAME = "localstack"


def localstack(site: Site) -> Service:
    """Build the one endpoint of everything AWS."""
    launched = localstack_environment(
        home=site.state(NAME),
        host=site.settings.listen,
        port=site.ports.localstack,
        service_models=_service_models(),
        worker_url=f"http://{site.hosts.glue_worker}:{site.ports.glue_worker}",
        token_file=site.home.token,
        redshift_endpoint=(
            f"redshift://{site.hosts.redshift}:{site.ports.redshift}/{REDSHIFT_DATABASE}"
        ),
        redshift_control_url=f"http://{site.hosts.redshift}:{site.ports.redshift_control}",
        region=REGION,
    )
    inherited = service_environment(site)
    del inherited["PYTHONPATH"]  # its environment has pins, and a lochan, of its own
    return Service(
        name=NAME,
        command=tuple(localstack_command(site.settings.localstack_python)),
        environment={**inherited, **launched, "LOCALSTACK_HOST": _name(site)},
        working_directory=site.home.state,
        ports=(site.ports.localstack,),
        prepare=functools.partial(_lay_out_home, site),
        probe=functools.partial(_check, site),
    )


def kept_install(settings: Settings) -> Template | None:
    """Describe LocalStack's environment if it is the one that lochan keeps in the cache."""
    install = localstack_install(settings.cache)
    return install if settings.localstack_python == python_of(install.folder) else None


def localstack_template(settings: Settings) -> Template:
    """Describe LocalStack's index of service models, at its place below a home."""
    folder = template_folder(settings.cache, "localstack", _localstack_version(settings))
    return Template(folder, functools.partial(_build_index, settings))


def _prepare_install(settings: Settings) -> None:
    install = kept_install(settings)
    if install:
        install.prepare()


def _name(site: Site) -> str:
    """Name what LocalStack writes into the URLs that it returns."""
    return f"{site.hosts.localstack}:{site.ports.localstack}"


def _lay_out_home(site: Site) -> None:
    _prepare_install(site.settings)
    localstack_template(site.settings).copy_to(site.state(NAME))
    prepare_home(site.state(NAME))


def _build_index(settings: Settings, folder: Path) -> None:
    """Keep the index alone: LocalStack's other caches know paths of the home they were made in."""
    _prepare_install(settings)
    with tempfile.TemporaryDirectory(prefix="lochan-") as scratch:
        try:
            index = build_spec_index(settings.localstack_python, Path(scratch))
        except subprocess.CalledProcessError as error:
            raise StackError(f"LocalStack could not index its models: {error.stderr}") from error
        kept = folder / index.relative_to(scratch)
        kept.parent.mkdir(parents=True)
        kept.write_bytes(index.read_bytes())


def _localstack_version(settings: Settings) -> str:
    """Name the release that LocalStack's own environment holds, without starting its Python."""
    install = kept_install(settings)
    if install:
        return install.folder.name
    libraries = settings.localstack_python.parent.parent / "lib"
    found = sorted(libraries.glob("python*/site-packages/localstack_core-*.dist-info"))
    if not found or not settings.localstack_python.exists():
        raise StackError(
            f"LocalStack's environment is missing: {settings.localstack_python} with "
            "localstack-core. Run `make init` in the checkout, or name its Python in "
            "LOCHAN_LOCALSTACK_PYTHON."
        )
    return found[-1].name


def _service_models() -> Path:
    """Find the service models of the clients' botocore, newer than LocalStack's own."""
    package = importlib.util.find_spec("botocore")
    if package is None or package.origin is None:
        raise StackError("The package botocore is not installed: install lochan again.")
    return Path(package.origin).parent / "data"


def _check(site: Site) -> None:
    """Have every service say that it works, and S3 answer a signed request."""
    port = site.ports.localstack
    request_json(port, urlsplit(readiness_url(port)).path)
    listing = request(port, "/", headers=_sign(aws_environment(site)["AWS_ENDPOINT_URL"]))
    if "ListAllMyBucketsResult" not in listing:
        raise NotReadyError(f"S3 answers ListBuckets with {listing[:200]}")


def _sign(url: str) -> dict[str, str]:
    signed = AWSRequest("GET", f"{url}/", headers={"Host": urlsplit(url).netloc})
    credentials = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
    S3SigV4Auth(credentials, "s3", REGION).add_auth(signed)
    return dict(signed.headers.items())
