from collections.abc import Iterator

import httpx
import pytest

from support.collecting import collecting
from support.popping import PopupPage

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)


@pytest.fixture
def page(org) -> Iterator[PopupPage]:
    """A page of a shop, in front of a running collector."""
    with (
        collecting() as address,
        httpx.Client(base_url=address, headers={"user-agent": CHROME}, trust_env=False) as client,
    ):
        yield PopupPage(client, org.id)
