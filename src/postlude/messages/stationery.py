"""Senders and templates: what messages are sent by and made of."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from postlude.kernel import clock, ids, store
from postlude.messages import (
    fragments,
    locales,
    previewing,
    publishing,
    testing,
)
from postlude.messages import (
    senders as accounts,
)
from postlude.messages.enqueue import enqueue_many
from postlude.messages.types import (
    Enqueued,
    Klass,
    Lane,
    LocaleText,
    NewMessage,
    Preview,
    SenderConfig,
    SenderStatus,
    TemplateRef,
)


def ensure_sender(  # noqa: PLR0913 - a vendor account has this many sides
    org: int,
    slug: str,
    channel: str,
    *,
    settings: Mapping[str, Any],
    rate: float,
    burst: int | None = None,
    window: int = 32,
    from_address: str = "",
    from_name: str = "",
    reply_to: str = "",
    quota: int | None = None,
    urgent_share: float = 0.15,
) -> int:
    """Create or change a sender and return its id. `quota` is messages a calendar month."""
    values = {
        "settings": dict(settings),
        "rate": rate,
        "burst": burst,
        "window": window,
        "from_address": from_address,
        "from_name": from_name,
        "reply_to": reply_to,
        "quota": quota,
        "urgent_share": urgent_share,
    }
    return accounts.ensure(org, slug, channel, values)


def sender(org: int, slug: str) -> SenderConfig:
    """Return a sender; raise UnknownSender."""
    return accounts.by_slug(org, slug)


def sender_by_id(number: int) -> SenderConfig:
    return accounts.by_id(number)


def senders(org: int, *, now: datetime | None = None) -> list[SenderStatus]:
    """Return each sender with its rest, health, quota and queue."""
    return accounts.status(org, now or clock.now())


def resume_sender(org: int, number: int, *, now: datetime) -> None:  # noqa: ARG001 - one shape
    """End a sender's rest and close its breaker, by an operator's hand."""
    accounts.resume(org, number)


def publish_template(  # noqa: PLR0913 - a template is what it is made of
    org: int,
    slug: str,
    kind: str,
    texts: Sequence[LocaleText],
    *,
    now: datetime,
    context_sample: Mapping[str, Any] | None = None,
) -> int:
    """Publish a version and return its id; the same content again is the same version.

    Raises BadTemplate with locale, part, line and a hint. `context_sample` says which
    `{{ context.… }}` names the messages will carry.
    """
    return publishing.publish(org, slug, kind, texts, context=context_sample or {}, now=now)


def check_template(text: LocaleText, context_sample: Mapping[str, Any] | None = None) -> None:
    """Raise what publishing would raise; write nothing."""
    publishing.check(text, context_sample or {})


def template(org: int, slug: str) -> TemplateRef:
    """Return the newest version; raise UnknownTemplate."""
    return publishing.ref(org, slug)


def template_versions(org: int, slugs: Collection[str]) -> dict[str, int]:
    """Return the id of the newest version of each of these; raise UnknownTemplate."""
    return publishing.newest_versions(org, slugs)


def templates(org: int) -> list[TemplateRef]:
    """Return the newest version of every template, by name."""
    return publishing.refs(org)


def preview(
    org: int, version: int, locale: str, *, values: Mapping[str, Any] | None = None
) -> Preview:
    """Render a published text with sample values; `values` replaces samples by name.

    Of a text message it says how long it is, with links as long as real ones, and what it costs.
    """
    return previewing.preview(org, version, locale, values)


preview_text = publishing.preview_text
check_fragment = publishing.check_source
fill_fragments = fragments.fill
choose_locale = locales.choose


def send_test(  # noqa: PLR0913 - it is a whole message
    org: int,
    version: int,
    *,
    sender: int,
    contact: int,
    locale: str,
    now: datetime,
    context: Mapping[str, Any] | None = None,
) -> Enqueued:
    """Send one real message to a contact (yourself) that no report or cap ever counts.

    What came of it tells segments and cost, where it can be rendered.
    """
    message = NewMessage(
        key=f"test:{ids.new_id()}",
        klass=Klass.TRANSACTIONAL,
        sender=sender,
        contact=contact,
        template_version=version,
        locale=locale,
        context=context or {},
        lane=Lane.URGENT,
        testing=True,
    )
    with store.write():
        (queued,) = enqueue_many(org, [message], now=now)
        return testing.measured(queued)
