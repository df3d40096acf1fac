"""Files that commands write."""

from pathlib import Path

from postlude.kernel.errors import BadInput


def write(path: Path, text: str) -> None:
    """Write a text; raises BadInput that names the path."""
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise BadInput(
            "{path} cannot be written: {words}.",
            path=path,
            words=error.strerror or "no reason given",
            hint="Name a file in a folder that exists and is yours.",
        ) from error
