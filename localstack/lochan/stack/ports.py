"""Choosing free ports, and saying who has a port that is taken."""

import errno
import socket
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace

import psutil

from lochan.stack.errors import StackError
from lochan.stack.settings import HOST, Ports


def choose_free_ports(ports: Ports) -> Ports:
    """Replace each 0 with a free port; all are held until the last is chosen."""
    with ExitStack() as held:
        chosen = {}
        for name, port in vars(ports).items():
            if port == 0:
                listener = held.enter_context(socket.socket())
                listener.bind((HOST, 0))
                chosen[name] = listener.getsockname()[1]
    return replace(ports, **chosen)


def check_ports(wanted: Mapping[str, Iterable[int]]) -> None:
    """Raise one error that names every taken port, the service that wants it and its owner."""
    taken = [
        f"{service} needs port {port}, which {describe_owner(port)} has"
        for service, ports in wanted.items()
        for port in ports
        if is_taken(port)
    ]
    if taken:
        raise StackError(
            f"{'; '.join(taken)}. End the other process, or choose another port "
            "with LOCHAN_<SERVICE>_PORT (0 takes any free one)."
        )


def is_taken(port: int) -> bool:
    """Tell whether a server could not listen on this loopback port now."""
    with socket.socket() as client:
        client.settimeout(0.5)
        if client.connect_ex((HOST, port)) == 0:
            return True
    with socket.socket() as listener:
        # As servers do: connections of a server that ended do not keep the port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            return error.errno in (errno.EADDRINUSE, errno.EACCES)
    return False


def describe_owner(port: int) -> str:
    """Name the process that listens on a port, as far as this user may know."""
    try:
        listeners = [
            connection.pid
            for connection in psutil.net_connections(kind="tcp")
            if connection.status == psutil.CONN_LISTEN and _local_port(connection.laddr) == port
        ]
    except psutil.AccessDenied:  # macOS shows the sockets of others to root only
        listeners = []
    owner = next((pid for pid in listeners if pid is not None), None)
    return "another process" if owner is None else _describe_process(owner)


def _local_port(address: tuple[()] | tuple[str, int]) -> int | None:
    return address[1] if address else None


def _describe_process(pid: int) -> str:
    try:
        process = psutil.Process(pid)
        command = " ".join(process.cmdline()) or process.name()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return f"process {pid}"
    return f"process {pid} ({command[:80]})"
