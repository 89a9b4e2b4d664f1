"""A tenant's limits as clients see them: the `RateLimit` and `RateLimit-Policy` headers of every answer to a
key, and 429 over one of them (draft-ietf-httpapi-ratelimit-headers-10).
"""

from functools import lru_cache

from aiohttp import web

from control.admission.admission import Admission, OverLimitError
from control.admission.rates import Standing, header_seconds
from control.api.problems import ProblemError
from control.auth.keys import Identity
from control.tenancy.clock import DAY_MS

# On requests: the two headers of their answers.
HEADERS = web.RequestKey("HEADERS", tuple[str, str])
DAY_S = DAY_MS // 1_000


def admit(request: web.Request, identity: Identity, admission: Admission) -> None:
    """Counts a request. Raises ProblemError 429."""
    limits = identity.limits
    policy = _policy(
        limits.requests_per_second, limits.requests_burst, limits.executions_max, limits.cpu_seconds_per_day
    )
    try:
        standing = admission.request(identity)
    except OverLimitError as over:
        request[HEADERS] = policy, _spent(over)
        raise too_many(over) from None
    request[HEADERS] = policy, _left(standing)


def too_many(over: OverLimitError) -> ProblemError:
    headers = {"Retry-After": str(header_seconds(over.retry_after_s)), "RateLimit": _spent(over)}
    return ProblemError(429, str(over), headers)


def stamp_quotas(request: web.Request, response: web.StreamResponse) -> None:
    """The headers of an answer, unless its problem has brought its own."""
    if (told := request.get(HEADERS)) is not None:
        policy, left = told
        response.headers["RateLimit-Policy"] = policy
        response.headers.setdefault("RateLimit", left)


def _left(standing: Standing) -> str:
    return f'"requests";r={standing.remaining};t={header_seconds(standing.whole_in_s)}'


def _spent(over: OverLimitError) -> str:
    return f'"{over.policy}";r=0;t={header_seconds(over.retry_after_s)}'


@lru_cache(maxsize=1024)
def _policy(per_second: float, burst: int, executions: int, cpu_s: int | None) -> str:
    policies = [
        f'"requests";q={burst};w={header_seconds(burst / per_second)}',
        f'"executions";q={executions};qu="concurrent-requests"',
    ]
    if cpu_s is not None:
        policies.append(f'"cpu";q={cpu_s};qu="cpu-seconds";w={DAY_S}')
    return ", ".join(policies)
