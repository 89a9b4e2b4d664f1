"""The document as a whole: routes with what is said of them, in; OpenAPI 3.1, out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from control.api.answers import Problem
from control.api.openapi.operation import PROBLEM, Answer, Header, Operation, Parameter, problem
from control.api.openapi.schema import Generate, filled
from control.auth.keys import Scope
from control.settings import Settings

# Of the API, as in pyproject.toml; a test compares both.
VERSION = "0.1.0"

ABOUT = (
    "Runs code that nobody trusts: one call takes a language and a program, runs it in a sandbox that was "
    "warm before the call came, and answers what it printed, how it ended and what it used.\n\n"
    "Times are milliseconds, sizes are bytes, instants are RFC 3339 in UTC. JSON is UTF-8, in and out; "
    "an object in a request that has the same key twice is refused. Every error is a problem (RFC 9457), but "
    "below `/api/v2`. "
    "The limits that stand here are those of this installation."
)

TAGS = {
    "Execution": "Running programs.",
    "Piston": "The same engine for clients of Piston 3.1.1: its requests, answers and errors.",
    "Sessions": "Workspaces and environments that outlive a program.",
    "Files": "What lies in a session's workspace.",
    "Usage": "What was used.",
    "Administration": "Tenants and keys. Takes a key with the scope `admin`.",
    "Service": "How the service does, and its own description.",
}

SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "`Authorization: Bearer KEY`. The key alone, without `Bearer`, is taken too.",
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "`X-API-Key: KEY`, when there is no `Authorization`. A key in the URL is refused.",
    },
}

REQUEST_ID = Header(
    "The request's id, as the service's log has it. `X-Request-Id` of the request, if that is 1 to 64 "
    "letters, digits, dots, underscores and hyphens.",
)

# Of routes with a key.
QUOTAS = {
    "RateLimit": Header(
        "What is left of the quota that ends first: `r`, and in `t` seconds all of it is there again. Not on "
        "answers to a key that is not valid.",
        required=False,
    ),
    "RateLimit-Policy": Header(
        "The tenant's quotas (draft-ietf-httpapi-ratelimit-headers-10): requests `q` in `w` seconds, "
        "executions at once, CPU seconds a day.",
        required=False,
    ),
}

# What any route with a key may answer, beside what is said of it.
GUARDED: dict[int, Answer] = {
    **problem(400, "a field, parameter, header or path that cannot be; the detail names it."),
    **problem(401, "no API key, or one that is not valid."),
    **problem(403, "the API key lacks the scope that the route takes, or its tenant may not."),
    **problem(429, "the tenant is over one of its limits; the detail begins with the name of it."),
    **problem(503, "the service is stopping, or no executor can do it now."),
}
ANY: dict[int, Answer] = {
    **problem(
        431, "a line of the request's head, the first with the path included, has more than 8190 bytes."
    ),
    **problem(500, "a fault of the service; the detail has the request's id."),
}

BEFORE_ROUTES = 431

_REF = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    path: str
    # None for a public one.
    scope: Scope | None
    operation: Operation


class Document:
    def __init__(self) -> None:
        self._routes: list[_Route] = []

    def add(self, method: str, path: str, scope: Scope | None, operation: Operation) -> None:
        general = ANY if scope is None else GUARDED | ANY
        answers = dict(sorted((general | dict(operation.answers)).items()))
        if operation.error is not None:
            answers = {status: _in_words_of(operation.error, status, one) for status, one in answers.items()}
        self._routes.append(_Route(method, path, scope, replace(operation, answers=answers)))

    def build(self, settings: Settings) -> dict[str, Any]:
        schemas, definitions = self._schemas()
        paths: dict[str, dict[str, Any]] = {}
        for route in self._routes:
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
        document = {
            "openapi": "3.1.0",
            "info": {"title": "Hearth", "version": VERSION, "description": ABOUT},
            "tags": [{"name": name, "description": about} for name, about in TAGS.items()],
            "paths": paths,
            "components": {
                "schemas": definitions,
                "headers": {
                    "RequestId": _header(REQUEST_ID),
                    **{name: _header(header) for name, header in QUOTAS.items()},
                },
                "securitySchemes": SECURITY_SCHEMES,
            },
        }
        built: dict[str, Any] = filled(document, settings)
        return built

    def _schemas(self) -> tuple["_Schemas", dict[str, Any]]:
        adapters: dict[str, tuple[str, Any, TypeAdapter[Any]]] = {
            PROBLEM: (PROBLEM, "serialization", TypeAdapter(Problem))
        }
        for route in self._routes:
            for model, mode in _models_of(route.operation):
                adapters[_key(model)] = (_key(model), mode, TypeAdapter(model))
        by_key, general = TypeAdapter.json_schemas(
            adapters.values(), ref_template=_REF, schema_generator=Generate
        )
        return {key: schema for (key, _), schema in by_key.items()}, dict(sorted(general["$defs"].items()))


_Schemas = dict[str, Any]


def _in_words_of(error: Any, status: int, answer: Answer) -> Answer:
    """Errors by another model, but for what is said before anybody knows which route is meant."""
    if answer.media != PROBLEM or status == BEFORE_ROUTES:
        return answer
    return replace(answer, media=None, model=error)


def _models_of(operation: Operation) -> Iterator[tuple[Any, str]]:
    if operation.body is not None and operation.body.model is not None:
        yield operation.body.model, "validation"
    for answer in operation.answers.values():
        if answer.model is not None:
            yield answer.model, "serialization"


def _key(model: Any) -> str:
    return str(model)


def _operation(route: _Route, schemas: _Schemas) -> dict[str, Any]:
    operation = route.operation
    shown: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "security": [] if route.scope is None else [{name: [route.scope.value]} for name in SECURITY_SCHEMES],
    }
    if operation.parameters:
        shown["parameters"] = [_parameter(parameter) for parameter in operation.parameters]
    if operation.body is not None:
        body = operation.body
        content = {} if body.model is None else {"schema": schemas[_key(body.model)]}
        if body.example is not None:
            content["example"] = body.example
        shown["requestBody"] = {
            "description": body.description,
            "required": body.required,
            "content": {body.media: content},
        }
    head = route.method == "HEAD"
    shown["responses"] = {
        str(status): _answer(answer, schemas, bodiless=head, quotas=route.scope is not None)
        for status, answer in operation.answers.items()
    }
    return shown


def _answer(answer: Answer, schemas: _Schemas, *, bodiless: bool, quotas: bool) -> dict[str, Any]:
    general = {"X-Request-Id": "RequestId", **{name: name for name in QUOTAS if quotas}}
    shown: dict[str, Any] = {
        "description": answer.description,
        "headers": {
            **{name: {"$ref": f"#/components/headers/{component}"} for name, component in general.items()},
            **{name: _header(header) for name, header in answer.headers.items()},
        },
    }
    if not bodiless and answer.media == PROBLEM:
        shown["content"] = {PROBLEM: {"schema": schemas[PROBLEM]}}
    elif not bodiless and answer.model is not None:
        shown["content"] = {answer.media or "application/json": {"schema": schemas[_key(answer.model)]}}
    elif not bodiless and answer.media is not None:
        shown["content"] = {answer.media: {}}
    if answer.links:
        shown["links"] = {
            name: {"operationId": link.operation, "parameters": link.parameters}
            for name, link in answer.links.items()
        }
    return shown


def _header(header: Header) -> dict[str, Any]:
    return {"description": header.description, "required": header.required, "schema": header.schema}


def _parameter(parameter: Parameter) -> Mapping[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }
