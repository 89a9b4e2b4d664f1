"""The shape of a request: which fields there are and of what type. Limits and meaning come later; the schema,
of which the OpenAPI document is made, tells them all the same.

A field that is null counts as absent.
"""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, FailFast, Field, ValidationError
from pydantic_core import ErrorDetails

from control.api.arguments import ARGUMENT_MAX_BYTES, ENV_NAME
from control.api.names import NAME_MAX_BYTES, NAME_PATTERN
from control.api.openapi.schema import Shown, null_is_absent, setting
from control.api.problems import InvalidFieldError, shortened
from control.settings import Settings


def _integral(value: object) -> object:
    """JSON has one kind of number: 1000.0 is as good as 1000."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


PositiveInteger = Annotated[int, Field(gt=0), BeforeValidator(_integral)]

RunTime = Annotated[PositiveInteger, Shown(maximum=setting("run_timeout_max_ms"))]
CompileTime = Annotated[PositiveInteger, Shown(maximum=setting("compile_timeout_max_ms"))]
RunMemory = Annotated[PositiveInteger, Shown(maximum=setting("run_memory_max_bytes"))]
CompileMemory = Annotated[PositiveInteger, Shown(maximum=setting("compile_memory_max_bytes"))]
IdleTimeout = Annotated[PositiveInteger, Shown(maximum=setting("session_idle_timeout_max_ms"))]
Argument = Annotated[str, Shown(pattern=r"^[^\u0000]*$", maxLength=ARGUMENT_MAX_BYTES)]
Environment = Annotated[
    dict[str, Argument],
    Shown(propertyNames={"pattern": f"^{ENV_NAME.pattern}$"}, maxProperties=setting("env_max"), default={}),
]
SessionId = Annotated[str, Shown(pattern="^s_[a-z0-9]{1,64}_[a-z0-9]{1,128}$")]

_ARGUMENTS = "Arguments and environment have at most {arguments_max_bytes} bytes together."


class SourceFile(BaseModel):
    """A file of a program."""

    model_config = ConfigDict(strict=True, extra="forbid")

    name: Annotated[str, Shown(maxLength=NAME_MAX_BYTES, pattern=NAME_PATTERN)] | None = Field(
        None,
        description="Relative, inside the workspace, with at most {name_depth_max} parts of at most 255 "
        "bytes, none empty, `.` or `..`. Only the first file may go without: it then gets the runtime's "
        "own entry name.",
    )
    content: str = Field(description="Its content, encoded as `encoding` says.")
    encoding: Literal["utf8", "base64", "hex"] = Field("utf8", description="How `content` stands for bytes.")


def _code_or_files(schema: dict[str, Any]) -> None:
    null_is_absent(schema)
    schema["oneOf"] = [
        {"required": ["code"], "properties": {"code": {"type": "string"}, "files": {"type": "null"}}},
        {"required": ["files"], "properties": {"code": {"type": "null"}, "files": {"type": "array"}}},
    ]


class ExecuteRequest(BaseModel):
    """A program, and how to run it. Exactly one of `code` and `files` is required."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=_code_or_files)

    language: str = Field(
        description="A language's name or alias, as `GET /v1/runtimes` lists them.",
        examples=["python", "c++"],
    )
    code: str | None = Field(
        None, description="A program of one file, which is gone after the run.", examples=["print('hello')"]
    )
    files: Annotated[
        list[SourceFile] | None, FailFast(), Shown(minItems=1, maxItems=setting("files_max"))
    ] = Field(
        None,
        description="A program of several files, the first of which is its entry point. They stay.",
    )
    stdin: str = Field("", description="What the program reads from stdin.")
    args: Annotated[list[Argument], FailFast(), Shown(maxItems=setting("args_max"), default=[])] = Field(
        default_factory=list, description=f"The program's arguments. {_ARGUMENTS}"
    )
    env: Environment = Field(
        default_factory=dict,
        description=f"Environment variables, added to the session's; they stay. {_ARGUMENTS}",
    )
    session_id: SessionId | None = Field(
        None, description="A session to go on with; else there is a new one."
    )
    version: Annotated[str, Shown(maxLength=256)] = Field(
        "*", description="A SemVer range; the highest version in it is taken.", examples=["*", "3.x", "^3.12"]
    )
    run_timeout: RunTime | None = Field(
        None,
        description="Milliseconds of wall time for the run; {run_timeout_default_ms} when it is not said.",
    )
    compile_timeout: CompileTime | None = Field(
        None,
        description="Milliseconds of wall time for the compilation; {compile_timeout_default_ms} when it "
        "is not said.",
    )
    run_cpu_time: RunTime | None = Field(
        None, description="Milliseconds of CPU time for the run; as `run_timeout` when it is not said."
    )
    compile_cpu_time: CompileTime | None = Field(
        None,
        description="Milliseconds of CPU time for the compilation; as `compile_timeout` when it is not said.",
    )
    run_memory_limit: RunMemory | None = Field(
        None, description="Bytes of memory for the run; the runtime's own limit when it is not said."
    )
    compile_memory_limit: CompileMemory | None = Field(
        None, description="Bytes of memory for the compilation; the runtime's own limit when it is not said."
    )
    isolation: Literal["cell", "sandbox"] | None = Field(
        None, description="`sandbox`: in a sandbox of its own, instead of beside the tenant's other programs."
    )


class SessionRequest(BaseModel):
    """What a session begins with."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=null_is_absent)

    env: Environment = Field(default_factory=dict, description=f"Environment variables. {_ARGUMENTS}")
    idle_timeout: IdleTimeout | None = Field(
        None,
        description="Milliseconds without use after which it ends; {session_idle_timeout_ms} when not said.",
    )


class ForkRequest(BaseModel):
    """What is different in the copy."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=null_is_absent)

    idle_timeout: IdleTimeout | None = Field(
        None, description="Milliseconds without use after which it ends; as the original's when not said."
    )


Request = TypeVar("Request", bound=BaseModel)


def parse_execute(value: dict[str, Any], settings: Settings) -> ExecuteRequest:
    request = parse(ExecuteRequest, value, settings)
    if (request.code is None) == (request.files is None):
        raise InvalidFieldError("code", "exactly one of 'code' and 'files' is required")
    return request


def parse(model: type[Request], value: dict[str, Any], settings: Settings) -> Request:
    known = model.model_fields
    for field in value:
        if field not in known:
            raise InvalidFieldError(field, "unknown field")
    given = {field: item for field, item in value.items() if item is not None}
    _check_counts(given, settings)
    try:
        return model.model_validate(given)
    except ValidationError as invalid:
        # The first is enough to go on with.
        error = invalid.errors(include_url=False, include_context=True)[0]
        raise InvalidFieldError(_field(error["loc"]), _reason(error)) from None


def _check_counts(given: dict[str, Any], settings: Settings) -> None:
    """Before anything looks at the items, each of which may be a fault that takes memory to describe."""
    for field, most in (
        ("files", settings.files_max),
        ("args", settings.args_max),
        ("env", settings.env_max),
    ):
        items = given.get(field)
        if isinstance(items, (list, dict)) and len(items) > most:
            raise InvalidFieldError(field, f"must have at most {most} items")
    if given.get("files") == []:
        raise InvalidFieldError("files", "must have at least one item")


def _field(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        if part == "[key]":
            continue
        text += f"[{part}]" if isinstance(part, int) else f".{shortened(part)}"
    return text.lstrip(".")


_REASONS = {
    "missing": "is required",
    "extra_forbidden": "unknown field",
    "string_type": "must be a string",
    "list_type": "must be an array",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "int_type": "must be a whole number",
    "greater_than": "must be greater than 0",
    "string_unicode": "must be valid Unicode",
}


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "literal_error":
        return f"must be {error['ctx']['expected']}"
    return _REASONS.get(error["type"], error["msg"])
