"""SemVer versions and npm-style ranges (`*`, `3`, `3.x`, `^3.12`, `~3.12.1`, `>=3.12 <4`, `1.2.3`).

The only module that knows `node-semver`, which is untyped.
"""

from functools import cmp_to_key, lru_cache
from typing import Any, NewType

import nodesemver  # type: ignore[import-untyped]

# As npm's own: no honest range is longer, and parsing takes time that grows with it.
RANGE_MAX_LENGTH = 256

Version = NewType("Version", object)
Range = NewType("Range", object)


def parse_version(text: str) -> Version | None:
    try:
        return Version(nodesemver.make_semver(text, loose=False))
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def parse_range(text: str) -> Range | None:
    if len(text) > RANGE_MAX_LENGTH:
        return None
    try:
        return Range(nodesemver.make_range(text, loose=False))
    except ValueError:
        return None


def satisfies(version: Version, wanted: Range) -> bool:
    parsed: Any = wanted
    return bool(parsed.test(version))


def _precedence(left: Any, right: Any) -> int:
    return int(left.compare(right))


# Orders versions, lowest first.
sort_key = cmp_to_key(_precedence)
