"""No entry of a catalogue is empty or fuzzy, none is missing, and what is committed is compiled."""

import ast
import gettext
import re
from pathlib import Path

import pytest

ROOMS = [
    Path(__file__).parents[3] / "src/postlude" / room for room in ("console", "chatops", "rules")
]
# What other rooms say in their errors, and where people read it.
ELSEWHERE = {
    "chatops": ("sources/errors.py", "sources/kktix/client.py"),
    "console": ("reports/errors.py",),
}
LANGUAGES = ("zh_Hant", "ru")
CASES = [(room, language) for room in ROOMS for language in LANGUAGES]
TAG = re.compile(r"""(?:\{%\s*trans\s+|_\()(?P<q>["'])(?P<text>.*?)(?P=q)\s*(?:%\}|\))""")


def catalogue(room: Path, language: str) -> gettext.GNUTranslations:
    folder = room / "locale" / language / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def entries(room: Path, language: str) -> dict[str, list[str]]:
    """Read a .po file: every msgid with its translations."""
    text = (room / "locale" / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    assert "fuzzy" not in text
    found: dict[str, list[str]] = {}
    msgid = ""
    for line in text.splitlines():
        key, _, value = line.partition(" ")
        if key == "msgid":
            msgid = ast.literal_eval(value)
            found[msgid] = []
        elif key.startswith("msgstr"):
            found[msgid].append(ast.literal_eval(value))
    found.pop("")
    return found


def plurals(room: Path, language: str) -> dict[str, str]:
    """Read a .po file: the text of several for each text of one."""
    text = (room / "locale" / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    pairs = re.findall(r'^msgid (".*")\nmsgid_plural (".*")$', text, re.MULTILINE)
    return {ast.literal_eval(one): ast.literal_eval(several) for one, several in pairs}


def texts(room: Path) -> set[str]:
    """Find every marked text of a room's Python files and templates."""
    found: set[str] = set()
    for file in room.rglob("*.html"):
        found |= {match["text"] for match in TAG.finditer(file.read_text(encoding="utf-8"))}
    others = [room.parent / each for each in ELSEWHERE.get(room.name, ())]
    for file in [*room.rglob("*.py"), *others]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("_", "N_", "NN_", "ngettext")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(node.args[0].value)
    return found


@pytest.mark.parametrize(("room", "language"), CASES)
def test_no_entry_is_empty(room: Path, language: str) -> None:
    forms = {"zh_Hant": 1, "ru": 4}[language]
    for msgid, translations in entries(room, language).items():
        assert all(translations), msgid
        assert len(translations) in (1, forms), msgid


@pytest.mark.parametrize(("room", "language"), CASES)
def test_no_text_is_missing(room: Path, language: str) -> None:
    assert texts(room) - set(entries(room, language)) == set()


@pytest.mark.parametrize(("room", "language"), CASES)
def test_what_is_compiled_is_what_is_written(room: Path, language: str) -> None:
    compiled = catalogue(room, language)
    for msgid, translations in entries(room, language).items():
        if len(translations) == 1:
            plural = compiled.ngettext(msgid, msgid, 5)
            assert translations[0] in (compiled.gettext(msgid), plural), msgid


@pytest.mark.parametrize(("room", "language"), CASES)
def test_placeholders_survive(room: Path, language: str) -> None:
    holders = re.compile(r"\{\w+\}|%\(\w+\)s|</?code>")
    several = plurals(room, language)  # "one more order" needs no number, its translations may
    for msgid, translations in entries(room, language).items():
        for translation in translations:
            wanted = several.get(msgid, msgid)
            assert set(holders.findall(translation)) == set(holders.findall(wanted)), msgid
