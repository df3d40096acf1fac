"""Reading a send call: form or multipart, into one message."""

from __future__ import annotations

import base64
import json
import re
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from email.message import EmailMessage
from email.message import Message as Headers
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import getaddresses
from typing import Any
from urllib.parse import parse_qsl

# A field without further headers, which is most of a form: read without the email package.
_FIELD = re.compile(rb'Content-Disposition: form-data; name="([^"\r\n]*)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """An uploaded file, its content in base64."""

    filename: str
    content_type: str
    size: int
    content: str
    inline: bool


@dataclass(slots=True)
class Form:
    """Fields in order with repeats, and files."""

    fields: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    files: list[Attachment] = field(default_factory=list)

    def one(self, name: str) -> str:
        """The last value of a field, or nothing."""
        values = self.fields.get(name)
        return values[-1] if values else ""

    def prefixed(self, prefix: str) -> dict[str, str]:
        """Fields such as `v:name`, without the prefix."""
        return {k[len(prefix) :]: v[-1] for k, v in self.fields.items() if k.startswith(prefix)}


@dataclass(slots=True)
class Message:
    """An accepted message with everything the caller gave."""

    number: int
    id: str
    at: float
    domain: str
    sender: str
    to: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    variables: dict[str, str]
    options: dict[str, list[str]]
    recipient_variables: dict[str, Any]
    attachments: list[Attachment]

    @property
    def recipients(self) -> list[str]:
        """Bare addresses of everyone it goes to."""
        return [address for _, address in getaddresses(self.to + self.cc + self.bcc)]

    def shown(self) -> dict[str, Any]:
        """The message for the control API."""
        return {**asdict(self), "recipients": self.recipients}


class BadForm(ValueError):
    """The call cannot be taken; the text is the vendor's."""


def read_form(content_type: str, body: bytes) -> Form:
    """Parse the body of a send call."""
    form = Form()
    if not content_type.startswith("multipart/form-data"):
        for name, value in parse_qsl(body.decode("utf-8"), keep_blank_values=True):
            form.fields[name].append(value)
        return form
    for part in _parts(content_type, body):
        head, _, content = part.partition(b"\r\n\r\n")
        plain = _FIELD.fullmatch(head)
        if plain is None:
            _add_other(form, part)
        else:
            form.fields[plain[1].decode()].append(content.decode())
    return form


def _parts(content_type: str, body: bytes) -> list[bytes]:
    """Cut a multipart body (RFC 2046, 5.1.1); what is before the first and after the last goes."""
    kind = Headers()
    kind["Content-Type"] = content_type
    between = b"\r\n--" + (kind.get_boundary() or "").encode()
    whole, *rest = (b"\r\n" + body).split(between + b"--", 1)
    return [part.removeprefix(b"\r\n") for part in whole.split(between)[1:]] if rest else []


def _add_other(form: Form, raw: bytes) -> None:
    """Read a part that is more than a bare field: a file, or one with headers of its own."""
    part = BytesParser(EmailMessage, policy=HTTP).parsebytes(raw)
    name = str(part.get_param("name", "", header="content-disposition"))
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    filename = part.get_filename()
    if filename is None:
        form.fields[name].append(data.decode("utf-8"))
    else:
        encoded = base64.b64encode(data).decode()
        kind = part.get_content_type()
        form.files.append(Attachment(filename, kind, len(data), encoded, name == "inline"))


def read_message(form: Form, *, number: int, at: float, domain: str, new_id: str) -> Message:
    """Make the message, or refuse it as Mailgun does."""
    if not form.one("from"):
        raise BadForm("from parameter is missing")
    if not form.fields.get("to"):
        raise BadForm("to parameter is missing")
    if not (form.one("text") or form.one("html") or form.one("template")):
        raise BadForm("Need at least one of 'text' or 'html' parameters specified")
    for name in ("from", "to", "cc", "bcc"):
        for value in form.fields.get(name, []):
            _check_addresses(name, value)
    headers = form.prefixed("h:")
    own_id = next((v for k, v in headers.items() if k.lower() == "message-id"), None)
    return Message(
        number=number,
        id=own_id or new_id,
        at=at,
        domain=domain,
        sender=form.one("from"),
        to=_split(form, "to"),
        cc=_split(form, "cc"),
        bcc=_split(form, "bcc"),
        subject=form.one("subject"),
        text=form.one("text"),
        html=form.one("html"),
        headers=headers,
        variables=form.prefixed("v:"),
        options={k[2:]: v for k, v in form.fields.items() if k.startswith("o:")},
        recipient_variables=_variables(form.one("recipient-variables")),
        attachments=form.files,
    )


def _split(form: Form, name: str) -> list[str]:
    pairs = getaddresses(form.fields.get(name, []))
    return [f"{real} <{address}>" if real else address for real, address in pairs]


def _check_addresses(name: str, value: str) -> None:
    pairs = getaddresses([value])
    for _, address in pairs:
        local, at, host = address.rpartition("@")
        clean = address.isascii() and not any(character.isspace() for character in address)
        if not (local and at and "." in host and clean):
            message = f"'{name}' parameter is not a valid address. please check documentation"
            raise BadForm(message)


def _variables(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadForm("'recipient-variables' parameter is not valid JSON") from error
    if not isinstance(found, dict):
        raise BadForm("'recipient-variables' parameter is not a JSON object")
    return found
