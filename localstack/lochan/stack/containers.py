"""The homes of a stack in containers: one that its services share, one for the caller beside it.

The services find one another by their names and listen on the usual ports; the caller finds them
on loopback, where their ports are published. Both homes hold the same passwords.
"""

import os
import secrets
import shutil
import socket
from pathlib import Path

from lochan.stack.addresses import CONTAINER_HOSTS, Inside
from lochan.stack.certificates import authority_file, bundle_file, make_certificates
from lochan.stack.errors import StackError
from lochan.stack.home import Home
from lochan.stack.records import StackRecord, read_stack, write_private, write_stack
from lochan.stack.settings import Ports, Settings
from lochan.stack.site import open_site

_ID_BYTES = 8
# Where containers keep the sockets of their databases: a folder of the image.
_SOCKETS = Path("/lochan/sockets")


def make_homes(settings: Settings, caller: Path, published: Ports) -> None:
    """Make the services' home, unless it is there, and write the caller's from it."""
    if 0 in vars(published).values():
        raise StackError("A container's port cannot be 0 (any free one): nobody could know it.")
    home = Home(settings.home)
    home.open()
    if read_stack(home) is None:
        write_stack(home, _inner_record(settings.project))
    open_site(settings)
    make_certificates(home, settings.inherited)
    _hand_over(home, Home(caller), published)


def is_up_in_containers(record: StackRecord | None) -> bool:
    """Tell whether this is a stack in containers whose services answer on their ports."""
    if record is None or record.inside is None:
        return False
    try:
        socket.create_connection((record.hosts.localstack, record.ports.localstack), 2).close()
    except OSError:
        return False
    return True


def refuse_containers(home: Home) -> None:
    """Stop before the stack of a home that containers run is started or ended as processes."""
    if is_up_in_containers(read_stack(home)):
        raise StackError(
            f"The stack in {home.root} runs in containers: `docker compose up` and "
            "`docker compose down` start and end it."
        )


def _inner_record(project: Path) -> StackRecord:
    inside = Inside(project, Ports(), CONTAINER_HOSTS)
    stack_id = secrets.token_hex(_ID_BYTES)
    return StackRecord(stack_id, inside.ports, _SOCKETS, inside.hosts, inside)


def _hand_over(home: Home, caller: Home, published: Ports) -> None:
    """Give the caller the passwords and whom to trust; the servers' key and token stay inside."""
    _open(caller)
    inner = read_stack(home)
    assert inner is not None
    write_stack(caller, StackRecord(inner.stack_id, published, _SOCKETS, inside=inner.inside))
    write_private(caller.credentials, home.credentials.read_text(encoding="utf-8"))
    caller.certificates.mkdir(mode=0o700, exist_ok=True)
    for name in (authority_file, bundle_file):
        shutil.copyfile(name(home), name(caller))


def _open(caller: Home) -> None:
    try:
        record = read_stack(caller)
        if record is None or record.inside is not None:
            caller.open()
            return
    except PermissionError as error:
        raise StackError(
            f"The caller's LOCHAN_HOME belongs to user {caller.root.stat().st_uid}, not to the "
            f"containers' user {os.geteuid()}: make the folder yourself before "
            "`docker compose up`, and give your numbers (`id -u`, `id -g`) as LOCHAN_UID and "
            "LOCHAN_GID to `docker compose build`."
        ) from error
    raise StackError(
        "The caller's LOCHAN_HOME holds a stack that runs without containers: `make down` ends "
        "it; or name another folder in LOCHAN_HOME."
    )
