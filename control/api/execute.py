"""`POST /v1/execute`."""

import time

import orjson
from aiohttp import web

from control.api.body import BodyHold, BodyIntake
from control.api.decode import decode_object
from control.api.models import ExecuteRequest, parse_execute
from control.api.problems import InvalidFieldError, ProblemError, UnavailableError, shortened
from control.api.program import message_of, start_timeout_s, timeout_s
from control.auth.keys import Identity
from control.executors.catalogue import Offer
from control.executors.errors import BusyError, NotRunError, RefusedError
from control.executors.execution import Work, execute
from control.executors.fleet import Fleet
from control.executors.outcome import ExecutionResult, StageResult
from control.executors.payload import Payload
from control.metrics import Metrics
from control.settings import Settings
from control.versions import parse_range


class Execute:
    def __init__(self, settings: Settings, fleet: Fleet, metrics: Metrics) -> None:
        self._settings = settings
        self._fleet = fleet
        self._metrics = metrics
        self._intake = BodyIntake(settings)

    async def __call__(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        with self._intake.hold() as hold:
            body = await self._intake.read(request, hold)
            began = time.perf_counter()
            work = self._work(body, identity, hold)
            del body
            runtime = work.offer.runtime
            result = await self._execute(work)
            answer: dict[str, str | StageResult] = {"language": runtime.language, "version": runtime.version}
            if result.compile is not None:
                answer["compile"] = result.compile
            if result.run is not None:
                answer["run"] = result.run
            response = web.Response(body=orjson.dumps(answer), content_type="application/json")
            self._metrics.execution(runtime.language, result, time.perf_counter() - began)
            return response

    def _work(self, body: bytes, identity: Identity, hold: BodyHold) -> Work:
        asked = parse_execute(decode_object(body, self._settings), self._settings)
        offer = self._offer(asked)
        message = message_of(asked, offer, identity.tenant, self._settings)
        return Work(
            payload=Payload(message),
            offer=offer,
            start_timeout_s=start_timeout_s(message.start, self._settings),
            timeout_s=timeout_s(message.start, self._settings),
            output_max_bytes=self._settings.output_max_bytes,
            on_started=hold.release,
        )

    def _offer(self, asked: ExecuteRequest) -> Offer:
        wanted = parse_range(asked.version)
        if wanted is None:
            raise InvalidFieldError("version", f"{shortened(asked.version)!r} is not a SemVer range")
        catalogue = self._fleet.catalogue
        if not catalogue.offers:
            raise self._unavailable("no executor is connected")
        offers = catalogue.named(asked.language)
        if not offers:
            known = ", ".join(catalogue.languages)
            raise InvalidFieldError(
                "language", f"{shortened(asked.language)!r} is unknown; there are {known}"
            )
        offer = catalogue.highest(offers, wanted)
        if offer is None:
            there = ", ".join(offer.runtime.version for offer in offers)
            raise InvalidFieldError(
                "version", f"no {asked.language} matches {shortened(asked.version)!r}; there are {there}"
            )
        return offer

    async def _execute(self, work: Work) -> ExecutionResult:
        try:
            return await execute(work)
        except BusyError:
            raise self._unavailable("no sandbox came free in time") from None
        except RefusedError as refused:
            raise ProblemError(400, f"the executor refused the request: {refused}") from None
        except NotRunError:
            raise self._unavailable("no executor can take the program now") from None

    def _unavailable(self, detail: str) -> UnavailableError:
        return UnavailableError(detail, self._settings.retry_after_s)
