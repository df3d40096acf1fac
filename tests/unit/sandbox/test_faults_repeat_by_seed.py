import pytest
from pydantic import ValidationError

from postlude.sandbox.faults import FaultBook, FaultRule


def _book(**rule: object) -> FaultBook:
    book = FaultBook()
    book.put("gather", [FaultRule.model_validate(rule)])
    return book


def _draws(book: FaultBook, count: int = 50) -> list[bool]:
    return [book.judge("gather", "POST", "/api/set").fault is not None for _ in range(count)]


def test_the_same_seed_draws_the_same_and_about_the_asked_share():
    rule = {"kind": "server_error", "probability": 0.3, "seed": 5}

    first, second = _draws(_book(**rule), 200), _draws(_book(**rule), 200)

    assert first == second
    assert 40 < sum(first) < 80


def test_skip_and_count_choose_exact_calls():
    draws = _draws(_book(kind="drop_after", skip=2, count=3), 8)

    assert draws == [False, False, True, True, True, False, False, False]


def test_path_and_method_narrow():
    book = _book(kind="html", path="*/set", method="POST")

    assert book.judge("gather", "POST", "/api/set").fault is not None
    assert book.judge("gather", "GET", "/api/set").fault is None
    assert book.judge("gather", "POST", "/api/get").fault is None
    assert book.judge("kktix", "POST", "/api/set").fault is None


def test_waits_add_up_beside_another_fault():
    book = FaultBook()
    slow = FaultRule.model_validate({"kind": "latency", "latency_ms": 20})
    late = FaultRule.model_validate({"kind": "latency", "latency_ms": 30, "after": True})
    broken = FaultRule.model_validate({"kind": "server_error"})
    book.put("gather", [slow, broken, late])

    verdict = book.judge("gather", "GET", "/")

    assert (0.02, 0.03, broken) == (verdict.before_s, verdict.after_s, verdict.fault)


def test_a_closed_port_cannot_be_counted():
    with pytest.raises(ValidationError, match="closes the vendor's port"):
        FaultRule.model_validate({"kind": "refuse_connection", "count": 1})
