"""What is wrong with a day of a journey in steps, by a plain reading of who ordered. Pure.

Of Postlude only the rows are taken; who hears what, and is given what, is said here anew.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from support.killing_workers import Outcome

GIFT, THANKS = 100, 7
_TEXTS = {True: ("gift",), False: ("plain", "come-back")}  # for who has a birthday, or none
_LAST = {True: "enough", False: "gone"}
_FATES = {"sent": "accepted", "failed": "failed", "waiting": "unknown"}
Row = dict[str, Any]


def complaints(outcome: Outcome, window: int) -> list[str]:
    """Return everything that is wrong: an empty list is nobody twice and nobody missed."""
    facts = outcome.facts
    found = [
        *_walks(facts),
        *_written(facts),
        *_heard(outcome),
        *_ledger(facts),
        *_books(facts),
    ]
    bound = window * outcome.kills.total() + outcome.dropped
    if unknown(facts) > bound:
        found.append(f"unknown: {unknown(facts)}, more than {bound}")
    if facts["left"]:
        found.append(f"left undone: {facts['left']}")
    return found


def unknown(facts: Row) -> int:
    """Return of how many messages nobody knows whether they arrived."""
    return sum(each["state"] == "unknown" for each in facts["messages"])


def held_out(facts: Row) -> set[int]:
    """Return who is given nothing; whoever refuses is blocked first, and held out all the same."""
    return set(facts["drawn"])


def fell_back(facts: Row) -> int:
    """Return how many went by mail, because the gateway had not sent their text."""
    return sum(each["fallback_of"] is not None for each in facts["messages"])


def _turns(facts: Row) -> dict[tuple[int, str], list[Row]]:
    """Return the messages of each person at each step, in order."""
    found: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for each in facts["messages"]:
        found[each["contact"], each["node"].partition(".")[2]].append(each)
    return found


def _walks(facts: Row) -> Iterator[str]:
    """Everybody walked once, to the end of their way."""
    told = Counter(each["contact"] for each in facts["walks"])
    if told != Counter(map(int, facts["people"])):
        yield f"missed: {set(map(int, facts['people'])) - set(told)}, or twice: {told.most_common(3)}"
    if facts["entered"] != len(facts["walks"]):
        yield f"{facts['entered']} entered, {len(facts['walks'])} walked"
    out = held_out(facts)
    turns = _turns(facts)
    for each in facts["walks"]:
        who = each["contact"]
        person = facts["people"][str(who)]
        if (each["state"], each["node"]) != ("done", _LAST[person["born"]]):
            yield f"{who} ended {each['state']} at {each['node']}"
        got = sum(turns[who, text][-1]["state"] != "failed" for text in _TEXTS[person["born"]]
                  if (who, text) in turns)  # fmt: skip
        done = got + (person["born"] and who not in out)
        if each["done"] != done:
            yield f"{each['done']} was done for {who}, not {done}"
        marked = "ever" in {scope for contact, scope in facts["marks"] if contact == who}
        if marked != bool(done):
            yield f"{who}, for whom {done} was done, is marked: {marked}"


def _written(facts: Row) -> Iterator[str]:
    """Each text once a person, by mail where the gateway did not send it."""
    turns, out = _turns(facts), held_out(facts)
    for who, person in ((int(who), each) for who, each in facts["people"].items()):
        for text in _TEXTS[person["born"]]:
            mine = turns.pop((who, text), [])
            if (who in out or not person["yes"]) and mine:
                yield f"{who} is written to"
            if who not in out and person["yes"]:
                channels = [each["channel"] for each in mine]
                states = [each["state"] for each in mine[:-1]]
                if channels not in (["sms"], ["sms", "email"]) or set(states) - {"failed"}:
                    yield f"{who} is sent {text} by {channels}, {states}"
    if turns:
        yield f"written to without being due: {sorted(turns)[:3]}"
    said_so = {each["contact"] for each in facts["attempts"] if each["outcome"] == "held_out"}
    if said_so != {who for who in out if facts["people"][str(who)]["yes"]}:
        yield f"held out are {out}, and it is said of {said_so}"
    newest = {each["id"]: each["state"] for each in facts["messages"]}
    for each in facts["attempts"]:
        said = newest.get(each["message"]) if each["message"] else None
        if said is not None and _FATES.get(each["outcome"]) != said:
            yield f"of {each['contact']} it is said {each['outcome']}, and the message is {said}"


def twice(outcome: Outcome) -> list[str]:
    """Return who heard a text more than once, by whatever channel."""
    people = outcome.facts["people"].items()
    names = {each[kind]: who for who, each in people for kind in ("phone", "email")}
    heard = Counter((names[to], text) for to, text in outcome.texts)
    return sorted(f"{who} {text}" for (who, text), n in heard.items() if n > 1)


def _heard(outcome: Outcome) -> Iterator[str]:
    if found := twice(outcome):
        yield f"heard twice: {found}"
    people, turns = outcome.facts["people"], _turns(outcome.facts)
    heard = Counter(outcome.texts)
    for (who, text), mine in turns.items():
        for each in mine:
            kind = "phone" if each["channel"] == "sms" else "email"
            came = heard.pop((people[str(who)][kind], text), 0)
            if (each["state"] == "accepted" and not came) or (each["state"] == "failed" and came):
                yield f"{who}: {text} is {each['state']} and came {came} times"
    if heard:
        yield f"heard without being written to: {sorted(heard)[:3]}"


def _ledger(facts: Row) -> Iterator[str]:
    """A gift with its text, taken back where that reached nobody; thanks for the second order."""
    if facts["books disagree"]:
        yield f"the ledger: {facts['books disagree']}"
    turns, out = _turns(facts), held_out(facts)
    gifts = {who: mine[-1]["state"] for (who, text), mine in turns.items() if text == "gift"}
    wanted = Counter((who, GIFT, "welcome") for who in gifts)
    thanked = [int(who) for who, each in facts["people"].items() if each["born"]]
    wanted.update((who, THANKS, "second order") for who in thanked if who not in out)
    given = Counter((who, amount, reason) for who, amount, reason, _ in facts["grants"])
    if given != wanted:
        yield f"given {list((given - wanted).items())[:3]}, not given {list(wanted - given)[:3]}"
    back = {str(who): GIFT for who, state in gifts.items() if state == "failed"}
    if facts["reversed"] != back:
        yield f"taken back {facts['reversed']}, not {back}"
    now = Counter({str(who): 0 for who, _, _ in wanted})
    for who, amount, _ in wanted:
        now[str(who)] += amount
    now.subtract(back)
    if facts["points"] != {who: has for who, has in now.items() if has}:
        yield "balances are not what was given"


def _books(facts: Row) -> Iterator[str]:
    """Of each step: entered is the sum of what became of those who came."""
    tried = Counter(
        (each["execution__node"].partition(".")[2],
         "unknown" if each["reason"] == "unknown" else each["outcome"])
        for each in facts["attempts"]
    )  # fmt: skip
    born = Counter(each["born"] for each in facts["people"].values())
    came = {"plain": born[False], "come-back": born[False], "gift": born[True]}
    came |= {"again": born[True], "thanks": born[True], "in-vain": born[False]}
    for step in facts["steps"]:
        if step["entered"] != came.get(step["name"], step["entered"]):
            yield f"{step['entered']} came to {step['name']}, not {came[step['name']]}"
        if step["does"] == "send":
            fates = ("sent", "failed", "unknown", "held_out", "blocked")
            sums = [step[each] for each in fates]
            if sums != [tried[step["name"], each] for each in fates] or step["waiting"]:
                yield f"the books of {step['name']} are {step}"
        else:
            sums = [step[each] for each in ("passed", "ended", "goal", "blocked", "waiting")]
        if step["entered"] != sum(sums):
            yield f"the books of {step['name']} do not balance: {step}"
