"""Parameters that several routes take."""

from control.api.openapi.operation import Answer, Header, Link, Parameter, problem
from control.api.query import LIMIT_DEFAULT, LIMIT_MAX

SESSION_ID_SCHEMA = {"type": "string", "pattern": "^s_[a-z0-9]{1,64}_[a-z0-9]{1,128}$"}
SESSION = Parameter("id", "path", "The session's id.", SESSION_ID_SCHEMA)

LIMIT = Parameter(
    "limit",
    "query",
    "How many items a page has at most.",
    {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT},
)

NO_SESSION = problem(404, "no such session: it was never there, has ended, or is another tenant's.")
BUSY = problem(409, "others have used the session for too long.")
TOO_MUCH = problem(
    429, "the tenant has as many sessions, or as much in them, as it may, or is over another limit."
)
DISK_FULL = problem(507, "the executor's disk has no room.")

BODY_PROBLEMS: dict[int, Answer] = {
    **problem(408, "the body did not arrive within {body_timeout_ms} ms."),
    **problem(413, "the body exceeds {body_max_bytes} bytes."),
    **problem(415, "the body is not `application/json` in UTF-8, or it is compressed."),
    **problem(417, "an expectation other than `100-continue`."),
}


def session_links(place: str) -> dict[str, Link]:
    """From an answer that has a session's id to what can be done with it."""
    return {
        operation: Link(operation, {"id": place})
        for operation in ("getSession", "forkSession", "listFiles", "uploadFile", "deleteSession")
    }


LOCATION = Header("The path of the new session.", {"type": "string", "format": "uri-reference"})
