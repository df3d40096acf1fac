"""What every page shows around its content."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.access import api as access
from postlude.console.gate import Visit, frame
from postlude.console.menu_entries import ENTRIES
from postlude.console.readings import attention


def context(visit: Visit, current: str, **more: Any) -> dict[str, Any]:
    """Return a page's whole template context."""
    counts = {
        "attention": attention.count(visit.org),
        "by-hand": access.count_by_hand(visit.org.id),
    }
    items = [
        {
            "label": _(entry.label),
            "href": reverse(f"console:{entry.name}", args=[visit.org.slug]),
            "icon": entry.icon,
            "current": entry.name == current,
            "count": counts.get(entry.name, 0),
        }
        for entry in ENTRIES
        if visit.may(entry.permission)
    ]
    return frame(visit, menu=items, **more)
