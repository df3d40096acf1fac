"""Staff, keys and branches at the command line."""

import json

import pytest
import typer

from postlude.kernel import clock
from postlude.orgs import api as orgs
from postlude.orgs.errors import BadKey
from postlude.orgs.types import OrgRef
from postlude.wiring.cli.commands import run


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, list[dict[str, str]]]:
    assert 0 == run([*arguments, "--json"])
    found: dict[str, list[dict[str, str]]] = json.loads(capsys.readouterr().out)
    return found


def test_a_role_is_changed_and_taken(org: OrgRef, capsys: pytest.CaptureFixture[str]) -> None:
    orgs.add_staff(org.id, "ann", "correct horse", "owner")
    orgs.add_staff(org.id, "bob", "correct horse", "viewer")
    assert 0 == run(["staff", "role", "bob", "--role", "organiser"])
    capsys.readouterr()
    staff = shown(capsys, "staff", "list")["staff"]
    assert {"ann": "owner", "bob": "organiser"} == {
        each["username"]: each["role"] for each in staff
    }
    assert 0 == run(["staff", "remove", "bob"])
    capsys.readouterr()
    assert ["ann"] == [each["username"] for each in shown(capsys, "staff", "list")["staff"]]
    assert 3 == run(["staff", "remove", "ann", "--org", org.slug])
    assert 3 == run(["staff", "remove", "nobody"])
    assert 3 == run(["staff", "role", "ann", "--role", "god"])


def test_no_password_is_asked_for_in_vain(
    org: OrgRef, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown role or organisation is refused at once; what is left asks, and adds."""
    asked = []
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: asked.append(1) or "correct horse")
    assert 3 == run(["staff", "add", "ann", "--role", "god"])
    assert 3 == run(["staff", "add", "ann", "--role", "owner", "--org", "nowhere"])
    assert [] == asked
    assert 0 == run(["staff", "add", "ann", "--role", "owner"])
    assert [1] == asked
    assert ["ann"] == [each.username for each in orgs.staff(org.id)]


def test_keys_are_listed_without_their_secret(
    org: OrgRef, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == run(["keys", "issue", "ci", "--scope", "sales.view", "--json"])
    secret = json.loads(capsys.readouterr().out)["key"]
    assert 0 == run(["keys", "list", "--json"])
    said = capsys.readouterr().out
    assert secret not in said
    (key,) = json.loads(said)["keys"]
    assert ("ci", ["sales.view"]) == (key["name"], key["scopes"])
    assert secret.startswith(f"pl_{key['id']}_")
    assert 3 == run(["keys", "revoke", "pl_nosuchke"])
    assert 0 == run(["keys", "revoke", secret[:11]])
    assert 3 == run(["keys", "revoke", secret])
    with pytest.raises(BadKey):
        orgs.check_key(secret, now=clock.now())


def test_branches(org: OrgRef, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run(["branches", "add", "north", "North", "--zone", "Asia/Tokyo"])
    assert 3 == run(["branches", "add", "north", "Again"])
    capsys.readouterr()
    (branch,) = shown(capsys, "branches", "list")["branches"]
    assert ("north", "Asia/Tokyo") == (branch["slug"], branch["zone"])
