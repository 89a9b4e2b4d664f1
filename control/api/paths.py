"""The file that a URL names, as exact bytes.

Not what aiohttp makes of the path: that keeps what it cannot decode, and a file's name may be any bytes. An
encoded slash is as good as a plain one, for no part of a name can hold it; every rule is checked after
decoding.
"""

import re
from urllib.parse import unquote_to_bytes

from aiohttp import web

from control.api.names import fault_of
from control.api.problems import InvalidFieldError

# `/v1/sessions/ID/files/` has so many slashes before the name.
SLASHES_BEFORE = 5
BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def name_in(request: web.Request, depth_max: int) -> bytes:
    raw = request.rel_url.raw_path.split("/", SLASHES_BEFORE)[-1].encode(errors="surrogateescape")
    if BAD_ESCAPE.search(raw):
        raise InvalidFieldError("path", "must have two hexadecimal digits after each '%'")
    return checked("path", unquote_to_bytes(raw), depth_max)


def checked(field: str, name: bytes, depth_max: int) -> bytes:
    fault = fault_of(name, depth_max)
    if fault is not None:
        raise InvalidFieldError(field, fault)
    return name
