"""From bytes to a JSON object, with bounded memory.

JSON can hold a value in two or three bytes that takes seventy when decoded, so a body that is within its
size may still decode into many times that. Bodies large enough for it to matter are looked at first: how
many strings there are, and how much stands between them. A request's bulk is in few strings (contents),
so honest ones are far from the bounds; and the look is a few passes of C over the bytes.

An object that has a key twice is refused. JSON leaves open what it means (RFC 8259, 4), so whoever looks at a
request on its way here, to allow it or to bill it, may see another program than the one that would run.
orjson keeps the last without a word, but each string between quotes is one that it returns, or else
there was a key twice.
"""

import json
from typing import Any

import orjson

from control.api.problems import ProblemError, shortened
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
    quotes = _quotes(body)
    if len(body) > LOOK_FROM_BYTES and not _is_sparse(quotes, settings):
        raise ProblemError(400, "the body holds more values than any valid request")
    strings = quotes.count(b'"') / 2
    del quotes
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidJsonError(str(error)) from None
    if strings != _strings_in(value):
        raise ProblemError(400, _what_is_there_twice(body))
    return value


def _strings_in(value: object) -> int:
    strings = 0
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, str):
            strings += 1
        elif isinstance(item, dict):
            strings += len(item)
            left.extend(item.values())
        elif isinstance(item, list):
            left.extend(item)
    return strings


def _what_is_there_twice(body: bytes) -> str:
    def refuse(pairs: list[tuple[str, object]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _TwiceError(key)
            seen.add(key)

    # The standard library's decoder takes more memory, and is not meant for deep nesting.
    if len(body) <= LOOK_FROM_BYTES:
        try:
            json.loads(body, object_pairs_hook=refuse)
        except _TwiceError as twice:
            return f"{shortened(twice.key)}: is there twice in the same object"
        except RecursionError:
            pass
    return "an object in the body has the same key twice"


class _TwiceError(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _is_sparse(quotes: bytes, settings: Settings) -> bool:
    strings_max = (
        settings.files_max * STRINGS_PER_FILE
        + settings.args_max
        + settings.env_max * STRINGS_PER_ENV
        + OTHER_STRINGS
    )
    if quotes.count(b'"') > 2 * strings_max:
        return False
    between = sum(len(piece) for piece in quotes.split(b'"')[::2])
    return between <= strings_max * GAP_BYTES


def _quotes(body: bytes) -> bytes:
    """Without the quotes that are part of a string.

    Within valid JSON a backslash begins an escape, so removing the pairs leaves only quotes that
    delimit. What is not valid JSON fails to decode at that point and takes no memory from there on.
    """
    return body.replace(b"\\\\", b"").replace(b'\\"', b"")
