"""What the codes of vendors of text messages mean."""

from collections.abc import Sequence

from postlude.kernel import ids, store
from postlude.sources.models import VendorCode


def keep(org: int, codes: Sequence[tuple[str, str, str]]) -> None:
    """Keep what codes (vendor, code, meaning) mean; what is known stays."""
    rows = [(ids.new_id(), org, *each) for each in codes]
    store.insert_ignore(
        VendorCode,
        ("id", "org", "vendor", "code", "means"),
        rows,
        conflict=("org", "vendor", "code"),
    )


def known(org: int) -> dict[tuple[str, str], str]:
    """Return the meaning of every code of an organisation."""
    rows = VendorCode.objects.filter(org=org).values_list("vendor", "code", "means")
    return {(vendor, code): means for vendor, code, means in rows}
