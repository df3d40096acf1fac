"""What every e-mail channel does alike before the wire. Pure."""

from email.message import EmailMessage
from email.utils import formataddr

from postlude.channels.types import Verdict
from postlude.kernel import tokens
from postlude.messages.types import Rendered, SenderConfig

_BREAKS = frozenset("\r\n\0")


def objection(sender: SenderConfig, mail: Rendered) -> Verdict | None:
    """Return why this mail must not go out as it is, or None.

    A line break in a header value would let a name or a subject write headers of its own.
    """
    values = [
        sender.from_address,
        sender.from_name,
        sender.reply_to,
        mail.to_address,
        mail.to_name,
        mail.subject,
        *(part for header in mail.headers for part in header),
    ]
    if any(_BREAKS & set(value) for value in values):
        return Verdict("failed", "a header holds a line break")
    if not mail.to_address:
        return Verdict("failed", "no address")
    if not sender.from_address:
        return Verdict("refused", "the sender has no from address", pause_sender=True)
    return None


def from_header(sender: SenderConfig) -> str:
    """Return the From header's value."""
    return formataddr((sender.from_name, sender.from_address))


def to_header(mail: Rendered) -> str:
    """Return the To header's value."""
    return formataddr((mail.to_name, mail.to_address))


def attach(message: EmailMessage, mail: Rendered) -> None:
    """Add the files that go with a mail."""
    for file in mail.attachments:
        spelled = EmailMessage()
        spelled["Content-Type"] = file.content_type
        kind = spelled["Content-Type"]
        message.add_attachment(
            file.content,
            maintype=kind.maintype,
            subtype=kind.subtype,
            filename=file.name,
            params=dict(kind.params),
        )


def message_id(message: int, domain: str) -> str:
    """Return our own Message-Id: the same for every try of a message, told apart by nobody else."""
    return f"<{tokens.seal('message-id', message)}@{domain}>"


def headers(mail: Rendered, domain: str) -> dict[str, str]:
    """Return the extra headers with our own Message-Id."""
    return {**dict(mail.headers), "Message-Id": message_id(mail.message, domain)}
