"""What may be asked about usage."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from control.api.problems import InvalidFieldError, shortened
from control.api.query import limit_of
from control.tenancy.clock import now_ms
from control.usage.counts import date_of, day_of
from control.usage.reports import Group

PARAMETERS = ("from", "to", "group_by", "limit", "after")
DAYS_DEFAULT = 30
DAYS_MAX = 366


@dataclass(frozen=True, slots=True)
class UsageQuery:
    # Both included.
    first: date
    last: date
    groups: tuple[Group, ...]
    # The values of the last part of the page before.
    after: tuple[str, ...]
    limit: int


def usage_query(given: Mapping[str, bytes]) -> UsageQuery:
    """What is not said is the last 30 days, by day. Raises `InvalidFieldError`."""
    texts = {name: value.decode(errors="replace") for name, value in given.items()}
    to = _date("to", texts["to"]) if "to" in texts else date_of(day_of(now_ms()))
    if "from" in texts:
        first = _date("from", texts["from"])
    else:
        first = date.fromordinal(max(to.toordinal() - DAYS_DEFAULT + 1, 1))
    if first > to:
        raise InvalidFieldError("from", f"must not be after the last day, which is {to}")
    if to - first >= timedelta(days=DAYS_MAX):
        raise InvalidFieldError("from", f"must be one of the {DAYS_MAX} days up to the last, which is {to}")
    after = texts.get("after")
    return UsageQuery(
        first,
        to,
        _groups(texts.get("group_by", Group.DAY)),
        tuple(after.split(",")) if after else (),
        limit_of(given),
    )


def _date(field: str, text: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidFieldError(field, "must be a day, as 2030-01-31")


def _groups(text: str) -> tuple[Group, ...]:
    names = text.split(",")
    for name in names:
        if name not in list(Group):
            known = ", ".join(Group)
            raise InvalidFieldError("group_by", f"{shortened(name)!r} is unknown; there are {known}")
    return tuple(group for group in Group if group in names)
