"""The time of day, which all machines of an installation are taken to agree on."""

import time

DAY_MS = 86_400_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000
