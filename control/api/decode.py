"""From bytes to a JSON object, with bounded memory.

JSON can hold a value in two or three bytes that takes seventy when decoded, so a body that is within its
size may still decode into many times that. Bodies large enough for it to matter are looked at first: how
many strings there are, and how much stands between them. A request's bulk is in few strings (contents),
so honest ones are far from the bounds; and the look is a few passes of C over the bytes.
"""

from typing import Any

import orjson

from control.api.problems import ProblemError
from control.settings import Settings

# Below this the worst decoding stays under some 20 MiB, which needs no look.
LOOK_FROM_BYTES = 256 << 10
# name, content and encoding with their keys.
STRINGS_PER_FILE = 6
STRINGS_PER_ENV = 2
OTHER_STRINGS = 64
# Punctuation, numbers and indentation between two strings.
GAP_BYTES = 64


class InvalidJsonError(ProblemError):
    """400: the body is no JSON."""

    def __init__(self, reason: str) -> None:
        super().__init__(400, f"the body is not valid JSON: {reason}")


def decode_object(body: bytes, settings: Settings) -> dict[str, Any]:
    value = decode(body, settings)
    if not isinstance(value, dict):
        raise ProblemError(400, "the body must be a JSON object")
    return value


def decode(body: bytes, settings: Settings) -> object:
    if len(body) > LOOK_FROM_BYTES and not _is_sparse(body, settings):
        raise ProblemError(400, "the body holds more values than any valid request")
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidJsonError(str(error)) from None
    return value


def _is_sparse(body: bytes, settings: Settings) -> bool:
    strings_max = (
        settings.files_max * STRINGS_PER_FILE
        + settings.args_max
        + settings.env_max * STRINGS_PER_ENV
        + OTHER_STRINGS
    )
    # Within valid JSON a backslash begins an escape, so removing the pairs leaves only quotes that delimit.
    # What is not valid JSON fails to decode at that point and takes no memory from there on.
    quotes = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    if quotes.count(b'"') > 2 * strings_max:
        return False
    between = sum(len(piece) for piece in quotes.split(b'"')[::2])
    return between <= strings_max * GAP_BYTES
