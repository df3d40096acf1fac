"""Who fills which name in templates: live and personal values, fetched for a batch at render.

Wiring registers them; a template names them (`{{ contact.name }}`, `{{ access.gather }}`).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from postlude.messages.types import Leased, Provider

_providers: dict[str, tuple[Provider, Any]] = {}


def register(name: str, fn: Provider, sample: Any) -> None:
    """Let `fn` fill `name`; a later call replaces an earlier one."""
    _providers[name] = (fn, sample)


def samples(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything a template may name, as it looks in a preview."""
    filled = {name: sample for name, (_, sample) in _providers.items()}
    return {
        **filled,
        "context": context,
        "locale": "en",
        "unsubscribe_url": "https://example.test/u/sample",
        "view_in_browser_url": "https://example.test/v/sample",
    }


def values(org: int, leased: Sequence[Leased], names: Collection[str]) -> dict[str, dict[int, Any]]:
    """Ask the providers of these names once each; a message a provider skips gets nothing."""
    wanted = [name for name in sorted(names) if name in _providers]
    return {name: dict(_providers[name][0](org, leased)) for name in wanted}
