"""Who may ask, and what a browser may do with an answer."""

import base64
import binascii
import secrets
from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from fastapi.responses import JSONResponse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data: blob:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
Next = Callable[[Request], Awaitable[Response]]


def guarding(token: str | None) -> Callable[[Request, Next], Awaitable[Response]]:
    """Middleware that asks for ``token``, where there is one, and adds the headers that keep a browser safe."""

    async def guard(request: Request, call_next: Next) -> Response:
        refused = token is not None and not _knows(request.headers.get("authorization", ""), token)
        response = _refusal() if refused else await call_next(request)
        response.headers.update(HEADERS)
        return response

    return guard


def _refusal() -> Response:
    sentence = "This page wants its token: as a bearer token, or as the password that a browser asks for."
    return JSONResponse({"error": sentence}, 401, {"WWW-Authenticate": 'Basic realm="Assay"'})


def _knows(header: str, token: str) -> bool:
    """Whether the header carries the token, as ``Bearer TOKEN`` or as the password of ``Basic``."""
    scheme, _, given = header.partition(" ")
    if scheme.lower() == "basic":
        given = _password(given)
    elif scheme.lower() != "bearer":
        return False
    return secrets.compare_digest(given.strip().encode(), token.encode())


def _password(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
