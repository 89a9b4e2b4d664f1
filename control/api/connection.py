"""What is not even HTTP: aiohttp answers it before any route is found, here as a problem too.

aiohttp's own answer quotes what came, and its log does, so a key in a broken head would get there. Ours
says in words what is wrong with it, and the connection ends, for nobody knows where the next request begins.
"""

import secrets
from typing import Any

import structlog
from aiohttp import http_exceptions, web
from aiohttp.web_protocol import RequestHandler, _ErrInfo

from control.api.problems import ProblemError, problem_response

log = structlog.get_logger()


class Connection(RequestHandler):
    __slots__ = ("_broken",)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._broken = False

    def data_received(self, data: bytes) -> None:
        """Nothing that follows what is not HTTP is looked at.

        aiohttp would go on, and keep for each piece an error with several times the piece in it, in reference
        cycles: a client that sends megabytes of nonsense would leave tens of them behind.
        """
        if self._broken:
            return
        super().data_received(data)
        if not self._messages:
            return
        last, payload = self._messages[-1]
        if isinstance(last, _ErrInfo):
            self._broken = True
            self._messages[-1] = (_ErrInfo(last.status, _bare(last.exc), ""), payload)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is under way; there is no place for another")
        if status >= 500:
            log.error("request failed outside its handler", exc_info=exc)
        problem = _problem_of(status, exc)
        request_id = secrets.token_hex(8)
        log.info("request", method="other", route="malformed", status=problem.status, request_id=request_id)
        response = problem_response(problem)
        response.headers["X-Request-Id"] = request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Server"] = "Hearth"
        response.force_close()
        return response


class Runner(web.AppRunner):
    """With `Connection`s. aiohttp has no public place to say so; a test sees whether this one still works."""

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        server.__class__ = _Server
        return server


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        arguments: dict[str, Any] = self._kwargs
        return Connection(self, loop=self._loop, **arguments)


def _bare(error: BaseException) -> BaseException:
    """Without what it quotes, and without the frames in which that is as well."""
    kind = type(error)
    return kind.__new__(kind).with_traceback(None)


def _problem_of(status: int, exc: BaseException | None) -> ProblemError:
    if status >= 500:
        return ProblemError(status, "internal error")
    if isinstance(exc, http_exceptions.LineTooLong):
        return ProblemError(431, "the request's head is too large: a line of it, or all of it")
    return ProblemError(status, "the request is not valid HTTP")
