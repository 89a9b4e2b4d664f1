"""The time of day, which all machines of an installation are taken to agree on."""

import time


def now_ms() -> int:
    return time.time_ns() // 1_000_000
