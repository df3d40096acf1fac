"""How Discord says no."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

LONGEST = 2000


def error(code: int, message: str, status: int) -> Response:
    """One of Discord's numbered errors."""
    return JSONResponse({"message": message, "code": code}, status_code=status)


def too_long() -> Response:
    """The content has more than 2,000 characters."""
    problem = {
        "code": "BASE_TYPE_MAX_LENGTH",
        "message": f"Must be {LONGEST} or fewer in length.",
    }
    errors = {"content": {"_errors": [problem]}}
    body = {"message": "Invalid Form Body", "code": 50035, "errors": errors}
    return JSONResponse(body, status_code=400)


def invalid(what: str) -> Response:
    """A body that does not fit Discord's limits."""
    errors = {"_errors": [{"code": "BASE_TYPE_BAD", "message": what}]}
    body = {"message": "Invalid Form Body", "code": 50035, "errors": errors}
    return JSONResponse(body, status_code=400)
