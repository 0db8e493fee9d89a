import pytest

from lochan.redshift.wire.actions import Forward, Script
from lochan.redshift.wire.errors import NotSupported, ProtocolViolation
from lochan.redshift.wire.frames import Frame
from lochan.redshift.wire.messages.answers import (
    BindComplete,
    CommandComplete,
    ErrorResponse,
    NoData,
    ParameterDescription,
    ParameterStatus,
    ParseComplete,
    ReadyForQuery,
)
from lochan.redshift.wire.messages.requests import (
    Bind,
    CopyData,
    Describe,
    Execute,
    Parse,
    Query,
    Sync,
    Terminate,
)
from lochan.redshift.wire.query_log import LoggedQuery
from lochan.redshift.wire.session import (
    Refuse,
    RunPortal,
    RunQuery,
    Session,
    ToBackend,
    ToClient,
    WriteQueryLog,
)
from lochan.redshift.wire.states import Phase

SCRIPT = Script(("TRUNCATE TABLE t",), commits=True)


def route(sql, case_sensitive):
    """Routes by the first letter: S scripts, R is refused, L reads the log, X is rewritten."""
    if sql.startswith("R"):
        raise NotSupported("refused")
    if sql.startswith("S"):
        return (SCRIPT,)
    if sql.startswith("L"):
        return (Forward(sql, reads_query_log=True),)
    if sql.startswith("X"):
        return (Forward("rewritten", changed=True),)
    if sql.startswith("2"):
        return (Forward("one"), SCRIPT)
    if sql.startswith("C"):
        return (Forward(sql, case_sensitive=True),)
    return (Forward(sql),)


@pytest.fixture
def session():
    return Session(route)


def frame(message) -> Frame:
    encoded = message.encode()
    return Frame(encoded[:1], encoded[5:])


def send(session, *messages):
    return [step for message in messages for step in session.receive(frame(message))]


def answer(session, *messages):
    return b"".join(session.answer(frame(message)) for message in messages)


def test_plain_query_goes_on_as_it_came(session):
    assert send(session, Query("plain")) == [ToBackend(Query("plain").encode())]
    assert session.is_waiting
    answer(session, CommandComplete("SELECT 1"), ReadyForQuery(b"T"))
    assert not session.is_waiting
    assert session.transaction_status == b"T"


def test_rewritten_query_goes_on_rewritten(session):
    assert send(session, Query("X")) == [ToBackend(Query("rewritten").encode())]


def test_statement_of_our_own_waits_for_answers_before_it(session):
    send(session, Query("plain"))
    assert session.must_wait(frame(Query("S")))
    assert not session.must_wait(frame(Query("plain")))
    answer(session, ReadyForQuery(b"I"))
    assert not session.must_wait(frame(Query("S")))
    assert send(session, Query("S")) == [RunQuery((SCRIPT,))]


def test_query_that_mixes_statements_runs_them_one_by_one(session):
    assert send(session, Query("2")) == [RunQuery((Forward("one"), SCRIPT))]


def test_refused_query_is_answered_by_an_error_and_ready(session):
    (step,) = send(session, Query("R"))
    assert isinstance(step, Refuse)
    assert step.ends_query
    assert session.phase is Phase.READY


def test_log_of_queries_is_written_before_it_is_read(session):
    assert send(session, Query("L")) == [WriteQueryLog(), ToBackend(Query("L").encode())]


class Noted:
    """Keeps what a session notes of its statements."""

    def __init__(self) -> None:
        self.queries: list[LoggedQuery] = []

    def start(self, sql: str) -> LoggedQuery:
        self.queries.append(LoggedQuery(len(self.queries), "ana", 7, "dev", sql, 0.0))
        return self.queries[-1]

    def show(self) -> list[tuple[str, str, int]]:
        return [(q.text, q.status, q.returned_rows) for q in self.queries if not q.forgotten]


def test_statement_is_noted_from_its_start_to_its_end():
    noted = Noted()
    session = Session(route, noted.start)
    send(session, Query("a"))
    assert noted.show() == [("a", "running", 0)]
    answer(session, CommandComplete("SELECT 5"), ReadyForQuery(b"I"))
    assert noted.show() == [("a", "success", 5)]


def test_prepared_statement_is_noted_each_time_it_is_executed():
    noted = Noted()
    session = Session(route, noted.start)
    send(session, Parse("p", "b"), Describe(b"S", "p"), Sync())
    answer(session, ParseComplete(), NoData(), ReadyForQuery(b"I"))
    assert noted.show() == []
    for _ in range(2):
        send(session, Bind("", "p", b""), Execute(""), Sync())
        answer(session, BindComplete(), CommandComplete("INSERT 0 3"), ReadyForQuery(b"I"))
    assert noted.show() == [("b", "success", 0), ("b", "success", 0)]


def test_failed_and_canceled_statements_are_noted_as_such():
    noted = Noted()
    session = Session(route, noted.start)
    for code, text in (("22012", "division by zero"), ("57014", "canceled")):
        send(session, Query("a"))
        answer(session, ErrorResponse({"S": "ERROR", "C": code, "M": text}), ReadyForQuery(b"I"))
    assert noted.show() == [("a", "failed", 0), ("a", "canceled", 0)]
    assert [query.error for query in noted.queries] == ["division by zero", "canceled"]


def test_what_never_ran_is_not_noted():
    noted = Noted()
    session = Session(route, noted.start)
    send(session, Parse("", "no"), Bind("", "", b""), Execute(""), Sync())
    answer(session, ErrorResponse({"S": "ERROR", "C": "42P01", "M": "no"}), ReadyForQuery(b"I"))
    send(session, Query("no"))
    answer(session, ErrorResponse({"S": "ERROR", "C": "42601", "M": "no"}), ReadyForQuery(b"I"))
    assert noted.show() == []


def test_statement_of_a_client_that_left_is_canceled():
    noted = Noted()
    session = Session(route, noted.start)
    send(session, Query("a"))
    session.abandon()
    assert noted.show() == [("a", "canceled", 0)]


def test_log_is_written_each_time_a_prepared_statement_reads_it(session):
    send(session, Parse("p", "L"), Sync())
    answer(session, ParseComplete(), ReadyForQuery(b"I"))
    bind = Bind("", "p", b"")
    for _ in range(2):
        assert send(session, bind) == [WriteQueryLog(), ToBackend(bind.encode())]
        assert session.must_wait(frame(bind))
        answer(session, BindComplete())


def test_prepared_statement_of_our_own_is_answered_without_the_backend(session):
    steps = send(
        session, Parse("p", "S"), Describe(b"S", "p"), Bind("", "p", b""), Describe(b"P", "")
    )
    assert steps == [
        ToClient(ParseComplete().encode()),
        ToClient(ParameterDescription().encode() + NoData().encode()),
        ToClient(BindComplete().encode()),
        ToClient(NoData().encode()),
    ]
    assert send(session, Execute(""), Sync()) == [RunPortal(SCRIPT), ToBackend(Sync().encode())]


def test_portal_name_that_a_forwarded_statement_takes_is_no_longer_ours(session):
    send(session, Parse("p", "S"), Bind("", "p", b""), Parse("q", "plain"))
    bind = Bind("", "q", b"")
    assert send(session, bind, Execute("")) == [
        ToBackend(bind.encode()),
        ToBackend(Execute("").encode()),
    ]


def test_forwarded_batch_is_answered_message_by_message(session):
    send(session, Parse("", "plain"), Bind("", "", b""), Describe(b"P", ""), Execute(""), Sync())
    for message in (ParseComplete(), BindComplete(), NoData(), CommandComplete("BEGIN")):
        assert session.is_waiting
        answer(session, message)
    assert session.is_waiting
    answer(session, ReadyForQuery(b"T"))
    assert not session.is_waiting


def test_error_skips_the_rest_of_the_batch_up_to_sync(session):
    send(session, Parse("", "plain"))
    answer(session, ErrorResponse({"S": "ERROR", "C": "42P01", "M": "no"}))
    assert session.phase is Phase.SKIPPING
    assert send(session, Bind("", "", b""), Execute("")) == []
    assert send(session, Sync()) == [ToBackend(Sync().encode())]
    assert session.phase is Phase.READY


def test_error_after_sync_leaves_the_next_batch_alone(session):
    send(session, Parse("", "plain"), Sync(), Parse("", "plain"))
    answer(session, ErrorResponse({"S": "ERROR", "C": "42P01", "M": "no"}))
    assert session.phase is Phase.BATCH
    answer(session, ReadyForQuery(b"I"))
    assert session.is_waiting


def test_refused_statement_skips_the_rest_of_its_batch(session):
    (step,) = send(session, Parse("", "R"))
    assert isinstance(step, Refuse)
    assert not step.ends_query
    assert send(session, Bind("", "", b""), Execute("")) == []


def test_several_statements_cannot_be_prepared(session):
    (step,) = send(session, Parse("", "2"))
    assert step.error.sqlstate == "42601"
    assert "cannot insert multiple commands" in step.error.message


def test_position_in_a_text_of_ours_is_not_told(session):
    error = ErrorResponse({"S": "ERROR", "C": "42601", "M": "no", "P": "8"})
    send(session, Query("X"))
    assert b"P8" not in answer(session, error)
    answer(session, ReadyForQuery(b"I"))
    send(session, Query("plain"))
    assert b"P8" in answer(session, error)


def test_parameters_that_redshift_does_not_report_are_hidden(session):
    assert answer(session, ParameterStatus("search_path", "m, rs, pg_catalog")) == b""
    assert answer(session, ParameterStatus("TimeZone", "UTC")) != b""


def test_case_of_identifiers_follows_the_setting(session):
    assert not session.case_sensitive
    send(session, Query("C"))
    assert session.case_sensitive


def test_copy_data_that_is_still_under_way_is_dropped(session):
    assert send(session, CopyData(b"x")) == []


def test_goodbye_closes(session):
    send(session, Terminate())
    assert session.phase is Phase.CLOSED
    with pytest.raises(ProtocolViolation, match="while the connection is closed"):
        send(session, Sync())


def test_message_that_nobody_knows_is_a_protocol_violation(session):
    with pytest.raises(ProtocolViolation, match="'F' may not come while the connection is ready"):
        session.receive(Frame(b"F", b""))
