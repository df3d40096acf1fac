"""Discord: who the buyer is there stands in the form; the role is given, and taken on a refund."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from postlude.access.authorisers.discord_role import client, names
from postlude.access.authorisers.types import Answer, Guest, Leaver, Said, Settings, Verdict
from postlude.access.types import ByHand
from postlude.kernel import boundaries, clock, environment, redact
from postlude.kernel.errors import MissingSetting

# Well below a lease with one call that times out: nobody else takes up what we still do.
_MOST_SECONDS = 12.0
_Person = TypeVar("_Person", Guest, Leaver)
_NUMBERS = {"guild": "the server's id", "role": "the role's id"}


class DiscordRole:
    kind = "discord_role"
    batch = 20
    needs_address = False
    leaves_traces = False
    uses_network = True

    def problems(self, settings: Settings) -> list[str]:
        """A bot's token by reference, a server, a role, and the question that names the user."""
        found = []
        if not environment.is_reference(settings.get("token", "")):
            found.append("token must be a reference like ${DISCORD_BOT_TOKEN}, never the token")
        for name, what in _NUMBERS.items():
            value = settings.get(name, "")
            if "${" not in value and not value.isdecimal():
                found.append(f"{name} is missing or no number: give {what}")
        if not settings.get("question", "").strip():
            found.append("question is missing: which question of the form asks for the user name?")
        return found

    def question(self, settings: Settings) -> str:
        """The label of the form's answer that says who somebody is."""
        return settings["question"]

    def admit(self, settings: Settings, guests: Sequence[Guest]) -> Answer:
        """Give the role to each; who cannot be found is for a person."""

        def let_in(door: _Door, guest: Guest) -> Said:
            if guest.answer is None:
                return Said(Verdict.AGAIN, "the form has not been read yet")
            return door.let_in(guest.answer)

        return _each(settings, {guest.grant: guest for guest in guests}, let_in)

    def dismiss(
        self, settings: Settings, leavers: Sequence[Leaver], held: Callable[[str], bool]
    ) -> Answer:
        """Take the role from each whom nobody else has named too."""
        return _each(
            settings,
            {leaver.removal: leaver for leaver in leavers},
            lambda door, leaver: door.put_out(leaver.outside, leaver.answer, held),
        )

    def door(self, settings: Settings) -> str:
        """The role of the server, whichever bot gives it."""
        return f"{environment.resolve(settings['guild'])}/{environment.resolve(settings['role'])}"

    def place(self, settings: Settings) -> str:
        """The invitation to the server, or the server itself."""
        link = settings.get("link") or f"https://discord.com/channels/{settings['guild']}"
        return environment.resolve(link)


def _each(
    settings: Settings, people: dict[int, _Person], act: Callable[["_Door", _Person], Said]
) -> Answer:
    """Ask for one after the other, as far as Discord lets us; the rest is asked for again."""
    said: dict[int, Said] = {}
    until = clock.monotonic() + _MOST_SECONDS
    try:
        door = _Door(settings)
        for number, person in people.items():
            if clock.monotonic() > until:
                break
            said[number] = act(door, person)
    except MissingSetting as error:
        return Answer(said, refused=error.text())
    except client.Refused as error:
        return Answer(said, refused=redact.cut(error))
    except client.Tired as error:
        return Answer(said, rest_s=error.rest_s, tired=True, words=redact.cut(error))
    return Answer(said)


class _Door:
    def __init__(self, settings: Settings) -> None:
        self._guild = client.Guild(
            environment.resolve(settings.get("base_url") or client.BASE_URL).rstrip("/"),
            environment.resolve(settings["token"]),
            environment.resolve(settings["guild"]),
        )
        self._role = environment.resolve(settings["role"])

    def let_in(self, answer: str) -> Said:
        user, why = self._find(answer)
        if not user:
            return Said(Verdict.BY_HAND, why, ByHand.UNMATCHED)
        try:
            self._guild.give(user, self._role)
        except client.NoSuchMember:
            why = "nobody in the server has the id that the form gives"
            return Said(Verdict.BY_HAND, why, ByHand.UNMATCHED)
        boundaries.crossing("access.discord.given")
        return Said(Verdict.GRANTED, outside=user)

    def put_out(self, outside: str, answer: str, held: Callable[[str], bool]) -> Said:
        user = outside or self._find(answer)[0]
        if not user:
            return Said(Verdict.GRANTED, "nobody of that name is in the server")
        if held(user):
            return Said(Verdict.GRANTED, "kept, for another buyer who named the same user")
        try:
            self._guild.take(user, self._role)
        except client.NoSuchMember:
            return Said(Verdict.GRANTED, "has left the server")
        except client.Refused as error:
            if not error.no_such_role:
                raise
            return Said(Verdict.GRANTED, "the role is gone")
        boundaries.crossing("access.discord.taken")
        return Said(Verdict.GRANTED)

    def _find(self, answer: str) -> tuple[str, str]:
        """Return the user's id, or "" and why there is none."""
        if not answer.strip():
            return "", "the form gives no Discord name"
        known = names.user_id(answer)
        if known:
            return known, ""
        name = names.user_name(answer)
        try:
            found = names.meant(answer, self._guild.search(name)) if name else []
        except client.NoSuchMember:  # not a name that could be searched for
            found = []
        if len(found) == 1:
            return found[0], ""
        if found:
            return "", "several members of the server have the name that the form gives"
        return "", "nobody in the server has the user name that the form gives"
