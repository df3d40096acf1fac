"""`${NAME}` and `${NAME:-default}` are filled in from the environment, or named when missing."""

from pathlib import Path

import pytest

from postlude.kernel import environment
from postlude.kernel.errors import MissingSetting


def test_references(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PL_TOKEN", "s3cret")
    secret = tmp_path / "file"
    secret.write_text("from-file\n")
    monkeypatch.setenv("PL_OTHER_FILE", str(secret))
    assert "bearer s3cret" == environment.resolve("bearer ${PL_TOKEN}")
    assert "from-file" == environment.resolve("${PL_OTHER}")
    assert "https://x.test/a" == environment.resolve("${PL_URL:-https://x.test/a}")
    assert ["PL_GONE"] == environment.missing("${PL_GONE} ${PL_TOKEN} ${PL_X:-}")
    with pytest.raises(MissingSetting, match="PL_GONE"):
        environment.resolve("${PL_GONE}")


def test_a_file_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PL_OTHER_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(MissingSetting, match=r"PL_OTHER_FILE names .*nowhere"):
        environment.resolve("${PL_OTHER}")
