"""The SMTP channel."""

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import NoReturn

from postlude.channels import letters
from postlude.channels.errors import NotSupported
from postlude.channels.smtp import account as accounts
from postlude.channels.smtp.account import Account
from postlude.channels.smtp.connection import Connection
from postlude.channels.smtp.policy import SmtpNotAllowed, allowed
from postlude.channels.types import Examination, Verdict
from postlude.channels.window import Window
from postlude.kernel import clock
from postlude.messages.types import ChannelTraits, Outcome, Rendered, SenderConfig

_POLICY = SMTP.clone(max_line_length=76)


class Smtp:
    """E-mail through an SMTP server: nothing is reported back, and nothing can be looked up."""

    name = "smtp"
    traits = ChannelTraits(idempotency="none", window=16, concurrency=4, tells_receipts=False)
    can_look_up = False

    def __init__(self) -> None:
        self._window = Window(self.name, self.traits.concurrency)
        self._idle: dict[Account, list[Connection]] = {}
        self._lock = threading.Lock()

    def send(self, sender: SenderConfig, batch: Sequence[Rendered]) -> list[Outcome]:
        """Send each mail; raise where SMTP is not allowed or the settings cannot be used."""
        if not allowed():
            raise SmtpNotAllowed
        account = accounts.read(sender.settings)
        return self._window.send(
            batch, lambda mail: self._send(sender, account, mail), sender=sender.id
        )

    def lookup(self, _sender: SenderConfig, _messages: Collection[int], /) -> NoReturn:
        """An SMTP server cannot be asked what became of a mail."""
        raise NotSupported(channel=self.name, feature="look-up")

    def examine(self, sender: SenderConfig, *, online: bool) -> Examination:
        """Check the settings; online, connect and log in."""
        if not allowed():
            raise SmtpNotAllowed
        account = accounts.read(sender.settings)
        about = f"SMTP server {account.host}:{account.port}"
        problem = Connection(account).greet() if online else ""
        if problem:
            hint = "Check host, port, security, username and password."
            return Examination(works=False, text=f"{about}: {problem}", hint=hint)
        return Examination(works=True, text=about)

    def close(self) -> None:
        """Close the kept connections."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for connection in (each for kept in idle.values() for each in kept):
            connection.close()

    def _send(self, sender: SenderConfig, account: Account, mail: Rendered) -> Verdict:
        objection = letters.objection(sender, mail)
        if objection is not None:
            return objection
        try:
            body = _compose(sender, mail).as_bytes(policy=_POLICY)
        except (ValueError, LookupError) as error:
            return Verdict("failed", f"cannot be written as a mail: {type(error).__name__}")
        with self._borrow(account) as connection:
            return connection.send(body, sender.from_address, mail.to_address)

    @contextmanager
    def _borrow(self, account: Account) -> Iterator[Connection]:
        with self._lock:
            idle = self._idle.setdefault(account, [])
            connection = idle.pop() if idle else Connection(account)
        try:
            yield connection
        finally:
            with self._lock:
                self._idle.setdefault(account, []).append(connection)


def _compose(sender: SenderConfig, mail: Rendered) -> EmailMessage:
    message = EmailMessage()
    message["From"] = letters.from_header(sender)
    message["To"] = letters.to_header(mail)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(clock.now())
    if sender.reply_to:
        message["Reply-To"] = sender.reply_to
    host = sender.from_address.rpartition("@")[2]
    for name, value in letters.headers(mail, host).items():
        message[name] = value
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    letters.attach(message, mail)
    return message
