"""Three calls of a Discord bot: search a member, give a role, take it."""

from typing import Any, Never

import httpx

from postlude import __version__
from postlude.kernel import http

BASE_URL = "https://discord.com/api/v10"
SECONDS = 8.0
# Without it Cloudflare may stand in the way.
_AGENT = f"DiscordBot (https://github.com/postlude/postlude, {__version__})"
_MOST_FOUND = 1000
_REFUSALS = {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND}
_NO_SUCH_MEMBER = {10007, 10013}
_NO_SUCH_ROLE = 10011


class Refused(Exception):
    """401, 403, 404: our bot, the server or the role is wrong, for everybody."""

    def __init__(self, words: str, code: int | None = None) -> None:
        super().__init__(words)
        self.no_such_role = code == _NO_SUCH_ROLE


class NoSuchMember(Exception):
    """This user is not in the server, or is no user."""


class Tired(Exception):
    """429, 5xx, or no answer that can be read; every call here is safe to repeat."""

    def __init__(self, words: str, rest_s: float | None = None) -> None:
        super().__init__(words)
        self.rest_s = rest_s


class Guild:
    """One server, seen by one bot."""

    def __init__(self, base_url: str, token: str, guild: str) -> None:
        self._base_url = base_url
        self._path = f"/guilds/{guild}/members"
        self._headers = {"Authorization": f"Bot {token}", "User-Agent": _AGENT}

    def search(self, name: str) -> list[dict[str, Any]]:
        """Return the members whose user name or nickname begins so."""
        params: dict[str, str] = {"query": name, "limit": str(_MOST_FOUND)}
        reply = self._call("GET", f"{self._path}/search", params)
        try:
            found = reply.json()
        except ValueError:
            raise Tired("the answer is not JSON") from None
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    def give(self, user: str, role: str) -> None:
        """Let the member have the role, also if he has it."""
        self._call("PUT", f"{self._path}/{user}/roles/{role}")

    def take(self, user: str, role: str) -> None:
        """Let the member not have the role, also if he has not."""
        self._call("DELETE", f"{self._path}/{user}/roles/{role}")

    def _call(self, method: str, path: str, params: dict[str, str] | None = None) -> httpx.Response:
        # The whole address: joining a path to a base drops what stands after the base's last slash.
        try:
            reply = http.client(timeout=SECONDS).request(
                method, self._base_url + path, params=params, headers=self._headers
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Tired(http.words(error)) from None
        if not reply.is_success:
            _complain(reply)
        return reply


def _complain(reply: httpx.Response) -> Never:
    body = _body(reply)
    words = f"{reply.status_code} {body.get('message') or reply.reason_phrase}".strip()
    code = body.get("code")
    if "html" in reply.headers.get("Content-Type", ""):
        # A page is from somebody in between (Cloudflare, a proxy): Discord itself speaks JSON.
        raise Tired(words, http.retry_after(reply))
    if reply.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise Tired(words, _rest(reply, body))
    if code in _NO_SUCH_MEMBER or reply.status_code == httpx.codes.BAD_REQUEST:
        raise NoSuchMember(words)
    if reply.status_code in _REFUSALS:
        raise Refused(words, code)
    raise Tired(words, http.retry_after(reply))


def _rest(reply: httpx.Response, body: dict[str, Any]) -> float | None:
    """The body has fractions of a second, the header whole ones."""
    said = body.get("retry_after")
    return (
        min(86_400.0, max(0.0, said)) if isinstance(said, int | float) else http.retry_after(reply)
    )


def _body(reply: httpx.Response) -> dict[str, Any]:
    try:
        body = reply.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
