from contextlib import contextmanager

import pytest

from lochan.redshift.wire.query_log import QueryLog, redact


class Recorder:
    def __init__(self) -> None:
        self.statements: list[str] = []

    def execute(self, sql):
        self.statements.append(sql)
        return []

    @contextmanager
    def connect(self):
        yield self


def test_statements_are_written_once_and_numbered():
    recorder = Recorder()
    log = QueryLog(recorder.connect)
    log.add("ana", 7, "dev", "SELECT 1")
    log.add("ana", 7, "dev", "SELECT 'it''s'")
    log.write()
    log.write()
    (statement,) = recorder.statements
    assert statement.startswith("INSERT INTO rs_catalog.query_log VALUES (1, 'ana', 7, 'dev'")
    assert "(2, 'ana', 7, 'dev', 'SELECT ''it''''s'''" in statement


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
