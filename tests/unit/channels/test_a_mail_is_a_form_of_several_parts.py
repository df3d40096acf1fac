"""Whatever a mail says, Mailgun reads from the form exactly what was put in."""

from hypothesis import given
from hypothesis import strategies as some

from postlude.channels.mailgun import multipart
from postlude.sandbox.mailgun.parsing import read_form

WORDS = some.text(some.characters(exclude_categories=("Cs",)), max_size=40)
FIELDS = some.dictionaries(
    some.sampled_from(["to", "html", "v:node", "h:Message-Id", "o:tag"]),
    WORDS | some.lists(WORDS, min_size=1, max_size=3),
    min_size=1,
)


@given(FIELDS)
def test_what_goes_in_comes_out(fields: dict[str, str | list[str]]) -> None:
    """Every value comes out as it was, however many line breaks and dashes it holds."""
    boundary = multipart.new_boundary()
    form = read_form(multipart.content_type(boundary), multipart.body(fields, boundary))
    expected = {
        name: [given] if isinstance(given, str) else given for name, given in fields.items()
    }
    assert expected == form.fields


def test_a_name_writes_no_field_of_its_own() -> None:
    """A quotation mark or a line break in a name ends neither the name nor the header."""
    boundary = multipart.new_boundary()
    evil = 'a"\r\nContent-Disposition: form-data; name="to'
    form = read_form(multipart.content_type(boundary), multipart.body({evil: "x"}, boundary))
    assert [["x"]] == list(form.fields.values())
    assert "to" not in form.fields


def test_no_two_boundaries_are_alike() -> None:
    """Nobody who writes a mail can know what separates its fields."""
    assert 100 == len({multipart.new_boundary() for _ in range(100)})
