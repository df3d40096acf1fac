"""What other rooms may ask of reports."""

from postlude.reports.asking import scope, step
from postlude.reports.cells import PAGE, rows
from postlude.reports.exporting import as_csv, as_json, row_as_json
from postlude.reports.funnel import funnel
from postlude.reports.types import ASIDES, STEPS
from postlude.reports.walks import events, type_names

__all__ = (
    "ASIDES",
    "PAGE",
    "STEPS",
    "as_csv",
    "as_json",
    "events",
    "funnel",
    "row_as_json",
    "rows",
    "scope",
    "step",
    "type_names",
)
