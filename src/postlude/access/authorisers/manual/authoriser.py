"""A place that a person opens: everybody goes to the queue, and comes out of it by a "done"."""

from collections.abc import Sequence

from postlude.access.authorisers.types import Answer, Guest, Said, Settings, Verdict
from postlude.access.types import ByHand
from postlude.kernel import environment


class Manual:
    kind = "manual"
    batch = 500
    needs_address = True
    leaves_traces = True
    uses_network = False

    def problems(self, settings: Settings) -> list[str]:
        """Where a person who was let in goes."""
        link = settings.get("link", "")
        if not link:
            return ["link is missing: give the address where people enter, or ${NAME}"]
        if "${" not in link and not link.startswith(("https://", "http://")):
            return ["link must start with https://"]
        return []

    def admit(self, settings: Settings, guests: Sequence[Guest]) -> Answer:  # noqa: ARG002
        """Nobody is in before a person says so."""
        waits = Said(Verdict.BY_HAND, by_hand=ByHand.MANUAL)
        return Answer({guest.grant: waits for guest in guests})

    def place(self, settings: Settings) -> str:
        """The door."""
        return environment.resolve(settings["link"])
