"""Resources, senders, templates, files and placeholders: each mistake at its line, all at once."""

from types import SimpleNamespace

import pytest

from postlude.orgs import api as orgs
from postlude.playbooks import api as playbooks
from postlude.playbooks.errors import PlaybookInvalid


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("to: [talks]", "to: [talk]", "There is no resource “talk”.\n    fix: Did you mean “talks”?"),
        ("by: mail", "by: mial", "There is no sender “mial”.\n    fix: Did you mean “mail”?"),
        ('"*": invitation', '"*": invite', "There is no template “invite”."),
        ("html: templates/invitation.html", "html: templates/gone.html", "There is no file templates/gone.html."),
        ("html: templates/invitation.html", "html: ../secret.html", "“../secret.html” is outside the playbook's folder."),
        ("conference.name", "conferense.name", "Nobody fills {{ conferense.name }}."),
        ("column: gender", "column: email", "“email” cannot be a column of an answer."),
        ("labels: [Gender]", "labels: [聯絡人 Email]", "“聯絡人 Email” is a person's contact and never leaves."),
        ("labels: [Gender]", 'labels: ["*"]', "“*” would allow labels that nobody has read."),
        ("- let_in: everything they bought", "- {let_in: everything they bought, wait: {}}", "A step does exactly one thing."),
        ("ends: 2023-09-03 18:00", "starts: 2023-09-03 18:00\n    ends: 2023-09-03 09:00+08:00", "It ends before it starts."),
        ("url: http://127.0.0.1:1/api/v2", "url: '${kktix_url}'", "This reference cannot be read."),
        ("    do:", "    conferences: [pycon-2032]\n    do:", "There is no conference “pycon-2032”.\n    fix: Did you mean “pycon-2023”?"),
    ],
)  # fmt: skip
def test_what_is_said(book: SimpleNamespace, old: str, new: str, said: str) -> None:
    book.edit(old, new)

    problems = [str(each) for each in playbooks.validate(book.path)]
    assert any(said in each for each in problems), problems
    with pytest.raises(PlaybookInvalid):
        book.apply()
    assert orgs.all_orgs() == []


def test_several_at_once(book: SimpleNamespace) -> None:
    book.edit("to: [talks]", "to: [talk]")
    book.edit("by: mail", "by: mial")
    book.edit("column: gender", "column: email")

    lines = [each.line for each in playbooks.validate(book.path)]
    assert lines == sorted(lines)
    assert len(lines) == 3


def test_a_mistake_in_a_text_is_placed_in_its_own_file(book: SimpleNamespace) -> None:
    book.template.write_text("<p>Hello</p>\n<p>{{ contact.nmae }}</p>", encoding="utf-8")

    (problem,) = playbooks.validate(book.path)
    assert (problem.file, problem.line) == (str(book.template), 2)


def test_a_good_playbook_has_no_problems(book: SimpleNamespace) -> None:
    assert playbooks.validate(book.path) == []
