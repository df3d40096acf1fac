"""A small playbook that applies, to be spoilt line by line."""

from pathlib import Path

TEXT = """\
playbook: tickets
organisation:
  slug: pycontw
  name: PyCon Taiwan
  zone: Asia/Taipei
  currency: TWD
sources:
  kktix:
    token: ${KKTIX_TOKEN}
    poll_every: 2 minutes
kinds:
  - {name: "*Corporate*", kind: corporate}
conferences:
  pycontw-2023:
    name: PyCon TW 2023
    events: "PyCon * 2023*"
    resources:
      venue: {kind: gather, title: Venue, space: "a0b/Conference", api_key: "${GATHER_API_KEY}"}
      talks: {kind: youtube, title: Talks, url: "https://youtu.be/dQw4w9WgXcQ"}
    lets_in:
      - {event: "*", ticket: "*", to: [venue, talks]}
senders:
  mailgun:
    via: mailgun
    from: PyCon <hello@example.test>
    domain: mg.example.test
    api_key: ${MAILGUN_API_KEY}
    signing_key: ${MAILGUN_SIGNING_KEY}
templates:
  invitation:
    en: {subject: "You can enter now", mjml: invitation.mjml}
journeys:
  invite:
    do:
      - let_in: everything they bought
      - wait: {at_most: 1 hour}
      - invite: {by: mailgun, using: {"*": invitation}}
"""

MJML = """\
<mjml>
  <mj-body>
    <mj-section><mj-column>
      <mj-text>Welcome, {{ contact.name }}</mj-text>
    </mj-column></mj-section>
  </mj-body>
</mjml>
"""


def write(folder: Path, text: str = TEXT, mjml: str = MJML) -> Path:
    """Write the playbook and its one template; return the playbook's path."""
    (folder / "invitation.mjml").write_text(mjml, encoding="utf-8")
    path = folder / "tickets.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def line_of(text: str, part: str) -> int:
    """Return the line, from 1, on which `part` first stands."""
    return text[: text.index(part)].count("\n") + 1
