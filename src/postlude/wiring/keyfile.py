"""The key file: made once on a laptop, never in production, readable by its owner only."""

import base64
import hashlib
import os
from pathlib import Path

from postlude.kernel import keys


def read_or_make(path: Path, *, make: bool) -> str:
    """Return the key ring in `path`; make one when there is none and `make` allows it.

    Two processes that start at once agree on one file: the one that links it first wins.
    """
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    if not make:
        return ""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(keys.generate() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="utf-8").strip()


def session_key(ring: str) -> str:
    """Return Django's SECRET_KEY, derived from the ring so that there is one secret to keep."""
    digest = hashlib.blake2b(ring.encode(), digest_size=48, person=b"postlude-session").digest()
    return base64.b64encode(digest).decode()
