"""A few 429s among acceptances cost a moment; a window of 429s doubles the rest; Retry-After rules."""

from postlude.channels.mailgun import answers
from postlude.channels.pacing import BRUSH_S, FIRST_S, LONGEST_S, Pace
from postlude.channels.types import Verdict

ACCEPTED = Verdict("accepted")
THROTTLED = answers.read(429, '{"message": "Too many requests"}')
TOLD = answers.read(429, "{}", retry_after=7.0)


def rests(pace: Pace, window: list[Verdict]) -> set[float | None]:
    return {each.retry_after for each in pace.settle(window) if each.kind == "refused"}


def test_a_few_refusals_rest_a_moment() -> None:
    assert {BRUSH_S} == rests(Pace(), [ACCEPTED] * 29 + [THROTTLED] * 3)


def test_a_wall_doubles_from_window_to_window_and_ends() -> None:
    pace = Pace()
    waits = [rests(pace, [THROTTLED] * 32) for _ in range(8)]
    assert [{FIRST_S * 2**n} for n in range(6)] == waits[:6]
    assert {LONGEST_S} == waits[-1]
    assert set() == rests(pace, [ACCEPTED] * 32)
    assert {FIRST_S} == rests(pace, [THROTTLED] * 32)


def test_what_the_vendor_asked_for_is_kept() -> None:
    assert {7.0, BRUSH_S} == rests(Pace(), [ACCEPTED] * 30 + [TOLD, THROTTLED])
