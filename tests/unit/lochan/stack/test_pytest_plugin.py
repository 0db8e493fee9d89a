import subprocess
import sys

from lochan.stack.settings import SOURCE_ROOT


def test_the_plugin_costs_nothing_when_unused():
    program = (
        "import sys, pytest, lochan.stack.pytest_plugin\n"
        "print([name for name in sys.modules if name.startswith(('lochan.', 'rich', 'psycopg'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(SOURCE_ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['lochan.stack', 'lochan.stack.pytest_plugin']"
