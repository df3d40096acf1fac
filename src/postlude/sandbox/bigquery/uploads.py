"""Uploads of a load job: multipart/related in one call, or resumable in two."""

from __future__ import annotations

import json
import re
import uuid

from starlette.requests import Request
from starlette.responses import Response

from postlude.sandbox.bigquery.answers import Refused
from postlude.sandbox.simulator import Json

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')


def parts(content_type: str, body: bytes) -> tuple[Json, bytes]:
    """Split multipart/related into the job's JSON and the data.

    The client labels the data `*/*`, which no mail parser takes: split by hand.
    """
    match = _BOUNDARY.search(content_type)
    if not content_type.startswith("multipart/related") or match is None:
        raise Refused("invalid", "the upload is not multipart/related")
    pieces = body.split(b"--" + match.group(1).encode())[1:-1]
    if len(pieces) != 2:  # noqa: PLR2004 - the job, and its data
        raise Refused("invalid", "the upload needs two parts: the job, and the data")
    job, data = (piece.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for piece in pieces)
    return read_json(job), data


def read_json(body: bytes) -> Json:
    """Read an object, or refuse."""
    try:
        found = json.loads(body)
    except ValueError:
        raise Refused("invalid", "Request body is not JSON") from None
    if not isinstance(found, dict):
        raise Refused("invalid", "Request body is not an object")
    return found


class Resumable:
    """Uploads that were begun."""

    def __init__(self) -> None:
        self._begun: dict[str, tuple[Json, bytes]] = {}

    def begin(self, request: Request, job: Json) -> Response:
        """Answer where the data is to be put."""
        name = uuid.uuid4().hex
        self._begun[name] = (job, b"")
        return Response(headers={"location": f"{request.url}&upload_id={name}"})

    def take(self, request: Request, body: bytes) -> tuple[Json, bytes] | Response:
        """Take a chunk; return the job and all its data when it was the last."""
        name = request.query_params.get("upload_id", "")
        if name not in self._begun:
            raise Refused("notFound", "No such upload")
        job, data = self._begun[name]
        data += body
        total = request.headers.get("content-range", "").rpartition("/")[2]
        if not total.isdecimal() or len(data) < int(total):
            self._begun[name] = (job, data)
            return Response(status_code=308, headers={"range": f"bytes=0-{len(data) - 1}"})
        del self._begun[name]
        return job, data
