"""What every8d's lines mean. Pure.

`CREDIT,SENDED,COST,UNSEND,BATCH_ID` for what it took; a line that begins with a minus for what it
did not. The status is 200 in both. It cannot be asked again, and a person must not hear twice, so
anything else is `unknown`.
"""

import re
from collections.abc import Iterable

from postlude.channels import statuses
from postlude.channels.posting import Answer
from postlude.channels.types import Examination, Verdict
from postlude.kernel.redact import cut

_LINE = re.compile(r"(-?[\d.]+),(\d+),([\d.]+),(\d+),([0-9a-fA-F-]{36})")
_REFUSAL = re.compile(r"-\d+(,|$)")
_CREDIT = re.compile(r"\d+(\.\d+)?")
# Its numbers are not published; words of the login or of the credit are of the account.
_OF_THE_ACCOUNT = (
    "帳號",
    "密碼",
    "點數",
    "餘額",
    "權限",
    "account",
    "password",
    "credit",
    "balance",
)


def read(answer: Answer, *, secrets: Iterable[str] = ()) -> Verdict:
    """Return what became of the text; `secrets` are kept out of the words."""
    line = (answer.body or "").strip()
    taken = _LINE.fullmatch(line)
    if answer.status == 200 and taken is not None:  # noqa: PLR2004
        return _taken(taken)
    if answer.status == 200 and _REFUSAL.match(line):  # noqa: PLR2004
        return _refused(line, secrets)
    if answer.status != 200:  # noqa: PLR2004
        return statuses.read(answer, f"{answer.status} {_kind(answer, line)}")
    # Half a line is one text's bad luck; a whole one that says nothing is of somebody else.
    half = answer.body is None or line[:1].isdigit()
    return Verdict("unknown", f"200 {_kind(answer, line)}", pause_sender=not half)


def credit(answer: Answer, *, secrets: Iterable[str] = ()) -> Examination:
    """Return what asking for the credit shows."""
    line = (answer.body or "").strip()
    if answer.status == 200 and _CREDIT.fullmatch(line):  # noqa: PLR2004
        if float(line) > 0:
            return Examination(works=True, text=f"every8d takes the login; credit {line}")
        return Examination(works=False, text="every8d: the credit is used up", hint="Top it up.")
    if answer.status == 200 and _REFUSAL.match(line):  # noqa: PLR2004
        words = _refused(line, secrets).words
        return Examination(works=False, text=f"every8d: {words}", hint="Check uid and password.")
    text = f"every8d answers {answer.status} {_kind(answer, line)}"
    return Examination(works=False, text=text, hint="Check base_url: it must be every8d's API.")


def _taken(line: re.Match[str]) -> Verdict:
    left, sent, cost, unsent, batch = line.groups()
    words = f"credit {left}, cost {cost}"
    if int(sent) > 0:
        return Verdict("accepted", words, provider_id=batch)
    return Verdict("failed", f"not sent: {unsent}; {words}", provider_id=batch)


def _refused(line: str, secrets: Iterable[str]) -> Verdict:
    """A code and words about one text, or about the account: then every other would end so."""
    words = line
    for secret in filter(None, secrets):
        words = words.replace(secret, "[secret]")
    of_account = any(each in words.lower() for each in _OF_THE_ACCOUNT)
    return Verdict("refused" if of_account else "failed", cut(words, 100), pause_sender=of_account)


def _kind(answer: Answer, line: str) -> str:
    """Say little: a page may repeat the text, and with it what is personal."""
    if answer.body is None:
        return "an answer that breaks off"
    return "half a line" if line[:1].isdigit() else "no line of every8d's"
