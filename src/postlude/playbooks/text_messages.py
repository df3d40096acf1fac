"""What is particular to text messages: their texts, and through whom they may go. Pure."""

from collections.abc import Iterator, Mapping

from postlude.messages.types import TEXT_MESSAGE
from postlude.playbooks import senders, shape
from postlude.playbooks.reading import Document, Place
from postlude.playbooks.types import Problem

_MAIL = "email"
_PARTS = ("subject", "mjml", "html", "text")


def kind(locales: Mapping[str, shape.Text]) -> str:
    """Return what a template is: its first language says it."""
    return TEXT_MESSAGE if any(each.sms for each in locales.values()) else _MAIL


def is_whole(text: shape.Text) -> bool:
    """Say whether one language is a text message and nothing else, or a mail with its subject."""
    return bool(text.sms.strip()) != bool(text.subject) and not (text.sms and _of_mail(text))


def problems(document: Document, playbook: shape.Playbook) -> Iterator[Problem]:
    """Yield what is half a mail and half a text message, or neither."""
    for slug, locales in playbook.templates.items():
        for locale, text in locales.items():
            path: Place = ("templates", slug, locale)
            if not text.sms.strip() and not text.subject:
                hint = "Add `subject: …` for a mail, or `sms: …` for a text message."
                yield document.problem(path, "“subject” is missing here.", hint, key=True)
            elif text.sms and _of_mail(text):
                part = _of_mail(text)[0]
                words = f"“{part}” is of a mail, and here stands a text message."
                yield document.problem((*path, part), words, "Keep `sms` alone.", key=True)
            elif bool(text.sms) != (kind(locales) == TEXT_MESSAGE):
                words = "Another language of this template is a text message, this is a mail."
                yield document.problem(path, words, "Make two templates of it.", key=True)


def mixed_up(
    document: Document, playbook: shape.Playbook, place: Place, by: str, template: str
) -> Iterator[Problem]:
    """Yield that a mail would go by a sender of text messages, or the other way round.

    Chat apps take either: of a mail its plain text.
    """
    sender, locales = playbook.senders.get(by), playbook.templates.get(template)
    if sender is None or not locales or isinstance(sender, senders.ChatSender):
        return
    sends = TEXT_MESSAGE if isinstance(sender, senders.TextSender) else _MAIL
    if sends != kind(locales):
        words = {TEXT_MESSAGE: "text messages", _MAIL: "mails"}
        said = (
            f"“{by}” sends {words[sends]}, and “{template}” is one of the {words[kind(locales)]}."
        )
        yield document.problem(place, said, "Name another template, or another sender in `by`.")


def _of_mail(text: shape.Text) -> list[str]:
    return [part for part in _PARTS if getattr(text, part)]
