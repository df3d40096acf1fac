"""What each number of the channel report is, and where it comes from; docs and console read this.

`python -m postlude.reports.metrics` prints docs/reference/metrics.md. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

_SENDING = "what nodes write when they send, and what vendors answer"
_SEND_NEWS = "with every message that is decided or settled, and every receipt"
_TOUCH_NEWS = "with every open and click, and every verdict of one"
_ORDER_NEWS = "with every order, touch, verdict, joining and parting that concerns it"
_SECONDS = "seconds after the news; a cell of a million messages while it grows: every few seconds"
_NONE = "none"
_CALL = "`GET /api/v1/reports/channel`"
_PAGE = "Channels"
_AGAIN = "yes: an import is news like any other"
_REPLACED = "the cell's numbers are replaced by a count of the facts; no fact is"
_WHOLE = "whole number"
_PERCENT = "per cent, 2 decimals; empty where the lower number is 0; may exceed 100"
_MONEY = "minor units of the organisation's currency; others apart"
_LATE = "yes: a receipt moves a message, also days later"
_JUDGED = "yes: late verdicts, and who is whom when the report is made"
_CREDITED = "yes: credited anew by late touches, verdicts and joinings; cancelled orders leave"


@dataclass(frozen=True, slots=True)
class Metric:
    """One number, and everything that is asked about it."""

    metric: str
    source: str
    formula: str
    updated: str
    how_often: str
    api: str
    cache: str
    recomputed_on_import: str
    retroactive: str
    format: str
    overwritten: str
    page: str


def _sent(metric: str, formula: str, shape: str = _WHOLE) -> Metric:
    return Metric(
        *(metric, _SENDING, formula, _SEND_NEWS, _SECONDS, _CALL, _NONE),
        *(_AGAIN, _LATE, shape, _REPLACED, _PAGE),
    )


def _people(metric: str, formula: str) -> Metric:
    return Metric(
        *(metric, "opens and clicks (the beacon, the pixel, links, vendors)", formula),
        *(_TOUCH_NEWS, _SECONDS, _CALL, _NONE, _AGAIN, _JUDGED, _WHOLE, _REPLACED, _PAGE),
    )


def _orders(metric: str, formula: str, shape: str, source: str) -> Metric:
    return Metric(
        *(metric, source, formula, _ORDER_NEWS, "seconds after the news", _CALL, _NONE),
        *(_AGAIN, _CREDITED, shape, "the order's credit is replaced; the order is not", _PAGE),
    )


_ANY = "orders (the beacon, a till, a shop, an import) and the touches before them"
_BEACON = "orders that a browser told of, and its activity"
METRICS: tuple[Metric, ...] = (
    _sent(
        "sent",
        "messages whose state is accepted, delivered or bounced, by the day on which they were "
        "decided; of texts, those that no code of failure came for; tests left out",
    ),
    _sent(
        "delivered",
        "(taken - bounced) / taken, of the vendors that tell what becomes of a message; empty "
        "where none does",
        "per cent, 2 decimals",
    ),
    _sent(
        "blocked",
        "messages that are blocked or cancelled, and people to whom nothing was written at all; "
        "by reason",
    ),
    _people(
        "opens",
        "distinct people with an open, or a click that counts, of the cycles that belong: those "
        "of which something was sent on the days, or touched on them (`basis=send`: sent only)",
    ),
    _people("clicks", "distinct people with a click that counts, of the same cycles"),
    _orders(
        "open orders",
        "orders whose click belongs, or else whose open does; each once",
        _WHOLE,
        _ANY,
    ),
    _orders("open orders, %", "open orders / opens", _PERCENT, _ANY),
    _orders("open orders, $", "the sum of their amounts", _MONEY, _ANY),
    _orders("click orders", "those of them whose click belongs", _WHOLE, _ANY),
    _orders("click orders, %", "click orders / clicks", _PERCENT, _ANY),
    _orders("click orders, $", "the sum of their amounts", _MONEY, _ANY),
    _orders(
        "session orders",
        "those of them whose session began at most 5 minutes after the click and was not over "
        "when it came",
        _WHOLE,
        _BEACON,
    ),
    _orders("session orders, %", "session orders / clicks", _PERCENT, _BEACON),
    _orders("session orders, $", "the sum of their amounts", _MONEY, _BEACON),
)

# What merchants know these by from the system that this one follows, and what it is here.
NAMES: Mapping[str, str] = {
    "Audience": "Contact, a known person (`people`)",
    "User": "Visitor, one browser (`people`)",
    "UsageData": "Message (`messages`), written before it is handed over, settled after",
    "NodeSendBlockLog": "messages that are blocked, and attempts without a message (`journeys`)",
    "NodeActionLog": "SendAttempt (`journeys`)",
    "Tracking, TrackingPixel, TrackingLink": "Touch (`tracking`); link and pixel are in its token",
    "Conversion": "Order (`orders`), of the shop or of tickets",
    "ConversionAttribution": "OrderCredit, `attribution_facts_order` (`attribution`)",
    "Workflow, workflow group": "Journey, folder (`journeys`)",
    "TPageView, TEvent": "PageView, Event (`activity`)",
    "check_not_in_no_bother_time": "`messages.quiet`: quiet hours, asked when a message goes",
    "check_pass_sending_spec": "`messages.screening`: everything that may stop a message",
    "check_tracking_link_click_by_human": "`tracking.judging`: the verdict of a click",
    "update_or_create_attribution": "`attribution.orders.judging`",
    "recompute_conversion_attribution": "`attribution.orders.jobs`: news, and a safety net",
    "create_usagedata_object_task": "`messages.enqueue`: in the commit of the decision",
    "get_edm_workflow": "`reports.channel.report.choices`",
    "_base_query_filter": "`reports.channel.gathering.scope`",
    "_get_edm_report_workflow_cond": "`reports.channel.gathering.scope`",
    "_get_usage_data_qs, get_channel_usagedata_queryset": "`reports.channel.gathering.written`",
    "_get_tracking_qs": "`reports.channel.gathering.seen`",
    "calculate_channel_usagedata_count": "`reports.cost.report`, sums of `reports_count`",
    "generate_report": "`reports.channel.report.channel`",
    "open_and_buy, click_and_buy, session_and_buy": "`reports.channel.crediting.assign`",
    "market_fee_report, calculate_market_fee_report": "`reports.cost.report.cost`",
    "EmailMarketFeeHandler": "`reports.cost.billing.bill`, one for all channels",
    "total_testing_count": "`tests` of a channel's bill: tests counted as tests",
    "total_revenue_percentage": "ROAS",
    "get_cache": "nothing: counts are kept per cell, no report is",
}

_HEAD = """# What each number is

Written from the code (`make docs`); a test compares the two. These are the numbers of the
channel report: the page *Channels*, `postlude report channel` and `GET /api/v1/reports/channel`.
Every report says as of when it is; a report is made when it is asked for, so what is anonymous
is what is anonymous now.

Days are local days of the organisation, both included. Opens and clicks are always shown in
three readings: **raw** (all touches), **human** (opens, and clicks that were found human) and
**filtered** (human, without those that bear the sign of a machine). `counts` says which of them
the rates are of, and by the same word orders are credited, each touch as was said of its day
(`postlude measuring`, or `attribution:` in the playbook); so is whose a click is that was made in
somebody else's browser. A name stays what it was: neither journeys
nor templates are ever deleted, and a journey that no longer sends by a channel can still be
chosen for it.

Orders are those of the shop and of tickets; `orders` asks for one sort alone.

Whoever entered a node is in one number of it: entered = sent + blocked + held out + waiting +
failed + unknown. A total counts a person and an order once, in however many lines they are.
"""
_COST = """
## Costs

`postlude report cost`, the page *Costs*, `GET /api/v1/reports/cost`. **Messages** are those
sent, tests included, since they are billed too; **tests** are apart. **Segments** are what texts
are paid for. **Cost** is what each message was written down to cost when it went; for those of
which nothing was, messages (of texts, segments) × the fee of now, which is one unit of the
currency for a mail and nothing for others while nobody has set it. **Revenue** is of the orders
of these days that are credited to the channel by their click or their open, or with `basis=send`
of what was sent on them. An order may count for two channels and counts once in the total.
**ROAS** is revenue / cost × 100, two decimals, half up, empty without cost.
"""

_POPUPS = """
## Popups

`postlude report popup`, the page *Popups*. **Shown** and **held out** are exposures of the days;
**clicked** are the shown ones that were clicked; **converted** are closed orders whose click, as
`attribution_facts_order` has it, is a click on one of them, and **revenue** what these came to. An
order is in a popup's row or in another channel's, by its click, never in both.
"""


def render() -> str:
    """Return the page."""
    columns = [each.name for each in fields(Metric)]
    lines = [_HEAD]
    lines.append("| " + " | ".join(name.replace("_", " ") for name in columns) + " |")
    lines.append("|" + "---|" * len(columns))
    lines += [
        "| " + " | ".join(str(getattr(each, name)) for name in columns) + " |" for each in METRICS
    ]
    lines += [_COST, _POPUPS.strip("\n"), "\n## Names elsewhere\n", "| there | here |", "|---|---|"]
    lines += [
        f"| {', '.join(f'`{each}`' for each in there.split(', '))} | {here} |"
        for there, here in NAMES.items()
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(render(), end="")  # noqa: T201 - it is what it is for
