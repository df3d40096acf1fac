"""The hits and activities of the first worked example of the spec, to be told in any order."""

from collections.abc import Callable
from functools import partial

from postlude.tracking.types import TouchKind
from support.touching import Sent, Street

CLICKS = {
    "k2": ("A1", "u1", "10:06:00"),
    "k3": ("A2", "s2", "10:00:03"),
    "k6": ("A3", "u3", "11:01:00"),
    "k7": ("A4", "u4", "11:10:00"),
    "k8": ("A5", "u5", "11:20:00"),
    "k9": ("A6", "u6", "11:30:00"),
    "k12": ("A1", "u1", "12:10:00"),
    "k13": ("A2", "u2", "12:30:00"),
}
OPENS = {
    "k1": ("A1", "10:05:00"),
    "k4": ("A2", "10:00:02"),
    "k5": ("A3", "11:00:00"),
    "k10": ("A7", "11:40:00"),
    "k11": ("A7", "11:45:00"),
}
ACTS = (
    *(("u1", at, 0) for at in ("10:06:20", "10:25:00", "12:10:30", "12:25:00")),
    *(("u3", at, 0) for at in ("11:06:00", "19:50:00")),
    ("u4", "11:08:00", 0),
    ("u4", "11:05:00", 1),
    *(("u5", at, 0) for at in ("11:25:01", "11:38:00")),
    ("u6", "11:27:59", 0),
    ("u2", "12:31:00", 0),
    ("u7", "22:50:00", 0),
)
HUMAN = {
    **dict.fromkeys(("k2", "k6", "k7", "k12", "k13"), True),
    **dict.fromkeys(("k3", "k8", "k9"), False),
}
_BROWSERS = ("u1", "u2", "u3", "u4", "u5", "u6", "u7", "s2")


class Tenth:
    """Everybody's mails and browsers; `clicks` and `acts` are what is left to be told."""

    def __init__(self, street: Street, *, known: bool = True) -> None:
        self.street = street
        mails: dict[str, Sent] = {}
        for number in range(1, 8):
            name = f"A{number}"
            contact = street.mailing.person(name)
            mails[name] = street.mailing.send(node="F1/N1", cycle=1, contact=contact)
        sms = {
            name: street.mailing.send(node="F1/N2", cycle=2, contact=mails[name].contact)
            for name in ("A1", "A2")
        }
        self.browsers = {
            name: street.browser(name, member="" if name == "s2" else f"A{name[1]}").visitor
            for name in _BROWSERS
        }
        self.clicks: list[Callable[[], object]] = []
        for name, (whom, browser, at) in CLICKS.items():
            sent = sms[whom] if name in {"k12", "k13"} else mails[whom]
            # Of a browser that says nothing only the mail tells whose click it was.
            visitor = self.browsers[browser] if known or browser == "s2" else None
            moment = street.moment(at)
            self.clicks.append(partial(street.touch, name, sent, moment, visitor=visitor))
        self.opens: list[Callable[[], object]] = [
            partial(street.touch, name, mails[whom], street.moment(at), kind=TouchKind.OPEN)
            for name, (whom, at) in OPENS.items()
        ]
        self.acts: list[Callable[[], object]] = [
            partial(street.act, self.browsers[who], street.moment(at, days=days), late=True)
            for who, at, days in ACTS
        ]
