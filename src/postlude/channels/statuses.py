"""What a status says of a text where the vendor honours no key and cannot be asked. Pure.

Only what was refused as a call proves that nothing left; a server that broke, or one in front of it
that waited in vain, may have taken the text.
"""

from postlude.channels.pacing import FIRST_S
from postlude.channels.posting import Answer
from postlude.channels.types import Verdict

_ACCOUNT = frozenset({401, 402, 403, 404})  # the key, the bill or the address: all would end so
_TIMEOUT = 408  # of a machine in front of the vendor, as often as not


def read(answer: Answer, words: str) -> Verdict:
    """Return what became of the text; not for a 200, which each vendor words for itself."""
    if answer.status == 429:  # noqa: PLR2004
        wait = FIRST_S if answer.retry_after is None else answer.retry_after
        throttled = answer.retry_after is None
        return Verdict("refused", words, retry_after=wait, pause_sender=True, throttled=throttled)
    if answer.status in _ACCOUNT:
        return Verdict("refused", words, pause_sender=True)
    if 400 <= answer.status < 500 and answer.status != _TIMEOUT:  # noqa: PLR2004
        return Verdict("failed", words)
    # A 2xx or a redirect that no contract knows would end the next text alike.
    return Verdict("unknown", words, pause_sender=answer.status < 400)  # noqa: PLR2004
