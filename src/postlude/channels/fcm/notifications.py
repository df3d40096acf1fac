"""One notification for one device: what it carries, and how often a person sees it. Pure."""

import re
from typing import Any

from postlude.messages.types import Rendered

# An installation id is 22 letters of base64url; a registration token is longer and has a colon.
_INSTALLATION = re.compile(r"[A-Za-z0-9_-]{22}")


def body(mail: Rendered) -> dict[str, Any]:
    """Return the message in FCM's shape; `to_address` is the device.

    Our id is the collapse key everywhere: whatever comes twice replaces itself on the screen. An
    app finds it in the data and can drop what it has shown.
    """
    number = str(mail.message)
    text = mail.text.strip()
    link = _link(mail)
    message: dict[str, Any] = {
        target(mail.to_address): mail.to_address,
        "notification": {"title": mail.subject, "body": text},
        "data": {"message_id": number, **({"link": link} if link else {})},
        "android": {"collapse_key": number, "notification": {"tag": number}},
        "apns": {"headers": {"apns-collapse-id": number}},
        "webpush": {
            "headers": {"Topic": number},
            "notification": {"tag": number},
            **({"fcm_options": {"link": link}} if link.startswith("https:") else {}),
        },
    }
    return {"message": message}


def target(device: str) -> str:
    """Return what FCM calls an address like this."""
    return "fid" if _INSTALLATION.fullmatch(device) else "token"


def _link(mail: Rendered) -> str:
    """Return the first of our own tracked links, to be opened by a tap."""
    found = re.search(rf"https?://[^\s\"'<>]+/c/{re.escape(mail.token)}/\d+", mail.text)
    return found[0] if found else ""
