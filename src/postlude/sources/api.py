"""What `wiring` and the upper rooms may ask of sources."""

from postlude.sources.accounts import (
    check_settings,
    define_shop,
    define_source,
    poll,
    remove_shop,
    retire,
    shops,
    slowest_poll,
    status,
)
from postlude.sources.doctor import doctor
from postlude.sources.guests.importing import import_guests
from postlude.sources.history.closing import loaded_since
from postlude.sources.history.loading import load_facts
from postlude.sources.history.registry import on_cycles
from postlude.sources.history.types import CycleSeen, LoadReport
from postlude.sources.jobs import JOBS
from postlude.sources.kktix.exports.importing import import_csv
from postlude.sources.kktix.webhook import handle as handle_kktix
from postlude.sources.shopify.webhook import handle as handle_shopify

__all__ = (
    "INBOX_HANDLERS",
    "JOBS",
    "CycleSeen",
    "LoadReport",
    "check_settings",
    "define_shop",
    "define_source",
    "doctor",
    "import_csv",
    "import_guests",
    "load_facts",
    "loaded_since",
    "on_cycles",
    "poll",
    "remove_shop",
    "retire",
    "shops",
    "slowest_poll",
    "status",
)

INBOX_HANDLERS = {"kktix": handle_kktix, "shopify": handle_shopify}
