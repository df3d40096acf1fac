"""A call that had no answer: did anything leave us? One shape for every way of calling.

Only a call that broke before its first byte was written left nothing with the vendor.
"""

from postlude.channels.types import Verdict


class NoAnswer(Exception):
    """The call broke before an answer came; `left_us`: the vendor may have taken it.

    `kind` is the kind of failure, and nothing of the call: with some vendors a key stands in it.
    """

    def __init__(self, kind: str, *, left_us: bool = True) -> None:
        super().__init__(kind)
        self.kind = kind
        self.left_us = left_us

    def verdict(self) -> Verdict:
        """Return what it means for a message."""
        if self.left_us:
            return Verdict("unknown", f"no answer: {self.kind}")
        return Verdict("refused", f"no connection: {self.kind}")


class NotConnected(NoAnswer):
    """Nothing left us: there was no connection."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind, left_us=False)
