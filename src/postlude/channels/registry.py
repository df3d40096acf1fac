"""Which channels there are. Filled by `wiring` at start, and by tests."""

from postlude.channels.errors import UnknownChannel
from postlude.channels.types import Channel
from postlude.messages import api as messages

_channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Add a channel, or take another one of the same name in its place."""
    _channels[channel.name] = channel
    messages.register_channel_traits(channel.name, channel.traits)


def get(name: str) -> Channel:
    """Return the channel of that name; raise UnknownChannel."""
    try:
        return _channels[name]
    except KeyError:
        hint = f"Use one of: {', '.join(names()) or 'none is registered'}."
        raise UnknownChannel(channel=name, hint=hint) from None


def single_senders() -> list[str]:
    """Return the names of channels that send message by message."""
    return [name for name in names() if not _channels[name].traits.takes_whole_lots]


def names() -> list[str]:
    """Return the names of every channel, sorted."""
    return sorted(_channels)
