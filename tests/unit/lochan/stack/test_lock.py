import threading

from lochan.stack.lock import exclusive_lock


def fail():
    raise AssertionError("nobody else holds the lock")


def test_a_free_lock_is_taken_without_waiting(tmp_path):
    with exclusive_lock(tmp_path / "lock", on_wait=fail):
        assert (tmp_path / "lock").exists()


def test_a_waiting_holder_gets_the_new_file_when_the_old_one_was_removed(tmp_path):
    path = tmp_path / "lock"
    waiting, entered = threading.Event(), threading.Event()

    def follow():
        with exclusive_lock(path, on_wait=waiting.set):
            entered.set()

    with exclusive_lock(path, on_wait=fail):
        follower = threading.Thread(target=follow)
        follower.start()
        assert waiting.wait(10)
        assert not entered.is_set()
        path.unlink()
    follower.join(10)
    assert entered.is_set()
    assert path.exists()
