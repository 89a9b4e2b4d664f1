"""Of what runs programs."""

from control.api.answers import Execution, Runtime
from control.api.descriptions.parameters import BODY_PROBLEMS, session_links
from control.api.models import ExecuteRequest
from control.api.openapi.operation import Answer, Body, Operation, problem

EXAMPLE = {"language": "python", "code": "print('hello')"}

EXECUTE = Operation(
    id="execute",
    tag="Execution",
    summary="Run a program",
    description="Compiles the program if its language compiles, runs it, and answers when it has ended. "
    "A program that fails, or is stopped by a limit, is 200 as well: `status` in its stage says how it "
    "ended. A client that goes away ends its program.",
    body=Body("The program. At most {body_max_bytes} bytes.", ExecuteRequest, example=EXAMPLE),
    answers={
        200: Answer("The program was run.", Execution, links=session_links("$response.body#/session_id")),
        **problem(404, "no such session."),
        **problem(409, "others use the session for too long, or its executor has not the language."),
        **BODY_PROBLEMS,
    },
)

RUNTIMES = Operation(
    id="listRuntimes",
    tag="Execution",
    summary="List languages and their versions",
    description="What programs can be run with now: by language, the highest version first.",
    answers={200: Answer("The runtimes of all connected executors.", list[Runtime])},
)
