"""How processes end, in words."""

import signal


def describe_exit(code: int) -> str:
    """Say how a script's process ended that reported no error itself; negative is a signal."""
    if code >= 0:
        return f"The script's process ended with exit code {code}."
    name = signal.Signals(-code).name
    hint = " The system may have run out of memory." if code == -signal.SIGKILL else ""
    return f"The script's process was ended by the signal {name}.{hint}"
