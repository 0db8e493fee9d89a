import pytest

from lochan.redshift.wire.errors import NotSupported, WireError
from lochan.redshift.wire.login import backend_parameters
from lochan.redshift.wire.messages.opening import Startup


def test_parameters_of_redshifts_drivers_are_dropped():
    startup = Startup(
        {
            "user": "ana",
            "database": "dev",
            "client_protocol_version": "2",
            "driver_version": "x",
            "os_version": "y",
            "plugin_name": "",
            "application_name": "bi",
            "DateStyle": "ISO",
        }
    )
    assert backend_parameters(startup, "ana") == {
        "user": "ana",
        "database": "dev",
        "application_name": "bi",
        "datestyle": "ISO",
    }


@pytest.mark.parametrize(
    ("parameters", "options"),
    [
        ({"query_group": "a b"}, r"-c rs.query_group=a\ b"),
        ({"options": r"-c query_group=a\ b"}, r"-c rs.query_group=a\ b"),
        ({"options": "-c other=1 -cquery_group=a"}, "-c rs.query_group=a"),
    ],
)
def test_query_group_is_handed_on(parameters, options):
    assert backend_parameters(Startup(parameters), "ana")["options"] == options


def test_database_is_the_users_own_by_default():
    assert backend_parameters(Startup({"user": "ana"}), "ana")["database"] == "ana"


@pytest.mark.parametrize("encoding", ["UTF8", "'utf-8'", "UNICODE"])
def test_utf8_is_the_encoding_of_clients(encoding):
    startup = Startup({"client_encoding": encoding})
    assert backend_parameters(startup, "ana")["client_encoding"] == encoding


def test_other_encodings_are_refused():
    with pytest.raises(WireError, match='client encoding "LATIN1" is not supported'):
        backend_parameters(Startup({"client_encoding": "LATIN1"}), "ana")


def test_replication_is_refused():
    with pytest.raises(NotSupported, match="replication"):
        backend_parameters(Startup({"replication": "database"}), "ana")
