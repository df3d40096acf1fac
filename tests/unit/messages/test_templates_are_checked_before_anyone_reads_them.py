"""What is wrong with a template is told at publish time, with its line and the nearest name."""

import pytest

from postlude.messages import compiling, providers, publishing
from postlude.messages.errors import BadTemplate, TemplateSyntax, UnknownPlaceholder
from postlude.messages.types import LocaleText

CONTEXT = {"conference": "PyCon TW"}


@pytest.fixture(autouse=True)
def names(monkeypatch):
    monkeypatch.setattr(providers, "_providers", {})
    providers.register("contact", lambda org, leased: {}, {"name": "Ann"})
    providers.register("access", lambda org, leased: {}, {"*": "https://example.test/go/s"})
    providers.register(
        "tickets", lambda org, leased: {}, [{"name": "Early", "url": "https://t.test"}]
    )


def problem(**parts):
    with pytest.raises(BadTemplate) as caught:
        publishing.check(LocaleText("en", **parts), CONTEXT)
    return caught.value


def compiled(**parts):
    return compiling.compile_text(
        LocaleText("en", **parts), known=lambda root: root in providers.samples(CONTEXT)
    )


def test_an_unknown_placeholder_has_a_line_and_a_suggestion():
    error = problem(subject="Hi", html="<p>Hi</p>\n<p>{{ contact.nmae }}</p>")
    assert isinstance(error, UnknownPlaceholder)
    assert (error.fields["part"], error.fields["line"]) == ("html", 2)
    assert "contact.name" in error.hint


def test_a_wrong_name_inside_a_loop_is_found_too():
    error = problem(subject="Hi", text="a\n{% for t in tickets %}{{ t.nmae }}{% endfor %}")
    assert isinstance(error, UnknownPlaceholder)
    assert error.fields["line"] == 2


@pytest.mark.parametrize(
    "text", ["a\n{{ contact.name", "a\n{% if contact.name %}", "a\n{{ contact.name|nope }}"]
)
def test_a_syntax_error_has_a_line(text):
    error = problem(subject="Hi", text=text)
    assert isinstance(error, TemplateSyntax)
    assert error.fields["line"] == 2


def test_broken_mjml_is_told_as_such():
    error = problem(subject="Hi", mjml="<mjml><mj-body><mj-section></mj-body></mjml>")
    assert error.fields["part"] == "mjml"


def test_a_subject_is_one_line_and_a_text_is_not_empty():
    assert problem(subject="a\nb", text="x").fields["part"] == "subject"
    assert problem(subject="a").fields["part"] == "text"


def test_an_endless_template_is_stopped():
    loops = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}"
    assert "fuel" in problem(subject="Hi", text=loops).text()


def test_other_files_and_objects_are_out_of_reach():
    problem(subject="Hi", text="{% include '/etc/passwd' %}")
    problem(subject="Hi", text="{{ contact.__class__.__mro__ }}")


def test_an_open_provider_takes_any_key_and_may_be_asked_for():
    publishing.check(
        LocaleText("en", "Hi", text="{% if access.youtube %}{{ access.youtube }}{% endif %}"),
        CONTEXT,
    )


def test_links_are_found_and_numbered():
    made = compiled(
        html="<a href=\"https://a.test/?a=1&amp;b=2\">a</a> <a class=x href='{{ access.gather }}'>b</a>"
        '<a href="https://a.test/?a=1&amp;b=2">again</a><a href="mailto:a@b.test">m</a>'
        '<a href="{{ unsubscribe_url }}">u</a><a href="#top">t</a>'
        "{% for t in tickets %}<a href='{{ t.url }}'>t</a>{% endfor %}"
    )
    assert made.links == ("https://a.test/?a=1&b=2", "{{ access.gather }}")
    assert made.html.count('"{{ _link }}0"') == 2
    assert made.html.count('"{{ _link }}1"') == 1
    for kept in ("mailto:a@b.test", "{{ unsubscribe_url }}", "#top", "{{ t.url }}"):
        assert kept in made.html


def test_the_text_part_is_made_with_the_same_links():
    made = compiled(
        html="<style>p{}</style><p>Hi {{ contact.name }}</p><ul><li>{{ context.conference }}</li></ul>"
        '<a href="https://a.test/x">Enter</a>'
    )
    assert "Hi {{ contact.name }}" in made.text
    assert "- {{ context.conference }}" in made.text
    assert "Enter ( {{ _link }}0 )" in made.text
    assert "p{}" not in made.text


def test_links_of_a_written_text_are_tracked_as_well():
    made = compiled(text="See https://a.test/x, or {{ access.gather }}.")
    assert made.text == "See {{ _link }}0, or {{ access.gather }}."
    both = compiled(html='<a href="{{ access.gather }}">b</a>', text="In: {{ access.gather }}")
    assert both.text == "In: {{ _link }}0"


def test_mjml_becomes_html_with_logic_kept():
    made = compiled(
        mjml='<mjml><mj-body><mj-section><mj-column><mj-text>{% if contact.name < "b" %}x{% endif %}'
        '</mj-text><mj-button href="{{ access.gather }}">Go</mj-button></mj-column></mj-section>'
        "</mj-body></mjml>"
    )
    assert '{% if contact.name < "b" %}' in made.html
    assert made.links == ("{{ access.gather }}",)
    assert made.html.index("{{ _pixel }}") < made.html.index("</body>")


def test_a_preview_is_rendered_by_the_engine_that_sends():
    shown = publishing.preview_text(
        LocaleText(
            "en",
            "{{ context.conference }} & you",
            html='<p>{{ contact.name }}</p><a href="{{ access.gather }}">in</a>',
        ),
        CONTEXT,
        {"contact": {"name": "<Ann>"}},
    )
    assert shown.subject == "PyCon TW & you"
    assert "&lt;Ann&gt;" in shown.html
    assert "<Ann>" in shown.text
    assert shown.links == ("https://example.test/go/s",)
