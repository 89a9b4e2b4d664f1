"""Errors as clients see them: RFC 9457 `application/problem+json`."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from control.api.answers import Problem

# An error quotes what the client sent; no more of it than a person would read.
DETAIL_MAX = 1_000


class ProblemError(Exception):
    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        detail = detail if len(detail) <= DETAIL_MAX else detail[:DETAIL_MAX] + "…"
        # What the client sent need not be Unicode.
        self.detail = detail.encode(errors="replace").decode()
        self.headers = dict(headers or {})


class InvalidFieldError(ProblemError):
    """400, naming the field."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(400, f"{shortened(field)}: {reason}")


class UnavailableError(ProblemError):
    """503: the same request may succeed soon."""

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(503, detail, {"Retry-After": str(retry_after_s)})


def shortened(text: str, longest: int = 100) -> str:
    return text if len(text) <= longest else text[:longest] + "…"


def problem_response(problem: ProblemError) -> web.Response:
    body = Problem(
        type="about:blank",
        title=HTTPStatus(problem.status).phrase,
        status=problem.status,
        detail=problem.detail,
        message=problem.detail,
    )
    return web.Response(
        body=body.model_dump_json().encode(),
        status=problem.status,
        headers=problem.headers,
        content_type="application/problem+json",
    )
