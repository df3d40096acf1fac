"""What a browser gets before anything is shown: when to ask, and what it would show."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from postlude.messages import api as messages
from postlude.popups import addresses, drawing, passes, patterns, people_seen, publishing
from postlude.popups.judging import is_for
from postlude.popups.types import InForce, Offer, Published, Who

# What the window's own button is called, for whoever hears it instead of seeing it.
_CLOSE = {"en": "Close", "zh": "關閉", "ru": "Закрыть", "ja": "閉じる"}
_PARTS = ("title", "text", "picture", "picture_words", "button", "link")


def routers(held: InForce, *, now: datetime) -> dict[str, Any]:
    """Return what a browser judges by: the popups that run now, the limit, and today's date.

    Whom they are for is not among it: levels and tags are the organisation's own words, and the
    server judges by them before it hands out anything.
    """
    said = {
        "day": now.astimezone(held.zone).date().isoformat(),
        "popups": [_router(each) for each in held.popups if each.popup.runs(now)],
    }
    return said if held.a_day is None else {**said, "a_day": held.a_day}


def _router(each: Published) -> dict[str, Any]:
    trigger = each.popup.trigger
    said = {
        "popup": each.popup.slug,
        "pages": [patterns.expression(pattern) for pattern in trigger.pages],
        "events": list(trigger.events),
        "seconds": trigger.seconds,
        "again": each.popup.again_s,
        "stays": trigger.stays,
        "logged_in": trigger.logged_in,
        "targeted": not each.popup.target.everybody,
    }
    # What says nothing is left out: each page of the shop is sent this.
    plain = {name: value for name, value in said.items() if value}
    return plain if trigger.logged_in is None else {**plain, "logged_in": trigger.logged_in}


def offers(  # noqa: PLR0913 - who asks for what, and when
    held: InForce,
    slugs: Sequence[str],
    *,
    cid: str,
    contact: int | None,
    locale: str,
    now: datetime,
) -> tuple[list[Offer], Who]:
    """Return the named popups that run and are for this person, and whom the server sees.

    The draw is made here, and made again when it is shown: the same browser, the same answer.
    """
    who = people_seen.who_is(held.org, contact)
    wanted = set(slugs)
    fitting = [
        each
        for each in held.popups
        if each.popup.slug in wanted and each.popup.runs(now) and is_for(each.popup.target, who)
    ]
    if not fitting:
        return [], who
    key = publishing.draw_key(held.org)
    return [_offer(each, key, cid, who, (locale, held.locale), now) for each in fitting], who


def _offer(  # noqa: PLR0913, PLR0917 - what an offer is made of
    each: Published, key: str, cid: str, who: Who, locales: tuple[str, str], now: datetime
) -> Offer:
    popup = each.popup
    seen = drawing.sees(key, popup.slug, popup.draw, cid, share=popup.share)
    filled = _filled(each, who, locales) if seen else {}
    return Offer(popup.slug, passes.issue(each.id, each.version, cid, now=now), not seen, filled)


def _filled(each: Published, who: Who, locales: tuple[str, str]) -> Mapping[str, str]:
    """Return the texts in the visitor's language; an address that is none is left out."""
    chosen = messages.choose_locale(list(each.popup.contents), *locales)
    content = each.popup.contents[chosen]
    sources = {part: getattr(content, part) for part in _PARTS if getattr(content, part)}
    member = {"known": who.contact is not None, "level": who.level}
    made = messages.fill_fragments(sources, {"member": member})
    for part in ("picture", "link"):
        if part in made and not addresses.is_safe(made[part]):
            del made[part]
    return made | {"close": _CLOSE.get(chosen.partition("-")[0].lower(), _CLOSE["en"])}
