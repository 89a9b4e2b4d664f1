"""The way of a request that is a program, from its body to its answer; how it fails, as problems."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from control.api.body import BodyHold, BodyIntake
from control.api.problems import ProblemError, UnavailableError
from control.api.program import start_timeout_s, timeout_s
from control.auth.keys import Identity
from control.executors.catalogue import Offer
from control.executors.ceilings import ceilings_of
from control.executors.errors import BusyError, NotRunError, RefusedError
from control.executors.execution import SessionPlace, Work, execute
from control.executors.outcome import ExecutionResult
from control.executors.payload import Payload
from control.metrics import Metrics
from control.settings import Settings
from control.tenancy.limits import Limits
from control.usage.counting import counting
from control.usage.meter import Meter
from executor.api import executor_pb2 as pb


@dataclass(frozen=True, slots=True)
class Job:
    """A request that has been understood: what is to be done, and how its outcome is told."""

    work: Work
    told: Callable[[ExecutionResult], web.Response]


class Runner:
    def __init__(self, settings: Settings, metrics: Metrics, intake: BodyIntake, meter: Meter) -> None:
        self._settings = settings
        self._metrics = metrics
        self._meter = meter
        self._intake = intake

    async def serve(
        self,
        request: web.Request,
        identity: Identity,
        understood: Callable[[bytes, Identity, BodyHold], Job],
    ) -> web.StreamResponse:
        with self._intake.hold() as hold:
            body = await self._intake.read(request, hold, identity.limits.body_max_bytes)
            began = time.perf_counter()
            job, bytes_in = understood(body, identity, hold), len(body)
            del body
            result, response = await self._run(job, identity.tenant, bytes_in)
            language = job.work.offer.runtime.language
            self._metrics.execution(language, result, time.perf_counter() - began)
            return response

    def work(
        self,
        message: pb.ExecuteInput,
        offer: Offer,
        session: SessionPlace | None,
        limits: Limits,
        hold: BodyHold,
    ) -> Work:
        return Work(
            payload=Payload(message),
            offer=offer,
            session=session,
            start_timeout_s=start_timeout_s(message.start, self._settings),
            timeout_s=timeout_s(message.start, self._settings),
            ceilings=ceilings_of(message.start, offer.runtime),
            output_max_bytes=limits.output_max_bytes,
            on_started=hold.release,
        )

    async def _run(self, job: Job, tenant: str, bytes_in: int) -> tuple[ExecutionResult, web.Response]:
        work = job.work
        try:
            with counting(self._meter, work, tenant, bytes_in) as execution:
                result = await execute(execution.work)
                response = job.told(result)
                execution.answered(result, response.content_length or 0)
                return result, response
        except BusyError:
            raise self._unavailable("no sandbox came free in time") from None
        except RefusedError as refused:
            raise ProblemError(400, f"the executor refused the request: {refused}") from None
        except NotRunError:
            whom = "no executor can" if work.session is None else "the session's executor cannot"
            raise self._unavailable(f"{whom} take the program now") from None

    def _unavailable(self, detail: str) -> UnavailableError:
        return UnavailableError(detail, self._settings.retry_after_s)
