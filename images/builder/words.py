"""Command lines in a `runtime.toml`, and the placeholders that they may hold.

`{entry}`, `{build}` and so on; images/README.md says what they become. Other braces are left alone:
awk and sh are full of them.
"""

from __future__ import annotations

import re

from pydantic import AfterValidator

Words = tuple[str, ...]

_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?::([^{}]*))?\}")
# These become any number of words, so they cannot be part of one.
_WHOLE_WORD = ("sources", "args")


def words(*allowed: str) -> AfterValidator:
    """Refuses placeholders other than those `allowed`, and wrongly used ones."""

    return AfterValidator(lambda found: _check_all(found, allowed))


def command(*allowed: str) -> AfterValidator:
    """The same, for words of which the first is an executable: an absolute path, or one in {build}."""

    def check(found: Words) -> Words:
        if not found[0].startswith(("/", "{build}/")):
            raise ValueError(f"{found[0]!r} must be an absolute path: nothing searches PATH for it")
        return _check_all(found, allowed)

    return AfterValidator(check)


def _check_all(found: Words, allowed: tuple[str, ...]) -> Words:
    for word in found:
        for placeholder in _PLACEHOLDER.finditer(word):
            _check(placeholder, word, allowed)
    return found


def _check(placeholder: re.Match[str], word: str, allowed: tuple[str, ...]) -> None:
    text, name, pattern = placeholder[0], placeholder[1], placeholder[2]
    if name not in allowed:
        raise ValueError(f"{text} means nothing here; there is {', '.join(allowed) or 'none'}")
    if (name == "sources") != bool(pattern):
        raise ValueError(f"{text}: only sources takes a pattern, and it needs one")
    if name in _WHOLE_WORD and text != word:
        raise ValueError(f"{text} becomes several words, so it must stand alone, not in {word!r}")
