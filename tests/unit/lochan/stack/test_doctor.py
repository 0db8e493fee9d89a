import socket
from dataclasses import replace

from lochan.stack.doctor import examine
from lochan.stack.settings import Settings


def find(settings, subject):
    return next(finding for finding in examine(settings) if finding.subject == subject)


def test_what_is_there_needs_nothing_done(settings):
    assert find(settings, "Python").is_well
    assert find(settings, "PostgreSQL").is_well
    assert find(settings, "Port of rds").fact == "any free one"


def test_a_taken_port_says_which_variable_moves_it(settings):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        taken = replace(settings, ports=replace(settings.ports, rds=port))
        finding = find(taken, "Port of rds")
    assert finding.fact.startswith(f"{port} is taken by process ")
    assert "LOCHAN_RDS_PORT" in finding.remedy


def test_what_is_not_prepared_says_how_it_is_made(settings):
    finding = find(settings, "PostgreSQL cluster")
    assert finding.fact == "not prepared"
    assert "lochan init" in finding.remedy


def test_a_missing_localstack_names_its_place(tmp_path):
    absent = Settings(
        home=tmp_path / "home", cache=tmp_path / "cache", localstack_python=tmp_path / "python"
    )
    finding = find(absent, "LocalStack")
    assert finding.fact == f"{tmp_path / 'python'} is missing"
    assert finding.remedy
