import httpx
import pytest

pytestmark = pytest.mark.postgres


@pytest.fixture
def control(server):
    headers = {"Authorization": f"Bearer {server.token}"}
    with httpx.Client(
        base_url=f"http://127.0.0.1:{server.control_port}", headers=headers, trust_env=False
    ) as http:
        yield http


def test_health_needs_no_token(server):
    answer = httpx.get(f"http://127.0.0.1:{server.control_port}/health", trust_env=False)
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_everything_else_needs_the_token(control):
    answer = control.post("/passwords", headers={"Authorization": "Bearer wrong"}, json={})
    assert answer.status_code == 401


def test_temporary_password_logs_in_under_the_prefix_of_iam(control, connect_psycopg):
    body = {"user": "lochan_loader", "password": "temporary-1", "duration_seconds": 900}
    assert control.post("/passwords", json=body).status_code == 201
    connection = connect_psycopg(user="IAM:lochan_loader", password="temporary-1")
    assert connection.execute("SELECT current_user").fetchone() == ("lochan_loader",)


def test_user_that_does_not_exist_is_created_on_request_only(control, connect_psycopg):
    body = {"user": "visitor", "password": "temporary-2"}
    answer = control.post("/passwords", json=body)
    assert (answer.status_code, answer.json()["message"]) == (
        400,
        "The user visitor does not exist.",
    )
    assert control.post("/passwords", json={**body, "auto_create": True}).status_code == 201
    assert connect_psycopg(user="IAM:visitor", password="temporary-2").info.user == "IAM:visitor"


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"{", "not JSON"), (b"[]", "not a JSON object"), (b"{}", "user is missing")],
)
def test_damaged_request_is_a_sentence(control, content, message):
    answer = control.post("/passwords", content=content)
    assert answer.status_code == 400
    assert message in answer.json()["message"]
