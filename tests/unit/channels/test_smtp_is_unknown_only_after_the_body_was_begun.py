import pytest

from postlude.channels.smtp.answers import Step, lost, read


@pytest.mark.parametrize("step", [Step.CONNECT, Step.SENDER, Step.RECIPIENT, Step.DATA])
def test_a_break_before_the_body_is_a_refusal(step):
    assert lost(step, ConnectionResetError()).kind == "refused"


def test_a_break_in_the_body_is_unknown():
    assert lost(Step.BODY, TimeoutError()).kind == "unknown"


@pytest.mark.parametrize(
    ("step", "code", "kind", "pauses"),
    [
        (Step.BODY, 250, "accepted", False),
        (Step.BODY, 451, "refused", False),
        (Step.BODY, 554, "failed", False),
        (Step.BODY, -1, "unknown", False),
        (Step.RECIPIENT, 550, "failed", False),
        (Step.RECIPIENT, 450, "refused", False),
        (Step.RECIPIENT, 421, "refused", True),
        (Step.SENDER, 550, "refused", True),
        (Step.CONNECT, 535, "refused", True),
        (Step.CONNECT, 421, "refused", True),
    ],
)
def test_a_code_means_what_its_step_makes_of_it(step, code, kind, pauses):
    verdict = read(step, code, b"words")

    assert (kind, pauses) == (verdict.kind, verdict.pause_sender)
