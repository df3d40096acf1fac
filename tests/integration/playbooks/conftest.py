from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from postlude.access import api as access
from postlude.channels import api as channels
from postlude.journeys import api as journeys
from postlude.kernel import clock as kernel_clock
from postlude.kernel import work
from postlude.messages import api as messages
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.playbooks import rooms
from postlude.playbooks.types import Alerts, ApplyReport

ANN = Actor(kind="cli", id="ann")

SMALL = """\
playbook: tickets
organisation:
  slug: pycon
  name: PyCon
  zone: Asia/Taipei
  currency: TWD
  quiet: 22:00 to 08:00
sources:
  kktix: {url: http://127.0.0.1:1/api/v2, silent_after: 7 minutes}
kinds:
  - {name: Individual, kind: individual}
conferences:
  pycon-2023:
    name: PyCon 2023
    events: "*2023*"
    ends: 2023-09-03 18:00
    resources:
      talks: {kind: youtube, title: Talks, url: https://youtu.be/dQw4w9WgXcQ}
    lets_in:
      - {to: [talks]}
senders:
  mail: {via: smtp, host: 127.0.0.1, from: PyCon <hello@example.test>}
templates:
  invitation:
    en: {subject: "Welcome to {{ conference.name }}", html: templates/invitation.html}
journeys:
  invite:
    do:
      - let_in: everything they bought
      - wait: {at_most: 1 hour}
      - invite: {by: mail, using: {"*": invitation}}
alerts:
  discord: ${DISCORD_WEBHOOK_URL:-}
  emails: ["${STAFF}"]
warehouse:
  keep:
    - {column: gender, labels: [Gender]}
"""
HTML = "<p>Hello {{ contact.name }}</p>"


@pytest.fixture(autouse=True)
def _providers(db: None, clock: object) -> Iterator[None]:
    """What wiring fills: names in templates, senders' traits, where alerts go."""
    work.unsubscribe_all()
    channels.register_all()
    messages.register_provider("contact", lambda org, leased: {}, sample={"name": "王小明"})
    for name, fill, sample in [*access.providers(), *journeys.providers()]:
        messages.register_provider(name, fill, sample=sample)
    yield
    work.unsubscribe_all()


@pytest.fixture
def alerts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, Alerts]]:
    seen: list[tuple[int, Alerts]] = []
    monkeypatch.setattr(rooms, "_alerts_hooks", [lambda org, part: seen.append((org, part))])
    return seen


@pytest.fixture
def book(tmp_path: Path) -> SimpleNamespace:
    """A small playbook on disk: `.write(text)`, `.apply(dry_run=…)`."""
    path = tmp_path / "tickets.yaml"
    (tmp_path / "templates").mkdir()
    template = tmp_path / "templates" / "invitation.html"
    template.write_text(HTML, encoding="utf-8")
    path.write_text(SMALL, encoding="utf-8")

    def edit(old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def apply(*, dry_run: bool = False, org: str | None = None) -> ApplyReport:
        return playbooks.apply(path, org=org, actor=ANN, now=kernel_clock.now(), dry_run=dry_run)

    return SimpleNamespace(path=path, template=template, edit=edit, apply=apply)
