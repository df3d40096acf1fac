"""A shop with popups, as its pages meet them."""

import json
from typing import Any

import httpx

from postlude.kernel import clock, store
from postlude.popups import api as popups
from postlude.popups.types import Content, Popup
from support.beacons import SHOP, Page, uuid7

ANN, BOB = "browser-of-ann-00001", "browser-of-bob-00001"


def welcome(slug: str = "welcome", **more: Any) -> Popup:
    """Return a popup that everybody sees."""
    content = Content("Ten percent off", "Only today.", button="To the hats", link="/hats")
    return Popup(**{"slug": slug, "contents": {"en": content}, "again_s": 0, **more})


class PopupPage(Page):
    """A page that asks for popups, in whichever browser is named."""

    def publish(self, *wanted: Popup, a_day: int | None = None) -> None:
        popups.configure(self.org, a_day=a_day)
        for each in wanted or (welcome(),):
            popups.publish(self.org, each, now=clock.now())

    def ask(
        self, what: str, body: Any = None, *, origin: str | None = SHOP, **headers: str
    ) -> httpx.Response:
        content = body if isinstance(body, bytes | str) else json.dumps(body or {})
        headers |= {"content-type": "text/plain;charset=UTF-8"}
        headers |= {} if origin is None else {"origin": origin}
        return self._client.post(f"/p/{self.key}/{what}", content=content, headers=headers)

    def fetch(self, slug: str = "welcome", cid: str = ANN, **more: Any) -> dict[str, Any] | None:
        """Return the offer of a popup, None where it is not for this visitor."""
        self.forget()
        answer = self.ask("fetch", {"cid": cid, "popups": [slug], **more})
        assert 200 == answer.status_code, answer.text
        return next(iter(answer.json()["popups"]), None)

    def show(self, slug: str = "welcome", cid: str = ANN, **more: Any) -> dict[str, Any]:
        """Fetch a popup and show it; return what came of that."""
        offer = self.fetch(slug, cid, **{k: v for k, v in more.items() if k != "id"})
        assert offer is not None, "it is not for them"
        return self.shows(offer["pass"], cid, **more).json()

    def shows(self, pass_: str, cid: str = ANN, **more: Any) -> httpx.Response:
        self.forget()
        return self.ask("show", {"cid": cid, "id": uuid7(), "pass": pass_, **more})

    def tell(self, deed: str, shown: str, cid: str = ANN, **more: Any) -> httpx.Response:
        self.forget()
        return self.send(
            {"id": uuid7(), "type": "popup", "action": deed, "shown": shown} | more, cid=cid
        )


def exposures() -> list[tuple[Any, ...]]:
    """Return what was shown and held out: fate, visitor."""
    return store.rows_sql("SELECT fate, visitor FROM popups_facts_exposure ORDER BY exposure")


def deeds() -> list[str]:
    return [row[0] for row in store.rows_sql("SELECT deed FROM popups_facts_deed ORDER BY deed_id")]
