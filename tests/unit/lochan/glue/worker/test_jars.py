import fcntl
import subprocess
import sys
import textwrap
import threading

import pytest

from lochan.glue.worker import jars
from lochan.glue.worker.jars import JarsUnavailable, explain_failure, find_wrong_jars, resolve_jars

# printf %s content | sha256sum
SHA256_OF_CONTENT = "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"


@pytest.fixture
def one_jar(monkeypatch):
    monkeypatch.setattr(jars, "JARS", {"a.jar": SHA256_OF_CONTENT})


@pytest.fixture
def resolver(monkeypatch):
    """A resolver that lays down what a test tells it to, and counts its calls."""
    calls = []

    def fetch(workspace):
        calls.append(workspace)
        folder = workspace / "jars"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "a.jar").write_text(fetch.content)

    fetch.content = "content"
    fetch.calls = calls
    monkeypatch.setattr(jars, "_run_resolver", fetch)
    return fetch


def test_jars_are_fetched_once(tmp_path, one_jar, resolver):
    assert resolve_jars(tmp_path) == tmp_path / "jars"
    assert (tmp_path / "jars" / "a.jar").read_text() == "content"
    resolve_jars(tmp_path)
    assert len(resolver.calls) == 1
    assert not (tmp_path / "jars.partial").exists()


def test_jar_that_was_damaged_is_fetched_again(tmp_path, one_jar, resolver):
    resolve_jars(tmp_path)
    (tmp_path / "jars" / "a.jar").write_text("damaged")
    assert find_wrong_jars(tmp_path / "jars") == ["a.jar"]
    resolve_jars(tmp_path)
    assert (tmp_path / "jars" / "a.jar").read_text() == "content"


def test_wrong_checksum_names_the_jar_and_keeps_nothing(tmp_path, one_jar, resolver):
    resolver.content = "other"
    with pytest.raises(JarsUnavailable, match=r"a\.jar that was fetched is not the one expected"):
        resolve_jars(tmp_path)
    assert not (tmp_path / "jars.partial").exists()
    assert not (tmp_path / "jars").exists()
    resolver.content = "content"
    resolve_jars(tmp_path)


def test_failure_keeps_what_was_fetched(tmp_path, one_jar, monkeypatch):
    def fail(workspace):
        (workspace / "fetched").write_text("kept")
        raise JarsUnavailable("no network")

    monkeypatch.setattr(jars, "_run_resolver", fail)
    with pytest.raises(JarsUnavailable):
        resolve_jars(tmp_path)
    assert (tmp_path / "jars.partial" / "fetched").read_text() == "kept"


def test_full_disk_is_one_sentence(tmp_path, one_jar, resolver, monkeypatch):
    monkeypatch.setattr(jars, "SPACE_NEEDED_BYTES", 1 << 60)
    with pytest.raises(JarsUnavailable, match="is full"):
        resolve_jars(tmp_path)
    assert resolver.calls == []


def test_second_process_waits_for_the_first(tmp_path, one_jar, resolver, capsys):
    with (tmp_path / "jars.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = threading.Thread(target=resolve_jars, args=(tmp_path,))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        # What the first process would leave behind.
        (tmp_path / "jars").mkdir()
        (tmp_path / "jars" / "a.jar").write_text("content")
    waiting.join(10)
    assert not waiting.is_alive()
    assert resolver.calls == []
    assert "Another process is fetching" in capsys.readouterr().err


def test_dead_process_holds_no_lock(tmp_path, one_jar, resolver):
    script = f"""
        import fcntl, os
        lock = open({str(tmp_path / "jars.lock")!r}, "w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.kill(os.getpid(), 9)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert resolve_jars(tmp_path).is_dir()


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("java.net.UnknownHostException: some.host", "does not answer"),
        ("Connection timed out", "does not answer"),
        ("PKIX path building failed", "SSL_CERT_FILE"),
        ("java.io.IOException: No space left on device", "is full"),
        (":: org.postgresql#postgresql;42.7.4: not found", "has no org.postgresql#postgresql"),
        ("line\nthe last line\n\n", "ended with: the last line"),
        ("", "ended with: nothing"),
    ],
)
def test_failure_of_the_resolver_is_one_sentence(tmp_path, output, said):
    assert said in explain_failure(output, tmp_path)
