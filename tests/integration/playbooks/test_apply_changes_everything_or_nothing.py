from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace

import pytest

from postlude.access import api as access
from postlude.journeys import api as journeys
from postlude.journeys import publishing
from postlude.kernel import clock
from postlude.messages import api as messages
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.orgs.types import Cap, Fee
from postlude.playbooks import api as playbooks
from postlude.playbooks.errors import PlaybookInvalid, PlaybookMissing
from postlude.playbooks.models import PlaybookVersion
from postlude.playbooks.types import Alerts
from postlude.sources import api as sources
from postlude.warehouse import api as warehouse


def test_every_room_is_set(book: SimpleNamespace, alerts: list[tuple[int, Alerts]]) -> None:
    report = book.apply()

    org = orgs.by_slug("pycon")
    assert (report.outcome, report.version.number, report.unset) == ("applied", 1, ("STAFF",))
    assert orgs.quiet_hours(org.id) == (time(22), time(8))
    assert [each.limit for each in sources.status(org.id)] == [timedelta(minutes=7)]
    (conference,) = orders.conferences(org.id)
    assert conference.ends_at == datetime(2023, 9, 3, 10, tzinfo=UTC)  # 18:00 in Taipei
    assert messages.sender(org.id, "mail").from_address == "hello@example.test"
    assert messages.template(org.id, "invitation").locales == ("en",)
    assert [each.slug for each in journeys.journeys(org.id)] == ["invite"]
    assert [each.column for each in warehouse.of(org.id).keep] == ["gender"]
    assert alerts == [
        (
            org.id,
            Alerts("${DISCORD_WEBHOOK_URL:-}", ("${STAFF}",), "", "", timedelta(minutes=5), None),
        )
    ]
    assert access.entitled(org.id, [], conference.id) == {}


def test_caps_and_prices_are_set_and_taken_back(book: SimpleNamespace) -> None:
    """What the playbook no longer says is no longer so."""
    said = """\
  quiet: 22:00 to 08:00
  caps: [3 in 7 days, 1 sms in 1 day]
  fees: {sms: 1.35, email: 0, card: 10 + 2.8 %, shop: 5%}
"""
    book.edit("  quiet: 22:00 to 08:00\n", said)
    book.apply()
    org = orgs.by_slug("pycon").id
    assert [Cap(None, 3, 7), Cap("sms", 1, 1)] == orgs.caps(org)
    fees = {"sms": Fee(135), "email": Fee(0), "card": Fee(1000, 28), "shop": Fee(0, 50)}
    assert fees == dict(orgs.fees(org).by_name)

    book.edit(said, "  quiet: 22:00 to 08:00\n")
    book.apply()
    assert ([], {}) == (orgs.caps(org), dict(orgs.fees(org).by_name))


def test_the_same_again_is_no_change(book: SimpleNamespace) -> None:
    first = book.apply()
    again = book.apply()

    assert (again.outcome, again.version, again.changes, again.diff) == (
        "no change",
        first.version,
        (),
        "",
    )
    assert PlaybookVersion.objects.count() == 1


def test_a_changed_text_is_a_change(book: SimpleNamespace) -> None:
    book.apply()
    book.template.write_text("<p>Good day {{ contact.name }}</p>", encoding="utf-8")
    report = book.apply()

    assert (report.outcome, report.version.number) == ("applied", 2)
    assert "+<p>Good day {{ contact.name }}</p>" in report.diff
    org = orgs.by_slug("pycon").id
    assert messages.template(org, "invitation").number == 2


def test_another_sender_address_in_the_environment_is_a_change(
    book: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_FROM", "PyCon <one@example.test>")
    book.edit("PyCon <hello@example.test>", "'${MAIL_FROM}'")
    book.apply()
    monkeypatch.setenv("MAIL_FROM", "PyCon <two@example.test>")

    assert book.apply().outcome == "applied"
    org = orgs.by_slug("pycon").id
    assert messages.sender(org, "mail").from_address == "two@example.test"


def test_a_dry_run_shows_and_changes_nothing(book: SimpleNamespace) -> None:
    report = book.apply(dry_run=True)

    assert (report.outcome, report.version) == ("would apply", None)
    assert "journey invite: 3 steps" in report.changes
    assert orgs.all_orgs() == []

    book.apply()
    book.edit("silent_after: 7 minutes", "silent_after: 9 minutes")
    report = book.apply(dry_run=True)
    assert "silent_after: 9 minutes" in report.diff
    org = orgs.by_slug("pycon").id
    assert [each.limit for each in sources.status(org)] == [timedelta(minutes=7)]


def test_a_room_that_refuses_takes_everything_back_and_is_named(
    book: SimpleNamespace, alerts: list[tuple[int, Alerts]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is half applied, whichever room says no, in the real run and in the dry one."""
    from postlude.kernel.errors import BadInput

    def refuse(org: int, part: Alerts) -> None:
        raise BadInput("No alerts today.", hint="Come back.")

    from postlude.playbooks import rooms

    monkeypatch.setattr(rooms, "_alerts_hooks", [refuse])
    for dry_run in (True, False):
        with pytest.raises(PlaybookInvalid) as caught:
            book.apply(dry_run=dry_run)
        (problem,) = caught.value.problems
        assert (problem.message, problem.hint) == ("No alerts today.", "Come back.")
        assert problem.line == 1 + book.path.read_text().splitlines().index("alerts:")
    assert orgs.all_orgs() == []


def test_a_journey_that_is_left_out_rests(book: SimpleNamespace) -> None:
    book.apply()
    book.edit("  invite:\n    do:", "  welcome:\n    do:")
    book.apply()

    org = orgs.by_slug("pycon").id
    running = publishing.newest_versions(org, trigger="ticket.paid")
    assert [row.journey.slug for row in running] == ["welcome"]


def test_the_currency_stays(book: SimpleNamespace) -> None:
    book.apply()
    book.edit("currency: TWD", "currency: JPY")

    with pytest.raises(PlaybookInvalid, match=r"tickets.yaml:6:13: pycon counts its money in TWD"):
        book.apply()


def test_another_organisation_is_refused(book: SimpleNamespace) -> None:
    with pytest.raises(PlaybookInvalid, match="This playbook is for pycon, not for other"):
        book.apply(org="other")
    assert book.apply(org="pycon").outcome == "applied"


def test_versions_keep_what_was_written_and_by_whom(book: SimpleNamespace) -> None:
    book.apply()
    book.edit("name: PyCon\n", "name: PyCon TW\n")
    book.apply()

    org = orgs.by_slug("pycon")
    newest, first = playbooks.versions(org.id)
    assert (first.number, newest.number, newest.actor) == (1, 2, "cli:ann")
    assert newest.applied_at == clock.now()
    version = playbooks.text(org.id, first.id)
    assert "name: PyCon\n" in version.text
    assert dict(version.files)["templates/invitation.html"].startswith("<p>Hello")
    assert playbooks.text(org.id + 1, first.id) is None
    assert org.name == "PyCon TW"


def test_a_file_that_is_not_there(book: SimpleNamespace) -> None:
    book.path.unlink()

    with pytest.raises(PlaybookMissing):
        book.apply()
