"""What the service says of itself: `GET /openapi.json`, and `GET /docs`, which shows it to people.

Everything that the page loads is shipped with the service, and its policy lets it load nothing else.
"""

import hashlib
from collections.abc import Callable
from functools import cached_property
from importlib.resources import files
from typing import Any

import orjson
from aiohttp import web

from control.api.problems import ProblemError

_FILES = files("control.api.docs")
PAGE = "page.html"
PARTS = {
    "start.js": "text/javascript; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
}
# `data:` is for the icons in the style sheet.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}


class _Shipped:
    """Bytes that do not change while the service runs."""

    def __init__(self, body: bytes, content_type: str, **headers: str) -> None:
        self._body = body
        self._etag = hashlib.sha256(body).hexdigest()[:32]
        self._headers = {"Content-Type": content_type, "Cache-Control": "no-cache"} | headers

    def answer(self, request: web.Request) -> web.Response:
        known = request.if_none_match or ()
        if any(etag.value in ("*", self._etag) for etag in known):
            response = web.Response(status=304, headers={"Cache-Control": "no-cache"})
        else:
            response = web.Response(body=self._body, headers=self._headers)
        response.etag = self._etag
        return response


class SelfDescription:
    def __init__(self, document: Callable[[], dict[str, Any]]) -> None:
        self._build = document
        self._page = _Shipped(_read(PAGE), "text/html; charset=utf-8", **PAGE_HEADERS)
        self._parts = {name: _Shipped(_read(name), kind) for name, kind in PARTS.items()}

    async def openapi(self, request: web.Request) -> web.StreamResponse:
        return self._document.answer(request)

    @cached_property
    def _document(self) -> _Shipped:
        # When it is asked for first, as all routes have to be there.
        return _Shipped(orjson.dumps(self._build()), "application/json")

    async def docs(self, request: web.Request) -> web.StreamResponse:
        return self._page.answer(request)

    async def docs_file(self, request: web.Request) -> web.StreamResponse:
        part = self._parts.get(request.match_info["file"])
        if part is None:
            raise ProblemError(404, f"there is nothing at {request.path}")
        return part.answer(request)


def _read(name: str) -> bytes:
    return (_FILES / name).read_bytes()
