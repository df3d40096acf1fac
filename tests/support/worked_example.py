"""The worked example of measurement: a folder with a mail and a text, thirteen touches, eight orders.

Times are of Taipei, 10 March 2026. Verdicts and credits are those that the example states.
"""

from dataclasses import dataclass, field
from datetime import datetime

from postlude.people.models import Contact
from support.measured import Shop

FEW = "w1.n1", "w2.n2"
HUMAN = {"k2": True, "k3": False, "k6": True, "k7": True, "k8": False, "k9": False, "k12": True, "k13": True}  # fmt: skip
TOUCHES = """
k1 open 1 10:05:00, k2 click 1 10:06:00, k3 click 2 10:00:03, k4 open 2 10:00:02, k5 open 3 11:00:00,
k6 click 3 11:01:00, k7 click 4 11:10:00, k8 click 5 11:20:00, k9 click 6 11:30:00, k10 open 7 11:40:00,
k11 open 7 11:45:00, k12 text 1 12:10:00, k13 text 2 12:30:00
"""
ORDERS = """
o1 1 10T10:30:00 1000 k1 k2 10T10:06:20 10T10:30:00
o2 1 10T12:40:00 500 k1 k12 10T12:10:30 10T12:40:00
o3 4 11T11:10:00 800 k7 k7 11T11:05:00 11T11:10:00
o4 7 11T11:45:01 300 - -
o5 3 10T20:00:00 700 k5 k6 10T19:50:00 10T20:00:00
o6 2 10T12:50:00 400 k4 k13 10T12:31:00 10T12:50:00
o7 5 10T11:40:00 600 - -
o8 7 10T23:00:00 200 k11 - 10T22:50:00 10T23:00:00
"""
# Pixels have no browser, so that whoever matches by browsers alone finds clicks only.
BY_BROWSER = {"o1": "k2 k2", "o2": "k12 k12", "o5": "k6 k6", "o6": "k13 k13", "o8": "- -"}


@dataclass
class Example:
    shop: Shop
    people: dict[int, int] = field(default_factory=dict)
    mails: dict[int, int] = field(default_factory=dict)
    texts: dict[int, int] = field(default_factory=dict)
    touches: dict[str, int] = field(default_factory=dict)
    cycles: dict[str, int] = field(default_factory=dict)

    def at(self, words: str) -> datetime:
        day, _, time = words.rpartition("T")
        return self.shop.at(f"2026-03-{day or 10} {time}")

    def play(self, *, credit: dict[str, str] | None = None) -> "Example":
        self.write()
        self.come_back()
        self.buy(credit or {})
        self.shop.work()
        return self

    def write(self) -> None:
        """Ten mails and four texts; two mails and one text for trying."""
        shop = self.shop
        self.people = {
            number: Contact.objects.create(
                org_id=shop.org, source="test", first_seen_at=self.at("09:00:00")
            ).id
            for number in range(1, 11)
        }
        ten, noon = self.at("10:00:00"), self.at("12:00:00")
        self.cycles = {"c1": shop.cycle("w1", ten, "f1"), "c2": shop.cycle("w2", noon, "f1")}
        state = {8: "bounced", 9: "blocked", 10: "failed"}
        for number, contact in self.people.items():
            self.mails[number] = shop.send(
                contact,
                ten,
                cycle=self.cycles["c1"],
                state=state.get(number, "accepted"),
                reason="frequency_cap" if number == 9 else "",
            )
        for number in range(1, 5):
            self.texts[number] = shop.send(
                self.people[number],
                noon,
                channel="sms",
                node="w2.n2",
                template="t2",
                cycle=self.cycles["c2"],
                state="failed" if number == 4 else "accepted",
                segments=2 if number == 2 else 1,
            )
        tried = self.at("09:30:00")
        for _ in range(2):
            shop.send(self.people[1], tried, testing=True)
        shop.send(
            self.people[1],
            tried,
            channel="sms",
            node="w2.n2",
            template="t2",
            testing=True,
            segments=2,
        )

    def come_back(self) -> None:
        for line in TOUCHES.replace("\n", " ").split(","):
            name, what, number, time = line.split()
            message = (self.texts if what == "text" else self.mails)[int(number)]
            self.touches[name] = self.shop.touch(
                message,
                "open" if what == "open" else "click",
                self.at(time),
                human=HUMAN.get(name),
                reasons=256 if name in {"k3", "k4"} else 0,
            )

    def buy(self, credit: dict[str, str]) -> None:
        for line in ORDERS.strip().splitlines():
            uid, number, at, amount, *rest = line.split()
            opened, clicked = credit.get(uid, " ".join(rest[:2])).split()
            session = (self.at(rest[2]), self.at(rest[3])) if rest[2:] else None
            self.shop.order(
                uid,
                self.people[int(number)],
                self.at(at),
                int(amount) * 100,
                self.touches.get(opened),
                self.touches.get(clicked),
                session,
            )
