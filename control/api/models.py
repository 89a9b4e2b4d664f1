"""The shape of a request: which fields there are and of what type. Limits and meaning come later.

A field that is null counts as absent.
"""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, FailFast, Field, ValidationError
from pydantic_core import ErrorDetails

from control.api.problems import InvalidFieldError, shortened
from control.settings import Settings


def _integral(value: object) -> object:
    """JSON has one kind of number: 1000.0 is as good as 1000."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


PositiveInteger = Annotated[int, Field(gt=0), BeforeValidator(_integral)]


class SourceFile(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    # The first file may go without: it then gets the runtime's own entry name.
    name: str | None = None
    content: str
    encoding: Literal["utf8", "base64", "hex"] = "utf8"


class ExecuteRequest(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    language: str
    code: str | None = None
    files: Annotated[list[SourceFile] | None, FailFast()] = None
    stdin: str = ""
    args: Annotated[list[str], FailFast()] = []
    env: dict[str, str] = {}
    session_id: str | None = None
    version: str = "*"
    run_timeout: PositiveInteger | None = None
    compile_timeout: PositiveInteger | None = None
    run_cpu_time: PositiveInteger | None = None
    compile_cpu_time: PositiveInteger | None = None
    run_memory_limit: PositiveInteger | None = None
    compile_memory_limit: PositiveInteger | None = None
    isolation: Literal["cell", "sandbox"] | None = None


class SessionRequest(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    env: dict[str, str] = {}
    idle_timeout: PositiveInteger | None = None


class ForkRequest(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    idle_timeout: PositiveInteger | None = None


Request = TypeVar("Request", bound=BaseModel)


def parse_execute(value: dict[str, Any], settings: Settings) -> ExecuteRequest:
    request = parse(ExecuteRequest, value, settings)
    if (request.code is None) == (request.files is None):
        raise InvalidFieldError("code", "exactly one of 'code' and 'files' is required")
    return request


def parse(model: type[Request], value: dict[str, Any], settings: Settings) -> Request:
    for field in value:
        if field not in model.model_fields:
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
