from contextlib import contextmanager

import pytest

from lochan.redshift.wire.query_log import QueryLog, redact


class Recorder:
    def __init__(self, directory="/nowhere/at/all") -> None:
        self.statements: list[str] = []
        self.directory = directory

    def execute(self, sql):
        self.statements.append(sql)
        return [(self.directory,)] if sql.startswith("SHOW") else []

    def inserts(self):
        return [sql for sql in self.statements if sql.startswith("INSERT")]

    @contextmanager
    def connect(self):
        yield self


def test_statements_are_numbered_and_written_until_they_have_ended():
    recorder = Recorder()
    log = QueryLog(recorder.connect)
    log.start("ana", 7, "dev", "SELECT 1").end()
    running = log.start("ana", 7, "dev", "SELECT 'it''s'")
    log.start("ana", 7, "dev", "SELEC").fail("42601", "syntax error")
    log.write()
    running.fail("22012", "division by zero")
    log.write()
    log.write()
    first, second = recorder.inserts()
    assert first.startswith("INSERT INTO rs_catalog.query_log VALUES (1, 'ana', 7, 'dev'")
    assert "(2, 'ana', 7, 'dev', 'SELECT ''it''''s'''" in first
    assert "NULL, 'running', '', 0)" in first
    assert "'failed', 'division by zero', 0)" in second
    assert "SELEC'" not in first + second


def test_disk_is_measured_where_the_data_lies(tmp_path):
    recorder = Recorder(str(tmp_path))
    QueryLog(recorder.connect).write()
    (measured,) = recorder.inserts()
    used, capacity = map(int, measured.split("(")[1].rstrip(")").split(", "))
    assert 0 < used <= capacity


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("SELECT 'a'", "SELECT 'a'"),
        ("ALTER USER u PASSWORD 'p'", "ALTER USER u PASSWORD '***'"),
        ("COPY t FROM 's3://b' CREDENTIALS 'k'", "COPY t FROM '***' CREDENTIALS '***'"),
        ("ALTER USER u PASSWORD 'open", "ALTER"),
        ("", ""),
    ],
)
def test_secrets_are_not_kept(sql, shown):
    assert redact(sql) == shown
