"""The manual authoriser: a queue, a "done" that counts once, and removals by a person."""

from datetime import datetime
from typing import Any

import pytest

from postlude.access import api as access
from postlude.access.types import ManualQueue
from postlude.kernel import work
from postlude.people import api as people
from postlude.people.types import Actor


def queue_of(booth: Any) -> ManualQueue:
    (queue,) = access.manual_queue(booth.org)
    return queue


@pytest.fixture
def settled() -> list[int]:
    """The grants that were told as settled."""
    told: list[int] = []

    def hear(batch: work.WorkBatch) -> None:
        told.extend(int(key) for key in batch.keys)
        batch.finish()

    work.subscribe(access.SETTLED, "test", hear)
    return told


def test_who_needs_a_person_waits_in_the_queue(booth):
    """Pending, with the reason, oldest first; nobody fails, and other resources go on."""
    ann, bob = (booth.buy(f"{name}@example.test", "Lounge ticket") for name in ("ann", "bob"))
    booth.ask(ann)
    booth.work()
    booth.ask(bob)
    booth.work()

    assert {"lounge": "pending", "youtube": "granted"} == booth.states(ann)
    queue = queue_of(booth)
    assert ("lounge", "manual", "Lounge", False, 2) == (
        *(queue.resource, queue.kind, queue.title, queue.refused),
        queue.count,
    )
    assert [ann, bob] == [entry.contact for entry in queue.entries]
    assert "manual" == booth.grants(ann)["lounge"].by_hand
    assert 2 == access.count_by_hand(booth.org)
    assert 0 == access.waiting()
    assert 0 == booth.work()


def test_done_grants_once_and_says_who_and_when(booth, settled):
    """Idempotent; what follows a grant follows; the history names the person."""
    ann = booth.buy("ann@example.test", "Lounge ticket")
    booth.ask(ann)
    booth.work()
    work.drain(lambda: False)
    settled.clear()
    numbers = [entry.grant for entry in queue_of(booth).entries]

    assert 1 == access.mark_done(booth.org, numbers, actor="staff:7", now=booth.now)
    assert 0 == access.mark_done(booth.org, numbers, actor="staff:8", now=booth.now)
    work.drain(lambda: False)

    grant = booth.grants(ann)["lounge"]
    assert ("granted", "staff:7", "", booth.now) == (
        *(grant.state, grant.done_by, grant.by_hand),
        grant.granted_at,
    )
    assert numbers == settled
    assert [] == access.manual_queue(booth.org)
    last = access.history_of(booth.org, ann)[-1]
    assert ("granted", "by hand", "staff:7") == (last.kind, last.words, last.actor)
    assert "https://lounge.example.test/" == follow(booth, grant.id)


def follow(booth: Any, grant: int) -> str:
    (url,) = access.link_for(booth.org, [grant]).values()
    target = access.follow(url.rpartition("/go/")[2], now=booth.now)
    return getattr(target, "url", "")


def test_other_organisations_cannot_say_done(booth):
    """Ids of another organisation are nobody's."""
    ann = booth.buy("ann@example.test", "Lounge ticket")
    booth.ask(ann)
    booth.work()
    numbers = [entry.grant for entry in queue_of(booth).entries]

    assert 0 == access.mark_done(booth.org + 1, numbers, actor="staff:1", now=booth.now)
    assert [] == access.manual_queue(booth.org + 1)
    assert 1 == queue_of(booth).count


def test_a_changed_address_is_not_done_by_an_old_list(booth):
    """Who was listed by the old address stays in the queue, with the new one."""
    ann = booth.buy("ann@example.test", "Lounge ticket")
    booth.ask(ann)
    booth.work()
    listed = {entry.grant: entry.edition for entry in queue_of(booth).entries}
    access.readdress(booth.org, [ann], now=booth.now)
    booth.work()

    done = access.mark_done(booth.org, listed, actor="staff:1", now=booth.now, editions=listed)
    assert 0 == done
    (entry,) = queue_of(booth).entries
    assert listed[entry.grant] + 1 == entry.edition


def _listed(booth: Any) -> dict[int, int]:
    return {entry.grant: entry.edition for entry in queue_of(booth).entries}


def test_who_was_refunded_before_the_done_of_an_old_list_is_to_be_removed(booth):
    """The person has let them in from the list; pressed twice, and removed, it is once."""
    ann, bob = (booth.buy(f"{name}@example.test", "Lounge ticket") for name in ("ann", "bob"))
    booth.ask(ann, bob)
    booth.work()
    listed = _listed(booth)
    booth.refund("1", "ann@example.test", "Lounge ticket")
    access.revoke_unentitled(booth.org, booth.conference, [ann], now=booth.now)
    assert [] == access.to_remove_by_hand(booth.org)

    for done in (1, 0):
        assert done == access.mark_done(
            booth.org, listed, actor="staff:1", now=booth.now, editions=listed
        )
        (leaving,) = access.to_remove_by_hand(booth.org)
        assert (ann, people.addresses(booth.org, [ann])[ann].id, False) == (
            *(leaving.contact, leaving.address, leaving.former),
        )
        assert 1 == access.count_overtaken(booth.org, listed)
    told = [each for each in access.history_of(booth.org, ann) if each.kind == "removal_listed"]
    assert ["staff:1"] == [each.actor for each in told]
    access.removed_by_hand(booth.org, [leaving.id], actor="staff:1", now=booth.now)
    access.mark_done(booth.org, listed, actor="staff:1", now=booth.now, editions=listed)
    assert [] == access.to_remove_by_hand(booth.org)
    assert 0 == access.count_overtaken(booth.org, listed)


def test_an_old_address_let_in_from_an_old_list_is_to_be_removed(booth):
    """The new one still waits; another organisation, or an edition to come, lists nobody."""
    ann = booth.buy("ann@example.test", "Lounge ticket")
    booth.ask(ann)
    booth.work()
    listed = _listed(booth)
    copied = people.addresses(booth.org, [ann])[ann].id
    people.change_email(
        booth.org, ann, "new@example.test", actor=Actor("staff", "1"), now=booth.now
    )
    access.readdress(booth.org, [ann], now=booth.now)
    booth.work()
    for org, ahead in ((booth.org + 1, 0), (booth.org, 5), (booth.org, -1)):
        made_up = {grant: edition + ahead for grant, edition in listed.items()}
        access.mark_done(org, made_up, actor="staff:1", now=booth.now, editions=made_up)
        assert [] == access.to_remove_by_hand(booth.org)

    assert 0 == access.mark_done(booth.org, listed, actor="staff:1", now=booth.now, editions=listed)
    (leaving,) = access.to_remove_by_hand(booth.org)
    assert (ann, copied, True) == (leaving.contact, leaving.address, leaving.former)
    assert 1 == queue_of(booth).count
    assert 1 == access.count_overtaken(booth.org, listed)


def test_bought_again_and_refunded_again_before_done_is_to_be_removed(booth, clock):
    """The row of the first time was closed when the ticket was bought again."""
    ann = booth.buy("ann@example.test", "Lounge ticket")
    booth.ask(ann)
    booth.work()
    _done(booth)
    clock.advance(seconds=60)
    booth.refund("1", "ann@example.test", "Lounge ticket")
    access.revoke_unentitled(booth.org, booth.conference, [ann], now=booth.now)
    booth.buy("ann@example.test", "Lounge ticket")
    booth.ask(ann)
    booth.work()
    listed = _listed(booth)
    clock.advance(seconds=60)
    booth.refund("2", "ann@example.test", "Lounge ticket")
    access.revoke_unentitled(booth.org, booth.conference, [ann], now=booth.now)
    access.mark_done(booth.org, listed, actor="staff:1", now=booth.now, editions=listed)

    assert [ann] == [each.contact for each in access.to_remove_by_hand(booth.org)]


def test_a_refund_takes_out_of_the_queue_and_leaves_nothing(booth):
    """Nobody was let in yet, so nobody has to be removed."""
    ann = booth.buy("ann@example.test", "Lounge ticket")
    booth.ask(ann)
    booth.work()
    booth.refund("1", "ann@example.test", "Lounge ticket")
    access.revoke_unentitled(booth.org, booth.conference, [ann], now=booth.now)

    assert [] == access.manual_queue(booth.org)
    assert [] == access.to_remove_by_hand(booth.org)


def test_a_refund_after_done_asks_a_person_to_remove(booth):
    """The same list as Gather's; buying again asks the person again."""
    ann = booth.buy("ann@example.test", "Lounge ticket")
    booth.ask(ann)
    booth.work()
    _done(booth)
    booth.refund("1", "ann@example.test", "Lounge ticket")
    access.revoke_unentitled(booth.org, booth.conference, [ann], now=booth.now)
    assert [("lounge", ann)] == [
        (each.resource, each.contact) for each in access.to_remove_by_hand(booth.org)
    ]

    booth.buy("ann@example.test", "Lounge ticket")
    booth.ask(ann)
    booth.work()
    assert [] == access.to_remove_by_hand(booth.org)
    assert [ann] == [entry.contact for entry in queue_of(booth).entries]


def _done(booth: Any) -> None:
    numbers = [entry.grant for entry in queue_of(booth).entries]
    access.mark_done(booth.org, numbers, actor="staff:1", now=booth.now)


def test_gather_refusing_makes_one_queue_with_its_words(booth, monkeypatch):
    """404 and the like: everybody who waits goes to the person, with what Gather said."""
    monkeypatch.setenv("GATHER_API_KEY", "wrong")
    contacts = [booth.buy(f"p{n}@example.test") for n in range(3)]
    booth.ask(*contacts)
    booth.work()

    queue = queue_of(booth)
    assert ("gather", True, 3) == (queue.resource, queue.refused, queue.count)
    assert "403" in queue.words
    assert all("403" in entry.words for entry in queue.entries)
    (failure,) = access.failures(booth.org)
    assert (True, 3) == (failure.refused, failure.grants)


def test_who_comes_after_a_refusal_goes_to_the_person_unasked(booth, clock, monkeypatch):
    """Gather is not hammered with a key that it refuses; now and then it is asked again."""
    monkeypatch.setenv("GATHER_API_KEY", "wrong")
    booth.ask(booth.buy("ann@example.test"))
    booth.work()
    refusals = booth.sandbox.client.calls("gather")["total"]
    for number in range(5):
        booth.ask(booth.buy(f"p{number}@example.test"))
        booth.work()
    assert refusals == booth.sandbox.client.calls("gather")["total"]
    assert 6 == queue_of(booth).count

    clock.advance(minutes=6)
    booth.ask(booth.buy("zoe@example.test"))
    booth.work()
    assert refusals + 1 == booth.sandbox.client.calls("gather")["total"]
    assert 7 == queue_of(booth).count


def test_a_person_stands_in_for_gather(booth, monkeypatch):
    """Done by hand while Gather refuses; a refund asks the person to remove."""
    monkeypatch.setenv("GATHER_API_KEY", "wrong")
    ann = booth.buy("ann@example.test")
    booth.ask(ann)
    booth.work()
    _done(booth)
    assert {"gather": "granted", "youtube": "granted"} == booth.states(ann)
    assert "" != follow(booth, booth.grants(ann)["gather"].id)

    booth.refund("1", "ann@example.test")
    access.revoke_unentitled(booth.org, booth.conference, [ann], now=booth.now)
    assert [ann] == [each.contact for each in access.to_remove_by_hand(booth.org)]


def test_the_queue_is_handed_back_and_manual_ones_stay(booth, monkeypatch):
    """`regrant` gives the vendor back what it refused, and nothing that is always by hand."""
    monkeypatch.setenv("GATHER_API_KEY", "wrong")
    ann, bob = booth.buy("ann@example.test"), booth.buy("bob@example.test", "Lounge ticket")
    booth.ask(ann, bob)
    booth.work()
    monkeypatch.setenv("GATHER_API_KEY", "sandbox-gather-key")

    assert 1 == access.regrant(booth.org, booth.conference, actor="staff:1", now=booth.now)
    booth.work()
    assert "granted" == booth.states(ann)["gather"]
    assert "" == booth.grants(ann)["gather"].done_by
    assert ["lounge"] == [queue.resource for queue in access.manual_queue(booth.org)]
    assert [] == access.failures(booth.org)


def test_two_people_say_done_at_once(booth):
    """What one has said, the other's list no longer changes."""
    contacts = [booth.buy(f"p{n}@example.test", "Lounge ticket") for n in range(4)]
    booth.ask(*contacts)
    booth.work()
    numbers = [entry.grant for entry in queue_of(booth).entries]

    assert 2 == access.mark_done(booth.org, numbers[:2], actor="staff:1", now=booth.now)
    assert 2 == access.mark_done(booth.org, numbers, actor="staff:2", now=booth.now)
    by = [booth.grants(each)["lounge"].done_by for each in contacts]
    assert ["staff:1", "staff:1", "staff:2", "staff:2"] == by


def test_the_queue_is_longest_waiting_first(booth, clock):
    """And never longer than asked for; the count is of all."""
    for number in range(3):
        booth.ask(booth.buy(f"p{number}@example.test", "Lounge ticket"))
        booth.work()
        clock.advance(minutes=1)

    (queue,) = access.manual_queue(booth.org, limit=2)
    assert (3, 2) == (queue.count, len(queue.entries))
    since: list[datetime] = [entry.since for entry in queue.entries]
    assert [queue.since, *since[1:]] == sorted(since)
