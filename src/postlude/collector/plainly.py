"""Bodies of which all is plain: looked at by one compiled schema, read where they are taken in.

Most of what pages tell is a few fields in a few letters, and nothing of it has to be cut, refused
or answered for. That much is seen in a tenth of the time that reading takes, so in a rush an answer
does not wait for the reading. Whatever is not plain is read before its answer, as ever; what is
plain comes out of `read_batch` whole.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic_core import SchemaValidator, ValidationError
from pydantic_core import core_schema as cs

from postlude.collector.batches import MOST_HITS, NEWEST_ID_MS, OLDEST_ID_MS
from postlude.collector.instants import MOST_AHEAD_MS, OLDEST_MS
from postlude.people import api as people

_FIRST_MS, _LAST_MS = 31_536_000_000, 7_258_118_399_999  # of 1971 and of 2199


def plain(body: bytes, received_at: datetime) -> Mapping[str, Any] | None:
    """Return what a body says where it is plain, None where it has to be read to be answered."""
    try:
        said: dict[str, Any] = _schema().validate_json(body)
    except ValidationError:
        return None
    received, sent = received_at.timestamp() * 1_000, said["sent_at"]
    for hit in said["hits"]:
        made, age = int(hit["id"][:12], 16), sent - hit["at"]
        if not (
            -NEWEST_ID_MS < received - made < OLDEST_ID_MS and -MOST_AHEAD_MS < age < OLDEST_MS
        ):
            return None
    cid, member = said.get("cid"), said.get("member")
    named = (cid is None or people.is_cid(cid)) and (member is None or people.is_member(member))
    return said if named else None


@lru_cache(maxsize=1)
def _schema() -> SchemaValidator:
    """Return the schema of a body. Letters of texts are such as no cutting of personal data knows:
    no @ and no %, no query, at most seven digits and 23 letters in a row.
    """
    time = cs.int_schema(strict=True, ge=_FIRST_MS, le=_LAST_MS)
    word = _text(r"[A-Za-z._]{1,23}|[A-Za-z0-9_]{1,7}")
    value = cs.union_schema(
        [cs.bool_schema(strict=True), cs.int_schema(strict=True, ge=-(2**53), le=2**53), word],
        mode="left_to_right",
    )
    fields = {
        "id": _text(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}"),
        "at": time,
        "url": _text(r"https?://[A-Za-z0-9.:-]{1,200}(?:/[A-Za-z0-9._~:/!$&()*+,;=-]{0,700})?"),
        "action": _text(r"[A-Za-z0-9_][A-Za-z0-9_ .:-]{0,63}"),
        "products": cs.list_schema(_text(r"[A-Za-z0-9._:/-]{1,64}"), max_length=50),
        "properties": cs.dict_schema(
            _text(r"[A-Za-z0-9_][A-Za-z0-9_ .:-]{0,39}"), value, max_length=20
        ),
    }
    hit = cs.tagged_union_schema(
        {
            kind: _object(("id", "at", "type", needed), type=cs.literal_schema([kind]), **fields)
            for kind, needed in (("page", "url"), ("event", "action"))
        },
        discriminator="type",
    )
    mark = _text(r"[A-Za-z0-9._-]{1,64}")
    return SchemaValidator(
        _object(
            ("sent_at", "hits"),
            sent_at=time,
            hits=cs.list_schema(hit, min_length=1, max_length=MOST_HITS),
            cid=_text(r"[A-Za-z0-9_-]{16,64}"),
            member=_text(r"[A-Za-z0-9._-]{1,64}"),
            # A literal alone lets 1 pass for it, which is no yes.
            consent=cs.chain_schema([cs.bool_schema(strict=True), cs.literal_schema([True])]),
            source=_text(r"[a-z][a-z.]{0,22}"),
            marks=_object((), google=mark, facebook=mark, scid=mark),
        )
    )


def _text(pattern: str) -> cs.CoreSchema:
    return cs.str_schema(strict=True, pattern=rf"^(?:{pattern})$")


def _object(needed: tuple[str, ...], **fields: cs.CoreSchema) -> cs.CoreSchema:
    return cs.typed_dict_schema(
        {
            name: cs.typed_dict_field(schema, required=name in needed)
            for name, schema in fields.items()
        },
        extra_behavior="forbid",
    )
