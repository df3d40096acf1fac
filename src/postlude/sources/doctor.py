"""What `postlude doctor` asks of the sources: secrets there, shop reachable, heard lately."""

from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime

import httpx

from postlude.kernel import clock, environment, http
from postlude.kernel.doctor import Finding
from postlude.kernel.errors import AppError
from postlude.sources.errors import BadSource
from postlude.sources.kktix import settings as kktix
from postlude.sources.kktix.client import Organiser
from postlude.sources.models import Source
from postlude.sources.shopify.settings import KIND as SHOPIFY

_SECONDS = 5.0
_MOST_SKEW = 60.0  # signed webhooks allow minutes, an HTTP date has seconds


def doctor(online: bool = False) -> list[Finding]:  # noqa: FBT001, FBT002 - the shape of a check
    """Return what there is to say of each source."""
    rows = Source.objects.filter(active=True).order_by("org", "slug")
    return [found for row in rows for found in _examine(row, online)]


def _examine(row: Source, online: bool) -> Iterator[Finding]:  # noqa: FBT001 - as above
    about = f"source {row.slug}"
    if row.kind == SHOPIFY:
        yield from _examine_shop(about, row)
        return
    try:
        config = kktix.parse(row.slug, row.settings)
    except BadSource as error:
        yield Finding(about, "problem", error.text(), "Mend the playbook and apply it again.")
        return
    gone = [
        name
        for field in ("url", "token", "webhook_secret", "heartbeat")
        for name in environment.missing(str(getattr(config, field)))
    ]
    for name in gone:
        yield Finding(about, "problem", f"{name} is not set", f"export {name}=… (or {name}_FILE)")
    if online and not gone:
        yield _ask(about, config)
        yield from _clock(config)
    if row.last_success_at is None:
        yield Finding(
            about, "warning", "was never polled with success", "postlude sync kktix --once"
        )
    elif (clock.now() - row.last_success_at).total_seconds() > row.silent_seconds:
        fix = "Is `up` or `worker` running?"
        yield Finding(about, "warning", f"silent: {row.last_error}", fix)
    else:
        yield Finding(about, "ok", "heard lately")


def _examine_shop(about: str, row: Source) -> Iterator[Finding]:
    """Nobody is asked: such a shop speaks, and does not answer."""
    secret = str(row.settings.get("secret", ""))
    gone = environment.missing(secret)
    for name in gone:
        yield Finding(about, "problem", f"{name} is not set", f"export {name}=… (or {name}_FILE)")
    if row.last_webhook_at is None:
        fix = "Make the webhooks in Shopify, as docs/howto/shopify.md says."
        yield Finding(about, "warning", "no webhook ever came", fix)
    elif (clock.now() - row.last_webhook_at).total_seconds() > row.silent_seconds:
        fix = "Nothing sold, or Shopify has removed the webhooks? They are listed in its settings."
        yield Finding(about, "warning", f"silent since {row.last_webhook_at:%Y-%m-%d %H:%M}", fix)
    elif not gone:
        yield Finding(about, "ok", "heard lately")


def _clock(config: kktix.KktixSettings) -> Iterator[Finding]:
    """Compare clocks by the shop's Date header: signed webhooks and leases want them near."""
    try:
        response = http.client(timeout=_SECONDS).get(config.resolved("url"))
        theirs = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
    except (httpx.HTTPError, KeyError, ValueError):
        return
    skew = abs((theirs - clock.now()).total_seconds())
    if skew > _MOST_SKEW:
        yield Finding("clock", "problem", f"{skew:.0f} s from the shop's", "Run NTP on this host.")
    else:
        yield Finding("clock", "ok", f"{skew:.0f} s from the shop's")


def _ask(about: str, config: kktix.KktixSettings) -> Finding:
    try:
        events = Organiser(config).events()
    except AppError as error:
        return Finding(about, "problem", error.text(), error.hint)
    except httpx.HTTPError as error:
        return Finding(about, "problem", http.words(error), "Check URL and firewall.")
    return Finding(about, "ok", f"answers, {len(events)} events on sale")
