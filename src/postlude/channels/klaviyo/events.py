"""One event for one message: what it carries, and nothing beyond what the mail needs. Pure."""

import re
from typing import Any

from postlude.channels.types import Verdict
from postlude.kernel import tokens
from postlude.kernel.errors import BadToken
from postlude.messages.types import Rendered

MOST_BYTES = 100_000  # of one property
_PROFILE = "klaviyo-profile"


def body(metric: str, mail: Rendered) -> dict[str, Any]:
    """Return the event in Klaviyo's shape.

    `unique_id` makes it repeatable: the same message is the same event, however often it is sent.
    """
    person = {"email": mail.to_address, "external_id": external_id(mail.contact)}
    # An event carries no files: the flow may say so, and the attempt does.
    left_out = [file.name for file in mail.attachments]
    attributes = {
        "metric": {"data": {"type": "metric", "attributes": {"name": metric}}},
        "profile": {"data": {"type": "profile", "attributes": person}},
        "properties": {
            "message_id": str(mail.message),
            "subject": mail.subject,
            "html": mail.html,
            "text": mail.text,
            "links": links(mail),
            **({"left_out": left_out} if left_out else {}),
        },
        "unique_id": mail.key,
        "backfill": False,
    }
    return {"data": {"type": "event", "attributes": attributes}}


def links(mail: Rendered) -> list[str]:
    """Return our own tracked links of a mail, in the order of their numbers."""
    found = re.findall(
        rf"https?://[^\s\"'<>]+/c/{re.escape(mail.token)}/\d+", f"{mail.html}\n{mail.text}"
    )
    return sorted(set(found), key=lambda link: int(link.rpartition("/")[2]))


def objection(mail: Rendered) -> Verdict | None:
    """Return why this message cannot be an event, or None."""
    if not mail.to_address:
        return Verdict("failed", "no address")
    for name, value in (("html", mail.html), ("text", mail.text)):
        size = len(value.encode())
        if size > MOST_BYTES:
            return Verdict(
                "failed", f"the {name} has {size // 1000} kB, an event takes 100 kB: shorten it"
            )
    return None


def external_id(contact: int) -> str:
    """Return the opaque id by which Klaviyo knows a contact of ours."""
    return tokens.seal(_PROFILE, contact)


def contact_of(external: str) -> int | None:
    """Return the contact of an external id, or None for one that we did not make."""
    try:
        return tokens.unseal(_PROFILE, external)
    except BadToken:
        return None
