"""The Discord part: roles stand for permissions, and a mistaken line is named with its place."""

from pathlib import Path

import pytest

from postlude.chatops import api as chatops
from postlude.kernel import clock
from postlude.orgs import api as orgs
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.playbooks.errors import PlaybookInvalid

HEAD = """\
playbook: tickets
organisation: {slug: pycon, name: PyCon, zone: Asia/Taipei, currency: TWD}
conferences:
  pycon-2023:
    name: PyCon 2023
    events: "*2023*"
    tickets:
      - {event: "*Reserved*", ticket: "Submitter*", total: 10}
"""
DISCORD = """\
discord:
  application: "10"
  public_key: ${DISCORD_PUBLIC_KEY:-}
  token: ${DISCORD_BOT_TOKEN:-}
  guild: "20"
  who:
    - {role: everyone, may: viewer}
    - {user: "9", may: [messages.resend, sales.view]}
"""


def apply(folder: Path, text: str) -> None:
    (folder / "p.yaml").write_text(text, encoding="utf-8")
    actor = Actor(kind="cli", id="t")
    playbooks.apply(folder / "p.yaml", org=None, actor=actor, now=clock.now())


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(PlaybookInvalid) as refused:
        apply(folder, text)
    return [str(each) for each in refused.value.problems]


def test_what_is_written_arrives(db: None, tmp_path: Path) -> None:
    apply(tmp_path, HEAD + DISCORD)
    settings = chatops.discord_settings(orgs.by_slug("pycon").id)
    assert ("10", "${DISCORD_BOT_TOKEN:-}", "20") == (
        settings.application,
        settings.token,
        settings.guild,
    )
    everyone, nine = settings.who
    assert tuple(sorted(orgs.permissions_of_role("viewer"))) == everyone.may
    assert ("9", ("messages.resend", "sales.view")) == (nine.user, nine.may)
    (stock,) = settings.stock
    assert ("pycon-2023", 10) == (stock.conference, stock.total)


def test_leaving_it_out_shuts_the_door(db: None, tmp_path: Path) -> None:
    apply(tmp_path, HEAD + DISCORD)
    apply(tmp_path, HEAD)
    settings = chatops.discord_settings(orgs.by_slug("pycon").id)
    assert ("", "", ()) == (settings.application, settings.public_key, settings.who)
    assert 1 == len(settings.stock)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("{role: everyone, may: boss}", "There is no role or permission “boss”"),
        ("{role: everyone, may: [sales.veiw]}", "Did you mean “sales.view”"),
        ('{role: "1", user: "2", may: viewer}', "names one role or one user"),
        ("{may: viewer}", "names one role or one user"),
        ("{role: everyone}", "“may” is missing"),
    ],
)
def test_a_mistaken_line_is_named(db: None, tmp_path: Path, wrong: str, said: str) -> None:
    (found,) = problems(tmp_path, HEAD + DISCORD + f"    - {wrong}\n")
    assert "p.yaml:17:" in found
    assert said in found


def test_a_token_does_not_stand_in_it(db: None, tmp_path: Path) -> None:
    written = DISCORD.replace("${DISCORD_BOT_TOKEN:-}", "MTA.abc.def")
    (found,) = problems(tmp_path, HEAD + written)
    assert "secret" in found
