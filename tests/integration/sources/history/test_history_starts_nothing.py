"""History counts everywhere and starts nothing: no send, no reward, no mark, today or later."""

from datetime import timedelta

from postlude.channels import api as channels
from postlude.channels import registry as channel_registry
from postlude.journeys import api as journeys
from postlude.journeys.models import Intake, Mark, Walk
from postlude.kernel import clock, jobs, store, work
from postlude.kernel.money import Money
from postlude.messages import api as messages
from postlude.messages.models import Outbox
from postlude.messages.types import LocaleText
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.wiring import registry

from .conftest import EXAMPLE

KEEPS_BOOKS = {
    "attribution",
    "credit",
    "warehouse",
    "orders",
    "rewards",
    "journeys",
    "tracking",
    "reports",
    "popups",
    "people",
}
HANDED_OVER = {people.JOINED}


def _letter() -> journeys.Letter:
    return journeys.Letter("mail", "hello")


def _in_force(org: int) -> None:
    """Journeys that listen to whatever a file of facts tells of, and a notice for each order."""
    channel_registry.register(channels.Memory())
    messages.ensure_sender(
        org, "mail", "memory", settings={}, rate=10_000, from_address="r@example.test"
    )
    texts = [LocaleText("en", subject="hello", text="Hello")]
    messages.publish_template(org, "hello", "email", texts, now=clock.now())
    month = timedelta(days=365)
    heard = (
        journeys.Happening(journeys.Topic.ORDER_CLOSED),
        journeys.Happening(journeys.Topic.ORDER_CANCELLED),
        journeys.Happening(journeys.Topic.EVENT, "registered"),
    )
    gift = journeys.Points(100, "invite", timedelta(days=14))
    for number, what in enumerate(heard):
        node = journeys.Send("send", _letter(), gift)
        path = journeys.Path(
            slug=f"path{number}",
            trigger=journeys.News(what, within=month),
            nodes=(node,),
            once=journeys.Once.EACH,
        )
        journeys.publish_path(org, path, now=clock.now() - month)
    way = journeys.Way("send", _letter(), give=gift)
    closed = journeys.Selection("all", (way,), orders=journeys.ClosedOrders("", within=month))
    notice = journeys.Recurring(
        slug="feedback",
        timetable=journeys.timetable("hourly 00:00 to 23:00"),
        selections=(closed,),
        once_per=journeys.OncePer.ORDER,
    )
    journeys.publish_notice(org, notice, now=clock.now() - month)


def _all_work() -> None:
    for _ in range(3):
        journeys.begin_runs(jobs.Budget(20))
        journeys.begin_looks(jobs.Budget(20))
        jobs.run_until_idle()


def _effects() -> dict[str, int]:
    return {
        "outbox": Outbox.objects.count(),
        "marks": Mark.objects.count(),
        "walks": Walk.objects.count(),
        "entries": store.rows_sql("SELECT COUNT(*) FROM rewards_facts_entry")[0][0],
        "live": store.rows_sql(
            "SELECT COUNT(*) FROM messages_message WHERE key NOT LIKE 'past:%%'"
        )[0][0],
    }


NOTHING = dict.fromkeys(("outbox", "marks", "walks", "entries", "live"), 0)


def _agreed(*contacts: str) -> list[dict[str, object]]:
    return [
        {"kind": "consent", "contact": each, "channel": "email", "granted": True, "at": "2026-01-01T00:00:00Z"}
        for each in contacts
    ]  # fmt: skip


def _cancelled() -> list[dict[str, object]]:
    yesterday = (clock.now() - timedelta(days=1)).isoformat()
    return [
        {"kind": "order", "id": "late", "contact": "A1", "closed_at": yesterday, "amount": 10},
        {"kind": "order", "id": "gone", "contact": "A2", "closed_at": yesterday, "cancelled_at": yesterday},
        {"kind": "activity", "id": "reg", "visitor": "browser-number-u1", "contact": "A1", "what": "event", "action": "registered", "at": yesterday},
    ]  # fmt: skip


def test_nothing_happens_because_of_history(history) -> None:
    """With journeys in force that listen to all of it, a day of workers does nothing at all."""
    _in_force(history.org)
    assert not history.load(EXAMPLE).rejected
    report = history.tell(*_agreed(*(f"A{n}" for n in range(1, 11))), *_cancelled())
    assert not report.rejected
    _all_work()
    assert _effects() == NOTHING
    clock._clock.advance(hours=1)  # the next run of the notice
    _all_work()
    assert _effects() == NOTHING
    assert not Intake.objects.exists()


def test_the_same_told_as_news_does_start_them(history) -> None:
    """The journeys of this test are awake: one order that happens now is written about."""
    _in_force(history.org)
    history.load(EXAMPLE)
    history.tell(*_agreed("A1"))
    ann = people.find_customers(history.org, numbers=["A1"])[0]["A1"]
    seen = orders.ShopOrderSeen("now", orders.Stage.CLOSED, clock.now(), contact=ann, amount=Money(1, "TWD"))  # fmt: skip
    orders.take_shop_orders(history.org, [seen], now=clock.now())
    _all_work()
    clock._clock.advance(hours=1)
    _all_work()
    effects = _effects()
    assert effects["walks"] == 1
    assert effects["marks"] == 2
    assert effects["live"] == 2


def test_what_happens_now_to_an_order_of_the_past_is_news(history) -> None:
    """A past order that is cancelled today is cancelled today."""
    _in_force(history.org)
    history.load(EXAMPLE)
    history.tell(*_agreed("A1"))
    seen = orders.ShopOrderSeen("o1", orders.Stage.CANCELLED, clock.now())
    orders.take_shop_orders(history.org, [seen], now=clock.now())
    _all_work()
    assert _effects()["walks"] == 1


def test_whoever_acts_is_marked_so() -> None:
    """Each consumer of news either keeps books only, or hears nothing of the past."""
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    for each in work.subscriptions():
        if each.consumer in {"journeys", "access", journeys.PATHS}:
            assert each.acts or each.topic in HANDED_OVER, each
        else:
            assert each.consumer.partition(".")[0] in KEEPS_BOOKS, (
                f"say whether {each.consumer} acts"
            )
