"""Sets of small whole numbers, exact and small: Roaring bitmaps in the portable format.

Pure: no database, no clock.
"""

from collections.abc import Iterable

from pyroaring import BitMap as Bitmap

__all__ = ["Bitmap", "load", "union"]


def load(raw: bytes | memoryview) -> Bitmap:
    """Read what `serialize` wrote, or another library of the format. Raises ValueError."""
    try:
        return Bitmap.deserialize(bytes(raw))
    except (ValueError, RuntimeError) as error:
        raise ValueError("this is no bitmap") from error


def union(some: Iterable[Bitmap]) -> Bitmap:
    """Return everything that is in any of these."""
    listed = list(some)
    return Bitmap.union(*listed) if listed else Bitmap()
