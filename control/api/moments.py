"""Moments as the API shows them: RFC 3339 in UTC, to the millisecond."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(unix_ms: int) -> str:
    at = EPOCH + timedelta(milliseconds=unix_ms)
    return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
