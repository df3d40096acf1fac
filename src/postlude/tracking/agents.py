"""Who asks: reads a request's headers for signs that it is not a person. Pure."""

import re
from collections.abc import Mapping

from postlude.tracking.types import Agent, AgentKind, Reason

_PROXY = re.compile(
    r"googleimageproxy|ggpht\.com|yahoomailproxy|yahoo! slurp|"
    r"outlook-?android-proxy|duckduckgo.*emailprotection|^mozilla/5\.0$",
    re.IGNORECASE,
)  # Apple's mail privacy proxy sends the bare "Mozilla/5.0"
_BOT = re.compile(
    r"bot\b|bot[/;]|crawl|spider|slurp|scanner|preview|facebookexternalhit|whatsapp|telegram|"
    r"slackbot|discord|skypeuri|linkedin|barracuda|proofpoint|mimecast|safelinks|headless|"
    r"phantomjs|lighthouse|monitor|uptime|mattermost|embedly|line-poker|microsoft office",
    re.IGNORECASE,
)
_TOOL = re.compile(
    r"^(curl|wget|python|httpx|aiohttp|go-http|java|okhttp|libwww|ruby|axios|node|php|postman)",
    re.IGNORECASE,
)
_BROWSER = re.compile(r"mozilla/|opera/|applewebkit|gecko", re.IGNORECASE)
_AHEAD = ("prefetch", "prerender", "preview")


def fetches_ahead(headers: Mapping[str, str]) -> bool:
    """Say whether the program loads the page before a person asked for it.

    `headers` have lower-case names.
    """
    spoken = " ".join(
        headers.get(name, "") for name in ("sec-purpose", "purpose", "x-purpose", "x-moz")
    ).lower()
    return any(word in spoken for word in _AHEAD)


def look(headers: Mapping[str, str], method: str = "GET") -> Agent:
    """Return the kind of program and every sign that it is not a person."""
    named = look_at_name(headers.get("user-agent", ""))
    reasons = named.reasons
    if fetches_ahead(headers):
        reasons |= Reason.PREFETCH
    if method == "HEAD":
        reasons |= Reason.HEAD
    return Agent(named.kind, reasons)


def look_at_name(name: str) -> Agent:
    """Return what a User-Agent text alone says."""
    text = name.strip()
    if not text:
        return Agent(AgentKind.UNKNOWN, Reason.NO_AGENT)
    if _PROXY.search(text):
        return Agent(AgentKind.MAIL_PROXY, Reason.MAIL_PROXY)
    if _BOT.search(text):
        return Agent(AgentKind.BOT, Reason.KNOWN_BOT)
    if _TOOL.search(text):
        return Agent(AgentKind.TOOL, Reason.TOOL)
    if _BROWSER.search(text):
        return Agent(AgentKind.BROWSER, Reason.NONE)
    return Agent(AgentKind.UNKNOWN, Reason.NONE)
