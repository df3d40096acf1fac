"""Wrong or risky combinations, said before a mail is lost."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error, Tags, register
from django.db import DatabaseError

from postlude.channels import registry
from postlude.channels.smtp.policy import SmtpNotAllowed, allowed
from postlude.kernel.doctor import Finding
from postlude.kernel.errors import AppError
from postlude.messages import api as messages
from postlude.messages.types import SenderConfig
from postlude.orgs import api as orgs

_WITH_FROM = ("mailgun", "anymail", "klaviyo_campaign", "smtp")


@register(Tags.database)
def smtp_in_production(**_: Any) -> list[Error]:
    """postlude.E001: a sender by SMTP in production, without POSTLUDE_ALLOW_SMTP=1."""
    if allowed():
        return []
    try:
        refused = [sender for sender in _senders() if sender.channel == "smtp"]
    except DatabaseError:  # no tables yet
        return []
    return [
        Error(
            f"The sender {sender.slug} uses SMTP. {SmtpNotAllowed.message}",
            hint=SmtpNotAllowed.hint,
            obj=f"sender {sender.slug}",
            id="postlude.E001",
        )
        for sender in refused
    ]


def doctor(online: bool = False) -> list[Finding]:  # noqa: FBT001, FBT002 - the shape doctor calls
    """Return what is wrong with the senders and what to do; online also asks the vendors."""
    return [finding for sender in _senders() for finding in _examine(sender, online)]


def _senders() -> list[SenderConfig]:
    return [
        messages.sender_by_id(status.id)
        for org in orgs.all_orgs()
        for status in messages.senders(org.id)
    ]


def _examine(sender: SenderConfig, online: bool) -> Iterator[Finding]:  # noqa: FBT001
    about = f"sender {sender.slug}"
    if not sender.from_address and sender.channel in _WITH_FROM:
        yield Finding(about, "problem", "has no from address", "Give `from` in the playbook.")
    try:
        found = registry.get(sender.channel).examine(sender, online=online)
    except SmtpNotAllowed as error:
        yield Finding(about, "problem", f"postlude.E001: {error.text()}", error.hint)
    except AppError as error:
        yield Finding(about, "problem", error.text(), error.hint)
    else:
        yield Finding(about, "ok" if found.works else "problem", found.text, found.hint)
