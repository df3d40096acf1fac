"""Speakers, sponsors and staff come by a file, through the same path as every buyer."""

from typing import Any

import pytest

from postlude.access.models import Grant
from postlude.journeys import api as journeys
from postlude.kernel import work
from postlude.orders import api as orders
from postlude.orders.errors import UnknownConference
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.sources import api as sources
from postlude.sources.guests.importing import BadGuestKind
from postlude.sources.kktix.exports.reading import UnreadableFile

FILE = """name,email,phone,role
Ada,ada@example.test,0912345678,Online speaker
Bob,BOB@example.test,,Online speaker
"""


@pytest.fixture
def take(house: Any) -> Any:
    work.subscribe(people.MOVED, "journeys", journeys.on_contact_moved)

    def take(text: str | bytes, **more: Any) -> Any:
        given = {"conference": "pycon-2023", "kind": "speaker", **more}
        raw = text if isinstance(text, bytes) else text.encode()
        report = sources.import_guests(house.org, file=raw, now=house.now, **given)
        house.deliver()
        return report

    return take


def tickets(house: Any) -> list[Any]:
    return list(orders.tickets(house.org, orders.all_tickets(house.org)).values())


def test_every_guest_is_invited_once(house: Any, take: Any) -> None:
    report = take(FILE)
    assert (True, 2, 2, ()) == (report.imported, report.rows, report.new, report.errors)
    assert [("ada@example.test", "Come in"), ("bob@example.test", "Come in")] == house.mails()
    found = tickets(house)
    assert {("guest", 0, "Online speaker", house.conference)} == {
        (each.kind, each.price.minor, each.ticket_type_name, each.conference) for each in found
    }
    assert "@" not in "".join(each.order_number for each in found)


def test_a_bad_phone_is_said_and_the_guest_is_let_in(house: Any, take: Any) -> None:
    """Which row, what is wrong with it and what to do; never the phone itself."""
    report = take(FILE.replace("0912345678", "123"))
    assert (True, 2, ()) == (report.imported, report.rows, report.errors)
    (note,) = report.warnings
    assert ("guests", 2, "phone", "bad_phone") == (note.file, note.row, note.column, note.code)
    assert "too few or too many digits" in note.words
    assert "kept without it" in note.words
    assert note.hint
    assert "123" not in f"{note.masked}{note.words}{note.hint}"
    assert [("ada@example.test", "Come in"), ("bob@example.test", "Come in")] == house.mails()


def test_the_same_file_again_changes_nothing(house: Any, take: Any) -> None:
    take(FILE)
    before = tickets(house)
    report = take(FILE)
    assert (0, 2, 0, 0) == (report.new, report.known, report.changed, report.missing)
    assert before == tickets(house)
    assert 2 == len(house.mails())


def test_a_dry_run_writes_nothing_and_tells_the_same(house: Any, take: Any) -> None:
    report = take(FILE, dry_run=True)
    assert (False, True, 2) == (report.imported, report.dry_run, report.new)
    assert ([], None, 1) == (
        tickets(house),
        people.find(house.org, "ada@example.test"),
        len(orders.conferences(house.org)),
    )
    assert [] == orders.happenings(house.org)
    take(FILE)
    again = take(FILE.replace("Bob,BOB", "Cyd,cyd"), dry_run=True)
    assert (1, 1, 1) == (again.new, again.known, again.missing)


@pytest.mark.parametrize(
    "header",
    [
        "姓名,電子郵件,手機,角色",
        "Full Name,E-mail Address,Mobile,Ticket Type",
        "NAME;Mail;Phone;Role",
        "\ufeff名字,信箱,電話,身分",
    ],
)
def test_the_headers_of_many_files(house: Any, take: Any, header: str) -> None:
    row = "Ada,ada@example.test,0912345678,Online speaker"
    text = f"{header}\n{row}\n" if "," in header else f"{header}\n{row.replace(',', ';')}\n"
    assert () == take(text).errors
    assert [("ada@example.test", "Come in")] == house.mails()


def test_a_file_in_big5(house: Any, take: Any) -> None:
    assert (
        1 == take("姓名,電子郵件,角色\n王小明,ada@example.test,Online 講者\n".encode("cp950")).new
    )


def test_one_mistake_imports_nothing(house: Any, take: Any) -> None:
    """Every mistake is named at once, with its row and without the address."""
    bad = FILE + "Cyd,cyd@@example,,Online speaker\nAda,ada@example.test,,Online sponsor\n,,x,\n"
    report = take(bad)
    assert not report.imported
    assert [(4, "bad_address"), (5, "twice_with_another_role"), (6, "bad_address")] == sorted(
        (note.row, note.code) for note in report.errors
    )
    assert "cyd@@" not in repr(report.errors)
    assert ([], []) == (house.mails(), tickets(house))


def test_what_is_no_list_of_guests(house: Any, take: Any) -> None:
    assert ["missing_column"] == [note.code for note in take("name,role\nAda,x\n").errors]
    assert ["no_rows"] == [note.code for note in take("name,email\n").errors]
    with pytest.raises(UnreadableFile):
        take("<html>login</html>")
    with pytest.raises(UnknownConference):
        take(FILE, conference="nowhere")
    with pytest.raises(BadGuestKind):
        take(FILE, kind="Speakers & co")


def test_the_role_is_the_kind_where_none_is_given(house: Any, take: Any) -> None:
    take("email\nada@example.test\n", kind="online-staff")
    assert ["Online staff"] == [each.ticket_type_name for each in tickets(house)]


def test_who_is_not_in_a_later_file_keeps_access_unless_it_is_asked_for(
    house: Any, take: Any
) -> None:
    take(FILE)
    take("email,role\nstaff@example.test,Online staff\n", kind="staff")
    shorter = "\n".join(FILE.splitlines()[:2])
    assert (1, 0) == (take(shorter).missing, take(shorter).revoked)
    assert 3 == Grant.objects.filter(state="granted").count()
    report = take(shorter, revoke_missing=True)
    assert (0, 1) == (report.missing, report.revoked)
    bob = people.find(house.org, "bob@example.test")
    assert [bob] == list(Grant.objects.filter(state="revoked").values_list("contact", flat=True))


def test_who_comes_back_is_let_in_again(house: Any, take: Any) -> None:
    take(FILE)
    take("\n".join(FILE.splitlines()[:2]), revoke_missing=True)
    report = take(FILE)
    assert (1, 1) == (report.new, report.known)
    assert 2 == Grant.objects.filter(state="granted").count()
    assert 0 == take(FILE).new
    mails = [mail.to_address for mail in house.mail.sent]
    assert ["ada@example.test", "bob@example.test", "bob@example.test"] == sorted(mails)


def test_a_guest_who_also_bought_has_one_invitation(house: Any, take: Any) -> None:
    house.buy("ada@example.test")
    take(FILE)
    assert [
        ("ada@example.test", "Come in"),
        ("bob@example.test", "Come in"),
    ] == [mail for mail in house.mails() if mail[1] == "Come in"]


def test_a_guest_whose_address_was_mended_here_stays_mended(house: Any, take: Any) -> None:
    take(FILE)
    ada = people.find(house.org, "ada@example.test")
    people.change_email(
        house.org, ada, "ada@new.example.test", actor=Actor("staff", "7"), now=house.now
    )
    house.deliver()
    report = take(FILE)
    assert (0, 2, 0) == (report.new, report.known, report.missing)
    assert "ada@new.example.test" == people.addresses(house.org, [ada])[ada].value
    sent = [mail.to_address for mail in house.mail.sent]
    assert 1 == sent.count("ada@example.test") == sent.count("ada@new.example.test")


def test_a_new_role_is_the_same_guest(house: Any, take: Any) -> None:
    take(FILE)
    report = take(FILE.replace("0912345678,Online speaker", ",Online keynote"))
    assert (0, 1, 1) == (report.new, report.known, report.changed)
    assert {"Online keynote", "Online speaker"} == {
        each.ticket_type_name for each in tickets(house)
    }
    assert 2 == len(house.mails())
