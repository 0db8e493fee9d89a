"""Refusals by name: what Lochan's awsglue does not do is said, never approximated."""


def not_implemented(call: str, argument: str = "", advice: str = "") -> NotImplementedError:
    """Return the error for a call, or for one argument of it, that Lochan does not implement."""
    cause = f" with {argument}" if argument else ""
    sentence = f"awsglue: {call}{cause} is not implemented by Lochan."
    return NotImplementedError(f"{sentence} {advice}".rstrip())


def refuse_unknown_options(call: str, options: dict[str, object], known: frozenset[str]) -> None:
    """Raise for the first option that is neither implemented nor safe to ignore."""
    for option in options:
        if option not in known:
            raise not_implemented(call, f"the option {option!r}", f"Known: {sorted(known)}.")


def as_flag(value: object) -> bool:
    """Read a Glue option that scripts write as a bool or as the strings "true" and "false"."""
    return value if isinstance(value, bool) else str(value).strip().lower() == "true"
