"""A context as closures want it: every fact there, None when unknown, the local calendar beside."""

from collections.abc import Callable, Iterable, Mapping

from postlude.rules.compiling.closures import Complete
from postlude.rules.compiling.reading import zones_read
from postlude.rules.facts import NOW, Context, Value, derived


class OnDemand(dict[str, Value]):
    """A context of which some facts are loaded when the first test asks for them, and then kept."""

    def __init__(self, facts: Context, loaders: Mapping[str, Callable[[], Value]]) -> None:
        super().__init__(facts)
        self._loaders = loaders

    def __missing__(self, name: str) -> Value:
        load = self._loaders.get(name)
        self[name] = value = None if load is None else load()
        return value


class Completion:
    """What has to be added to a context before expressions that read `names` can look at it."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self.zones = zones_read(self.names)
        self._unknown: dict[str, Value] = dict.fromkeys(self.names)

    def complete(self, context: Context) -> Complete:
        """Return the context with each of the names; what it does not know is None."""
        if isinstance(context, OnDemand):
            context.update(self._local(context))
            return context
        complete = self._unknown | dict(context)
        if self.zones:
            complete.update(self._local(context))
        return complete

    def with_calendar(self, context: Context) -> Complete:
        """Return the context with the local calendar's facts, and otherwise as it is."""
        return {**context, **self._local(context)}

    def _local(self, context: Context) -> Mapping[str, Value]:
        now = context.get(NOW)
        return derived(now, self.zones) if isinstance(now, int) else {}
