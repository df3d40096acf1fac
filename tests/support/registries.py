"""What rooms register with one another is put back after every test.

A test that empties a registry for itself would otherwise decide how a later one goes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from postlude.access.authorisers import registry as authorisers
from postlude.channels import registry as channels
from postlude.kernel import inbox, jobs, work
from postlude.messages import providers, traits
from postlude.people import erasure
from postlude.playbooks import rooms
from postlude.wiring import registry

_REGISTRIES: tuple[tuple[Any, str], ...] = (
    (registry, "_done"),
    (work, "_subscriptions"),
    (inbox, "_handlers"),
    (jobs, "_jobs"),
    (channels, "_channels"),
    (authorisers, "_authorisers"),
    (providers, "_providers"),
    (traits, "_traits"),
    (erasure, "_shredders"),
    (rooms, "_alerts_hooks"),
    (rooms, "_discord_hooks"),
)


@contextmanager
def put_back() -> Iterator[None]:
    """Leave every registry as it was found, contents and object."""
    found = [(module, name, getattr(module, name)) for module, name in _REGISTRIES]
    contents = [each.copy() for _, _, each in found]
    try:
        yield
    finally:
        for (module, name, registry_itself), content in zip(found, contents, strict=True):
            setattr(module, name, registry_itself)
            registry_itself.clear()
            (registry_itself.extend if isinstance(content, list) else registry_itself.update)(
                content
            )
