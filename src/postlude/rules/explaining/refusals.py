"""Why something scarce was not to be had, for people."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_

WORDS: Mapping[str, str] = {
    "sold_out": N_("nothing is left"),
    "per_person": N_("this person has had as many as one may have"),
    "not_enough": N_("less is left than it takes"),
    "unknown_resource": N_("it was never declared"),
    "offline": N_("it is off line"),
    "not_looked_at": N_("nobody has looked"),
}


def in_words(details: Iterable[str]) -> str:
    """Return reasons as people read them, each once; one that is not ours stays as it was said."""
    return ", ".join(dict.fromkeys(_(WORDS.get(each, each)) for each in details if each))
