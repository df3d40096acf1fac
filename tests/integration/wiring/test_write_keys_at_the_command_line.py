"""A shop owner makes a write key, pastes what is shown, and takes the key back."""

import json

import pytest

from postlude.orgs import api as orgs
from postlude.orgs.errors import BadSetting
from postlude.wiring.cli.commands import run


def said(capsys, *words: str) -> dict:
    assert 0 == run(["beacon", *words, "--json"]), capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_a_key_is_made_shown_and_taken_back(org, capsys) -> None:
    made = said(capsys, "add", "Web shop", "--origin", "https://Shop.Example/")
    (listed,) = said(capsys, "keys")["keys"]

    assert made["key"] == listed["key"]
    assert ["https://shop.example"] == made["origins"]
    assert f'data-key="{made["key"]}"' in made["snippet"]
    assert orgs.write_key(made["key"]) is not None
    assert 0 == run(["beacon", "revoke", made["key"]])
    assert orgs.write_key(made["key"]) is None
    assert 3 == run(["beacon", "revoke", made["key"]])


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "*",
        "https://",
        "https://*",
        "shop.example",
        "https://shop.example/path",
        "ftp://a.b",
        "null",
    ],
)
def test_what_is_no_origin_is_refused_and_none_at_all_too(org, origin) -> None:
    with pytest.raises(BadSetting):
        orgs.issue_write_key(org.id, "shop", [origin] if origin else [])


def test_a_key_of_another_organisation_cannot_be_taken_back(org) -> None:
    from postlude.kernel import clock

    other = orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD")
    key = orgs.issue_write_key(org.id, "shop", ["https://shop.example"]).key

    assert not orgs.revoke_write_key(other.id, key, now=clock.now())
    assert [] == orgs.write_keys(other.id)
    assert orgs.write_key(key) is not None
