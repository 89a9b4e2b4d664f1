"""What Piston's requests and answers look like, for the OpenAPI document. Requests are checked in Piston's
own order and words (`request.py`); tests compare these models with what is answered.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from control.api.answers import Absent, Size
from control.api.openapi.schema import Shown, setting
from control.executors.outcome import Status

_RUN = "piston_run_timeout_ms"
_COMPILE = "piston_compile_timeout_ms"
Name = Annotated[str, Shown(minLength=1)]
RunTime = Annotated[float, Shown(minimum=0, maximum=setting(_RUN), default=setting(_RUN))]
CompileTime = Annotated[float, Shown(minimum=0, maximum=setting(_COMPILE), default=setting(_COMPILE))]
RunMemory = Annotated[float, Shown(maximum=setting("run_memory_max_bytes"))]
CompileMemory = Annotated[float, Shown(maximum=setting("compile_memory_max_bytes"))]


class PistonFile(BaseModel):
    """A file of a program. The program itself is the first that is text."""

    name: Annotated[str | None, Absent] = Field(None, description="Default: `file0.code`, and so on.")
    content: str = Field(description="Its content, encoded as `encoding` says.")
    encoding: Annotated[str | None, Absent] = Field(
        None, description="`utf8`, `base64` or `hex`. Default: `utf8`."
    )


def _with_a_program(schema: dict[str, Any]) -> None:
    schema["properties"]["files"]["contains"] = {
        "properties": {"encoding": {"enum": ["utf8"]}},
    }


class PistonRequest(BaseModel):
    """A program in Piston's words. What it does not know it passes over."""

    model_config = ConfigDict(json_schema_extra=_with_a_program)

    language: Name = Field(description="A language's name or alias.", examples=["python"])
    version: Name = Field(description="A SemVer selector; the highest that matches.", examples=["*", "3.x"])
    files: list[PistonFile] = Field(description="At least one of them text.")
    stdin: Annotated[str | None, Absent] = Field(
        None, description="A newline is appended when it lacks one, also when there is none."
    )
    args: Annotated[list[str] | None, Absent] = Field(None, description="The program's arguments.")
    run_timeout: Annotated[RunTime | None, Absent] = Field(
        None, description="Wall time of the run, milliseconds."
    )
    compile_timeout: Annotated[CompileTime | None, Absent] = Field(
        None, description="Wall time of the compilation, milliseconds."
    )
    run_cpu_time: Annotated[RunTime | None, Absent] = Field(
        None, description="CPU time of the run, milliseconds."
    )
    compile_cpu_time: Annotated[CompileTime | None, Absent] = Field(
        None, description="CPU time of the compilation, milliseconds."
    )
    run_memory_limit: Annotated[RunMemory | None, Absent] = Field(
        None, description="Bytes; what is negative leaves it to the runtime."
    )
    compile_memory_limit: Annotated[CompileMemory | None, Absent] = Field(
        None, description="Bytes; what is negative leaves it to the runtime."
    )


class PistonStage(BaseModel):
    """How a compilation or a run ended."""

    signal: str | None = Field(description="The signal that ended it; `SIGKILL` when a limit did.")
    stdout: str = Field(description="What it wrote to stdout.")
    stderr: str = Field(description="What it wrote to stderr.")
    code: int | None = Field(description="The exit code; null when it did not exit by itself.")
    output: str = Field(description="Both, in the order written.")
    memory: Size = Field(description="Bytes at its peak.")
    message: str | None = Field(description="The status in words.")
    status: Status | None = Field(
        description="null: it exited with 0. `RE`: with another code. `SG`: a signal ended it. `TO`: out of "
        "time. `OL`, `EL`: wrote too much to stdout, stderr. `XX`: the sandbox failed."
    )
    cpu_time: Size = Field(description="Milliseconds of CPU time.")
    wall_time: Size = Field(description="Milliseconds from its start to its end.")


class PistonExecution(BaseModel):
    """A program that was run, whatever it did."""

    compile: Annotated[PistonStage | None, Absent] = Field(
        None, description="Only there for languages that compile."
    )
    run: PistonStage = Field(description="The same as `compile` when that failed.")
    language: str = Field(description="The language's own name.")
    version: str = Field(description="The version of the runtime.")


class PistonRuntime(BaseModel):
    """A version of a language that programs can be run with."""

    language: str = Field(description="The language's name.")
    version: str = Field(description="As the binary reports it (SemVer).")
    aliases: list[str] = Field(description="Other names of the language.")
    runtime: Annotated[str | None, Absent] = Field(
        None, description="What implements it, as `node` or `gcc`."
    )


class PistonPackage(BaseModel):
    """A package that is installed, which may bring several languages."""

    language: str = Field(description="Its name.")
    language_version: str = Field(description="Its version.")
    installed: bool = Field(description="Always true.")


class PistonError(BaseModel):
    """An error."""

    message: str = Field(description="What is wrong.")
    stack: Annotated[str | None, Absent] = Field(None, description="Of a body that is no JSON: one line.")
