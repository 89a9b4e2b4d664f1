"""Who takes the next program or session: the less loaded of two random executors, for a program among those
that have it warm.

Two choices instead of the best of all: every control plane sees loads that are some tens of milliseconds
old, and the best of all would get everything until the next report.
"""

import random
from collections.abc import Collection, Sequence

from control.executors.client import ExecutorClient


def choose(
    executors: Sequence[ExecutorClient],
    runtime: str = "",
    excluded: Collection[ExecutorClient] = (),
) -> ExecutorClient | None:
    able = [executor for executor in executors if executor.ready and executor not in excluded]
    if len(able) > 1:
        warm = [executor for executor in able if executor.warm.get(runtime)]
        able = warm or able
    if len(able) > 1:
        able = random.sample(able, 2)
        return min(able, key=lambda executor: executor.load)
    return able[0] if able else None
