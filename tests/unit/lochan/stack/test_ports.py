import os
import socket
from dataclasses import astuple

import pytest

from lochan.stack.errors import StackError
from lochan.stack.ports import check_ports, choose_free_ports, describe_owner, is_taken
from lochan.stack.settings import Ports


@pytest.fixture
def listener():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening


def test_free_ports_are_all_different():
    chosen = astuple(choose_free_ports(Ports.free()))
    assert 0 not in chosen
    assert len(set(chosen)) == len(chosen)


def test_chosen_ports_are_kept():
    assert choose_free_ports(Ports(rds=6000)) == Ports(rds=6000)


def test_a_listening_port_is_taken_until_it_closes(listener):
    port = listener.getsockname()[1]
    assert is_taken(port)
    listener.close()
    assert not is_taken(port)


def test_the_owner_of_a_port_is_named_with_its_command(listener):
    owner = describe_owner(listener.getsockname()[1])
    assert owner.startswith(f"process {os.getpid()} (")


def test_all_taken_ports_are_told_at_once(listener):
    port = listener.getsockname()[1]
    with pytest.raises(StackError) as failure:
        check_ports({"rds": [port], "prefect": [port]})
    assert f"rds needs port {port}" in str(failure.value)
    assert f"prefect needs port {port}" in str(failure.value)
