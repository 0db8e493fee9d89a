"""The order in which a client's messages may come, as a table.

A batch of the extended protocol runs from its first message to Sync. An error in it makes the
server skip everything up to that Sync. The simple protocol knows no order: each Query is whole.

https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
"""

from collections.abc import Mapping
from enum import Enum, auto

from lochan.redshift.wire.errors import ProtocolViolation
from lochan.redshift.wire.messages.requests import (
    Bind,
    Close,
    CopyData,
    CopyDone,
    CopyFail,
    Describe,
    Execute,
    Flush,
    Parse,
    Query,
    Sync,
    Terminate,
)


class Phase(Enum):
    """Where a connection is between the client's messages."""

    READY = auto()
    BATCH = auto()
    SKIPPING = auto()
    CLOSED = auto()


BATCH_MESSAGES = frozenset(
    message.kind for message in (Parse, Bind, Describe, Execute, Close, Flush)
)
# A client that was sending a COPY when it failed may still have some of it under way.
STRAY_MESSAGES = frozenset(message.kind for message in (CopyData, CopyDone, CopyFail))

TRANSITIONS: Mapping[Phase, Mapping[bytes, Phase]] = {
    Phase.READY: {
        Query.kind: Phase.READY,
        Sync.kind: Phase.READY,
        Terminate.kind: Phase.CLOSED,
        **dict.fromkeys(BATCH_MESSAGES, Phase.BATCH),
        **dict.fromkeys(STRAY_MESSAGES, Phase.READY),
    },
    Phase.BATCH: {
        Query.kind: Phase.READY,
        Sync.kind: Phase.READY,
        Terminate.kind: Phase.CLOSED,
        **dict.fromkeys(BATCH_MESSAGES, Phase.BATCH),
        **dict.fromkeys(STRAY_MESSAGES, Phase.BATCH),
    },
    Phase.SKIPPING: {
        Query.kind: Phase.SKIPPING,
        Sync.kind: Phase.READY,
        Terminate.kind: Phase.CLOSED,
        **dict.fromkeys(BATCH_MESSAGES, Phase.SKIPPING),
        **dict.fromkeys(STRAY_MESSAGES, Phase.SKIPPING),
    },
    Phase.CLOSED: {},
}


def next_phase(phase: Phase, kind: bytes) -> Phase:
    """Look up where a message leads; raises ProtocolViolation where it may not come."""
    following = TRANSITIONS[phase].get(kind)
    if following is None:
        raise ProtocolViolation(
            f"a message of type {kind.decode('latin-1')!r} may not come while the connection "
            f"is {phase.name.lower()}"
        )
    return following
