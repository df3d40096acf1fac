"""What other rooms may ask of reports."""

from postlude.reports.asking import scope, step
from postlude.reports.cells import PAGE, rows
from postlude.reports.channel.asking import asked as channel_asked
from postlude.reports.channel.asking import cost_asked
from postlude.reports.channel.exporting import as_csv as channel_as_csv
from postlude.reports.channel.exporting import as_json as channel_as_json
from postlude.reports.channel.exporting import place_of as channel_line
from postlude.reports.channel.exporting import row_as_json as channel_row_as_json
from postlude.reports.channel.exporting import written as written_line
from postlude.reports.channel.opening import Number as ChannelNumber
from postlude.reports.channel.opening import Opened as ChannelOpened
from postlude.reports.channel.opening import channel_rows
from postlude.reports.channel.report import channel
from postlude.reports.channel.report import choices as channel_choices
from postlude.reports.cost.exporting import as_csv as cost_as_csv
from postlude.reports.cost.exporting import as_json as cost_as_json
from postlude.reports.cost.report import cost
from postlude.reports.exporting import BOM as CSV_BEGINS
from postlude.reports.exporting import as_csv, as_json, row_as_json
from postlude.reports.exporting import cell as safe_cell
from postlude.reports.funnel import funnel
from postlude.reports.metrics import METRICS
from postlude.reports.notices.exporting import as_csv as notices_as_csv
from postlude.reports.notices.exporting import as_json as notices_as_json
from postlude.reports.notices.intervals import wilson
from postlude.reports.notices.redeeming import Redemption, Told
from postlude.reports.notices.redemptions import redemptions
from postlude.reports.notices.report import asked as notices_asked
from postlude.reports.notices.report import kinds as notice_kinds
from postlude.reports.notices.report import notices
from postlude.reports.popups.exporting import as_csv as popups_as_csv
from postlude.reports.popups.exporting import as_json as popups_as_json
from postlude.reports.popups.opening import number as popup_number
from postlude.reports.popups.opening import opened as popups_opened
from postlude.reports.popups.report import asked as popups_asked
from postlude.reports.popups.report import report as popups
from postlude.reports.promotions.asking import days, which
from postlude.reports.promotions.exporting import as_csv as promotions_as_csv
from postlude.reports.promotions.exporting import as_json as promotions_as_json
from postlude.reports.promotions.exporting import opened_as_json
from postlude.reports.promotions.exporting import row_as_json as order_row_as_json
from postlude.reports.promotions.opening import opened
from postlude.reports.promotions.report import promotions
from postlude.reports.reasons import Reason, reasons
from postlude.reports.retention import JOBS as RETENTION_JOBS
from postlude.reports.retention import Kept, Waits, doctor, kept, retain_org
from postlude.reports.rollups.news import (
    JOBS,
    LANE,
    on_identity_said,
    on_messages_counted,
    on_touches,
    on_visitors_known,
)
from postlude.reports.rollups.nightly import CONSUMER
from postlude.reports.rollups.nightly import check_org as check_rollups
from postlude.reports.rollups.rebuilding import HANDS, Difference, differences, parts, rebuild
from postlude.reports.types.funnel import ASIDES, STEPS
from postlude.reports.walks import events, type_names

__all__ = (
    "ASIDES",
    "CONSUMER",
    "CSV_BEGINS",
    "HANDS",
    "JOBS",
    "LANE",
    "METRICS",
    "PAGE",
    "RETENTION_JOBS",
    "STEPS",
    "ChannelNumber",
    "ChannelOpened",
    "Difference",
    "Kept",
    "Reason",
    "Redemption",
    "Told",
    "Waits",
    "as_csv",
    "as_json",
    "channel",
    "channel_as_csv",
    "channel_as_json",
    "channel_asked",
    "channel_choices",
    "channel_line",
    "channel_row_as_json",
    "channel_rows",
    "check_rollups",
    "cost",
    "cost_as_csv",
    "cost_as_json",
    "cost_asked",
    "days",
    "differences",
    "doctor",
    "events",
    "funnel",
    "kept",
    "notice_kinds",
    "notices",
    "notices_as_csv",
    "notices_as_json",
    "notices_asked",
    "on_identity_said",
    "on_messages_counted",
    "on_touches",
    "on_visitors_known",
    "opened",
    "opened_as_json",
    "order_row_as_json",
    "parts",
    "popup_number",
    "popups",
    "popups_as_csv",
    "popups_as_json",
    "popups_asked",
    "popups_opened",
    "promotions",
    "promotions_as_csv",
    "promotions_as_json",
    "reasons",
    "rebuild",
    "redemptions",
    "retain_org",
    "row_as_json",
    "rows",
    "safe_cell",
    "scope",
    "step",
    "type_names",
    "which",
    "wilson",
    "written_line",
)
