"""What every page shows around its content."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.console.gate import Visit, frame
from postlude.console.menu_entries import ENTRIES
from postlude.console.readings import attention


def context(visit: Visit, current: str, **more: Any) -> dict[str, Any]:
    """Return a page's whole template context."""
    count = attention.count(visit.org)
    items = [
        {
            "label": _(entry.label),
            "href": reverse(f"console:{entry.name}", args=[visit.org.slug]),
            "icon": entry.icon,
            "current": entry.name == current,
            "count": count if entry.name == "attention" else 0,
        }
        for entry in ENTRIES
        if visit.may(entry.permission)
    ]
    return frame(visit, menu=items, **more)
