"""Gather: many e-mails in a call, merged into the guest list, safe to repeat."""

from collections.abc import Mapping, Sequence

from postlude.access.authorisers.gather import client, space
from postlude.access.authorisers.types import Answer, Guest, Said, Settings, Verdict
from postlude.kernel import environment, redact
from postlude.kernel.errors import MissingSetting

_MOST_CALLS = 24  # of one admit: enough to find one bad address among 200, and not to hammer


class Gather:
    kind = "gather"
    batch = 200
    needs_address = True
    leaves_traces = True
    uses_network = True

    def problems(self, settings: Settings) -> list[str]:
        """A key by reference and a space."""
        found = []
        if not settings.get("api_key"):
            found.append("api_key is missing: give it as ${NAME}")
        elif not environment.is_reference(settings["api_key"]):
            found.append("api_key must be a reference like ${GATHER_API_KEY}, never the key itself")
        if "\\" not in space.space_id(settings.get("space", "")):
            found.append("space is missing or has no name: give it as abc123/Name")
        return found

    def admit(self, settings: Settings, guests: Sequence[Guest]) -> Answer:
        """Put the guests on the list; one bad address is found by halving."""
        try:
            call = _Call(settings)
            said = call.admit(guests)
        except MissingSetting as error:
            return Answer({}, refused=error.text())
        except client.Refused as error:
            return Answer({}, refused=redact.cut(error))
        except client.Tired as error:
            words = redact.cut(error)
            return Answer({}, rest_s=error.rest_s, tired=True, words=words)
        return Answer(said)

    def place(self, settings: Settings) -> str:
        """The space's door; Gather itself asks for the listed e-mail there."""
        if settings.get("link"):
            return environment.resolve(settings["link"])
        return space.web_address(environment.resolve(settings["space"]))


class _Call:
    def __init__(self, settings: Settings) -> None:
        self._base_url = environment.resolve(settings.get("base_url") or client.BASE_URL)
        self._api_key = environment.resolve(settings["api_key"])
        self._space = space.space_id(environment.resolve(settings["space"]))
        self._guest = {
            "name": "",
            "role": settings.get("role") or "guest",
            "affiliation": settings.get("affiliation") or "Attendee",
        }
        self._left = _MOST_CALLS

    def admit(self, guests: Sequence[Guest]) -> Mapping[int, Said]:
        if self._left == 0:  # the rest is asked for again, in another batch
            return {}
        self._left -= 1
        emails = [guest.email for guest in guests]
        try:
            listed = [(email, dict(self._guest)) for email in emails]
            reply = client.set_guests(self._base_url, self._api_key, self._space, listed)
        except client.Malformed as error:
            return self._halve(guests, redact.cut(error))
        absent = space.missing_from(reply, emails)
        again = Said(Verdict.AGAIN, "not on the list that Gather answered with")
        granted = Said(Verdict.GRANTED)
        return {guest.grant: again if guest.email in absent else granted for guest in guests}

    def _halve(self, guests: Sequence[Guest], words: str) -> Mapping[int, Said]:
        if len(guests) == 1:
            return {guests[0].grant: Said(Verdict.INVALID, words)}
        middle = len(guests) // 2
        return {**self.admit(guests[:middle]), **self.admit(guests[middle:])}
