"""What a message costs the organisation, by its own fees. Pure."""

from collections.abc import Sequence

from postlude.orgs.types import Fees


def cost(fees: Fees, names: Sequence[str], pieces: int) -> int | None:
    """Return minor units of the organisation's currency; None where no fee is set.

    The first of `names` that has a fee decides: a channel's own (`every8d`) before that of what it
    sends (`sms`). It is paid for each piece: a segment where they are counted, else the message.
    """
    for name in names:
        fee = fees.of(name)
        if fee is not None:
            return fee.minor * pieces
    return None
