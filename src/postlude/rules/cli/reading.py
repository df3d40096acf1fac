"""Files that somebody names on the command line, as text; why one cannot be read is said."""

from pathlib import Path

from postlude.kernel.errors import N_, BadInput

_LARGEST = 1_000_000


def text_of(path: Path) -> str:
    """Return a file's text. Raises BadInput."""
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= _LARGEST else b""
    except (OSError, ValueError) as error:  # ValueError: a NUL in its name
        why = getattr(error, "strerror", None) or str(error)
        raise BadInput(N_("{path} cannot be read: {why}."), path=path, why=why) from None
    if size > _LARGEST:
        raise BadInput(N_("The file is larger than 1 MB."), hint=N_("Is this the right file?"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(N_("The file is not UTF-8."), hint=N_("Save it as UTF-8.")) from None
