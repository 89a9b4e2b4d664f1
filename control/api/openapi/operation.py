"""What is said of a route: what it takes, and everything that it may answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Literal

JSON = "application/json"
PROBLEM = "application/problem+json"
BYTES = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: Literal["path", "query", "header"]
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, slots=True)
class Header:
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    required: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """An operation that goes on with what was answered."""

    operation: str
    # Parameters and the places in the answer where their values are.
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Body:
    description: str
    # A model, or None for bytes of any kind.
    model: Any = None
    media: str = JSON
    required: bool = True
    # One that does something when it is sent as it is.
    example: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    description: str
    # A type of which pydantic makes a schema; None for no content, or for bytes if `media` is set.
    model: Any = None
    media: str | None = None
    headers: Mapping[str, Header] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    # In camel case, as generators of clients make methods' names of it.
    id: str
    tag: str
    summary: str
    description: str
    answers: Mapping[int, Answer]
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    # A model of its errors, as JSON, in place of problems.
    error: Any = None

    def head(self) -> "Operation":
        """The same for `HEAD`."""
        return replace(self, id=f"{self.id}Head", summary=f"{self.summary} (head only)")


RETRY_AFTER = Header(
    "Seconds to wait before the request is worth sending again.", {"type": "integer", "minimum": 1}
)
ALLOW = Header("The methods that there are.")
CHALLENGE = Header("How to authenticate: `Bearer`.")

_HEADERS = {
    401: {"WWW-Authenticate": CHALLENGE},
    405: {"Allow": ALLOW},
    429: {"Retry-After": RETRY_AFTER},
    503: {"Retry-After": RETRY_AFTER},
}


def problem(status: int, when: str, headers: Mapping[str, Header] | None = None) -> dict[int, Answer]:
    """An error's entry among the answers, with the headers that its status always has."""
    text = f"{HTTPStatus(status).phrase}: {when}"
    return {status: Answer(text, None, PROBLEM, {**_HEADERS.get(status, {}), **(headers or {})})}
