"""Answers and errors in Piston's shape: JSON, and an error is `{"message": ...}`."""

import orjson
from aiohttp import web

from control.api.decode import InvalidJsonError
from control.api.problems import ProblemError


def json_response(content: object, status: int = 200) -> web.Response:
    return web.Response(
        body=orjson.dumps(content), status=status, content_type="application/json", charset="utf-8"
    )


def message_response(problem: ProblemError) -> web.Response:
    body = {"message": problem.detail}
    if isinstance(problem, InvalidJsonError):
        # All that Piston says there; its is the server's own stack.
        body["stack"] = f"SyntaxError: {problem.detail}"
    response = json_response(body, problem.status)
    response.headers.update(problem.headers)
    return response
