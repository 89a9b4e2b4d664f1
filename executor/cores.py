"""Which CPUs a sandbox is confined to.

A sandbox runs on as many CPUs as its quota allows, and on those only: between two CPUs every system call
of a program would be a wake-up of the other one (docs/decisions/one-cpu.md). Sandboxes are spread over
the CPUs when they boot, and a request gets one whose CPU has the least to do.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable

CpuSet = frozenset[int]


def host_cpus() -> CpuSet:
    """The CPUs that this process, and so its sandboxes, may use."""
    return frozenset(os.sched_getaffinity(0))


def least_used(available: CpuSet, taken: Iterable[CpuSet], count: int) -> CpuSet:
    """`count` CPUs, or all if there are fewer, on which the fewest of the sets `taken` are."""
    uses = Counter(cpu for cpus in taken for cpu in cpus)
    return frozenset(sorted(available, key=lambda cpu: (uses[cpu], cpu))[:count])


def crowding(cpus: CpuSet, busy: Collection[CpuSet]) -> int:
    """How many of the sets `busy` share a CPU with `cpus`."""
    return sum(1 for other in busy if cpus & other)
