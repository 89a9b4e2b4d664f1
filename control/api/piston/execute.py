"""`POST /api/v2/execute`: one program that leaves nothing behind."""

import codecs
from functools import partial

from aiohttp import web

from control.api.body import BodyHold
from control.api.decode import InvalidJsonError, decode
from control.api.piston.answers import json_response
from control.api.piston.request import Asked, asked_in
from control.api.piston.stages import stage_json
from control.api.program import message_of
from control.api.running import Job, Runner
from control.auth.keys import Identity
from control.executors.fleet import Fleet
from control.executors.outcome import ExecutionResult
from control.settings import Settings
from executor.api import executor_pb2 as pb


class Execute:
    def __init__(self, settings: Settings, fleet: Fleet, runner: Runner) -> None:
        self._settings = settings
        self._fleet = fleet
        self._runner = runner

    async def __call__(self, request: web.Request, identity: Identity) -> web.StreamResponse:
        return await self._runner.serve(request, identity, self._job)

    def _job(self, body: bytes, identity: Identity, hold: BodyHold) -> Job:
        value = _decoded(body, self._settings)
        asked = asked_in(value, self._fleet.catalogue, identity.limits, self._settings)
        message = _one_shot(asked, identity, self._settings)
        start = message.start
        work = self._runner.work(message, asked.offer, None, identity, hold)
        cpu_ms = start.compile_limits.cpu_ms, start.run_limits.cpu_ms
        return Job(work, partial(_told, asked.offer.runtime, *cpu_ms))


def _decoded(body: bytes, settings: Settings) -> object:
    """JSON as Piston's parser takes it: nothing at all is an empty object, and a scalar is no JSON."""
    text = body.removeprefix(codecs.BOM_UTF8)
    value = decode(text, settings) if text else {}
    if not isinstance(value, (dict, list)):
        raise InvalidJsonError("neither an object nor an array")
    return value


def _one_shot(asked: Asked, identity: Identity, settings: Settings) -> pb.ExecuteInput:
    message = message_of(asked.request, asked.offer, identity, settings)
    start = message.start
    if asked.entry:
        start.files.insert(0, start.files.pop(asked.entry))
    # Nobody learns of the session, so it is over at once and has room for nothing.
    start.policy.idle_timeout_ms = 1
    start.policy.session_bytes = 1
    return message


def _told(runtime: pb.Runtime, compile_cpu_ms: int, run_cpu_ms: int, result: ExecutionResult) -> web.Response:
    answer: dict[str, object] = {}
    if result.compile is not None:
        # What did not compile was not run, and clients look at `run`.
        answer["compile"] = answer["run"] = stage_json(result.compile, compile_cpu_ms)
    if result.run is not None:
        answer["run"] = stage_json(result.run, run_cpu_ms)
    return json_response({**answer, "language": runtime.language, "version": runtime.version})
