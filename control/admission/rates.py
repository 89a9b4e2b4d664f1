"""Requests a second with a burst, by the generic cell rate algorithm: one moment for each tenant.

That moment is when all that was let in would have been let in at exactly the tenant's rate. It may lie in the
future by no more than a burst takes at that rate. (ITU-T I.371, annex A, "virtual scheduling".)
"""

import math
from dataclasses import dataclass

# Tenants whose moment has passed are as if they had never been; they are forgotten when so many are there.
FORGET_AT = 1_000


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests a second, and how many at once when there were none before."""

    per_second: float
    burst: int

    @property
    def window_s(self) -> float:
        """In which a burst that is used up comes back."""
        return self.burst / self.per_second


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a tenant, after a request."""

    let_in: bool
    # Requests that it may send now.
    remaining: int
    # Until a whole burst is there again, s.
    whole_in_s: float
    # Until the next request is let in, s.
    next_in_s: float


class Rates:
    def __init__(self) -> None:
        self._moments: dict[str, float] = {}
        self._forget_at = FORGET_AT

    def take(self, tenant: str, rate: Rate, now: float) -> Standing:
        """Lets a request in, or not, at a time in seconds of whatever clock does not go back."""
        ahead = max(self._moments.get(tenant, now) - now, 0.0)
        step = 1 / rate.per_second
        most = rate.window_s
        let_in = ahead + step <= most * (1 + 1e-9)
        if let_in:
            ahead += step
            self._put(tenant, now + ahead, now)
        remaining = max(int((most - ahead) / step + 1e-6), 0)
        return Standing(let_in, remaining, ahead, max(ahead + step - most, 0.0))

    def count(self, tenant: str, rate: Rate, requests: int, now: float) -> None:
        """Requests that others have let in."""
        moment = max(self._moments.get(tenant, now), now)
        self._put(tenant, moment + requests / rate.per_second, now)

    def _put(self, tenant: str, moment: float, now: float) -> None:
        self._moments[tenant] = moment
        if len(self._moments) >= self._forget_at:
            self._moments = {one: moment for one, moment in self._moments.items() if moment > now}
            self._forget_at = max(2 * len(self._moments), FORGET_AT)


def header_seconds(seconds: float) -> int:
    """As headers have them, whole ones; none that is over before what they promise."""
    return max(math.ceil(seconds), 1)
