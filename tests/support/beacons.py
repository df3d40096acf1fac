"""A shop's page, as the beacon hears it."""

import json
import random
import time
import uuid

import httpx

from postlude.orgs import api as orgs

SHOP = "https://shop.example.test"


class Page:
    """A page of a shop, in one browser: it tells the collector what happens on it."""

    def __init__(self, collector: httpx.Client, org: int, **key) -> None:
        self.org = org
        self.key = orgs.issue_write_key(org, "shop", [SHOP], **key).key
        self._client = collector

    def send(self, *hits: dict, origin: str | None = SHOP, **envelope) -> httpx.Response:
        return self.post(json.dumps({"hits": hits, **envelope}), origin=origin)

    def post(self, body: str | bytes, *, origin: str | None = SHOP, **headers) -> httpx.Response:
        headers |= {"content-type": "text/plain;charset=UTF-8"}
        headers |= {} if origin is None else {"origin": origin}
        return self._client.post(f"/b/{self.key}", content=body, headers=headers)

    def forget(self) -> None:
        """Be another browser from now on."""
        self._client.cookies.clear()


def uuid7(ms: int | None = None) -> str:
    """Return an id as pages make them."""
    number = (int(time.time() * 1_000) if ms is None else ms) << 80 | 7 << 76
    number |= random.getrandbits(12) << 64 | 2 << 62 | random.getrandbits(62)
    return str(uuid.UUID(int=number))


def page_view(url: str = f"{SHOP}/hats", **more) -> dict:
    return {"id": uuid7(), "type": "page", "url": url, **more}


def event(action: str = "add_to_cart", **more) -> dict:
    return {"id": uuid7(), "type": "event", "action": action, **more}


def order(number: str = "A-1", amount: str = "1200", **more) -> dict:
    return {"id": uuid7(), "type": "order", "number": number, "amount": amount, **more}
