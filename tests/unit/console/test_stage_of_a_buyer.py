"""A buyer is at one stage, and what a person must look at wins over what goes well."""

from datetime import UTC, datetime

import pytest

from postlude.console.stages import Fate, Invitation, Stage, quantile, stage_of

AT = datetime(2023, 9, 1, tzinfo=UTC)


def invitation(state: str, *, opened: bool = False) -> Invitation:
    return Invitation(1, 7, state, "", AT, AT, opened)


@pytest.mark.parametrize(
    ("tickets", "grants", "message", "expected"),
    [
        ({"paid"}, [], None, Stage.WAITING),
        ({"paid"}, ["pending"], None, Stage.WAITING),
        ({"paid"}, ["granted", "pending"], None, Stage.WAITING),
        ({"paid"}, ["granted"], None, Stage.GRANTED),
        ({"paid"}, ["granted"], invitation("queued"), Stage.GRANTED),
        ({"paid"}, ["granted"], invitation("sending"), Stage.GRANTED),
        ({"paid"}, ["granted"], invitation("accepted"), Stage.INVITED),
        ({"paid"}, ["granted"], invitation("delivered"), Stage.DELIVERED),
        ({"paid"}, ["granted"], invitation("delivered", opened=True), Stage.OPENED),
        ({"paid"}, ["granted"], invitation("unknown"), Stage.UNKNOWN),
        ({"paid"}, ["granted"], invitation("unknown", opened=True), Stage.OPENED),
        ({"paid"}, ["granted"], invitation("bounced"), Stage.FAILED),
        ({"paid"}, ["granted"], invitation("blocked"), Stage.FAILED),
        ({"paid"}, ["granted"], invitation("expired"), Stage.FAILED),
        ({"paid"}, ["failed"], None, Stage.FAILED),
        ({"paid"}, ["granted", "failed"], invitation("accepted"), Stage.INVITED),
        ({"paid", "refunded"}, ["granted"], invitation("accepted"), Stage.INVITED),
        ({"refunded"}, ["revoked"], invitation("accepted"), Stage.REFUNDED),
        ({"registered"}, [], None, Stage.REGISTERED),
        ({"cancelled"}, [], None, Stage.CANCELLED),
    ],
)
def test_stage(
    tickets: set[str], grants: list[str], message: Invitation | None, expected: Stage
) -> None:
    assert stage_of(Fate(7, tickets, grants, message)) == expected


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([3.0], 0.95, 3.0),
        ([1.0, 2.0, 3.0], 0.5, 2.0),
        ([float(n) for n in range(1, 101)], 0.95, 95.0),
        ([float(n) for n in range(1, 21)], 0.95, 19.0),
    ],
)
def test_nearest_rank_quantile(values: list[float], share: float, expected: float | None) -> None:
    assert quantile(values, share) == expected
