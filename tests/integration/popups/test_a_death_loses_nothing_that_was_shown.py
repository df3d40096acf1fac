"""Whoever dies at any boundary of popups, and begins again: shown once, counted once, told once."""

import pytest

from postlude.collector.showing import Asking, show
from postlude.kernel import boundaries, clock, store
from postlude.people import api as people
from postlude.people.types import Visit
from postlude.popups import api as popups
from postlude.popups.types import Deed, Fate, Told
from postlude.tracking.types import Agent, AgentKind, Reason
from support.beacons import uuid7
from support.boundary_names import boundary_names
from support.popping import welcome

NAMES = sorted(name for name in boundary_names() if name.startswith("popups.") or "shows" in name)


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


UID, CLICK = uuid7().replace("-", ""), uuid7().replace("-", "")


def live(org: int) -> None:
    """Publish, show, click, and take off again; whatever of it was done before."""

    now = clock.now()
    popups.configure(org, a_day=1)
    popups.publish(org, welcome(), now=now)
    (known,) = popups.in_force(org).popups or popups.lines(org)
    version = store.rows_sql("SELECT id FROM popups_version")[0][0]
    asking = Asking(org, "browser-of-ann-00001", "", UID, known.id, version, now)
    show([asking])
    assert Fate.SHOWN is asking.answer.fate
    with store.write():
        (who,) = people.visit_many(org, [Visit("browser-of-ann-00001", now)], now=now)
        told = Told(
            CLICK,
            asking.answer.exposure,
            Deed.CLICKED,
            now,
            who.visitor,
            None,
            Agent(AgentKind.BROWSER, Reason.NONE),
        )
        popups.tell_many(org, [told], now=now)
    popups.retire(org, keep=())


@pytest.mark.parametrize("name", NAMES)
def test_begun_again_it_ends_the_same(org, name, monkeypatch) -> None:
    crossed: list[str] = []

    def die(here: str) -> None:
        crossed.append(here)
        if here == name:
            raise Killed

    monkeypatch.setattr(boundaries, "crossing", die)
    with pytest.raises(Killed):
        live(org.id)
    monkeypatch.setattr(boundaries, "crossing", crossed.append)
    live(org.id)

    assert [("shown",)] == store.rows_sql("SELECT fate FROM popups_facts_exposure")
    assert [(1,)] == store.rows_sql("SELECT shown FROM popups_seen")
    assert [("clicked",)] == store.rows_sql("SELECT deed FROM popups_facts_deed")
    assert 1 == store.rows_sql("SELECT COUNT(*) FROM tracking_touch")[0][0]
    assert [("welcome",)] == store.rows_sql("SELECT slug FROM popups_facts_popup")
    assert 1 == store.rows_sql("SELECT COUNT(*) FROM popups_version")[0][0]
