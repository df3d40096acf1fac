"""What channels say about themselves; filled by wiring at start."""

from postlude.messages.types import ChannelTraits

_traits: dict[str, ChannelTraits] = {}
_careful = ChannelTraits()


def register(channel: str, traits: ChannelTraits) -> None:
    """Say how a channel behaves; a later call replaces an earlier one."""
    _traits[channel] = traits


def of(channel: str) -> ChannelTraits:
    """Return a channel's traits; one that nobody described is treated as never repeatable."""
    return _traits.get(channel, _careful)
