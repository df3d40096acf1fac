"""The closed words of the room: classes, lanes, states, reasons, outcomes."""

from enum import IntEnum, StrEnum

LONGEST_WINDOW = 32
TEXT_MESSAGE = "sms"
"""The kind of a template that is plain text for a phone, and the medium that it goes by."""


BRANCH = "branch"  # in a context: the branch that a message is about; its clocks say what is quiet


class Klass(StrEnum):
    """Which courtesies apply: none (an invitation), all but caps (feedback), all (marketing)."""

    TRANSACTIONAL = "transactional"
    SERVICE = "service"
    MARKETING = "marketing"


class Lane(IntEnum):
    URGENT = 0
    TRIGGERED = 1
    BULK = 2


class State(StrEnum):
    QUEUED = "queued"
    LEASED = "leased"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    BLOCKED = "blocked"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a message was not sent. Closed: reports count by it."""

    SUPPRESSED = "suppressed"
    ERASED = "erased"
    UNSUBSCRIBED = "unsubscribed"
    NO_CONSENT = "no_consent"
    FREQUENCY_CAP = "frequency_cap"
    QUIET_HOURS = "quiet_hours"
    NO_ADDRESS = "no_address"
    NOT_SERVED = "not_served"


class OutcomeKind(StrEnum):
    """What a provider said about one message.

    REFUSED: definitely not taken, may be tried again. FAILED: definitely not taken, never will be.
    UNKNOWN: it may have been taken.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


class ReceiptKind(StrEnum):
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    FAILED = "failed"
    DEFERRED = "deferred"


class DispatchState(StrEnum):
    """gathering: its members are being written down. preparing: the vendor learns of them.
    sending: the vendor may have sent it.
    """

    GATHERING = "gathering"
    PREPARING = "preparing"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
