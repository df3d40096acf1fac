"""Errors of reports.

ReportError
├── BadChoice        a word that is none of those to choose from
├── BadDay           a day that cannot be read
├── BadNumber        a number that the promotions do not have
├── BadRange         a range of days that ends before it begins
├── BadStep          a step that the funnel does not have
├── UnknownBranch    no branch of that name
├── UnknownEvent     no event or conference of that name
├── UnknownFolder    no folder of that name has sent anything
├── UnknownJourney   no journey of that name has sent anything
├── BadPopupNumber   a number that the report of popups does not have
├── UnknownPopup     no popup of that name
├── UnknownNotice    no notice of that name was sent
├── UnknownRule      no rule of that name
└── UnknownType      no ticket type of that name
"""

from postlude.kernel.errors import N_, AppError


class ReportError(AppError, ValueError):
    """A report that cannot be made as it was asked for."""

    code = "reports.bad_question"

    def __init__(self, **fields: str) -> None:
        super().__init__(hint=self.hint.format(**fields), **fields)


class BadDay(ReportError):
    """A day that cannot be read."""

    code = "reports.bad_day"
    message = N_("{name} “{day}” is not a day.")
    hint = N_("Write it as 2023-09-01 or 2023/09/01.")


class BadRange(ReportError):
    """A range of days that ends before it begins."""

    code = "reports.bad_range"
    message = N_("The range ends ({until}) before it begins ({since}).")
    hint = N_("Both days belong to the range; give the earlier one first.")


class BadStep(ReportError):
    """A step that the funnel does not have."""

    code = "reports.bad_step"
    message = N_("The funnel has no step “{step}”.")
    hint = N_("There are: {known}.")

    def __init__(self, step: str, known: str) -> None:
        super().__init__(step=step[:40], known=known)


class UnknownEvent(ReportError, LookupError):
    """No event or conference of that name."""

    code = "reports.unknown_event"
    http_status = 404
    message = N_("There is no event “{event}”.")
    hint = N_("Name an event or a conference by its slug: {known}.")

    def __init__(self, event: str, known: str) -> None:
        super().__init__(event=event[:100], known=known or "–")


class UnknownType(ReportError, LookupError):
    """No ticket type of that name."""

    code = "reports.unknown_ticket_type"
    http_status = 404
    message = N_("There is no ticket type “{type}” in this event.")
    hint = N_("There are: {known}.")

    def __init__(self, type_: str, known: str) -> None:
        super().__init__(type=type_[:100], known=known or "–")


class BadNumber(ReportError):
    """A number that the report of promotions does not have."""

    code = "reports.bad_number"
    message = N_("The report of promotions has no number “{number}”.")
    hint = N_("There are: {known}.")

    def __init__(self, number: str, known: str) -> None:
        super().__init__(number=number[:40], known=known)


class UnknownRule(ReportError, LookupError):
    """No rule of that name."""

    code = "reports.unknown_rule"
    http_status = 404
    message = N_("There is no rule “{rule}”.")
    hint = N_("`postlude report promotions` names every rule.")

    def __init__(self, rule: str) -> None:
        super().__init__(rule=rule[:100])


class UnknownNotice(ReportError, LookupError):
    """No notice of that name was ever sent."""

    code = "reports.unknown_notice"
    http_status = 404
    message = N_("No notice “{kind}” was sent.")
    hint = N_("There are: {known}.")

    def __init__(self, kind: str, known: str) -> None:
        super().__init__(kind=kind[:100], known=known or "–")


class UnknownBranch(ReportError, LookupError):
    """No branch of that name."""

    code = "reports.unknown_branch"
    http_status = 404
    message = N_("There is no branch “{branch}”.")
    hint = N_("There are: {known}.")

    def __init__(self, branch: str, known: str) -> None:
        super().__init__(branch=branch[:100], known=known or "–")


class BadChoice(ReportError):
    """A word that is none of those to choose from."""

    code = "reports.bad_choice"
    message = N_("“{given}” is no {what} of this report.")
    hint = N_("There are: {known}.")

    def __init__(self, what: str, given: str, known: str) -> None:
        super().__init__(what=what, given=given[:40], known=known)


class UnknownFolder(ReportError, LookupError):
    """No folder of that name has sent anything."""

    code = "reports.unknown_folder"
    http_status = 404
    message = N_("No folder “{folder}” has sent anything.")
    hint = N_("There are: {known}.")

    def __init__(self, folder: str, known: str) -> None:
        super().__init__(folder=folder[:100], known=known or "–")


class UnknownJourney(ReportError, LookupError):
    """No journey of that name has sent anything."""

    code = "reports.unknown_journey"
    http_status = 404
    message = N_("No journey “{journey}” has sent anything.")
    hint = N_("There are: {known}.")

    def __init__(self, journey: str, known: str) -> None:
        super().__init__(journey=journey[:100], known=known or "–")


class UnknownPopup(ReportError, LookupError):
    """No popup of that name."""

    code = "reports.unknown_popup"
    http_status = 404
    message = N_("There is no popup “{popup}”.")
    hint = N_("There are: {known}.")

    def __init__(self, popup: str, known: str) -> None:
        super().__init__(popup=popup[:63], known=known or "–")


class BadPopupNumber(ReportError):
    """A number that the report of popups does not have."""

    code = "reports.bad_popup_number"
    message = N_("The report of popups has no number “{number}”.")
    hint = N_("There are: {known}.")

    def __init__(self, number: str, known: str) -> None:
        super().__init__(number=number[:40], known=known)
