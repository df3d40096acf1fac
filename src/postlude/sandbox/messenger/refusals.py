"""How Facebook refuses."""

from __future__ import annotations

from starlette.responses import JSONResponse

from postlude.sandbox.simulator import Json


class Refused(Exception):
    """Facebook does not take it; the number says why."""

    def __init__(self, code: int, message: str, *, status: int = 400, subcode: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.subcode = subcode

    def answer(self, headers: dict[str, str] | None = None) -> JSONResponse:
        """The refusal as Facebook writes it."""
        error: Json = {"message": self.message, "type": "OAuthException", "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        error["fbtrace_id"] = "Asandbox"
        return JSONResponse({"error": error}, status_code=self.status, headers=headers)


def bad_token() -> Refused:
    """190."""
    return Refused(190, "Invalid OAuth access token - Cannot parse access token", status=401)


def outside_the_window() -> Refused:
    """10, of a person who has not written for a day."""
    words = "(#10) This message is sent outside of allowed window."
    return Refused(10, words, status=403, subcode=2018278)


def unavailable() -> Refused:
    """551."""
    return Refused(551, "(#551) This person isn't available right now.")


def unknown_person() -> Refused:
    """100."""
    return Refused(100, "(#100) No matching user found", subcode=2018001)


def malformed(words: str) -> Refused:
    """100, of a body that cannot be used."""
    return Refused(100, f"(#100) {words}")
