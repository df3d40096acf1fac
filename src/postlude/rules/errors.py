"""What can go wrong with rules; a rule that does not hold is an answer, not an error.

AppError
├── UnknownRule      there is no such rule in this organisation
├── BadRule          definitions with mistakes: all of them, each with its place
├── RuleBroken       a stored rule that cannot be read any more (a plug-in is gone)
├── UnknownOrder     nothing was written under this key (yet)
├── BadAsk           a question that cannot be asked (a foreign currency, a foreign card)
├── NotOfContacts    an audience cannot be chosen by facts of an order
├── NotInSql         an audience cannot be chosen by what is computed (`expr`)
└── (500)            a mistake of the installation
    ├── BrokenPlugin
    ├── KindClash
    └── ExtraMissing
"""

from typing import Any

from postlude.kernel.errors import N_, AppError, BadInput, NotFound
from postlude.rules.language.spans import Problem, Span


class UnknownRule(NotFound):
    """There is no such rule."""

    code = "rules.unknown_rule"
    message = N_("There is no rule {key} here.")


class BadRule(BadInput):
    """A rule cannot be published; every mistake is told, and nothing was changed."""

    code = "rules.bad_rule"
    message = N_("{count} mistakes in the rules; the first, in {rule}: {first}")

    def __init__(self, problems: dict[str, tuple[Problem, ...]]) -> None:
        self.problems = problems
        first = next(iter(problems))
        super().__init__(
            count=sum(map(len, problems.values())),
            rule=first,
            first=problems[first][0].message,
            hint=problems[first][0].hint,
        )

    def as_json(self) -> dict[str, Any]:
        """Return the one JSON error shape, with every mistake and its place."""
        shown = super().as_json()
        shown["error"]["problems"] = [
            {
                "rule": key,
                "code": each.code,
                "message": each.message,
                "hint": each.hint,
                "span": _ends(each.span),
                "pointer": each.pointer,
                "within": _ends(each.within),
            }
            for key, problems in self.problems.items()
            for each in problems
        ]
        return shown


def _ends(span: Span | None) -> list[int] | None:
    return [span.start, span.end] if span else None


class RuleBroken(AppError):
    """A stored rule cannot be read any more."""

    code = "rules.rule_broken"
    http_status = 500
    message = N_("The rule {key} cannot be read: {problem}")
    hint = N_("Install the plug-in that it needs again, or publish it anew without.")


class UnknownOrder(NotFound):
    """Nothing was written under this key."""

    code = "rules.unknown_order"
    message = N_("There is no rule order {key} here.")
    hint = N_("If it is on its way, ask again in a moment.")


class BadAsk(BadInput):
    """A question that cannot be asked."""

    code = "rules.bad_ask"


class NotOfContacts(BadInput):
    code = "rules.not_of_contacts"
    message = N_("The rule {rule} asks for {facts}, which no contact has by itself.")
    hint = N_("An audience is chosen by what is known of members: level, tags, orders, balance.")


class NotInSql(BadInput):
    code = "rules.not_in_sql"
    message = N_("The rule {rule} has a condition that is computed, which no database can do.")
    hint = N_("Say it with the other kinds of condition; `expr` is for one contact at a time.")


class BrokenPlugin(BadInput):
    code = "rules.broken_plugin"
    http_status = 500
    message = N_("The plug-in {plugin} cannot be used: {reason}.")
    hint = N_("Mend it or uninstall it; its entry point must name a kind.")


class KindClash(BadInput):
    code = "rules.kind_clash"
    http_status = 500
    message = N_("The name {name} of {plugin} is taken by {other}.")
    hint = N_("Give the kind or its alias another name.")


class ExtraMissing(BadInput):
    code = "rules.extra_missing"
    http_status = 500
    message = N_("{what} needs the extra {extra}, which is not installed.")
    hint = N_("Install it: pip install 'postlude[{extra}]'.")
