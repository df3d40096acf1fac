"""What keeps a run whole, taken away: each shows that the crash test would see it.

A guard is removed in a child of `killed_worker`; where that must then be killed, and what is wrong
afterwards, stands in `removed_guards_named`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from postlude.channels import delivery
from postlude.journeys import marks
from postlude.journeys.models import Portion, Run
from postlude.journeys.recurring import serving, turns, walking
from postlude.kernel import boundaries, clock, store
from postlude.kernel.work import OWNER
from postlude.messages import api as messages


def _sending_is_committed_before_the_wire(_home: Path) -> None:
    """Mark a message as being sent only when the gateway has answered."""
    real_send, real_mark = delivery._send, messages.mark_sending

    def mark(rendered: Sequence[Any], **_: Any) -> Sequence[Any]:
        return rendered

    def send(channel: Any, sender: Any, batch: Sequence[Any]) -> Any:
        outcomes = real_send(channel, sender, batch)
        boundaries.crossing("removed.answered")
        real_mark(batch, owner=OWNER, now=clock.now())
        return outcomes

    messages.mark_sending = mark  # type: ignore[assignment]
    delivery._send = send


def _turns_are_taken_in_the_commit(home: Path) -> None:
    """Keep the counter of turns in a file, which no rollback takes back."""
    file = home / "turns"

    def take(org: int, version: int, selection: str, count: int) -> int:
        real(org, version, selection, count)
        counter = file.with_suffix(f".{selection}")
        before = int(counter.read_text()) if counter.exists() else 0
        for number in range(count):
            counter.write_text(str(before + number + 1))
            boundaries.crossing("removed.turn_taken")
        return before

    real, turns.take = turns.take, take


def _marks_are_made_in_the_commit(_home: Path) -> None:
    """Make the marks of a portion in a commit of their own, before the rest."""
    made: dict[tuple[int, str], int] = {}
    real_portion, real_make = walking._portion, marks.make

    def portion(number: int, now: Any) -> tuple[int, bool]:
        run = Run.objects.get(id=number)
        following = Portion.objects.filter(run=number).order_by("id").first()
        if following is not None:
            place = walking._place(run, following.selection)
            batch = serving.with_periods(place, [(c, o) for c, o in following.people], now)
            wanted = [(contact, scope) for (contact, _), scope in batch.left.items()]
            with store.write():
                made.update(real_make(run.org_id, run.journey_id, wanted, now))
            boundaries.crossing("removed.marks_made")
        return real_portion(number, now)

    def held(org: int, journey: int, wanted: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
        return set(real_held(org, journey, wanted)) - set(made)

    def make(
        _org: int, _journey: int, wanted: Sequence[tuple[int, str]], _now: Any
    ) -> dict[tuple[int, str], int]:
        return {each: made[each] for each in wanted if each in made}

    real_held, marks.held = marks.held, held
    marks.make = make  # type: ignore[assignment]
    walking._portion = portion


_GUARDS: dict[str, Callable[[Path], None]] = {
    "sending": _sending_is_committed_before_the_wire,
    "turns": _turns_are_taken_in_the_commit,
    "marks": _marks_are_made_in_the_commit,
}


def remove(name: str, home: Path) -> None:
    """Take a guard away in this process."""
    _GUARDS[name](home)
