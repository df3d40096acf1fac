"""What `wiring` and the upper rooms may ask of sources."""

from postlude.sources.accounts import (
    check_settings,
    define_source,
    poll,
    retire,
    slowest_poll,
    status,
)
from postlude.sources.doctor import doctor
from postlude.sources.guests.importing import import_guests
from postlude.sources.jobs import JOBS
from postlude.sources.kktix.exports.importing import import_csv
from postlude.sources.kktix.webhook import handle as handle_kktix

__all__ = (
    "INBOX_HANDLERS",
    "JOBS",
    "check_settings",
    "define_source",
    "doctor",
    "import_csv",
    "import_guests",
    "poll",
    "retire",
    "slowest_poll",
    "status",
)

INBOX_HANDLERS = {"kktix": handle_kktix}
