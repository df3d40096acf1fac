"""A log line is a fixed text and ids: no value is formatted into it, and no trace with values."""

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3] / "src" / "postlude"
LEVELS = {"debug", "info", "warning", "error", "critical", "log", "exception"}
PERSONAL = {
    *("email", "mail", "name", "first_name", "phone", "mobile", "address", "to", "recipient"),
    *("contact_name", "nickname", "answer", "answers", "row", "record", "ip", "user_agent"),
    *("raw", "body", "payload", "url", "path", "token", "secret", "key", "headers", "text", "html"),
}
# What is said of a failure is cut, or is only its kind.
CUT_KEYS = {"reason", "words", "error"}


def faults(name: str, source: str) -> list[str]:
    """Return the log calls that could carry a value of somebody's."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        logger = node.func.value
        if not (isinstance(logger, ast.Name) and logger.id in {"_log", "log", "logger"}):
            continue
        if node.func.attr not in LEVELS:
            continue
        where = f"{name}:{node.lineno}"
        if node.func.attr == "exception" or any(each.arg == "exc_info" for each in node.keywords):
            found.append(f"{where} a trace repeats the error's text")
        if len(node.args) != 1 or not isinstance(node.args[0], ast.Constant):
            found.append(f"{where} the text is not a literal")
        found += [f"{where} {each}" for each in _extras(node)]
    return found


def _extras(node: ast.Call) -> list[str]:
    extra = next((each.value for each in node.keywords if each.arg == "extra"), None)
    if extra is None:
        return []
    if not isinstance(extra, ast.Dict):
        return ["extra is not written out"]
    found = []
    for key, value in zip(extra.keys, extra.values, strict=True):
        word = key.value if isinstance(key, ast.Constant) else ""
        if word in PERSONAL or not word:
            found.append(f"extra has {word or 'a key that is not written out'}")
        if word in CUT_KEYS and isinstance(value, ast.JoinedStr):
            found.append(f"{word} is put together in the log call")
        if word in CUT_KEYS and isinstance(value, ast.Call) and _is(value.func, {"str", "repr"}):
            found.append(f"{word} is not cut")
    return found


def _is(function: ast.expr, names: set[str]) -> bool:
    return isinstance(function, ast.Name) and function.id in names


def test_a_log_line_names_ids_only() -> None:
    wrong = [
        each
        for path in sorted(SOURCE.rglob("*.py"))
        if path.relative_to(SOURCE).parts[0] != "sandbox"
        for each in faults(str(path.relative_to(SOURCE)), path.read_text(encoding="utf-8"))
    ]
    assert [] == wrong


def test_a_log_line_with_a_value_would_be_seen() -> None:
    for line in (
        '_log.info("sold to %s", email)',
        '_log.info(f"sold to {email}")',
        '_log.exception("sold")',
        '_log.error("failed", exc_info=True)',
        '_log.info("sold", extra={"email": email})',
        '_log.info("sold", extra=values)',
        '_log.info("failed", extra={"reason": str(error)})',
    ):
        assert faults("x.py", line), line
    assert [] == faults("x.py", '_log.info("sold", extra={"org": 1, "reason": cut(error)})')
