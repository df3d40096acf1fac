"""A file arrives as it was made, with its name and its type, whatever the channel."""

import base64
from dataclasses import replace
from typing import Any

from postlude.channels.mailgun.channel import Mailgun
from postlude.channels.memory import Memory
from postlude.channels.smtp.channel import Smtp
from postlude.messages.types import Attachment

CONTENT = "BEGIN:VCALENDAR\r\nSUMMARY:台灣 Python 年會\r\nEND:VCALENDAR\r\n".encode()
FILE = Attachment("pycon-2023.ics", "text/calendar; charset=utf-8; method=PUBLISH", CONTENT)


def test_by_mailgun(config: Any, mailgun_settings: Any, mail: Any, sandbox: Any) -> None:
    channel = Mailgun()
    channel.send(config("mailgun", mailgun_settings), [replace(mail(), attachments=(FILE,))])
    channel.close()

    (arrived,) = sandbox.client.mails()
    (file,) = arrived["attachments"]
    assert ("pycon-2023.ics", "text/calendar") == (file["filename"], file["content_type"])
    assert base64.b64decode(file["content"]) == CONTENT
    assert "<p>歡迎</p>" == arrived["html"]


def test_by_smtp(config: Any, smtp_settings: Any, mail: Any, sandbox: Any) -> None:
    channel = Smtp()
    channel.send(config("smtp", smtp_settings), [replace(mail(), attachments=(FILE,))])
    channel.close()

    (arrived,) = sandbox.client.smtp_mails()
    (file,) = arrived["attachments"]
    assert ("pycon-2023.ics", "text/calendar") == (file["filename"], file["content_type"])
    assert base64.b64decode(file["content"]) == CONTENT
    assert "<p>歡迎</p>" == arrived["html"].strip()


def test_in_memory(config: Any, mail: Any) -> None:
    channel = Memory()
    channel.send(config("memory", {}), [replace(mail(), attachments=(FILE,))])
    assert (FILE,) == channel.sent[0].attachments


def test_a_mail_without_files_has_none(
    config: Any, mailgun_settings: Any, mail: Any, sandbox: Any
) -> None:
    channel = Mailgun()
    channel.send(config("mailgun", mailgun_settings), [mail()])
    channel.close()
    assert [] == sandbox.client.mails()[0]["attachments"]
