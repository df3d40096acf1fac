"""Reading a message that somebody posts: JSON, or multipart with files."""

from __future__ import annotations

import json

from starlette.requests import Request

from postlude.sandbox.mailgun.parsing import read_form
from postlude.sandbox.simulator import Json

_KEPT = 2_000_000


async def read_message(request: Request) -> tuple[Json, list[dict[str, object]]]:
    """The payload and the files (name, kind, size, content in base64 where it is not huge)."""
    body = await request.body()
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        payload, files = json.loads(body), []
    else:
        form = read_form(kind, body)
        text = form.one("payload_json")
        payload = json.loads(text) if text else {k: v[-1] for k, v in form.fields.items()}
        files = [
            {
                "filename": file.filename,
                "content_type": file.content_type,
                "size": file.size,
                "content": file.content if file.size <= _KEPT else "",
            }
            for file in form.files
        ]
    if not isinstance(payload, dict):
        raise ValueError("not an object")  # noqa: TRY004 - bad JSON and wrong JSON are one answer
    return payload, list(files)
