"""The sink: accepts every message, unless a fault says otherwise."""

# ruff: noqa: ARG001, ARG002 - the signatures are aiosmtpd's

from __future__ import annotations

import asyncio
import base64
from collections import deque
from collections.abc import Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from postlude.sandbox.faults import SMTP_FAULTS, FaultBook, FaultKind, FaultRule
from postlude.sandbox.now import now
from postlude.sandbox.simulator import Json, Simulator, VendorConfig

_WAIT_FOR_THE_END_S = 5


class SmtpConfig(VendorConfig):
    """Nothing to set: any login and any recipient are taken."""


class SmtpSink(Simulator):
    """The mail server; faults are drawn per recipient (before DATA) and per message (at DATA)."""

    name = "smtp"
    faults_offered = SMTP_FAULTS
    config: SmtpConfig

    def __init__(self, config: SmtpConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self.messages: deque[Json] = deque(maxlen=100_000)
        self.total = 0

    def protocol(self) -> asyncio.Protocol:
        """A fresh SMTP conversation for one connection."""
        loop = asyncio.get_running_loop()
        smtp = SMTP(
            self,
            loop=loop,
            hostname="localhost",
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=_welcome,
        )
        return cast("asyncio.Protocol", smtp)

    def received(self, query: Mapping[str, str]) -> Json:
        """Messages, newest last; `to` filters."""
        found = [m for m in self.messages if "to" not in query or query["to"] in m["to"]]
        limit = int(query.get("limit", "100"))
        return {"total": self.total, "matching": len(found), "messages": found[-limit:]}

    def summary(self) -> dict[str, object]:
        """How many messages."""
        return {"messages": self.total}

    def reset(self) -> None:
        """An empty mailbox."""
        super().reset()
        self.messages.clear()
        self.total = 0

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, or refuse it by fault."""
        verdict = self.faults.judge(self.name, "RCPT", address)
        await asyncio.sleep(verdict.before_s)
        fault = verdict.fault
        if fault is not None and fault.kind is FaultKind.REFUSE_RECIPIENT:
            self._note("RCPT", address, 550, fault)
            return "550 5.1.1 No such user here"
        if fault is not None and fault.kind is FaultKind.TEMPORARY_FAILURE:
            self._note("RCPT", address, 451, fault)
            return "451 4.3.0 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take the message; a drop *before* loses it, a drop *after* loses only the answer."""
        to = ",".join(envelope.rcpt_tos)
        verdict = self.faults.judge(self.name, "DATA", to)
        await asyncio.sleep(verdict.before_s)
        fault = verdict.fault
        drops = fault is not None and fault.kind in (FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER)
        if fault is None or fault.kind is FaultKind.DROP_AFTER:
            self._keep(envelope)
        self._note("DATA", to, None if drops else 250, fault)
        if drops:
            server.transport.abort()  # type: ignore[union-attr]
            # The end of the connection cancels this conversation while it sleeps.
            await asyncio.sleep(_WAIT_FOR_THE_END_S)
        return "250 2.0.0 OK: queued"

    def _keep(self, envelope: Envelope) -> None:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        parsed = message_from_bytes(raw, EmailMessage, policy=default_policy)
        self.total += 1
        self.messages.append(
            {
                "number": self.total,
                "at": now().isoformat(),
                "from": envelope.mail_from,
                "to": list(envelope.rcpt_tos),
                "subject": str(parsed.get("subject", "")),
                "text": _body(parsed, "plain"),
                "html": _body(parsed, "html"),
                "headers": [[name, str(value)] for name, value in parsed.items()],
                "attachments": [_file(part) for part in parsed.iter_attachments()],
            }
        )

    def _note(self, step: str, to: str, status: int | None, fault: FaultRule | None) -> None:
        label = fault.kind.value if fault else None
        self.journal.record(method=step, path=to, query="", status=status, fault=label)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content())


def _file(part: EmailMessage) -> dict[str, str]:
    """Show a file as the Mailgun simulator does, its content in base64."""
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    return {
        "filename": part.get_filename() or "",
        "content_type": part.get_content_type(),
        "content": base64.b64encode(data).decode(),
    }


def _welcome(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any
) -> AuthResult:
    return AuthResult(success=True)
