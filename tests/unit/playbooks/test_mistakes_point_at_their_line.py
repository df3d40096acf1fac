"""Every mistake in a playbook is shown with file, line, column and what to do about it."""

from pathlib import Path

import pytest

from postlude.playbooks import api as playbooks
from postlude.playbooks.types import Problem
from support import playbook_files

# what is replaced, by what, where the mistake stands, words of the message, words of the fix
SPOILT = [
    ("    poll_every:", "    poll_evry:", "poll_evry", "poll_evry", "poll_every"),
    ("playbook: tickets\n", "playbok: tickets\n", "playbok", "playbok", "playbook"),
    ("title: Venue", "titel: Venue", "titel", "titel", "title"),
    ("    domain: mg", "    domian: mg", "domian", "domian", "domain"),
    ("wait: {at_most", "wait: {atmost", "atmost", "atmost", "at_most"),
    ("      - wait:", "      - wiat:", "wiat", "wiat", "wait"),
    ("  zone: Asia/Taipei\n", "", "organisation:", "zone", "zone"),
    ("    api_key: ${MAILGUN_API_KEY}\n", "", "mailgun:", "api_key", "api_key"),
    ("zone: Asia/Taipei", "zone: Asia/Taipe", "Asia/Taipe", "time zone", ""),
    ("poll_every: 2 minutes", "poll_every: soonish", "soonish", "soonish", ""),
    ("poll_every: 2 minutes", "poll_every: 2 parsecs", "2 parsecs", "parsec", ""),
    ("at_most: 1 hour", "at_most: 0 hours", "0 hours", "more than nothing", ""),
    ("name: PyCon Taiwan", "name: 7", "7", "text", ""),
    ("currency: TWD", "currency: dollars", "dollars", "", "TWD"),
    ("kind: corporate", "kind: corprate", "corprate", "", "corporate"),
    ("kind: gather", "kind: zoom", "zoom", "zoom", "gather"),
    ("{kind: youtube, ", "{", "{title: Talks", "kind", "youtube"),
    ("via: mailgun", "via: pigeon", "pigeon", "pigeon", "mailgun"),
    ("to: [venue, talks]", "to: [venue, tlaks]", "tlaks", "tlaks", "talks"),
    ("by: mailgun", "by: mailgnu", "mailgnu", "mailgnu", "mailgun"),
    ('"*": invitation', '"*": invitatoin', "invitatoin", "invitatoin", "invitation"),
    (
        "    do:\n",
        "    conferences: [pycontw-2032]\n    do:\n",
        "pycontw-2032",
        "pycontw-2032",
        "pycontw-2023",
    ),
    ("mjml: invitation.mjml", "mjml: inviation.mjml", "inviation", "inviation.mjml", ""),
    ("mjml: invitation.mjml", "mjml: ../secret.mjml", "../secret", "outside", ""),
    ("token: ${KKTIX_TOKEN}", "token: abc123", "abc123", "secret", "environment"),
    ("token: ${KKTIX_TOKEN}", "token: ${kktix_token}", "${kktix_token}", "", "capitals"),
    ("hello@example.test", "hello", "PyCon <hello>", "no sender", ""),
    ("hello@example.test", "${NOT_SET_ANYWHERE}", "PyCon <$", "NOT_SET_ANYWHERE", ""),
    (
        "      - wait: {at_most: 1 hour}",
        "      - wait: {at_most: 1 hour}\n        let_in: everything they bought",
        "wait: {",
        "one thing",
        "let_in and wait",
    ),
    ("  currency: TWD\n", "  currency: TWD\n  currency: JPY\n", "currency: JPY", "twice", ""),
    ("  currency: TWD\n", "  currency: TWD\n  caps: [3 a week]\n", "3 a week", "no cap", ""),
    ("  currency: TWD\n", "  currency: TWD\n  caps: [3 in 36 hours]\n", "36", "whole days", ""),
    ("  currency: TWD\n", "  currency: TWD\n  caps: 3 in 7 days\n", "3 in 7", "a list", ""),
    ("  currency: TWD\n", "  currency: TWD\n  fees: {sms: 1.355}\n", "1.355", "", "TWD"),
    ("  currency: TWD\n", "  currency: TWD\n  fees: {sms: free}\n", "free", "no price", "2.8 %"),
    ("  currency: TWD\n", "  currency: TWD\n  fees: {card: 2.85 %}\n", "2.85", "one digit", "%"),
    ("  currency: TWD\n", "  currency: TWD\n  fees: {A B: 1}\n", "A B", "", ""),
    ("  currency: TWD\n", "\tcurrency: TWD\n", "\tcurrency", "tab", "spaces"),
    ("  currency: TWD\n", "  currency: [TWD\n", "", "YAML", ""),
    ('"You can enter now"', '""', '""', "empty", ""),
    ("    do:\n      - let_in", "    do: []\n    x:\n      - let_in", "do: []", "one", ""),
]


def problems(folder: Path, text: str, mjml: str = playbook_files.MJML) -> list[Problem]:
    return playbooks.validate(playbook_files.write(folder, text, mjml))


def test_the_playbook_that_is_spoilt_here_is_good(tmp_path: Path) -> None:
    assert problems(tmp_path, playbook_files.TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "at", "said", "fix"), SPOILT, ids=[each[1].strip()[:40] for each in SPOILT]
)
def test_one_mistake_is_shown_where_it_stands(  # noqa: PLR0917 - a table
    tmp_path: Path, old: str, new: str, at: str, said: str, fix: str
) -> None:
    assert playbook_files.TEXT.count(old) >= 1
    text = playbook_files.TEXT.replace(old, new, 1)
    found = problems(tmp_path, text)
    assert found, "the mistake was not found"
    here = [each for each in found if not at or each.line == playbook_files.line_of(text, at)]
    assert here, [str(each) for each in found]
    assert all(each.column >= 1 for each in here)
    assert any(said in each.message and fix in each.hint for each in here), [str(p) for p in here]
    assert str(here[0]).startswith(f"{tmp_path}/tickets.yaml:{here[0].line}:{here[0].column}: ")


def test_several_mistakes_are_shown_at_once_and_in_order(tmp_path: Path) -> None:
    text = playbook_files.TEXT.replace("zone: Asia/Taipei", "zone: Mars")
    text = text.replace("kind: youtube", "kind: zoom").replace("rate:", "")
    text = text.replace("at_most:", "at_least:")
    lines = [each.line for each in problems(tmp_path, text)]
    wanted = [playbook_files.line_of(text, part) for part in ("Mars", "zoom", "at_least")]
    assert lines == wanted


def test_references_to_nowhere_are_all_shown(tmp_path: Path) -> None:
    text = playbook_files.TEXT.replace("[venue, talks]", "[venu, talk]")
    text = text.replace("by: mailgun", "by: post")
    text = text.replace('"*": invitation', '"*": invite')
    assert len(problems(tmp_path, text)) == 4


def test_an_unknown_placeholder_is_shown_in_the_template(tmp_path: Path) -> None:
    (problem,) = problems(
        tmp_path, playbook_files.TEXT, playbook_files.MJML.replace("contact.name", "contact.nam")
    )
    assert Path(problem.file) == tmp_path / "invitation.mjml"
    assert (problem.line, problem.column) == (4, 28)
    assert "contact.nam" in problem.message
    assert "contact.name" in problem.hint


def test_a_name_that_its_loop_does_not_have_is_shown_in_the_template(tmp_path: Path) -> None:
    loop = "{% for link in access.links %}{{ link.url }} {{ link.titel }}{% endfor %}"
    mjml = playbook_files.MJML.replace("Welcome,", loop)
    (problem,) = problems(tmp_path, playbook_files.TEXT, mjml)
    column = mjml.splitlines()[3].index("link.titel") + 1
    assert (problem.line, problem.column) == (4, column)
    assert problem.message == "Nobody fills {{ link.titel }}."
    assert problem.hint == "Did you mean {{ link.title }}?"


def test_an_unclosed_loop_is_shown_in_the_template(tmp_path: Path) -> None:
    mjml = playbook_files.MJML.replace("Welcome,", "{% for link in access.links %}")
    (problem,) = problems(tmp_path, playbook_files.TEXT, mjml)
    assert problem.file.endswith("invitation.mjml")


def test_an_unknown_placeholder_in_a_subject_is_shown_in_the_playbook(tmp_path: Path) -> None:
    text = playbook_files.TEXT.replace("You can enter now", "{{ conferenc.name }}")
    (problem,) = problems(tmp_path, text)
    assert problem.file.endswith("tickets.yaml")
    assert problem.line == playbook_files.line_of(text, "conferenc.name")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "playbook"),
        ("# only a comment\n", "playbook"),
        ("- a\n- b\n", "playbook"),
        ("just words\n", "playbook"),
        ("a: &x\n  - *x\n", ""),
        ("a: &x [1]\nb: *y\n", "YAML"),
        ("{" * 5_000, "YAML"),
        ("x" * 1_000_001, "1 MB"),
        ("a: !!python/object:os.system {}\n", ""),
        ("? [a]\n: b\n", ""),
        ("a: 1\n---\nb: 2\n", "YAML"),
        ("a: \x00\n", "YAML"),
    ],
    ids=[
        "empty",
        "comment",
        "list",
        "words",
        "cycle",
        "anchor",
        "deep",
        "large",
        "tag",
        "odd key",
        "two documents",
        "control character",
    ],
)
def test_what_is_no_playbook_at_all_is_one_clear_problem(
    tmp_path: Path, text: str, said: str
) -> None:
    found = problems(tmp_path, text)
    assert found
    assert any(said in each.message for each in found)


def test_an_alias_bomb_is_refused_before_it_is_unfolded(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert problems(tmp_path, "\n".join(rows))


def test_a_file_that_is_not_utf8_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "tickets.yaml"
    path.write_bytes("organisation: 台灣".encode("big5"))
    (problem,) = playbooks.validate(path)
    assert "UTF-8" in problem.message


def test_a_template_that_is_a_link_to_a_file_outside_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.mjml"
    outside.write_text(playbook_files.MJML, encoding="utf-8")
    folder = tmp_path / "playbooks"
    folder.mkdir()
    (folder / "linked.mjml").symlink_to(outside)
    text = playbook_files.TEXT.replace("mjml: invitation.mjml", "mjml: linked.mjml")
    (problem,) = problems(folder, text)
    assert "outside" in problem.message


MAILGUN = """\
    via: mailgun
    from: PyCon <hello@example.test>
    domain: mg.example.test
    api_key: ${MAILGUN_API_KEY}
    signing_key: ${MAILGUN_SIGNING_KEY}
"""


@pytest.mark.parametrize(
    ("lines", "where", "message", "hint"),
    [
        (["esp: mailjet", "api_key: ${A}", "webhook_secret: ${B}"], "mailgun:", "secret_key", "{N"),
        (
            ["esp: postmark", "api_key: ${A}", "webhook_secret: ${B}"],
            "mailgun:",
            "server_token",
            "",
        ),
        (["esp: brevo", "api_key: ${A}"], "mailgun:", "webhook_secret", "user:password"),
        (
            ["esp: brevo", "api_key: ${A}", "webhook_secret: ${B}", "signing_key: ${S}"],
            "signing_key: ${S}",
            "signing_key",
            "webhook_secret",
        ),
    ],
)
def test_a_key_that_an_esp_needs_is_asked_for_at_its_sender(
    tmp_path: Path, lines: list[str], where: str, message: str, hint: str
) -> None:
    given = ["via: anymail", "from: PyCon <hello@example.test>", *lines]
    text = playbook_files.TEXT.replace(MAILGUN, "".join(f"    {line}\n" for line in given))
    (problem,) = problems(tmp_path, text)
    assert problem.line == playbook_files.line_of(text, where)
    assert message in problem.message
    assert hint in problem.hint
