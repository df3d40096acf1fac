"""What the restaurant's notices brought back, counted on fingers; it knows nothing of Postlude.

    python benchmarks/restaurant_figures.py FOLDER ZONE PUBLISHED NOW

Reads what the gateway heard, orders, points that apps gave, and customers' phones; prints as JSON
what `postlude report notices --json` says by week, action, kind and of all. PUBLISHED and NOW are
instants: since when there are notices, and up to when everything is known.
"""

import csv
import json
import sys
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

TEXTS = {
    "Все понравилось?": ("feedback", "send"),
    "На счету": ("invite", "balance"),
    "Как насчет подарков?": ("invite", "gift"),
    "Как насчет скидки?": ("invite", "pro10"),
    "Привет!": ("profile", "send"),
    "У вас скоро день рождения": ("birthday", "discount"),
    "С Днем рождения!": ("birthday", "points"),
}
CUTS = {"weeks": ("kind", "action", "week"), "actions": ("kind", "action"), "kinds": ("kind",)}
TIMES = {"at", "opened", "closed", "cancelled"}
DAY, WINDOW = timedelta(days=1), timedelta(days=14)
FOLDER, ZONE = Path(sys.argv[1]), ZoneInfo(sys.argv[2])
PUBLISHED, NOW = (datetime.fromisoformat(each) for each in sys.argv[3:])


def rows(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row | {it: datetime.fromisoformat(row[it]) for it in TIMES & {*row} if row[it]}


def grouped(some, *names):
    found = defaultdict(list)
    for each in some:
        found[tuple(each[name] for name in names)].append(each)
    return found


def asked_about(text, orders):
    """Return the delivery of the day before this run that nobody has been asked about."""
    run = text["at"].replace(minute=0, second=0)
    for it in orders:
        right = it["kind"] == "delivery" and it["source"] in {"Site", "App", "New app"}
        gone = it["cancelled"] and it["cancelled"] <= text["at"]
        new = it["closed"] and max(PUBLISHED, run - DAY) < it["closed"] <= run
        if right and new and not gone and not it.get("asked"):
            it["asked"] = text["answer"] != "0"  # if none was sent, the next run asks again
            return it["uid"]
    raise ValueError(f"a text about no order: {text}")


def react(text, orders, accruals):
    sent, end = text["at"], text["at"] + WINDOW
    if text["kind"] in {"feedback", "profile"}:
        about = asked_about(text, orders) if text["kind"] == "feedback" else ""
        given = [it for it in accruals if it["reason"] == text["kind"] and sent < it["at"] <= end]
        found = [(it["at"], it["at"], it) for it in given if it["order"] in {"", about}]
    else:
        near = [it for it in orders if sent < it["opened"] <= end and not it["cancelled"]]
        done = [it for it in near if it["closed"] and it["closed"] <= end + WINDOW]
        found = [(it["closed"], it["opened"], it) for it in done]
        end += WINDOW * any(not it["closed"] for it in near)
    _, text["when"], text["effect"] = min(found, key=lambda it: it[:2], default=(0, 0, {}))
    text["state"] = "reacted" if found else "waiting" if end >= NOW else "no_reaction"


def tally(texts):
    sent = grouped((it for it in texts if it["answer"] == "1"), "state")
    said = {each: len(sent[each,]) for each in ("reacted", "no_reaction", "waiting")}
    said["sent"], said["failed"] = sum(said.values()), sum(it["answer"] == "0" for it in texts)
    said["unknown"] = len(texts) - said["sent"] - said["failed"]
    came, known = sent["reacted",], said["reacted"] + said["no_reaction"]
    said["credited"] = sum(it["effect"]["newest"] is it for it in came)
    said["rate"] = len(came) / known if known else None
    days = sorted((it["when"] - it["at"]) / DAY for it in came)
    said["median_days"] = round(days[(len(days) - 1) // 2], 2) if days else None
    paid = {it["effect"]["uid"]: it["effect"]["minor"] for it in came if "uid" in it["effect"]}
    return said | {"revenue": sum(map(int, paid.values()))}


orders, accruals = (grouped(rows(each), "number") for each in ("orders", "accruals"))
numbers, texts = {it["phone"]: it["number"] for it in rows("customers")}, list(rows("sink"))
for text in texts:
    text["kind"], text["action"] = next(TEXTS[it] for it in TEXTS if text["text"].startswith(it))
    day, who = text["at"].astimezone(ZONE).date(), (numbers[text["phone"]],)
    text["week"] = str(day - DAY * day.weekday())
    react(text, orders[who], accruals[who])
    if text["answer"] != "0":
        text["effect"]["newest"] = text
cuts = {cut: grouped(texts, *names) for cut, names in {**CUTS, "total": ()}.items()}
lines = {cut: [[*key, tally(some)] for key, some in heaps.items()] for cut, heaps in cuts.items()}
print(json.dumps(lines))
