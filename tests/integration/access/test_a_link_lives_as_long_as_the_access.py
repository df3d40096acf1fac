"""A personal link works for its person, while the access lasts, and not a day longer."""

from postlude.access import api as access
from postlude.access.types import Gone, GoneReason, Target


def _link(booth, contact: int, resource: str = "youtube") -> str:
    grant = booth.grants(contact)[resource].id
    return access.link_for(booth.org, [grant])[grant]


def _follow(link: str, booth) -> Target | Gone:
    return access.follow(link.rsplit("/", 1)[1], now=booth.now)


def test_it_leads_to_the_place(booth):
    """Granted: the unlisted video, or the space's door."""
    ann = booth.buy("ann@example.test")
    booth.ask(ann)
    assert GoneReason.NOT_READY == _follow(_link(booth, ann), booth).reason
    booth.work()

    target = _follow(_link(booth, ann), booth)
    assert ("https://youtu.be/unlisted", ann) == (target.url, target.contact)
    door = _follow(_link(booth, ann, "gather"), booth)
    assert "https://app.gather.town/app/sandbox0space/Conference" == door.url
    assert _link(booth, ann).startswith("http://testserver/go/")
    assert "youtu" not in _link(booth, ann)


def test_a_refund_kills_it_at_once(booth):
    """The very next click finds it gone."""
    ann = booth.buy("ann@example.test")
    booth.ask(ann)
    booth.work()
    link = _link(booth, ann)
    booth.refund("1", "ann@example.test")
    access.revoke_unentitled(booth.org, booth.conference, [ann], now=booth.now)

    assert GoneReason.REVOKED == _follow(link, booth).reason


def test_it_expires_after_the_event_and_its_margin(booth, clock):
    """Two days to the end and thirty more."""
    ann = booth.buy("ann@example.test")
    booth.ask(ann)
    booth.work()
    link = _link(booth, ann)
    clock.advance(days=31)
    assert isinstance(_follow(link, booth), Target)
    clock.advance(days=2)
    assert GoneReason.EXPIRED == _follow(link, booth).reason


def test_a_changed_address_gets_a_new_link_and_the_old_one_dies(booth):
    """The old link may be in a stranger's mailbox; Gather's old entry waits for a person."""
    ann = booth.buy("ann@example.test")
    booth.ask(ann)
    booth.work()
    old = _link(booth, ann)
    assert 2 == access.readdress(booth.org, [ann], actor="staff:1", now=booth.now)
    booth.work()

    assert GoneReason.REPLACED == _follow(old, booth).reason
    assert isinstance(_follow(_link(booth, ann), booth), Target)
    assert ["gather"] == [each.resource for each in access.to_remove_by_hand(booth.org)]


def test_a_guess_leads_nowhere(booth):
    """Forged, cut or foreign tokens are all the same to us."""
    for token in ("", "x", "A" * 40, "é" * 22):
        assert Gone(GoneReason.UNKNOWN) == access.follow(token, now=booth.now)
