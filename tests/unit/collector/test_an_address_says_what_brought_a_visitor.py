"""Of a page's query three words are read, and nothing personal is left in them."""

import pytest

from postlude.activity.types import Campaign, campaign_of


@pytest.mark.parametrize(
    ("url", "campaign"),
    [
        ("https://s.test/", Campaign()),
        ("https://s.test/utm_source", Campaign()),
        ("https://s.test/?q=1", Campaign()),
        (
            "https://s.test/?utm_source=news&utm_medium=e%2Dmail&utm_campaign=%E6%98%A5+a&x=1#top",
            Campaign("news", "e-mail", "春 a"),
        ),
        ("https://s.test/?utm_campaign=a&utm_campaign=b", Campaign("", "", "a")),
        ("https://s.test/?utm_source=ann@example.test", Campaign("[e-mail]")),
        ("https://s.test/#?utm_source=a", Campaign()),
        ("https://s.test/?" + "&".join(f"utm_{n}=1" for n in range(200)), Campaign()),
        (7, Campaign()),
    ],
)
def test_it_is_read_with_care(url, campaign) -> None:
    assert campaign == campaign_of(url)


def test_no_word_is_longer_than_its_column() -> None:
    found = campaign_of("https://s.test/?utm_source=" + "ab " * 500 + "&utm_medium=%00x")
    assert len(found.source) <= 100
    assert "\0" not in found.medium
