"""Invitations and pre-event mails carry the conference as a calendar file; additions do not."""

from datetime import timedelta
from typing import Any

import icalendar
import pytest

from postlude.journeys import api as journeys
from postlude.kernel.errors import AppError, BadInput
from postlude.messages.models import Message
from postlude.orders import api as orders
from postlude.people import api as people

from .conftest import ENDS, STARTS, House, notice

ANN, BOB = "ann@example.test", "bob@example.test"


def files(house: House, subject: str) -> list[Any]:
    return [
        file for mail in house.mail.sent if mail.subject == subject for file in mail.attachments
    ]


def test_an_invitation_has_it_and_an_addition_has_not(house: House) -> None:
    journeys.describe_occasion(house.org, house.conference, place="中研院")
    house.buy(ANN)
    house.deliver()
    house.buy(ANN)
    house.deliver()

    (file,) = files(house, "Come in")
    assert ("pycon-2023.ics", "text/calendar; charset=utf-8; method=PUBLISH") == (
        file.name,
        file.content_type,
    )
    (entry,) = icalendar.Calendar.from_ical(file.content).walk("VEVENT")
    assert (STARTS, ENDS) == (entry.decoded("dtstart"), entry.decoded("dtend"))
    assert ("PyCon TW 2023", "中研院") == (str(entry["summary"]), str(entry["location"]))
    assert [] == files(house, "One more")


def test_it_is_the_same_for_everybody_and_in_both_mails(house: House, clock: Any) -> None:
    """One entry in a calendar that gets several; nothing in it tells people apart."""
    journeys.publish(house.org, notice(), now=house.now)
    for email in (ANN, BOB):
        house.buy(email)
    clock.advance(seconds=(STARTS - timedelta(hours=20) - clock.now()).total_seconds())
    house.tick()
    house.deliver()

    both = [*files(house, "Come in"), *files(house, "Tomorrow")]
    assert 4 == len(both)
    assert 1 == len({file.content for file in both})


def test_without_dates_there_is_none(house: House) -> None:
    orders.ensure_conference(
        house.org, "pycon-2023", name="PyCon TW 2023", pattern="PyCon TW 2023", ends_at=ENDS
    )
    house.buy(ANN)
    house.deliver()
    assert [(ANN, "Come in")] == house.mails()
    assert [] == files(house, "Come in")


def test_a_test_shows_what_will_go_and_counts_for_nothing(house: House) -> None:
    """The file comes along, no member or mark does, and the person becomes no buyer."""
    journeys.publish(house.org, notice(), now=house.now)
    journeys.send_test(
        house.org,
        "pre-event",
        to="me@example.test",
        sender="mail",
        locale="zh-Hant",
        source="test",
        now=house.now,
    )
    house.deliver()
    assert [("me@example.test", "Tomorrow")] == house.mails()
    assert ["pycon-2023.ics"] == [file.name for file in files(house, "Tomorrow")]
    assert Message.objects.get().testing
    assert [] == journeys.progress(house.org)
    assert 0 == house.scheduled().audience
    assert {"pre-event": True, "invitation": True, "addition": False} == {
        each.template: each.has_calendar for each in journeys.mail_uses(house.org)
    }


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"to": "nobody"}, BadInput),
        ({"template": "gone"}, AppError),
        ({"sender": "gone"}, AppError),
    ],
)
def test_a_test_that_cannot_go_writes_nobody_down(
    house: House, changes: dict[str, str], error: type[AppError]
) -> None:
    asked = {"template": "pre-event", "to": "me@example.test", "sender": "mail", **changes}
    with pytest.raises(error):
        journeys.send_test(house.org, locale="zh-Hant", source="test", now=house.now, **asked)
    assert people.find(house.org, "me@example.test") is None
    assert not Message.objects.exists()
