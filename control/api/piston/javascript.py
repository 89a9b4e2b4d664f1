"""What JavaScript, in which Piston is written, makes of values that came as JSON."""

import re
from decimal import Decimal

_NOT_HEX = re.compile(r"[^0-9A-Fa-f]")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
# Outside of these JavaScript writes a number with an exponent.
_SMALLEST, _EXPONENT_FROM = 1e-6, 1e21


def is_falsy(value: object) -> bool:
    """Empty lists and objects are not."""
    return value is None or (isinstance(value, (str, int, float)) and not value)


def as_string(value: object) -> object:
    """A number, true, false or null as a string; anything else as it is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_as_string(value)
    return str(value) if isinstance(value, int) else value


def _float_as_string(value: float) -> str:
    if value.is_integer() and abs(value) < _EXPONENT_FROM:
        return str(int(value))
    if _SMALLEST <= abs(value) < _EXPONENT_FROM:
        return f"{Decimal(repr(value)):f}"
    return repr(value).replace("e-0", "e-")


def valid_base64(text: str) -> str:
    """The part that Node decodes, which never refuses, in the form that everybody decodes."""
    urlless = text.partition("=")[0].replace("-", "+").replace("_", "/")
    kept = _NOT_BASE64.sub("", urlless)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return kept + "=" * (-len(kept) % 4)


def valid_hex(text: str) -> str:
    """The part that Node decodes: up to the first that is no pair of digits."""
    wrong = _NOT_HEX.search(text)
    end = len(text) if wrong is None else wrong.start()
    return text[: end - end % 2]
