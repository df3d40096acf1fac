"""Every mistake of shape at once, each with line, column, what is wrong and what to do."""

import pytest
from pydantic import ValidationError

from postlude.playbooks import mistakes, reading, shape
from postlude.playbooks.types import Problem

HEAD = """\
playbook: tickets
organisation:
  slug: pycon
  name: PyCon
  zone: Asia/Taipei
  currency: TWD
"""


def problems(text: str) -> list[str]:
    document = reading.read(text, "p.yaml")
    if isinstance(document, Problem):
        return [str(document)]
    try:
        shape.Playbook.model_validate(document.data)
    except ValidationError as error:
        return [str(each) for each in sorted(mistakes.problem(document, e) for e in error.errors())]
    return []


def test_a_good_one_has_none() -> None:
    assert problems(HEAD) == []


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("organization: 1\n", "p.yaml:7:1: “organization” is not known here.\n    fix: Did you mean “organisation”?"),
        ("sources:\n  kktix: {pol_every: 2 minutes}\n", "p.yaml:8:11: “pol_every” is not known here.\n    fix: Did you mean “poll_every”?"),
        ("sources:\n  kktix:\n    poll_every: often\n", "p.yaml:9:17: “often” is no length of time; write it like “2 minutes”."),
        ("sources:\n  kktix:\n    token: abc123\n", "p.yaml:9:12: This is a secret or a person's address, and does not stand in a playbook.\n    fix: Put the value into the environment and write its name: ${NAME}."),
        ("sources:\n  kktix:\n    token: ${T:-abc}\n", "p.yaml:9:12: This is a secret or a person's address, and does not stand in a playbook.\n    fix: Put the value into the environment and write its name: ${NAME}."),
        ("alerts: {emails: [ann@example.test]}\n", "p.yaml:7:19: This is a secret or a person's address, and does not stand in a playbook.\n    fix: Put the value into the environment and write its name: ${NAME}."),
        ("senders:\n  mail: {via: pigeon}\n", "p.yaml:8:15: “pigeon” is not known here.\n    fix: One of: 'mailgun', 'anymail', 'klaviyo', 'smtp', 'line', 'crescendo_line', 'fcm', 'messenger', 'form_gateway', 'every8d'."),
        ("senders:\n  mail: {host: a}\n", "p.yaml:8:3: “via” is missing here.\n    fix: It says what this is: anymail, crescendo_line, every8d, fcm, form_gateway, klaviyo, line, mailgun, messenger, smtp."),
        ("senders:\n  mail: {via: anymail, esp: pigeon, from: A <a@b.test>}\n", "p.yaml:8:29: “pigeon” is not known here.\n    fix: One of: 'brevo', 'mailersend', 'mailjet', 'mailtrap', 'mandrill', 'postmark', 'resend', 'sendgrid', 'sparkpost' or 'unisender_go'."),
        ("senders:\n  mail: {via: smtp, from: A <a@b.test>}\n", "p.yaml:8:3: “host” is missing here.\n    fix: Add `host: …`."),
        ("senders:\n  mail: {via: smtp, host: h, from: nobody}\n", "p.yaml:8:36: “nobody” is no sender; write it as PyCon Taiwan <hello@example.org>."),
        ("kinds:\n  - {name: x, kind: corporat}\n", "p.yaml:8:21: “corporat” is not known here.\n    fix: One of: 'corporate', 'individual', 'reserved', 'guest' or 'other'."),
        ("journeys:\n  a:\n    do: []\n", "p.yaml:9:9: There must be at least one."),
        ("conferences: nothing\n", "p.yaml:7:14: This must be a list of `name: value` lines."),
    ],
)  # fmt: skip
def test_what_is_said(added: str, said: str) -> None:
    assert problems(HEAD + added) == [said]


def test_a_variable_that_is_not_set_is_said_where_it_is_needed() -> None:
    text = HEAD + "senders:\n  mail: {via: smtp, host: h, from: '${NO_SUCH_VARIABLE}'}\n"

    assert problems(text)[0].startswith("p.yaml:8:36: NO_SUCH_VARIABLE is not set.")


def test_several_at_once_in_order_of_lines() -> None:
    wrong = (
        HEAD.replace("Asia/Taipei", "Mars/Base").replace("TWD", "twd").replace("slug: ", "slog: ")
    )

    assert [each.split(": ")[0] for each in problems(wrong)] == [
        "p.yaml:2:1",  # slug is missing
        "p.yaml:3:3",  # slog is unknown
        "p.yaml:5:9",
        "p.yaml:6:13",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("playbook: [tickets\n", "p.yaml:2:1: This is not YAML"),
        ("a: 1\na: 2\n", "p.yaml:2:1: “a” stands here twice."),
        ("- a\n- b\n", "p.yaml:1:1: A playbook is a list of `name: value` lines."),
        ("", "p.yaml:1:1: A playbook is a list of `name: value` lines."),
        ("a: !!python/object:os.system x\n", "p.yaml:1:1: “a” is not known here."),
        ("a" * 1_000_001, "p.yaml:1:1: The file is larger than 1 MB."),
    ],
)
def test_what_is_no_playbook_says_so(text: str, said: str) -> None:
    assert any(each.startswith(said) for each in problems(text)), problems(text)
