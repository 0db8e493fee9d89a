"""What can go wrong with a stack, each told as one sentence for the person who must act."""

from pathlib import Path


class StackError(Exception):
    """A failure that the person at the command line can understand and mend."""


class NotReadyError(Exception):
    """A service does not answer yet; the text says what was tried and what came back."""


class StackNotUpError(StackError):
    """Something was asked of a stack that is not running."""

    def __init__(self, home: Path) -> None:
        super().__init__(f"No stack is up in {home}: start one with `lochan up`.")
