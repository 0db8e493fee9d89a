import io

from rich.console import Console

from lochan.stack.progress import Progress, show_progress


def test_without_a_terminal_each_event_is_a_plain_line():
    output = io.StringIO()
    with show_progress(Console(file=output, width=80)) as report:
        report(Progress("redshift", "starting"))
        report(Progress("redshift", "ready", seconds=1.26))
    assert output.getvalue() == "redshift: starting\nredshift: ready after 1.3 s\n"


def test_on_a_terminal_of_80_columns_no_line_is_wider():
    output = io.StringIO()
    console = Console(file=output, force_terminal=True, width=80, color_system=None)
    with show_progress(console) as report:
        report(Progress("another lochan command", "waiting for it to finish"))
        report(Progress("redshift-backend", "ready", seconds=0.1))
    table = output.getvalue().splitlines()[-2:]
    assert "redshift-backend" in "".join(table)
    assert all(len(line) <= 90 for line in table)  # with the terminal's own control characters
