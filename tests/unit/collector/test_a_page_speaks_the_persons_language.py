import pytest

from postlude.collector.pages import Page, language, page


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "en"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
        ("en-GB,en;q=0.9,zh;q=0.2", "en"),
        ("fr,zh-Hant;q=0.5,en;q=0.4", "zh-Hant"),
        ("zh;q=0,en", "en"),
        ("de", "en"),
        (";;;q=x,,", "en"),
        ("zh;q=nonsense", "en"),
    ],
)
def test_the_best_language_that_we_have_is_chosen(accept, expected):
    assert language(accept) == expected


@pytest.mark.parametrize("kind", list(Page))
@pytest.mark.parametrize("accept", ["zh-TW", "en"])
def test_every_page_exists_in_both_and_runs_no_script(kind, accept):
    answer = page(kind, accept)
    html = answer.body.decode()

    assert "<h1>" in html
    assert "<script" not in html
    assert b"default-src 'none'" in dict(answer.headers)[b"content-security-policy"]


def test_only_the_question_has_a_button():
    with_button = [kind for kind in Page if b"<form" in page(kind, "en").body]

    assert [Page.ASK] == with_button
