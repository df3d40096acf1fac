"""What goes over the wire."""

from datetime import date, datetime

from ninja import Schema


class StageCount(Schema):
    key: str
    count: int


class TypeCounts(Schema):
    event: str
    kind: str
    ticket_type: str
    sold: int
    granted: int
    invited: int
    delivered: int
    opened: int
    waiting: int
    failed: int
    refunded: int


class Seconds(Schema):
    median: float | None
    p95: float | None


class SalesOut(Schema):
    conference: str
    counts: list[StageCount]
    pipeline: list[StageCount]
    ticket_types: list[TypeCounts]
    sale_to_invitation_seconds: Seconds


class BuyerOut(Schema):
    """Names and addresses are masked; the timeline reveals them to whoever may."""

    id: str
    name: str
    email: str
    tickets: str
    bought_at: datetime | None
    state: str
    reason: str
    seconds_to_invitation: float | None


class BuyersOut(Schema):
    items: list[BuyerOut]
    total: int
    next_offset: int | None


class SearchIn(Schema):
    """A whole e-mail address, an order number or a ticket."""

    q: str


class EntryOut(Schema):
    at: datetime
    step: str
    title: str
    detail: str
    tone: str
    seconds_after_sale: float | None


class TimelineOut(Schema):
    id: str
    name: str
    email: str
    phone: str
    masked: bool
    entries: list[EntryOut]


class MessageOut(Schema):
    id: str
    step: str
    to: str
    klass: str
    created_at: datetime
    state: str
    reason: str


class MessagesOut(Schema):
    items: list[MessageOut]
    next_before: str | None


class MessageStory(Schema):
    message: MessageOut
    entries: list[EntryOut]


class PlaybookOut(Schema):
    playbook: str
    number: int
    digest: str
    applied_at: datetime


class TallyOut(Schema):
    """Counts by step; shares are of 1, medians in seconds since the step before."""

    counts: dict[str, int]
    aside: dict[str, int]
    of_previous: dict[str, float | None]
    of_first: dict[str, float | None]
    median_seconds: dict[str, float | None]


class FunnelLine(TallyOut):
    conference: str | None = None
    event: str | None = None
    event_name: str | None = None
    kind: str | None = None
    ticket_type: str | None = None
    day: date | None = None


class FunnelOut(Schema):
    """The same tickets cut in four ways; each way adds up to the total."""

    event: str | None
    ticket_type: str | None
    since: date | None
    until: date | None
    zone: str
    steps: list[str]
    total: TallyOut
    events: list[FunnelLine]
    ticket_types: list[FunnelLine]
    days: list[FunnelLine]
    cells: list[FunnelLine]


class FunnelRow(Schema):
    """A ticket behind a number; `contact` is as in /buyers, the e-mail is masked."""

    ticket: str
    order_number: str
    contact: str | None
    email: str
    event: str
    ticket_type: str
    day: date
    state: str
    furthest: str
    times: dict[str, datetime]


class FunnelRowsOut(Schema):
    items: list[FunnelRow]
    total: int
    next_offset: int | None


class JobOut(Schema):
    name: str
    group: str
    last_started: datetime | None
    last_finished: datetime | None
    last_result: int
    last_error: str


class ErrorBody(Schema):
    code: str
    message: str
    hint: str
    fields: dict[str, str]


class ErrorOut(Schema):
    """The one shape of every error."""

    error: ErrorBody
