"""`postlude doctor` says that a vendor refuses us, and what to do."""

from postlude.access import api as access


def test_a_refusal_is_a_problem_until_it_is_mended(booth, monkeypatch):
    monkeypatch.setenv("GATHER_API_KEY", "wrong")
    booth.ask(booth.buy("ann@example.test"))
    booth.work()
    (found,) = [each for each in access.doctor() if each.level == "problem"]
    assert ("resource gather", True) == (found.check, "403" in found.what)
    assert "hand-back" in found.fix

    monkeypatch.setenv("GATHER_API_KEY", "sandbox-gather-key")
    access.regrant(booth.org, booth.conference, actor="staff:1", now=booth.now)
    assert {"ok"} == {each.level for each in access.doctor()}
