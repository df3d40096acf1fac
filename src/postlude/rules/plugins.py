"""Kinds by name: ours are found in their folder, those that other packages bring by entry point.

What others bring is checked before it is taken in.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType
from typing import Any, TypeVar

from postlude.rules.errors import BrokenPlugin, KindClash
from postlude.rules.kinds import ActionKind, ConditionKind

K = TypeVar("K", ConditionKind[Any], ActionKind[Any])
Found = Callable[[str], Iterable[EntryPoint]]


def beside(folder: ModuleType, kind: type[K]) -> Iterator[K]:
    """Yield the `KIND` of each module of a package that has one, in the order of their names."""
    for each in iter_modules(folder.__path__, f"{folder.__name__}."):
        if not each.name.endswith(".registry"):
            found = getattr(import_module(each.name), "KIND", None)
            if isinstance(found, kind):
                yield found


def installed(group: str) -> Iterable[EntryPoint]:
    """Return the entry points of a group, by name: the same order on each machine."""
    return sorted(entry_points(group=group), key=lambda each: each.name)


def gathered(
    own: Iterable[K], kind: type[K], group: str, found: Found = installed
) -> Mapping[str, K]:
    """Return our own kinds and those of a group of plug-ins by name.

    Raises BrokenPlugin for one that cannot be loaded or is none, KindClash where two bear one name
    or alias. Importing this fails for no plug-in: they are looked at when kinds are asked for.
    """
    kinds: dict[str, K] = {}
    names: dict[str, str] = {}
    for each in own:
        _take(each, "postlude", kinds, names)
    for point in found(group):
        _take(_loaded(point, kind), point.value, kinds, names)
    return MappingProxyType(kinds)


def _loaded(point: EntryPoint, kind: type[K]) -> K:
    try:
        loaded = point.load()
    except Exception as error:
        raise BrokenPlugin(plugin=point.value, reason=type(error).__name__) from error
    if not isinstance(loaded, kind):
        raise BrokenPlugin(plugin=point.value, reason=f"it is no {kind.__name__}")
    return loaded


def _take(each: K, owner: str, kinds: dict[str, K], names: dict[str, str]) -> None:
    for name in (each.name, *each.aliases):
        if name in names:
            raise KindClash(name=name, plugin=owner, other=names[name])
        names[name] = owner
    kinds[each.name] = each


def by_alias(kinds: Mapping[str, K]) -> Mapping[str, str]:
    """Return the kind's name for each name and alias."""
    return _aliases(tuple((name, kind.aliases) for name, kind in kinds.items()))


@cache
def _aliases(names: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, str]:
    return MappingProxyType({alias: name for name, aliases in names for alias in (name, *aliases)})
