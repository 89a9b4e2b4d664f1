"""The way of a request that is a program, from its body to its answer; how it fails, as problems."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from aiohttp import web

from control.api.body import BodyHold, BodyIntake
from control.api.parts import Parts
from control.api.problems import ProblemError, UnavailableError
from control.api.program import start_timeout_s, timeout_s
from control.auth.keys import Identity
from control.executors.catalogue import Offer
from control.executors.ceilings import ceilings_of
from control.executors.errors import BusyError, NotRunError, QueueFullError, QueueLateError, RefusedError
from control.executors.execution import SessionPlace, Work
from control.executors.outcome import ExecutionResult
from control.executors.payload import Payload
from control.usage.counting import counting
from executor.api import executor_pb2 as pb


@dataclass(frozen=True, slots=True)
class Job:
    """A request that has been understood: what is to be done, and how its outcome is told."""

    work: Work
    told: Callable[[ExecutionResult], web.Response]


class Runner:
    def __init__(self, parts: Parts, intake: BodyIntake) -> None:
        self._settings = parts.settings
        self._dispatch = parts.dispatch
        self._admission = parts.admission
        self._metrics = parts.metrics
        self._meter = parts.meter
        self._intake = intake

    async def serve(
        self,
        request: web.Request,
        identity: Identity,
        understood: Callable[[bytes, Identity, BodyHold], Job],
    ) -> web.StreamResponse:
        with self._admission.execution(identity), self._intake.hold(identity.tenant) as hold:
            body = await self._intake.read(request, hold, identity.limits.body_max_bytes)
            began = time.perf_counter()
            job, bytes_in = understood(body, identity, hold), len(body)
            del body
            result, response = await self._run(job, bytes_in)
            if result.session_id is not None:
                structlog.contextvars.bind_contextvars(session=result.session_id)
            language = job.work.offer.runtime.language
            self._metrics.execution(language, result, time.perf_counter() - began - job.work.waited_s)
            return response

    def work(
        self,
        message: pb.ExecuteInput,
        offer: Offer,
        session: SessionPlace | None,
        identity: Identity,
        hold: BodyHold,
    ) -> Work:
        message.start.request_id = structlog.contextvars.get_contextvars().get("request_id", "")
        return Work(
            tenant=identity.tenant,
            payload=Payload(message),
            offer=offer,
            session=session,
            start_timeout_s=start_timeout_s(message.start, self._settings),
            timeout_s=timeout_s(message.start, self._settings),
            ceilings=ceilings_of(message.start, offer.runtime),
            output_max_bytes=identity.limits.output_max_bytes,
            on_handed=lambda: None,
            on_started=hold.release,
        )

    async def _run(self, job: Job, bytes_in: int) -> tuple[ExecutionResult, web.Response]:
        work = job.work
        try:
            with self._metrics.refusals(), counting(self._meter, work, bytes_in) as execution:
                result = await self._dispatch.run(work)
                response = job.told(result)
                execution.answered(result, response.content_length or 0)
                return result, response
        except BusyError:
            raise self._unavailable("no sandbox came free in time") from None
        except QueueFullError:
            raise self._unavailable("too many programs wait for an executor") from None
        except QueueLateError:
            raise self._unavailable("no executor had room in time") from None
        except RefusedError as refused:
            raise ProblemError(400, f"the executor refused the request: {refused}") from None
        except NotRunError:
            whom = "no executor can" if work.session is None else "the session's executor cannot"
            raise self._unavailable(f"{whom} take the program now") from None

    def _unavailable(self, detail: str) -> UnavailableError:
        return UnavailableError(detail, self._settings.retry_after_s)
