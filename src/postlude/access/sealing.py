"""A vendor's own id of a person is personal: it is kept sealed, and only as long as we need it."""

from postlude.kernel import vault

_PURPOSE = "access.outside"


def seal(org: int, outside: str) -> bytes | None:
    """Return the id sealed; None for none."""
    return vault.encrypt(org, _PURPOSE, outside.encode()) if outside else None


def unseal(org: int, sealed: bytes | memoryview | None) -> str:
    """Return the id; "" for none."""
    return vault.decrypt(org, _PURPOSE, bytes(sealed)).decode() if sealed else ""
