"""Usage as clients see it."""

from collections.abc import Iterable
from typing import Any

from control.api.usage_query import UsageQuery
from control.usage.counts import Counts
from control.usage.reports import Reports

NOTHING = Counts(0, 0, 0, 0, 0, 0)


async def usage_report(reports: Reports, tenant: str, asked: UsageQuery) -> dict[str, Any]:
    """`UsageReport`. Raises StoreAwayError."""
    parts = await reports.parts(tenant, asked.first, asked.last, asked.groups)
    rest = [part for part in parts if part.values > asked.after]
    page = rest[: asked.limit]
    names = [group.value for group in asked.groups]
    return {
        "from": str(asked.first),
        "to": str(asked.last),
        "group_by": names,
        "usage": [dict(zip(names, part.values, strict=True)) | _shown(part.counts) for part in page],
        "total": _shown(_sum(part.counts for part in parts)),
        "next": ",".join(page[-1].values) if len(rest) > len(page) else None,
    }


def _sum(all_: Iterable[Counts]) -> Counts:
    return sum(all_, start=NOTHING)


def _shown(counts: Counts) -> dict[str, Any]:
    return {
        "executions": counts.executions,
        "wall_ms": counts.wall_us / 1_000,
        "cpu_ms": counts.cpu_us / 1_000,
        "gb_seconds": counts.mib_ms / 1_024_000,
        "bytes_in": counts.bytes_in,
        "bytes_out": counts.bytes_out,
    }
