"""Many messages that leave as one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from postlude.messages.types.words import DispatchState, Klass


@dataclass(frozen=True, slots=True)
class NewDispatch:
    """`key` is unique in the organisation for ever; `context` is that of each of its messages.

    `send_at` is when it is to leave; None is as soon as it is ready.
    """

    key: str
    sender: int
    klass: Klass
    template_version: int
    locale: str
    actor: str
    context: Mapping[str, Any] = field(default_factory=dict)
    send_at: datetime | None = None
    prepare_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DispatchFact:
    """`vendor` holds the vendor's ids; `count` is how many members there were when it was frozen.

    `tried_at`: since then an answer to the call of `step` is missing.
    """

    id: int
    org: int
    sender: int
    key: str
    klass: Klass
    template_version: int
    locale: str
    context: Mapping[str, Any]
    state: DispatchState
    step: str
    vendor: Mapping[str, Any]
    count: int
    reason: str
    actor: str
    failures: int
    created_at: datetime
    send_at: datetime | None
    due: datetime
    tried_at: datetime | None
    finished_at: datetime | None
    owner: str = ""
