"""Who is let in: each request against its tenant's rate, each execution against the other two limits."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from control.admission.rates import Rate, Rates, Standing
from control.auth.keys import Identity
from control.tenancy.clock import DAY_MS, now_ms
from control.tenancy.limits import Limits


class OverLimitError(Exception):
    """A tenant is over one of its limits."""

    def __init__(self, policy: str, words: str, retry_after_s: float) -> None:
        """`policy` is the name that headers have for the limit."""
        super().__init__(words)
        self.policy = policy
        self.retry_after_s = retry_after_s


@dataclass(slots=True)
class Active:
    """What a tenant has been let in for here."""

    running: int = 0
    # Since it became active; it is forgotten, and begins anew, when it is not for a while.
    requests: int = 0
    last_s: float = 0.0


class Admission:
    def __init__(
        self, cpu_today_us: Callable[[str], int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """
        Args:
            cpu_today_us: what a tenant has used since midnight, UTC, on all control planes.
            clock: seconds, never going back.
        """
        self._cpu_today_us = cpu_today_us
        self._clock = clock
        self._rates = Rates()
        self.active: dict[str, Active] = {}
        self._elsewhere: Mapping[str, int] = Counter()

    def request(self, identity: Identity) -> Standing:
        """Raises OverLimitError."""
        now = self._clock()
        rate = rate_of(identity.limits)
        standing = self._rates.take(identity.tenant, rate, now)
        if not standing.let_in:
            raise OverLimitError(
                "requests",
                f"requests_per_second: over the tenant's limit of {rate.per_second:g} requests a second "
                f"with a burst of {rate.burst}",
                standing.next_in_s,
            )
        active = self._active(identity.tenant)
        active.requests += 1
        active.last_s = now
        return standing

    @contextmanager
    def execution(self, identity: Identity) -> Iterator[None]:
        """Around one. Raises OverLimitError."""
        tenant, limits = identity.tenant, identity.limits
        active = self._active(tenant)
        if active.running + self._elsewhere.get(tenant, 0) >= limits.executions_max:
            raise OverLimitError(
                "executions",
                f"executions_max: the tenant may have {limits.executions_max} executions at once",
                1,
            )
        self._check_cpu(tenant, limits)
        active.running += 1
        try:
            yield
        finally:
            active.running -= 1
            active.last_s = self._clock()

    def _check_cpu(self, tenant: str, limits: Limits) -> None:
        most_s = limits.cpu_seconds_per_day
        if most_s is not None and self._cpu_today_us(tenant) >= most_s * 1_000_000:
            raise OverLimitError(
                "cpu",
                f"cpu_seconds_per_day: the tenant's {most_s} CPU seconds of this day (UTC) are used up",
                seconds_to_midnight(),
            )

    def _active(self, tenant: str) -> Active:
        active = self.active.get(tenant)
        if active is None:
            active = self.active[tenant] = Active(last_s=self._clock())
        return active

    def forget_idle(self, idle_s: float) -> None:
        """Those that have had nothing for so long."""
        before = self._clock() - idle_s
        for tenant in [
            tenant for tenant, one in self.active.items() if not one.running and one.last_s < before
        ]:
            del self.active[tenant]

    def set_elsewhere(self, running: Mapping[str, int]) -> None:
        """Executions of tenants on other control planes, in place of what was known of them."""
        self._elsewhere = running

    def count_elsewhere(self, tenant: str, limits: Limits, requests: int) -> None:
        """Requests that other control planes have let in since they were last asked."""
        self._rates.count(tenant, rate_of(limits), requests, self._clock())


def rate_of(limits: Limits) -> Rate:
    return Rate(limits.requests_per_second, limits.requests_burst)


def seconds_to_midnight() -> int:
    return (DAY_MS - now_ms() % DAY_MS) // 1000 + 1
