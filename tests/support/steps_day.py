"""A day of a journey in steps: somebody orders, waits, branches, is written to, orders again.

Everything here happens inside a child of `killed_worker`, as in `notice_day`. Who has a birthday
gets a gift and orders again (a till tells so as soon as they are waited for); the others get a
plain text, wait for an order in vain, and get another. Texts that the gateway definitely does not
send go by mail. What came of it is judged by `stepped`.
"""

import os
import threading
import time
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db.models import Sum

from postlude.journeys import api as journeys
from postlude.journeys.models import Cycle, Journey, Mark, SendAttempt, Walk
from postlude.journeys.paths import walking
from postlude.journeys.recurring.holding_out import is_held_out
from postlude.kernel import clock
from postlude.kernel.money import Money
from postlude.messages.models import Message, Sender
from postlude.orders import api as orders
from postlude.orders.api import ShopOrderSeen, Stage
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.models import Address
from postlude.people.types import Actor, CustomerSeen
from postlude.playbooks import api as playbooks
from postlude.rewards import api as rewards
from postlude.rewards.models import Entry
from postlude.wiring import processes, registry
from postlude.wiring.remaining import waiting
from support.notice_day import NOON, Ahead, end_when

THREADS = ("jobs-pipeline",)  # what walks, for whoever is to die at a statement of it
_ACTOR = Actor("cli", "test")
_TILL_S = 0.05
_HELD = 80  # of a thousand
_BORN, _REFUSES = 3, 10  # every third has a birthday, every tenth said no
_PLAYBOOK = """
playbook: restaurant
organisation: {slug: rest, name: Rest, zone: Europe/Moscow, currency: RUB, locale: ru, region: RU}
senders:
  texts: {via: form_gateway, url: "${GATEWAY_URL}", key: "${GATEWAY_KEY}", rate: 1000}
  mail: {via: smtp, host: 127.0.0.1, port: "${SMTP_PORT}", from: Rest <hello@example.org>, rate: 1000}
templates:
  gift: {ru: {sms: gift}}
  gift-mail: {ru: {subject: gift, text: "a\\ntext"}}
  plain: {ru: {sms: plain}}
  plain-mail: {ru: {subject: plain, text: "a\\ntext"}}
  come-back: {ru: {sms: come-back}}
  come-back-mail: {ru: {subject: come-back, text: "a\\ntext"}}
journeys:
  welcome:
    when: order.closed
    once_per: ever
    hold_out: 8
    steps:
      - wait: 1 second
      - branch:
          - when: birthday_known
            steps:
              - name: gift
                give: {points: 100, reason: welcome}
                send: {by: texts, using: gift, else: {by: mail, using: gift-mail}}
              - name: again
                wait_for: order.closed
                at_most: 1 hour
                otherwise: [{name: too-late, end: true}]
              - name: thanks
                give: {points: 7, reason: second order}
        otherwise:
          - name: plain
            send: {by: texts, using: plain, else: {by: mail, using: plain-mail}}
          - name: in-vain
            wait_for: order.closed
            at_most: 2 seconds
            otherwise:
              - name: come-back
                send: {by: texts, using: come-back, else: {by: mail, using: come-back-mail}}
              - {name: gone, end: true}
      - {name: enough, end: true}
"""


def seed(count: int, window: int, home: Path) -> int:
    """Apply the playbook and let everybody order; nobody has heard of it yet."""
    file = home / "steps.yaml"
    port = os.environ["SMTP_PORT"]
    file.write_text(_PLAYBOOK.replace('"${SMTP_PORT}"', port), encoding="utf-8")
    registry.register_all()
    with clock.use(clock.FrozenClock(NOON - timedelta(hours=1))) as now:
        registry.at_start()
        playbooks.apply(file, org=None, actor=_ACTOR, now=now.now())
        Sender.objects.update(window=window)
        org = orgs.all_orgs()[0].id
        yes = (("sms", True), ("email", True))
        said = [
            CustomerSeen(
                f"c{n}",
                phone=f"+7909{1_582_149 + n}",
                email=f"c{n}@example.test",
                birthday=(5, 5) if n % _BORN == 0 else None,
                consents=yes if n % _REFUSES else (("sms", False), ("email", False)),
            )
            for n in range(count)
        ]
        known = people.upsert_customers(org, said, actor=_ACTOR, now=now.now())
        _close(org, "first", [each.contact or 0 for each in known])
    return 0


def _close(org: int, what: str, contacts: list[int]) -> None:
    now = clock.now()
    seen = [
        ShopOrderSeen(
            f"{what}-{each}",
            Stage.CLOSED,
            now,
            contact=each,
            amount=Money(100_00, "RUB"),
            kind="delivery",
        )
        for each in contacts
    ]
    orders.take_shop_orders(org, seen, now=now)


def live(ahead_s: float, portion: int) -> int:
    """Be a worker, with a till beside it, until everybody is through and nothing is left to do."""
    walking.BATCH = portion
    registry.register_all()
    with clock.use(Ahead(ahead_s)):
        threading.Thread(target=_till, daemon=True).start()
        threading.Thread(target=end_when, args=(done,), daemon=True).start()
        processes.worker(lanes=("urgent", "bulk"))
    return 0


def _till() -> None:
    """Close another order of whoever is waited for; told again it is the same order."""
    while True:
        for org in orgs.all_orgs():
            here = Walk.objects.filter(org=org.id, node="again", state="walking")
            waited = sorted(here.values_list("contact", flat=True))
            if waited:
                _close(org.id, "second", waited)
        time.sleep(_TILL_S)


def done() -> bool:
    """Say whether everybody who ordered is through."""
    return not waiting() and not Walk.objects.filter(state="walking").exists()


def phase() -> str:
    """Say where the day stands, in one word."""
    nodes = Counter(Walk.objects.filter(state="walking").values_list("node", flat=True))
    if not Walk.objects.exists():
        return "beginning"
    if Message.objects.filter(state__in=("queued", "leased", "sending")).exists():
        return "sending"
    return "walking" if nodes else "settling"


def look(ahead_s: float) -> dict[str, Any]:
    """Return the plain facts of everybody, and what Postlude says of itself."""
    registry.register_all()
    with clock.use(Ahead(ahead_s)):
        org = orgs.all_orgs()[0].id
        reversed_ = Entry.objects.filter(org=org, kind="reverse").values_list("contact")
        points = Entry.objects.filter(org=org).values_list("contact")
        return {
            "people": _people(org),
            "drawn": _drawn(org),
            "walks": list(Walk.objects.values("contact", "state", "node", "done", "mark")),
            "marks": list(Mark.objects.values_list("contact", "scope")),
            "entered": sum(Cycle.objects.values_list("entered", flat=True)),
            "messages": list(
                Message.objects.order_by("id").values(
                    "id", "contact", "node", "key", "state", "channel", "fallback_of"
                )
            ),
            "attempts": list(
                SendAttempt.objects.values(
                    "contact", "execution__node", "outcome", "reason", "message"
                )
            ),
            "grants": list(
                Entry.objects.filter(org=org, kind="grant").values_list(
                    "contact", "amount", "reason", "key"
                )
            ),
            "reversed": {str(who): total for who, total in reversed_.annotate(total=Sum("amount"))},
            "points": {
                str(who): total for who, total in points.annotate(total=Sum("available")) if total
            },
            "books disagree": [str(each) for each in rewards.check_points(org)],
            "steps": [
                {
                    **{
                        name: getattr(step, name)
                        for name in (
                            *("name", "does", "entered", "passed", "waiting", "sent", "failed"),
                            *("unknown", "held_out", "ended", "goal"),
                        )
                    },
                    "blocked": sum(step.blocked.values()),
                }
                for version in journeys.path_versions(org, "welcome")
                for step in version.steps
            ],
            "left": waiting(),
        }


def _drawn(org: int) -> list[int]:
    """Return who is held out, also of those who are not written to anyway."""
    journey = Journey.objects.get(org=org, slug="welcome").id
    walked = Walk.objects.values_list("contact", flat=True)
    return [each for each in walked if is_held_out(journey, each, _HELD)]


def _people(org: int) -> dict[str, dict[str, Any]]:
    """Return everybody: phone and mail as the vendors know them, and what was said of them."""
    rows = Address.objects.filter(org=org, until=None).values_list("contact_id", "kind", "value")
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for contact, kind, value in rows:
        found[str(contact)][kind] = value.replace("+7", "8", 1)
    for each in found.values():
        number = int(each["email"].partition("@")[0].removeprefix("c"))
        each.update(born=number % _BORN == 0, yes=bool(number % _REFUSES))
    return found
