"""What is wrong with a day of notices, by a plain reading of who was due. Pure.

Who is due, who is held out and in which order turns come is counted here anew; of Postlude only the
rows are taken.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from support.killing_workers import Outcome

FEEDBACK = "Все понравилось? Оцени заказ в приложении и получи 100 баллов!"
TEXTS = {
    "balance": "На счету {} бонусов! Потрать их в новом заказе",
    "gift": "Как насчет подарков? Дарим 100 бонусов на 2 недели",
    "pro10": "Как насчет скидки? -10% по промокоду PRO10",
}
TURNS = {"long": ("balance", "gift", "pro10"), "short": ("balance", "gift")}
_GIFT = 100
_FATES = {  # of a person who was served: the message's state, the attempt's outcome and reason
    "accepted": ("sent", ""),
    "unknown": ("waiting", "unknown"),
    "failed": ("failed", "failed"),
}
Row = dict[str, Any]


def complaints(outcome: Outcome, window: int) -> list[str]:
    """Return everything that is wrong: an empty list is nobody twice and nobody missed."""
    facts = outcome.facts
    found = [
        *_heard(outcome),
        *_everybody_once(facts),
        *_by_turns(facts),
        *_ledger(facts),
        *_marks(facts),
        *_books(facts),
        *_shown(facts),
    ]
    bound = window * outcome.kills.total() + outcome.dropped
    if unknown(facts) > bound:
        found.append(f"unknown: {unknown(facts)}, more than {bound}")
    if facts["left"]:
        found.append(f"left undone: {facts['left']}")
    return found


def served(facts: Row) -> dict[int, Row]:
    """Return the attempts of those to whom something was written, by contact."""
    return {each["contact"]: each for each in facts["attempts"] if each["message"] is not None}


def unknown(facts: Row) -> int:
    """Return of how many people nobody knows, of both notices."""
    mine = sum(each["message"]["state"] == "unknown" for each in served(facts).values())
    return mine + int(facts["feedback"]["unknown"])


def twice(outcome: Outcome) -> list[str]:
    """Return the phones that heard one notice more often than they were to."""
    facts = outcome.facts
    phones = {who: each["phone"] for who, each in facts["people"].items()}
    allowed = Counter({(phone, "invite"): 1 for phone in phones.values()})
    for who, orders in facts["feedback"]["per person"].items():
        allowed[phones[who], "feedback"] = orders
    heard = Counter(
        (to, "feedback" if text == FEEDBACK else "invite") for to, text in outcome.texts
    )
    return sorted(f"{to} {kind}" for (to, kind), n in heard.items() if n > allowed[to, kind])


def missed(facts: Row) -> list[str]:
    """Return who was due and of whom nothing is said."""
    told = {str(each["contact"]) for each in facts["attempts"]}
    return sorted(
        who for who, each in facts["people"].items() if each["selection"] and who not in told
    )


def _heard(outcome: Outcome) -> Iterator[str]:
    if found := twice(outcome):
        yield f"heard twice: {found}"
    facts, by_phone = outcome.facts, defaultdict(list)
    for to, text in outcome.texts:
        if text != FEEDBACK:
            by_phone[to].append(text)
    for contact, each in served(facts).items():
        person, state = facts["people"][str(contact)], each["message"]["state"]
        texts = by_phone.pop(person["phone"], [])
        way = each["message"]["context"]["way"]
        if texts and texts[0] != TEXTS[way].format(person["points"]):
            yield f"{contact} heard {texts[0]!r} at the turn of {way}"
        if (state == "accepted" and not texts) or (state == "failed" and texts):
            yield f"{contact} is {state} and heard {len(texts)} texts"
    if by_phone:
        yield f"heard without being served: {sorted(by_phone)}"
    feedback = sum(text == FEEDBACK for _, text in outcome.texts)
    said = facts["feedback"]
    if not said["sent"] <= feedback <= said["sent"] + said["unknown"]:
        yield f"{feedback} texts of feedback arrived, of {said}"


def _everybody_once(facts: Row) -> Iterator[str]:
    if found := missed(facts):
        yield f"missed: {found}"
    told = Counter(each["contact"] for each in facts["attempts"])
    if found := sorted(contact for contact, n in told.items() if n > 1):
        yield f"decided twice: {found}"
    for each in facts["attempts"]:
        person, contact, message = (
            facts["people"][str(each["contact"])],
            each["contact"],
            each["message"],
        )
        if person["selection"] != each["selection"]:
            yield f"{contact} is in {each['selection']}, not in {person['selection'] or 'none'}"
        if message is None:
            wanted = {("held_out", "")} if person["yes"] else {("blocked", "no_consent")}
        else:
            wanted = {_FATES.get(message["state"], ("settled", ""))}
            if not person["yes"]:
                yield f"{contact} has not said yes and is written to"
            if message["state"] != "accepted" and not message["reason"]:
                yield f"{contact} is {message['state']}, and nobody says why"
        if (each["outcome"], each["reason"]) not in wanted:
            yield f"{contact} is {each['outcome']} ({each['reason']}), not one of {wanted}"
    said = facts["feedback"]
    if not said["orders"] == said["attempts"] == said["sent"] + said["unknown"] + said["failed"]:
        yield f"feedback: {said}"


def _by_turns(facts: Row) -> Iterator[str]:
    """Turns are theirs who were served, in the order of contacts; a fall-back is a turn."""
    rows = served(facts)
    for selection, ways in TURNS.items():
        mine = sorted(who for who, each in rows.items() if each["selection"] == selection)
        wrong = []
        for number, contact in enumerate(mine):
            way = ways[number % len(ways)]
            if way == "balance" and not facts["people"][str(contact)]["points"]:
                way = "gift"
            got = rows[contact]["message"]["context"]["way"]
            if got != way:
                wrong.append(f"{number}: {got}, not {way}")
        if wrong:
            yield f"not by turns in {selection}: {wrong[:5]} and so on, {len(wrong)} in all"
        if facts["turns"].get(selection, 0) != len(mine):
            yield f"{facts['turns'].get(selection)} turns in {selection} for {len(mine)} people"


def _ledger(facts: Row) -> Iterator[str]:
    """100 points for each gift, taken back where nothing was sent; the books agree with themselves."""
    if facts["books disagree"]:
        yield f"the ledger: {facts['books disagree']}"
    gifts = {
        who: each["message"]
        for who, each in served(facts).items()
        if each["message"]["context"]["way"] == "gift"
    }
    given = Counter(each["contact"] for each in facts["grants"])
    if given != Counter(dict.fromkeys(gifts, 1)):
        yield f"points given otherwise than to whom gifts were due: {given - Counter(gifts.keys())}"
    for each in facts["grants"]:
        selection = served(facts)[each["contact"]]["selection"] if each["contact"] in gifts else "?"
        wanted = (
            gifts.get(each["contact"], {}).get("key"),
            _GIFT,
            "invite",
            f"invite.{selection}",
            True,
        )
        if (each["key"], each["amount"], each["reason"], each["campaign"], each["lives"]) != wanted:
            yield f"a grant is {each}, not {wanted}"
    back = {str(who): _GIFT for who, message in gifts.items() if message["state"] == "failed"}
    if facts["reversed"] != back:
        yield f"taken back {facts['reversed']}, not {back}"
    now = Counter({who: each["points"] for who, each in facts["people"].items() if each["points"]})
    now.update({str(who): _GIFT for who in gifts if str(who) not in back})
    if facts["points"] != dict(now):
        yield "balances are not what was given"


def _marks(facts: Row) -> Iterator[str]:
    """Those who were served or held out are marked, unless nothing was sent to them."""
    kept = {
        each["contact"]
        for each in facts["attempts"]
        if each["outcome"] != "blocked" and each["outcome"] != "failed"
    }
    marked = Counter(contact for contact, _ in facts["marks"])
    if marked != Counter(dict.fromkeys(kept, 1)):
        yield f"marks: {len(facts['marks'])} for {len(kept)} people"
    ids = dict(facts["marks"])
    for contact, each in served(facts).items():
        if contact in ids and each["message"]["key"] != f"recurring:{ids[contact]}":
            yield f"the message of {contact} is not that of the mark"


def _books(facts: Row) -> Iterator[str]:
    if len(facts["runs"]) != 1 or len(facts["cycles"]) != 1:
        yield f"{len(facts['runs'])} runs, {len(facts['cycles'])} cycles"
        return
    (run,), due = facts["runs"], sum(bool(each["selection"]) for each in facts["people"].values())
    if (run["state"], run["selected"], run["left"]) != ("done", due, 0) or run["passed_over"]:
        yield f"of {due} due the run says {run}"
    if facts["cycles"][0] != due:
        yield f"{facts['cycles'][0]} entered, {due} were due"
    for selection in TURNS:
        mine = [each for each in facts["attempts"] if each["selection"] == selection]
        outcomes = Counter(
            "unknown" if each["reason"] == "unknown" else each["outcome"] for each in mine
        )
        names = ("sent", "failed", "waiting", "unknown", "held_out", "blocked")
        wanted = {"entered": len(mine), **{name: outcomes[name] for name in names}}
        said = run["books"].get(selection, dict.fromkeys(("entered", *names), 0))
        if said != wanted or said["entered"] != sum(said[name] for name in names):
            yield f"the books of {selection} are {said}, not {wanted}"


def _shown(facts: Row) -> Iterator[str]:
    """What is unknown is shown, at the command line as in the report."""
    mine = sum(each["message"]["state"] == "unknown" for each in served(facts).values())
    shown = sum(each["unknown"] for run in facts["shown"] for each in run["books"])
    if shown != mine:
        yield f"`postlude journeys show` says {shown} are unknown, not {mine}"
    if facts["reported"] != mine:
        yield f"`postlude report notices` says {facts['reported']} are unknown, not {mine}"
