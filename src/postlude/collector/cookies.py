"""The one cookie: which browser it is, set by the server so that it lasts. Pure.

Safari forgets what a script has written after a week; what a server of the same site sets stays.
"""

import re
import secrets

from postlude.collector.http import Request
from postlude.people import api as people

NAME = "plc"
_MOST_AGE_S = 34_128_000  # 395 days: 13 months, and below what browsers allow
_GIVEN = re.compile(rf"(?:^|;\s*){NAME}=([A-Za-z0-9_-]{{16,64}})(?:;|$)")


def cid_of(request: Request, said: str) -> tuple[str, bytes | None]:
    """Return the browser's id, and the header that sets it where the browser does not have it.

    The cookie holds before what the page says; a browser that has neither is given one.
    """
    found = _GIVEN.search(request.headers.get("cookie", ""))
    if found and people.is_cid(found[1]):
        return found[1], None
    cid = said or secrets.token_urlsafe(16)
    secure = "; Secure" if request.secure else ""
    header = f"{NAME}={cid}; Path=/; Max-Age={_MOST_AGE_S}; HttpOnly; SameSite=Lax{secure}"
    return cid, header.encode("ascii")
