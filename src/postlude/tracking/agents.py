"""Who asks: reads a request's headers for signs that it is not a person."""

from collections.abc import Mapping
from functools import lru_cache

from postlude.tracking import machines
from postlude.tracking.types import Agent, AgentKind, Reason

_NAME_MAX = 1_000
_SPEAKING = frozenset({"sec-purpose", "purpose", "x-purpose", "x-moz"})
_AHEAD = ("prefetch", "prerender", "preview")


def fetches_ahead(headers: Mapping[str, str]) -> bool:
    """Say whether the program loads the page before a person asked for it.

    `headers` have lower-case names.
    """
    if _SPEAKING.isdisjoint(headers):  # mostly
        return False
    spoken = " ".join(headers.get(name, "") for name in sorted(_SPEAKING)).lower()
    return any(word in spoken for word in _AHEAD)


def look(headers: Mapping[str, str], method: str = "GET", ip: str = "") -> Agent:
    """Return the kind of program and every sign that it is not a person.

    The address of the network (`ip`) is looked at and not kept.
    """
    found = _look_at(headers.get("user-agent", "")[:_NAME_MAX], ip)
    ahead = fetches_ahead(headers)
    if not ahead and method != "HEAD":  # mostly
        return found
    reasons = found.reasons
    if ahead:
        reasons |= Reason.PREFETCH
    if method == "HEAD":
        reasons |= Reason.HEAD
    return Agent(found.kind, reasons)


@lru_cache(maxsize=10_000)
def _look_at(name: str, ip: str) -> Agent:
    """Return what the name of a program and the network that it is in say together."""
    named = look_at_name(name)
    reasons = named.reasons
    if ip:
        reasons |= machines.known().networks.signs_of(ip)
    return named if reasons == named.reasons else Agent(named.kind, reasons)


@lru_cache(maxsize=10_000)
def look_at_name(name: str) -> Agent:
    """Return what a User-Agent text alone says."""
    text = name.strip()
    if not text:
        return Agent(AgentKind.UNKNOWN, Reason.NO_AGENT)
    for program in machines.known().programs:
        if program.agent.search(text):
            return program.is_
    return Agent(AgentKind.UNKNOWN, Reason.NONE)
