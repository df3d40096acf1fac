"""The heartbeat: a URL of a watching service, called after each good poll."""

import logging

import httpx

from postlude.kernel import boundaries, http
from postlude.kernel.errors import MissingSetting
from postlude.sources.kktix.settings import KktixSettings

_log = logging.getLogger(__name__)
_SECONDS = 5.0


def beat(config: KktixSettings) -> None:
    """Tell the watching service that a poll succeeded; its trouble is not ours."""
    boundaries.crossing("sources.heartbeat_sending")
    if not config.heartbeat:
        return
    try:
        url = config.resolved("heartbeat")
        if not url:
            return
        http.client(timeout=_SECONDS).get(url).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, MissingSetting) as error:
        _log.warning("heartbeat failed", extra={"reason": type(error).__name__})
