"""What other rooms may ask of activity.

News: `activity.event` (EVENT), keys are ids of activities. It is published in the commit that
keeps a new event (add_to_cart, login, order …: never a page view) of a visitor whose contact is
known at that moment; a repeat publishes nothing. A consumer reads `activities(org, keys)` and
finds `contact`, `action`, `products`, `properties` and `at`. `contact` is who it was known to be
when it was kept: ask `people.canonical` who speaks for that person now.

`activity.late` (LATE), keys are ids of activities: page views and events that came more than five
minutes after they happened. Whoever looks at a moment six minutes after it has passed, and heeds
this news, misses nothing that anybody did before it.

Events of contacts, whoever told of them: `happenings` by the keys of either topic, EVENT or TOLD
(`contact.event`: another system told of it), and `happened_since`.
"""

from postlude.activity.counting import count_many
from postlude.activity.going import count_before, first_day, let_go
from postlude.activity.happenings import TOLD, happened_since, happenings, tell_events
from postlude.activity.jobs import JOBS
from postlude.activity.reading import activities, activities_of
from postlude.activity.recording import EVENT, LATE, moment_of, record_many

__all__ = (
    "EVENT",
    "JOBS",
    "LATE",
    "TOLD",
    "activities",
    "activities_of",
    "count_before",
    "count_many",
    "first_day",
    "happened_since",
    "happenings",
    "let_go",
    "moment_of",
    "record_many",
    "tell_events",
)
