"""A form as multipart/form-data (RFC 7578). Pure but for the boundary."""

import secrets
from collections.abc import Iterable, Mapping

# What would end the name of a field early, spelled as browsers spell it.
_SPELLED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def new_boundary() -> str:
    """Return what no mail holds: nobody can guess it, so nobody can write a field of his own."""
    return secrets.token_hex(16)


def content_type(boundary: str) -> str:
    """Return the header that names the boundary."""
    return f"multipart/form-data; boundary={boundary}"


def body(fields: Mapping[str, object | Iterable[object]], boundary: str) -> bytes:
    """Return the fields in order; one with several values comes as often."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name.translate(_SPELLED)}"'
        f"\r\n\r\n{value}\r\n"
        for name, given in fields.items()
        for value in (
            [given] if isinstance(given, str) or not isinstance(given, Iterable) else given
        )
    ]
    return "".join([*parts, f"--{boundary}--\r\n"]).encode()
