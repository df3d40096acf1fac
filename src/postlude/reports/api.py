"""What other rooms may ask of reports."""

from postlude.reports.asking import scope, step
from postlude.reports.cells import PAGE, rows
from postlude.reports.exporting import as_csv, as_json, row_as_json
from postlude.reports.funnel import funnel
from postlude.reports.notices.exporting import as_csv as notices_as_csv
from postlude.reports.notices.exporting import as_json as notices_as_json
from postlude.reports.notices.report import asked as notices_asked
from postlude.reports.notices.report import kinds as notice_kinds
from postlude.reports.notices.report import notices
from postlude.reports.promotions.asking import days, which
from postlude.reports.promotions.exporting import as_csv as promotions_as_csv
from postlude.reports.promotions.exporting import as_json as promotions_as_json
from postlude.reports.promotions.exporting import opened_as_json
from postlude.reports.promotions.exporting import row_as_json as order_row_as_json
from postlude.reports.promotions.opening import opened
from postlude.reports.promotions.report import promotions
from postlude.reports.types.funnel import ASIDES, STEPS
from postlude.reports.walks import events, type_names

__all__ = (
    "ASIDES",
    "PAGE",
    "STEPS",
    "as_csv",
    "as_json",
    "days",
    "events",
    "funnel",
    "notice_kinds",
    "notices",
    "notices_as_csv",
    "notices_as_json",
    "notices_asked",
    "opened",
    "opened_as_json",
    "order_row_as_json",
    "promotions",
    "promotions_as_csv",
    "promotions_as_json",
    "row_as_json",
    "rows",
    "scope",
    "step",
    "type_names",
    "which",
)
