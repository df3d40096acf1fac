"""The shape of web popups in a playbook: what they say, when, and to whom."""

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from postlude.playbooks.part import Part
from postlude.playbooks.scalars import Instant, Length, several


def _words(what: str, example: str) -> WithJsonSchema:
    one = {"type": "string", "format": what, "examples": [example]}
    return WithJsonSchema({"anyOf": [one, {"type": "array", "items": one}]})


Pages = Annotated[list[str], BeforeValidator(several), _words("page", "/hats*")]
Events = Annotated[
    list[Annotated[str, Field(pattern=r"^\w[\w .:-]{0,63}$")]],
    BeforeValidator(several),
    _words("event", "add_to_cart"),
]
Words = Annotated[list[str], BeforeValidator(several), _words("word", "gold")]


class PopupContent(Part):
    """What a popup says in one language. Placeholders: `{{ member.known }}`, `{{ member.level }}`;
    nothing that says who somebody is.
    """

    title: str = Field(min_length=1)
    text: str = ""
    """Plain text; an empty line begins a paragraph."""
    picture: str = ""
    """Where a picture lies: https://…, or a path of your site that begins with /."""
    picture_words: str = ""
    """What the picture shows, for whoever does not see it."""
    button: str = ""
    link: str = ""
    """Where the button leads: https://…, or a path of your site."""


class PopupTrigger(Part):
    """When it appears; the browser judges."""

    pages: Pages = Field(default_factory=list)
    """`/hats*`, `https://shop.example/sale`; none means every page."""
    logged_in: bool | None = None
    """Only for who has logged in, or only for who has not."""
    wait: Length | None = None
    """So long after the page was opened, or after the event."""
    stays: Length | None = None
    """When the visitor has looked at the page for so long; a tab in the background does not
    count."""
    event: Events = Field(default_factory=list)
    """After one of these: `add_to_cart`, `product_click`, `register`, or any other that pages
    tell of."""


class PopupTarget(Part):
    """Whom it is for; the server judges."""

    levels: Words = Field(default_factory=list)
    """Members of one of these levels."""
    tags: Words = Field(default_factory=list)
    """Contacts with one of these tags."""
    has_line: bool | None = None
    """Whom LINE reaches, or whom it does not (also who is not known)."""


class Popup(Part):
    """A window on the pages of your site. docs/howto/popups.md"""

    title: str = ""
    """Its name in the console and in reports."""
    active: bool = True
    starts: Instant | None = None
    ends: Instant | None = None
    """On the organisation's clocks."""
    when: PopupTrigger = PopupTrigger()
    who: PopupTarget = PopupTarget()
    share: float = Field(default=100, gt=0, le=100)
    """The percentage of visitors who see it. The others are held out, always the same ones, and
    counted beside them."""
    draw: int = Field(default=1, ge=1)
    """Another number draws anew who sees it."""
    again: Length = timedelta(days=1)
    """The same visitor does not see it again before that."""
    content: dict[str, PopupContent] = Field(min_length=1)
    """What it says, by language."""
