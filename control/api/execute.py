"""`POST /v1/execute`."""

from functools import partial

import orjson
from aiohttp import web

from control.api.body import BodyHold
from control.api.decode import decode_object
from control.api.limits import check_language
from control.api.models import ExecuteRequest, parse_execute
from control.api.problems import InvalidFieldError, ProblemError, UnavailableError, shortened
from control.api.program import message_of
from control.api.running import Job, Runner
from control.auth.keys import Identity
from control.executors.catalogue import Offer
from control.executors.execution import SessionPlace
from control.executors.fleet import Fleet
from control.executors.outcome import ExecutionResult
from control.settings import Settings
from control.tenancy.limits import Limits
from control.versions import parse_range
from executor.api import executor_pb2 as pb


class Execute:
    def __init__(self, settings: Settings, fleet: Fleet, runner: Runner) -> None:
        self._settings = settings
        self._fleet = fleet
        self._runner = runner

    async def __call__(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        return await self._runner.serve(request, identity, self._job)

    def _job(self, body: bytes, identity: Identity, hold: BodyHold) -> Job:
        asked = parse_execute(decode_object(body, self._settings), self._settings)
        session = None
        if asked.session_id is not None:
            session = SessionPlace(asked.session_id, self._fleet.holder_of(asked.session_id))
        offer = self._offer(asked, session, identity.limits)
        message = message_of(asked, offer, identity, self._settings)
        work = self._runner.work(message, offer, session, identity, hold)
        return Job(work, partial(_told, offer.runtime))

    def _offer(self, asked: ExecuteRequest, session: SessionPlace | None, limits: Limits) -> Offer:
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
        check_language(offers[0].runtime.language, limits)
        able = [offer for offer in offers if session is None or session.holder in offer.executors]
        offer = catalogue.highest(able, wanted)
        if offer is None and catalogue.highest(offers, wanted) is not None:
            raise ProblemError(
                409,
                f"the session is on an executor that has no {asked.language} matching "
                f"{shortened(asked.version)!r}; others have, but a session cannot move",
            )
        if offer is None:
            there = ", ".join(offer.runtime.version for offer in offers)
            raise InvalidFieldError(
                "version", f"no {asked.language} matches {shortened(asked.version)!r}; there are {there}"
            )
        return offer

    def _unavailable(self, detail: str) -> UnavailableError:
        return UnavailableError(detail, self._settings.retry_after_s)


def _told(runtime: pb.Runtime, result: ExecutionResult) -> web.Response:
    return web.Response(body=orjson.dumps(_answer(runtime, result)), content_type="application/json")


def _answer(runtime: pb.Runtime, result: ExecutionResult) -> dict[str, object]:
    """The contract's answer, in its order."""
    answer: dict[str, object] = {
        "language": runtime.language,
        "version": runtime.version,
        "session_id": result.session_id,
    }
    if result.session_loss is not None:
        answer["session_error"] = result.session_loss
    if result.compile is not None:
        answer["compile"] = result.compile
    if result.run is not None:
        answer["run"] = result.run
    return answer
