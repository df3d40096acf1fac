"""Which state may follow which. A pure table: who asks for anything else has a bug or is late."""

from postlude.messages.errors import NotAllowed
from postlude.messages.types import State

S = State

_MAY_BECOME: dict[State, frozenset[State]] = {
    S.QUEUED: frozenset(
        # a receipt may find a row that was thought unsent: the provider knows better
        {S.LEASED, S.CANCELLED, S.EXPIRED, S.UNKNOWN, S.DELIVERED, S.BOUNCED}
    ),
    S.LEASED: frozenset(
        {
            S.QUEUED,
            S.SENDING,
            S.BLOCKED,
            S.FAILED,
            S.EXPIRED,
            S.CANCELLED,
            S.UNKNOWN,
            S.DELIVERED,
            S.BOUNCED,
        }
    ),
    S.SENDING: frozenset(
        {S.QUEUED, S.ACCEPTED, S.DELIVERED, S.BOUNCED, S.FAILED, S.EXPIRED, S.UNKNOWN}
    ),
    S.ACCEPTED: frozenset({S.DELIVERED, S.BOUNCED}),
    S.DELIVERED: frozenset({S.BOUNCED}),  # some mail servers take a mail and bounce it later
    S.UNKNOWN: frozenset({S.ACCEPTED, S.DELIVERED, S.BOUNCED, S.FAILED, S.QUEUED}),
    S.BOUNCED: frozenset(),
    S.BLOCKED: frozenset(),
    S.FAILED: frozenset(),
    S.EXPIRED: frozenset(),
    S.CANCELLED: frozenset(),
}

IN_OUTBOX = frozenset({S.QUEUED, S.LEASED, S.SENDING})
ENDS = frozenset({S.BLOCKED, S.FAILED, S.EXPIRED, S.CANCELLED, S.BOUNCED})
REACHED = frozenset({S.ACCEPTED, S.DELIVERED, S.BOUNCED, S.UNKNOWN})


def may_become(state: State, wanted: State) -> bool:
    return wanted in _MAY_BECOME[state]


def become(state: State, wanted: State) -> State:
    """Return `wanted`, or raise NotAllowed."""
    if not may_become(state, wanted):
        raise NotAllowed(state=state.value, wanted=wanted.value)
    return wanted


def stored_sources_of(wanted: State) -> tuple[str, ...]:
    """Return the values of `message.state` from which `wanted` is reached, for a WHERE.

    A message whose outbox row lives is stored as `queued`, however far it is.
    """
    sources = {
        State.QUEUED if state in IN_OUTBOX else state
        for state, nexts in _MAY_BECOME.items()
        if wanted in nexts
    }
    return tuple(sorted(state.value for state in sources))


def phases_of(wanted: State) -> tuple[str, ...]:
    """Return the phases of an outbox row from which `wanted` is reached."""
    return tuple(state.value for state in State if state in IN_OUTBOX and may_become(state, wanted))
