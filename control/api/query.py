"""The query of a request: which parameters it may have, and their values as exact bytes."""

from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from control.api.problems import InvalidFieldError

LIMIT_DEFAULT = 100
LIMIT_MAX = 1_000


def parameters_of(request: web.Request, known: Collection[str]) -> dict[str, bytes]:
    # Not aiohttp's own: what is not UTF-8 would be changed by it, and a file's name need not be.
    given: dict[str, bytes] = {}
    for name, value in parse_qsl(
        request.rel_url.raw_query_string, keep_blank_values=True, errors="surrogateescape"
    ):
        if name not in known:
            raise InvalidFieldError(name.encode(errors="replace").decode(), "unknown parameter")
        if name in given:
            raise InvalidFieldError(name, "is given more than once")
        given[name] = value.encode(errors="surrogateescape")
    return given


def limit_of(given: Mapping[str, bytes]) -> int:
    text = given.get("limit", b"%d" % LIMIT_DEFAULT)
    if not text.isdigit() or len(text) > len(str(LIMIT_MAX)) or not 0 < int(text) <= LIMIT_MAX:
        raise InvalidFieldError("limit", f"must be a whole number from 1 to {LIMIT_MAX}")
    return int(text)
