"""The country of a browser is what a proxy in front says, two letters, where one is named."""

import json

import pytest

from postlude.kernel import clock, store
from postlude.warehouse import api as warehouse
from support.beacons import page_view

CID = "browser-of-ann-0001"


def country(page, **headers: str) -> str:
    body = json.dumps({"hits": [page_view()], "cid": CID})
    assert 204 == page.post(body, **headers).status_code
    ((found,),) = store.rows_sql("SELECT country FROM people_facts_visitor")
    return found


@pytest.mark.parametrize(
    ("said", "kept"),
    [("TW", "TW"), ("de", "DE"), ("XX", ""), ("T1", ""), ("Taipei", ""), ("台灣", ""), ("", "")],
)
def test_two_letters_or_nothing(page, settings, said, kept):
    settings.POSTLUDE_COUNTRY_HEADER = "CF-IPCountry"
    assert kept == country(page, **{"cf-ipcountry": said.encode()})


def test_nobody_named_no_header(page, settings):
    assert "" == settings.POSTLUDE_COUNTRY_HEADER
    assert "" == country(page, **{"cf-ipcountry": "TW"})


def test_who_lets_nothing_be_kept_is_from_nowhere(page, settings):
    settings.POSTLUDE_COUNTRY_HEADER = "CF-IPCountry"
    body = json.dumps({"hits": [page_view()], "cid": CID, "consent": False})
    assert 204 == page.post(body, **{"cf-ipcountry": "TW"}).status_code
    assert [] == store.rows_sql("SELECT country FROM people_facts_visitor")


def test_it_leaves_with_the_export(page, org, settings, tmp_path):
    settings.POSTLUDE_COUNTRY_HEADER = "X-Country"
    assert "TW" == country(page, **{"x-country": "tw"})
    warehouse.export(org.id, tmp_path, now=clock.now(), kinds=["visitor"])
    (line,) = (tmp_path / "visitor.ndjson").read_text().splitlines()
    assert "TW" == json.loads(line)["country"]
