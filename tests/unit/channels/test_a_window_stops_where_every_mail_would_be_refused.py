from dataclasses import replace

from postlude.channels.types import Verdict
from postlude.channels.window import MOST_REFUSALS, Window
from postlude.messages.types import Rendered

MAIL = Rendered(
    message=0,
    org=1,
    contact=1,
    key="k",
    token="t",
    to_address="ann@example.test",
    to_name="",
    subject="s",
    html="",
    text="t",
    headers=(),
    metadata={},
)
BATCH = [replace(MAIL, message=number) for number in range(1, 33)]


def send(verdict_of, concurrency=1):
    tried: list[int] = []

    def one(mail: Rendered) -> Verdict:
        tried.append(mail.message)
        return verdict_of(mail)

    return Window("test", concurrency).send(BATCH, one), tried


def test_every_mail_has_its_own_outcome_in_order():
    outcomes, _ = send(lambda mail: Verdict("accepted", provider_id=str(mail.message)), 8)

    assert [(n, str(n)) for n in range(1, 33)] == [(o.message, o.provider_id) for o in outcomes]


def test_a_wrong_key_is_tried_once_and_burns_no_attempt_of_the_others():
    outcomes, tried = send(lambda _: Verdict("refused", "401", pause_sender=True))

    assert [1] == tried
    assert all(o.kind == "refused" and o.pause_sender and o.retry_after for o in outcomes)


def test_a_vendor_that_refuses_again_and_again_is_left_alone():
    outcomes, tried = send(lambda _: Verdict("refused", "no connection"))

    assert len(tried) == MOST_REFUSALS
    assert {"not begun"} == {o.words for o in outcomes[MOST_REFUSALS:]}


def test_a_few_refusals_among_acceptances_stop_nothing():
    outcomes, tried = send(
        lambda mail: Verdict("refused" if mail.message % 10 == 0 else "accepted", retry_after=1.0)
    )

    assert len(tried) == 32
    assert [10, 20, 30] == [o.message for o in outcomes if o.kind == "refused"]


def test_our_own_error_on_the_wire_is_unknown_and_the_rest_is_not_begun():
    def broken(_: Rendered) -> Verdict:
        raise RuntimeError("ann@example.test")

    outcomes, tried = send(broken)

    assert [1] == tried
    assert ["unknown", *["refused"] * 31] == [o.kind for o in outcomes]
    assert not any("ann@" in o.words for o in outcomes)
