"""Which extras are installed here; a test that needs one says so."""

from importlib.util import find_spec

import pytest

HAS_CEL = find_spec("cel_expr_python") is not None
needs_cel = pytest.mark.skipif(not HAS_CEL, reason="needs the extra cel")
