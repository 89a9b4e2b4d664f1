"""Receiving a request's body: typed, uncompressed, bounded in size, in time, and over all requests.

The bytes count against the total, and against their tenant's part of it, until the program has started, which
is when the last copy is let go.
"""

import asyncio
from types import TracebackType
from typing import Self

from aiohttp import web

from control.api.codings import check_codings
from control.api.expectation import meet
from control.api.problems import ProblemError, UnavailableError
from control.settings import Settings

# JSON has no other (RFC 8259, 8.1), though some clients say the first one.
CHARSETS = {"us-ascii", "utf-8", "utf8"}


class BodyHold:
    """What one request's body counts for. Released on leaving, or earlier."""

    def __init__(self, intake: "BodyIntake", tenant: str) -> None:
        self._intake = intake
        self._tenant = tenant
        self._bytes = 0

    def grow(self, size: int) -> None:
        """Raises UnavailableError: together with others it is too much."""
        self._bytes += size
        self._intake.count(self._tenant, size)

    def release(self) -> None:
        self._intake.forget(self._tenant, self._bytes)
        self._bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class BodyIntake:
    def __init__(self, settings: Settings) -> None:
        self.held_bytes = 0
        self._held_by: dict[str, int] = {}
        self._settings = settings
        # What one tenant's bodies leave is for the others'. A single body fits, whatever its part is.
        part = settings.bodies_max_bytes * settings.tenant_share_percent // 100
        self._tenant_max_bytes = max(part, settings.body_max_bytes)

    def hold(self, tenant: str) -> BodyHold:
        return BodyHold(self, tenant)

    def count(self, tenant: str, size: int) -> None:
        self.held_bytes += size
        own = self._held_by[tenant] = self._held_by.get(tenant, 0) + size
        if self.held_bytes > self._settings.bodies_max_bytes or own > self._tenant_max_bytes:
            raise UnavailableError("too many large requests at once", self._settings.retry_after_s)

    def forget(self, tenant: str, size: int) -> None:
        if size:
            self.held_bytes -= size
            self._held_by[tenant] -= size
            if not self._held_by[tenant]:
                del self._held_by[tenant]

    async def read(self, request: web.Request, hold: BodyHold, most: int) -> bytes:
        """`most` bytes, which is what the tenant may send."""
        self._check_head(request, most)
        await meet(request)
        try:
            if request.content.is_eof():
                # It is all here, as small ones are, which come with their heads. A timer costs as much as
                # authentication does.
                return await self._read(request, hold, most)
            async with asyncio.timeout(self._settings.body_timeout_ms / 1000):
                return await self._read(request, hold, most)
        except TimeoutError:
            raise ProblemError(
                408,
                f"the body did not arrive within {self._settings.body_timeout_ms} ms",
                {"Connection": "close"},
            ) from None
        except (ConnectionError, web.RequestPayloadError):
            raise ProblemError(400, "the body is incomplete or malformed", {"Connection": "close"}) from None

    def _check_head(self, request: web.Request, most: int) -> None:
        if request.content_type != "application/json":
            raise ProblemError(415, "requests must be of type application/json")
        if (request.charset or "utf-8").lower() not in CHARSETS:
            raise ProblemError(415, "the body must be UTF-8")
        check_codings(request)
        if request.content_length is not None and request.content_length > most:
            raise _too_large(most)

    async def _read(self, request: web.Request, hold: BodyHold, most: int) -> bytes:
        pieces = []
        size = 0
        while piece := await request.content.readany():
            size += len(piece)
            if size > most:
                raise _too_large(most)
            hold.grow(len(piece))
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _too_large(most: int) -> ProblemError:
    return ProblemError(413, f"the body exceeds {most} bytes")
