"""How many tickets there are and who may ask: said in the playbook, used by the commands."""

import shutil
from pathlib import Path

from postlude.chatops import api as chatops
from postlude.chatops.types import Stock
from postlude.kernel import clock as kernel_clock
from postlude.orgs import api as orgs
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks

SHIPPED = Path(__file__).resolve().parents[3] / "playbooks"
TOTAL = '    tickets:\n      - {event: "*Reserved*", ticket: "Submitter*", total: 10}\n'


def test_totals_and_roles_are_those_of_the_playbook(tmp_path: Path) -> None:
    folder = shutil.copytree(SHIPPED, tmp_path / "playbooks")
    path = folder / "tickets.yaml"
    text = path.read_text(encoding="utf-8")
    marked = "    # How many tickets there are"
    assert 1 == text.count(marked)
    path.write_text(text.replace(marked, TOTAL + marked), encoding="utf-8")
    actor = Actor(kind="cli", id="test")
    playbooks.apply(path, org=None, actor=actor, now=kernel_clock.now())

    settings = chatops.discord_settings(orgs.by_slug("pycontw").id)
    assert (Stock("pycontw-2023", "*Reserved*", "Submitter*", 10),) == settings.stock
    everyone, team = settings.who
    assert ("everyone", orgs.permissions_of_role("viewer")) == (everyone.role, {*everyone.may})
    assert orgs.permissions_of_role("organiser") == {*team.may}
