"""What is filled into HTML is escaped, and a link still reads as a link."""

from postlude.messages import engine


def test_links_in_html_read_as_links() -> None:
    env = engine.environment({"body.html": '<a href="{{ url }}">{{ name }}</a>'})
    made = engine.render(env, "body.html", {"url": "https://x.test/go/a?b=1&c=2", "name": "<b>"})
    assert '<a href="https://x.test/go/a?b=1&amp;c=2">&lt;b&gt;</a>' == made
