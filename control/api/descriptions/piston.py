"""Of Piston's API."""

from control.api.openapi.operation import Answer, Body, Operation, problem
from control.api.piston.models import (
    PistonError,
    PistonExecution,
    PistonPackage,
    PistonRequest,
    PistonRuntime,
)

TAG = "Piston"
EXAMPLE = {"language": "python", "version": "*", "files": [{"content": "print('hello')"}]}

EXECUTE = Operation(
    id="pistonExecute",
    tag=TAG,
    summary="Run a program, as Piston does",
    description="For clients of Piston 3.1.1. Nothing of what the program leaves is kept. A program that "
    "fails, or is stopped by a limit, is 200 as well.",
    body=Body("The program. At most {body_max_bytes} bytes.", PistonRequest, example=EXAMPLE),
    answers={
        200: Answer("The program was run.", PistonExecution),
        **problem(408, "the body did not arrive within {body_timeout_ms} ms."),
        **problem(413, "the body exceeds {body_max_bytes} bytes."),
        **problem(415, "the body is not `application/json` in UTF-8, or it is compressed."),
        **problem(417, "an expectation other than `100-continue`."),
    },
    error=PistonError,
)

RUNTIMES = Operation(
    id="pistonRuntimes",
    tag=TAG,
    summary="List languages and their versions, as Piston does",
    description="What programs can be run with now.",
    answers={200: Answer("The runtimes of all connected executors.", list[PistonRuntime])},
    error=PistonError,
)

PACKAGES = Operation(
    id="pistonPackages",
    tag=TAG,
    summary="List what is installed, as Piston does",
    description="There is nothing else: images are the operator's.",
    answers={200: Answer("The packages.", list[PistonPackage])},
    error=PistonError,
)
