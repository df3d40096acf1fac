"""The extra `cel` is asked for by rules that use it, by name, and by nothing else."""

import subprocess
import sys

import pytest

from postlude.rules.errors import ExtraMissing
from postlude.rules.expressions import programs
from support.rule_texts import bound

EXPR = {"kind": "expr", "params": {"text": "amount > 5"}}


@pytest.fixture
def no_cel(monkeypatch):
    for name in ("cel_expr_python", "cel_expr_python.cel"):
        monkeypatch.setitem(sys.modules, name, None)
    programs.compiled.cache_clear()


def test_a_rule_that_uses_it_is_refused(no_cel) -> None:
    with pytest.raises(ExtraMissing) as refused:
        bound("c -> usable", {"c": EXPR})
    assert refused.value.fields["extra"] == "cel"
    assert "needs the extra cel" in refused.value.text()
    _, hint = refused.value.in_words(str)
    assert hint == "Install it: pip install 'postlude[cel]'."


def test_other_rules_are_bound(no_cel) -> None:
    found = bound("c -> usable", {"c": {"kind": "paid_amount", "params": {"min": "5.00 TWD"}}})
    assert found.rule is not None


def test_importing_rules_does_not_import_it() -> None:
    """Nor does asking for all kinds, nor describing the kind."""
    script = (
        "import sys, django; from django.conf import settings; settings.configure(USE_I18N=False); "
        "from postlude.rules.conditions import registry; kind = registry.kinds()['expr']; "
        "from postlude.rules.kinds import Binding; home = Binding('TWD', 'Asia/Taipei'); "
        "params = kind.params.model_validate({'text': 'amount > 5'}); "
        "print(kind.predicate(params, home).facts, kind.words(params, home)); "
        "sys.exit(any(name.startswith('cel_expr') for name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "('amount',) satisfies amount > 5\n"), done.stderr
