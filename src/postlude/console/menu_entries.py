"""The pages of the console, in the order of the menu."""

from typing import NamedTuple

from postlude.kernel.errors import N_
from postlude.orgs.api import Permission


class Entry(NamedTuple):
    name: str
    label: str
    permission: str
    icon: str


ENTRIES = (
    Entry("sales", N_("Sales"), Permission.VIEW_SALES, "M4 19V5M4 19h16M8 15l4-5 3 3 5-7"),
    Entry("funnel", N_("Funnel"), Permission.VIEW_SALES, "M3 5h18l-7 8v6l-4-2v-4z"),
    Entry("channel", N_("Channels"), Permission.VIEW_SALES, "M4 20V10M10 20V4M16 20v-7M22 20H2"),
    Entry("popups", N_("Popups"), Permission.VIEW_SALES, "M3 5h18v14H3zM8 9h8v6H8zM14.5 10.5v.1"),
    Entry(
        "cost",
        N_("Costs"),
        Permission.VIEW_SALES,
        "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM15 9c0-1.5-6-2-6 .5s6 2 6 4.5-6 2-6 .5M12 6v12",
    ),
    Entry(
        "promotions",
        N_("Promotions"),
        Permission.VIEW_SALES,
        "M4 11h16v9H4zM3 7h18v4H3zM12 7v13M12 7C10 2.5 6 3 7 5.5 7.5 6.8 10 7 12 7z"
        "M12 7c2-4.5 6-4 5-1.5-.5 1.3-3 1.5-5 1.5z",
    ),
    Entry(
        "buyers",
        N_("Buyers"),
        Permission.VIEW_SALES,
        "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 20c0-3.5 3-6 7-6s7 2.5 7 6M17 11a3 3 0 1 0 0-6"
        "M19 14c2 .7 3.2 2.5 3.2 5",
    ),
    Entry("messages", N_("Messages"), Permission.VIEW_SALES, "M3 6h18v12H3zM3 7l9 6 9-6"),
    Entry(
        "journeys",
        N_("Journeys"),
        Permission.VIEW_SALES,
        "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
    ),
    Entry(
        "templates",
        N_("Mails"),
        Permission.VIEW_SALES,
        "M5 3h10l4 4v14H5zM15 3v4h4M8.5 12h7M8.5 16h7",
    ),
    Entry(
        "attention",
        N_("Attention"),
        Permission.VIEW_SALES,
        "M12 3.5 21.5 20h-19zM12 10v4.5M12 17.2v.1",
    ),
    Entry(
        "support",
        N_("Support"),
        Permission.VIEW_SALES,
        "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z"
        "M9.6 9.5a2.5 2.5 0 1 1 3.4 2.3c-.7.3-1 .8-1 1.6M12 16.6v.1",
    ),
    Entry(
        "by-hand",
        N_("Let in by hand"),
        Permission.VIEW_SALES,
        "M14 4h5v16h-5M4 12h10M10.5 8.5 14 12l-3.5 3.5",
    ),
    Entry(
        "audit",
        N_("Audit"),
        Permission.VIEW_CONTACT,
        "M12 5c5 0 8.5 4.6 9.5 7-1 2.4-4.5 7-9.5 7s-8.5-4.6-9.5-7C3.5 9.6 7 5 12 5z"
        "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
    ),
    Entry(
        "system",
        N_("System"),
        Permission.VIEW_OPERATIONS,
        "M4 5h16v6H4zM4 13h16v6H4zM8 8v.1M8 16v.1",
    ),
)
