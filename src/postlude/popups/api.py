"""What other rooms may ask of popups.

Promises: what was answered as shown is kept; a visitor never sees more than the organisation's
limit a day, however many tabs wish at once; the draw is for ever, and who is held out is counted.
"""

from postlude.popups.definitions import to_json as as_json
from postlude.popups.offering import offers, routers
from postlude.popups.passes import name_of, named
from postlude.popups.passes import read as read_pass
from postlude.popups.publishing import (
    check,
    configure,
    in_force,
    limit,
    line,
    lines,
    publish,
    retire,
    stored,
)
from postlude.popups.showing import show_many
from postlude.popups.telling import tell_many

__all__ = (
    "as_json",
    "check",
    "configure",
    "in_force",
    "limit",
    "line",
    "lines",
    "name_of",
    "named",
    "offers",
    "publish",
    "read_pass",
    "retire",
    "routers",
    "show_many",
    "stored",
    "tell_many",
)
