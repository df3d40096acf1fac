import pytest

from postlude.kernel import tokens
from postlude.people import api as people
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchKind

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def consent(mail):
    return people.consents(mail.org, [mail.contact], "email").get(mail.contact)


def test_get_and_head_ask_and_change_nothing(collector, sent):
    answer = collector.get(f"/u/{sent.token}", headers={"accept-language": "zh-TW"})
    collector.head(f"/u/{sent.token}")

    assert 200 == answer.status_code
    assert "取消訂閱" in answer.text
    assert sent.token not in answer.text
    assert consent(sent) is None


@pytest.mark.parametrize("body", [ONE_CLICK, {"confirm": "1"}])
def test_one_click_and_the_button_opt_out_however_often(collector, sent, body):
    answers = [collector.post(f"/u/{sent.token}", data=body) for _ in range(2)]

    assert [200, 200] == [answer.status_code for answer in answers]
    assert consent(sent) is False
    kinds = {touch.kind for touch in tracking.touches_of(sent.org, [sent.message])[sent.message]}
    assert {TouchKind.UNSUBSCRIBE} == kinds


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "no"}, {"confirm": "0"}])
def test_a_post_that_says_neither_changes_nothing(collector, sent, body):
    assert 400 == collector.post(f"/u/{sent.token}", data=body).status_code
    assert consent(sent) is None


def test_a_big_body_is_refused(collector, sent):
    answer = collector.post(f"/u/{sent.token}", content=b"x" * 10_000)

    assert 413 == answer.status_code
    assert consent(sent) is None


@pytest.mark.parametrize("token", ["A" * 22, tokens.seal("message", 5), "x"])
def test_a_guess_is_nobodys(collector, sent, token):
    assert 404 == collector.get(f"/u/{token}").status_code
    assert 404 == collector.post(f"/u/{token}", data=ONE_CLICK).status_code
    assert 404 == collector.post(f"/u/{token}", content=b"").status_code
