"""News that starts paths, and news that wakes those who walk them; facts decide what it means."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from postlude.activity import api as activity
from postlude.journeys import families
from postlude.journeys.models import JourneyVersion, Walk
from postlude.journeys.paths import definitions, hearing, intakes, publishing
from postlude.journeys.paths.entering import Gate, enter
from postlude.journeys.paths.rousing import rouse
from postlude.journeys.paths.types import Candidate, Heard, News, Path, State, Topic
from postlude.kernel import boundaries, clock, store
from postlude.kernel.work import WorkBatch
from postlude.messages.types import Lane
from postlude.orgs import api as orgs

_CHUNK = 500
CONSUMER = "paths"
TOPICS = (*(topic.value for topic in Topic), activity.EVENT)


def on_news(batch: WorkBatch) -> None:
    """Let them enter every path that this starts, and wake whoever may wait for it.

    In one commit with the end of the news.
    """
    now = clock.now()
    topic = hearing.topic_of(batch.topic)
    heard = hearing.told(batch.org, batch.topic, batch.keys)
    with store.write():
        if heard:
            _wake(batch.org, topic, heard, now)
            for version, path, begun in publishing.open_paths(batch.org):
                _start(batch.org, version, path, heard, begun, now)
        batch.finish()
    boundaries.crossing("journeys.path_entered")


def _start(  # noqa: PLR0913, PLR0917 - which path, what happened, and since when it counts
    org: int,
    version: JourneyVersion,
    path: Path,
    heard: Sequence[Heard],
    begun: datetime,
    now: datetime,
) -> None:
    trigger = path.trigger
    if not isinstance(trigger, News):
        return
    earliest = max(begun, now - trigger.within)
    groups: dict[int, list[Candidate]] = defaultdict(list)
    for each in heard:
        if each.at >= earliest and definitions.fits(trigger.what, each):
            one = Candidate(each.contact, each.subject, each.conference)
            groups[each.conference].append(one)
    home = orgs.get(org)
    day = orgs.local_day(org, now).isoformat()
    for conference, candidates in sorted(groups.items()):
        cycle = intakes.of_day(org, version, conference, day, now)
        gate = Gate(
            org, home.zone, version, path, cycle, now, Lane.TRIGGERED, trigger.what.topic.value
        )
        enter(gate, candidates, now)


def _wake(org: int, topic: Topic, heard: Sequence[Heard], now: datetime) -> None:
    """Let those who may wait for this be looked at now.

    All of them, whatever they stand at, since one of them may be walked right now.
    """
    every = families.of(org, {each.contact for each in heard})
    contacts = sorted(families.heads_of(every))
    for chunk in store.chunks(contacts, _CHUNK):
        walks = Walk.objects.filter(org=org, contact__in=chunk, state=State.WALKING)
        rows = list(walks.order_by("contact", "id").values_list("id", "version"))
        known = publishing.paths(org, {version for _, version in rows})
        ears = {
            number
            for number, path in known.items()
            if any(what.topic is topic for what in definitions.awaited(path))
        }
        mine = [number for number, version in rows if version in ears]
        if mine:
            rouse(walks.filter(id__in=mine), now)
