import itertools

from lochan.stack.log_files import follow_logs, quote_tail, read_tail


def test_the_tail_has_the_last_lines(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("".join(f"line {number}\n" for number in range(100)))
    assert read_tail(log, 2) == ["line 98", "line 99"]


def test_bytes_that_are_no_text_do_not_hide_a_log(tmp_path):
    log = tmp_path / "web.log"
    log.write_bytes(b"before\n\xff\xfe\nafter\n")
    assert read_tail(log)[0::2] == ["before", "after"]


def test_an_empty_or_absent_log_is_said_to_be_empty(tmp_path):
    assert quote_tail(tmp_path / "web.log") == f"Its log {tmp_path / 'web.log'} is empty."


def test_following_gives_the_tail_then_whole_added_lines(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("old\nlast\n")
    lines = follow_logs([log], lines=1)
    assert next(lines) == (log, "last")
    with log.open("a") as file:
        file.write("new\nhalf")
    assert next(lines) == (log, "new")
    with log.open("a") as file:
        file.write(" whole\n")
    assert next(lines) == (log, "half whole")


def test_following_goes_on_in_a_log_that_was_begun_anew(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("a long line of the stack before\n")
    lines = follow_logs([log], lines=1)
    next(lines)
    log.write_text("new\n")
    assert list(itertools.islice(lines, 1)) == [(log, "new")]
