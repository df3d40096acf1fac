"""What can be wrong with a line, in words, and what to do about it."""

from postlude.sources.history.types import Mistake, Wrong

CODES: dict[str, tuple[str, str]] = {
    "line_too_long": (
        "The line is longer than 64 KiB.",
        "One fact a line; long texts do not belong here.",
    ),
    "not_utf8": ("The line is not UTF-8.", "Write the file as UTF-8."),
    "not_json": ("The line is no JSON.", "One JSON object a line, without a comma after it."),
    "not_a_number": ("NaN and Infinity are no numbers.", "Leave the field out."),
    "not_an_object": ("The line is no JSON object.", "Write one object with a `kind` a line."),
    "unknown_kind": ("Nothing is of this `kind`.", "docs/reference/facts-file.md lists the kinds."),
    "unknown_field": (
        "A fact of this kind has no such field.",
        "docs/reference/facts-file.md lists the fields; mind the spelling.",
    ),
    "missing_field": ("The field is missing.", "Give it, or leave the line out."),
    "bad_value": ("The field cannot have this value.", "docs/reference/facts-file.md says which."),
    "bad_time": (
        "This is no instant.",
        "Write 2026-03-10T10:05:00+08:00, with the zone.",
    ),
    "future": ("The time is still to come.", "History has happened; mind the zone."),
    "ancient": ("The time is before 1990.", "A 0 or an empty date became one? Leave it out."),
    "no_longer_kept": (
        "Hits of that day are no longer kept, nor taken in.",
        "`postlude retention show` says since when. Messages and orders of then can be loaded.",
    ),
    "negative_amount": ("The amount is negative.", "A refund is `cancelled_at` of its order."),
    "bad_amount": ("The amount cannot be read.", "Major units, such as 1000 or 12.50."),
    "other_currency": (
        "The currency is not the organisation's.",
        "Reports add up one currency; convert the amount first.",
    ),
    "personal": (
        "Something personal stands where it must not.",
        "E-mails and phones belong to the contact only.",
    ),
    "told_otherwise": (
        "A fact of this id was told before, and otherwise.",
        "What was first stays. Is the id used twice?",
    ),
    "missing_reference": (
        "What the field names is neither in this file nor was it loaded before.",
        "Load the file that has it, then this one again: what is in stays in.",
    ),
    "unknown_branch": (
        "The organisation has no such branch.",
        "`postlude branches` lists them; add it first.",
    ),
    "bad_address": ("The address cannot be one.", "The contact is kept without it."),
    "taken": (
        "The address is another contact's.",
        "The contact is kept without it; are the two one person?",
    ),
    "erased": (
        "This person asked to be forgotten.",
        "Nothing of them is loaded; lift the erasure if they ask to be known again.",
    ),
    "refused": ("The fact cannot be kept.", "See the message."),
}


def told(line: int, wrong: Wrong, *, kept: bool = False) -> Mistake:
    """Return what is wrong with a line, in words."""
    message, hint = CODES[wrong.code]
    return Mistake(
        line, wrong.code, wrong.message or message, wrong.hint or hint, wrong.about, kept
    )
