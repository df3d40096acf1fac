"""What an alert says. Numbers, slugs and kinds only: nothing here can hold personal data."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import override

from postlude.chatops.types import Kind, Occasion
from postlude.kernel.errors import N_

LONGEST_DISCORD = 2_000


class Text(NamedTuple):
    title: str
    words: str
    hint: str


TEXTS: Mapping[str, Text] = {
    Kind.SOURCE_SILENT: Text(
        N_("The source {source} is silent"),
        N_("Nothing has been heard from it for {minutes} minutes."),
        N_("Check its key and its page, then run: postlude sync kktix --once"),
    ),
    Kind.INVITATION_LATE: Text(
        N_("Invitations are late"),
        N_("Buyers waiting: {count}; the longest for {minutes} minutes."),
        N_("Look at Attention for what holds them up: access, the sender, or the worker."),
    ),
    Kind.INVITATION_FAILED: Text(
        N_("Invitations have failed for good"),
        N_("Failed in the last hour: {count}."),
        N_("Open them under Messages; correct the address, then resend."),
    ),
    Kind.SENDER_PAUSED: Text(
        N_("The sender {sender} is paused"),
        N_("Messages waiting: {waiting}. The provider said: {reason}."),
        N_("Check the account's limits and quota at the provider; it resumes by itself."),
    ),
    Kind.ACCESS_REFUSED: Text(
        N_("Access to {resource} is refused"),
        N_("The provider turned down our key or the place is gone; buyers affected: {count}."),
        N_("Check the key and the space, or let people in by hand."),
    ),
    Kind.DEAD_WORK: Text(
        N_("Work was given up"),
        N_("Rows that failed again and again: {count}."),
        N_("Open Attention, mend the reason, and try them again."),
    ),
    Kind.DEAD_DELIVERY: Text(
        N_("Webhook deliveries could not be read"),
        N_("Deliveries set aside: {count}. Nothing is lost, the content is kept for 30 days."),
        N_("Open Attention and see the reason; polling fetches the same sales."),
    ),
    Kind.OLD_EPOCH: Text(
        N_("Messages from before a restore wait"),
        N_("Waiting for a yes: {count}. They may have been sent already."),
        N_("Open Attention, compare with the provider, then release or cancel them."),
    ),
    Kind.WAL_LARGE: Text(
        N_("The database's log is large"),
        N_("It has grown to {mebibytes} MiB."),
        N_("Something reads for too long: close reports and exports, then restart the worker."),
    ),
    Kind.HITS_LYING: Text(
        N_("Hits could not be taken in"),
        N_("Kept and counted nowhere yet: {count}."),
        N_("See them with: postlude hits list; then try them again or drop them."),
    ),
    Kind.FIGURES_DIFFER: Text(
        N_("Figures are not what the facts say"),
        N_("The check of the night found differences in {what}: {count}."),
        N_("Run: postlude checks list; it says what differs and what mends it."),
    ),
}
_MARKS = {Occasion.OPENED: "🔴", Occasion.REMINDED: "🟠", Occasion.RECOVERED: "🟢"}


def describe(kind: str, facts: Mapping[str, str | int]) -> Text:
    """Return title, words and hint in the current language."""
    text = TEXTS[kind]
    return Text(
        _(text.title).format_map(_Facts(facts)),
        _(text.words).format_map(_Facts(facts)),
        _(text.hint),
    )


def compose(
    kind: str, facts: Mapping[str, str | int], occasion: Occasion, *, locale: str, link: str
) -> str:
    """Return the whole message; its first line serves as an e-mail's subject."""
    with override(locale.lower()):
        text = describe(kind, facts)
        if occasion == Occasion.RECOVERED:
            lines = [_("Recovered: {title}").format(title=text.title)]
        elif occasion == Occasion.REMINDED:
            lines = [_("Still: {title}").format(title=text.title), text.words, text.hint]
        else:
            lines = [text.title, text.words, text.hint]
    lines[0] = f"{_MARKS[occasion]} {lines[0]}"
    return cut("\n".join([*lines, link]))


def cut(text: str, limit: int = LONGEST_DISCORD) -> str:
    """Return at most `limit` characters, which is what Discord takes."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


class _Facts(dict[str, str | int]):
    def __missing__(self, key: str) -> str:
        return "?"
