"""The programs and networks of `machines.toml`, and of the operator's own file before them."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any

from postlude.kernel.environment import lookup
from postlude.kernel.errors import MissingSetting
from postlude.tracking.types import Agent, AgentKind, Reason

FILE = "POSTLUDE_MACHINES_FILE"
_OURS = Path(__file__).with_name("machines.toml")


@dataclass(frozen=True, slots=True)
class Program:
    """Who asks, when the name of the program fits."""

    agent: re.Pattern[str]
    is_: Agent


@dataclass(frozen=True, slots=True)
class Networks:
    """Ranges of addresses as numbers, in order and apart, with what each says."""

    begins: tuple[tuple[int, int], ...]
    ends: tuple[tuple[int, int], ...]
    signs: tuple[Reason, ...]

    def signs_of(self, ip: str) -> Reason:
        """Return what the network of an address says; nothing of what is no address."""
        try:
            address = ip_address(ip)
        except ValueError:
            return Reason.NONE
        if address.version == 6 and address.ipv4_mapped is not None:  # noqa: PLR2004
            address = address.ipv4_mapped
        at = (address.version, int(address))
        place = bisect_right(self.begins, at) - 1
        return self.signs[place] if place >= 0 and at <= self.ends[place] else Reason.NONE


@dataclass(frozen=True, slots=True)
class Machines:
    programs: tuple[Program, ...]
    networks: Networks


@cache
def known() -> Machines:
    """Return what is known of machines; read once. Raises MissingSetting for a wrong file."""
    own = _own()
    ours = tomllib.loads(_OURS.read_text(encoding="utf-8"))
    return read(own, ours)


def read(*files: Mapping[str, Any]) -> Machines:
    """Return the entries of these files, the first before the others; raise ValueError. Pure."""
    programs = [
        Program(
            re.compile(each["agent"], re.IGNORECASE),
            Agent(AgentKind(each["kind"]), _signs(each["signs"])),
        )
        for file in files
        for each in file.get("program", ())
    ]
    ranges = [
        (ip_network(text), _signs(each["signs"]))
        for file in files
        for each in file.get("network", ())
        for text in each["ranges"]
    ]
    return Machines(tuple(programs), _networks(ranges))


def _own() -> Mapping[str, Any]:
    path = lookup(FILE)
    if not path:
        return {}
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        read(found)
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise MissingSetting(
            "{name} names {path}, which cannot be used: {problem}.",
            hint="It has [[program]] and [[network]] as docs/why/human-clicks.md shows.",
            name=FILE,
            path=path,
            problem=type(error).__name__,
        ) from None
    return found


def _signs(names: Iterable[str]) -> Reason:
    found = Reason.NONE
    for name in names:
        try:
            found |= Reason[name.upper()]
        except KeyError:
            raise ValueError(f"no such sign: {name}") from None
    return found


def _networks(ranges: Sequence[tuple[IPv4Network | IPv6Network, Reason]]) -> Networks:
    """Cut ranges that lie in one another into pieces that do not, so that one look is enough."""
    edges: set[tuple[int, int]] = set()
    spans = []
    for network, sign in ranges:
        begin = (network.version, int(network.network_address))
        end = (network.version, int(network.broadcast_address))
        spans.append((begin, end, sign))
        edges |= {begin, (end[0], end[1] + 1)}
    cuts = sorted(edges)
    pieces: dict[tuple[int, int], Reason] = {}
    lengths: dict[tuple[int, int], tuple[int, int]] = {}
    for begin, end, sign in spans:
        place = bisect_right(cuts, begin) - 1
        while place < len(cuts) and cuts[place] <= end:
            here = cuts[place]
            after = cuts[place + 1]
            pieces[here] = pieces.get(here, Reason.NONE) | sign
            lengths[here] = (here[0], after[1] - 1) if after[0] == here[0] else end
            place += 1
    begins = sorted(pieces)
    return Networks(
        tuple(begins),
        tuple(lengths[each] for each in begins),
        tuple(pieces[each] for each in begins),
    )
