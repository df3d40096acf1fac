"""A kept connection to an SMTP server, step by step, so that a break tells how far it came."""

import smtplib
import ssl

from postlude.channels.smtp.account import Account
from postlude.channels.smtp.answers import Step, lost, read
from postlude.channels.types import Verdict
from postlude.kernel import clock
from postlude.kernel.redact import cut

TIMEOUT_S = 10.0
_IDLE_S = 5.0
_OK = 250
_OK_TOO = 251
_GO_AHEAD = 354


class Connection:
    """One connection; opened at the first mail and again after a break or a rest. Not shared."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._server: smtplib.SMTP | None = None
        self._used_at = 0.0

    def send(self, body: bytes, from_address: str, to_address: str) -> Verdict:
        """Send one mail to one address."""
        step = Step.CONNECT
        try:
            server = self._open()
            step = Step.SENDER
            code, reply = server.mail(from_address)
            if code != _OK:
                return self._give_up(step, code, reply)
            step = Step.RECIPIENT
            code, reply = server.rcpt(to_address)
            if code not in (_OK, _OK_TOO):
                return self._give_up(step, code, reply)
            step = Step.DATA
            code, reply = server.docmd("data")
            if code != _GO_AHEAD:
                return self._give_up(step, code, reply)
            step = Step.BODY
            code, reply = _write(server, body)
        except smtplib.SMTPResponseException as error:
            self.close()
            return read(step, error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return lost(step, error)
        self._used_at = clock.monotonic()
        return read(step, code, reply)

    def greet(self) -> str:
        """Connect, log in and say good-bye; return what went wrong, or nothing."""
        try:
            self._open().quit()
        except (OSError, smtplib.SMTPException) as error:
            return cut(f"{type(error).__name__}: {error}", 150)
        finally:
            self.close()
        return ""

    def close(self) -> None:
        """Close without ceremony."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _open(self) -> smtplib.SMTP:
        if self._server is not None and clock.monotonic() - self._used_at > _IDLE_S:
            self.close()
        if self._server is None:
            self._server = _connect(self._account)
        return self._server

    def _give_up(self, step: Step, code: int, reply: bytes) -> Verdict:
        if self._server is not None:
            try:
                self._server.rset()
            except (OSError, smtplib.SMTPException):
                self.close()
        self._used_at = clock.monotonic()
        return read(step, code, reply)


def _write(server: smtplib.SMTP, body: bytes) -> tuple[int, bytes]:
    lines = (b"." + line if line.startswith(b".") else line for line in body.split(b"\r\n"))
    dotted = b"\r\n".join(lines)
    server.send(dotted + (b".\r\n" if dotted.endswith(b"\r\n") else b"\r\n.\r\n"))
    return server.getreply()


def _connect(account: Account) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if account.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            account.host, account.port, timeout=TIMEOUT_S, context=context
        )
    else:
        server = smtplib.SMTP(account.host, account.port, timeout=TIMEOUT_S)
    try:
        if account.security == "starttls":
            server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
        if account.username:
            server.login(account.username, account.password)
    except BaseException:
        server.close()
        raise
    return server
