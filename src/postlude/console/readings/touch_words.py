"""What was judged of a touch, and why, in words: never a bit."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.tracking.types import OWN, Reason, TouchFact, TouchKind

_SIGNS = {
    Reason.PREFETCH: N_("the program said that it loads ahead"),
    Reason.HEAD: N_("only the headers were asked for"),
    Reason.KNOWN_BOT: N_("the program names itself as a bot or a scanner"),
    Reason.MAIL_PROXY: N_("through a mailbox provider's proxy"),
    Reason.NO_AGENT: N_("the program gave no name"),
    Reason.VENDOR_BOT: N_("the provider calls it a bot"),
    Reason.TOOL: N_("a library or a command line"),
    Reason.AUTOMATED: N_("a program drives the browser"),
    Reason.TOO_SOON: N_("sooner after the sending than anybody reads"),
    Reason.EVERY_LINK: N_("all links were followed within seconds"),
    Reason.HIDDEN_LINK: N_("a link was followed that no person sees"),
    Reason.DATA_CENTRE: N_("from a network of machines"),
    Reason.OPENED_AHEAD: N_("the provider loads the pictures of every mail"),
    Reason.DRIVEN: N_("only a machine was on the site"),
}


def why(touch: TouchFact) -> str:
    """Return what was said of a touch and which signs there are; "" for nothing."""
    said = [] if touch.kind is not TouchKind.CLICK else [_(_verdict(touch))]
    signs = [_(words) for sign, words in _SIGNS.items() if sign in touch.reasons]
    if signs and (touch.provider == OWN or touch.reasons != Reason.NO_AGENT):
        said.append(_("Signs of a machine: {signs}.").format(signs=" · ".join(signs)))
    return " ".join(said)


def _verdict(touch: TouchFact) -> str:
    if touch.human is None:
        return N_("Not judged yet: half an hour after the click it is.")
    if touch.human:
        return N_("Human: somebody was on the site at that time.")
    return N_("Not human: nobody was on the site from two minutes before until five after.")
