"""What the API answers, as models: the OpenAPI document is made of them, and most answers are.

Those of `POST /v1/execute` are not, for speed: `Stage` and `SessionLoss` say what the dataclasses of the same
fields in `control.executors.outcome` become as JSON, and tests compare both with what is answered.
"""

from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from control.api.openapi.schema import LeftOut, Shown
from control.executors.outcome import Limit, Status
from control.usage.counts import Outcome
from control.usage.reports import Group

Moment = Annotated[str, Shown(format="date-time")]
Size = Annotated[int, Field(ge=0)]
Day = Annotated[str, Shown(format="date")]
Base64 = Annotated[str, Shown(contentEncoding="base64")]
Absent = LeftOut()


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(description="Always `about:blank`: the status says it all.")
    title: str = Field(description="The status in words.")
    status: Annotated[int, Field(ge=400, le=599)] = Field(description="The status.")
    detail: str = Field(
        description="What is wrong, for a person. Begins with the field, when one is at fault."
    )
    message: str = Field(description="The same as `detail`, for clients of Piston.")


class Stage(BaseModel):
    """How a compilation or a run ended. What it wrote before it was stopped is there, up to the cap."""

    stdout: str = Field(
        description="What it wrote to stdout, at most {output_max_bytes} bytes. Bytes that are not UTF-8 "
        "are U+FFFD."
    )
    stderr: str = Field(description="What it wrote to stderr, as `stdout`.")
    output: str = Field(description="Both, in the order written.")
    code: int | None = Field(description="The exit code; null when a signal ended it or it was lost.")
    signal: str | None = Field(description="The signal that ended it, as `SIGKILL`.")
    status: Status | None = Field(
        description="null: it exited with 0. `RE`: with another code. `SG`: a signal ended it. `TO`: out "
        "of time. `ML`: out of memory. `OL`, `EL`: wrote more to stdout, stderr than is kept. `XX`: the "
        "sandbox failed."
    )
    message: str | None = Field(description="The status in words.")
    wall_time: float = Field(ge=0, description="Milliseconds from its start to its end.")
    cpu_time: float = Field(ge=0, description="Milliseconds of CPU time, of all its processes.")
    memory: Size = Field(description="Bytes at its peak.")
    stdout_truncated: bool = Field(description="Whether it wrote more to stdout than `stdout` has.")
    stderr_truncated: bool = Field(description="Whether it wrote more to stderr than `stderr` has.")


class SessionLoss(BaseModel):
    """What the program left could not be kept; the session is as it was before."""

    limit: Limit = Field(
        description="`sessions`: the tenant has as many as it may. `session_bytes`, `tenant_bytes`, "
        "`host_bytes`: more bytes than fit in the session, the tenant's sessions, the executor's disk. "
        "`environment`: more variables than a program can be started with. `unsaved`: the sandbox or the "
        "disk failed."
    )
    message: str = Field(description="The same in words.")


class Execution(BaseModel):
    """A program that was run, whatever it did."""

    language: str = Field(description="The language's own name, whatever alias was asked for.")
    version: str = Field(description="The version of the runtime, as its binary reports it.")
    session_id: str | None = Field(
        description="Goes on with the files and the environment that the program left. null when it was lost."
    )
    session_error: Annotated[SessionLoss | None, Absent] = Field(
        None, description="Only there when what the program left could not be kept."
    )
    compile: Annotated[Stage | None, Absent] = Field(
        None, description="Only there for languages that compile."
    )
    run: Annotated[Stage | None, Absent] = Field(None, description="Not there when the compilation failed.")


class Runtime(BaseModel):
    """A version of a language that programs can be run with."""

    language: str = Field(description="The language's name.")
    version: str = Field(description="As the binary reports it (SemVer).")
    aliases: list[str] = Field(description="Other names of the language.")
    runtime: str = Field(description="What implements it, as `node` or `gcc`.")
    compiled: bool = Field(description="Whether programs have a `compile` stage.")
    executors: Size = Field(description="How many connected executors have it.")
    warm: Size = Field(description="How many sandboxes with it wait for a program now.")
    notes: Annotated[str | None, Absent] = Field(
        None, description="What is worth knowing of it, if anything."
    )


class SessionSummary(BaseModel):
    """A session, as lists have it."""

    id: str = Field(description="Its id; names the executor on which it is.")
    created_at: Moment = Field(description="When it was made.")
    last_used_at: Moment = Field(description="When it was used last.")
    expires_at: Moment = Field(description="When it ends, if nobody uses it until then.")
    idle_timeout: Size = Field(description="Milliseconds without use after which it ends.")
    bytes: Size = Field(description="Bytes that its files hold, and 512 for each entry.")
    disk_bytes: Size = Field(description="Bytes that it takes on disk, compressed.")
    entries: Size = Field(description="How many files, folders and links there are.")
    hot: bool = Field(description="Whether a sandbox waits with it.")


class Session(SessionSummary):
    """A session."""

    env: dict[str, str] = Field(description="The environment that the next program in it starts with.")


class SessionPage(BaseModel):
    """Sessions in the order of their ids."""

    sessions: list[SessionSummary]
    next: str | None = Field(description="What to send as `after` for the next page; null at the end.")


class Entry(BaseModel):
    """A file, folder or link."""

    name: str = Field(description="Its whole name in the workspace, with U+FFFD for what is not UTF-8.")
    name_base64: Annotated[Base64 | None, Absent] = Field(
        None, description="Its name's bytes, only there when they are not UTF-8."
    )
    type: Literal["file", "folder", "link"] = Field(description="What it is.")
    size: Size = Field(description="Bytes.")
    modified_at: Moment = Field(description="When it was changed last, as the file system has it.")
    mode: Annotated[str, Shown(pattern="^[0-7]{4}$")] = Field(description="Its permissions, in octal.")
    target: Annotated[str | None, Absent] = Field(None, description="Where a link leads. Only links have it.")
    target_base64: Annotated[Base64 | None, Absent] = Field(
        None, description="The target's bytes, only there when they are not UTF-8."
    )


class FilePage(BaseModel):
    """Entries in the order of their names' bytes."""

    files: list[Entry]
    next: str | None = Field(description="What to send as `after` for the next page; null at the end.")
    next_base64: Annotated[Base64 | None, Absent] = Field(
        None,
        description="The bytes of `next`, only there when they are not UTF-8; send them percent-encoded.",
    )


class UsageCounts(BaseModel):
    """What executions used, added up."""

    executions: Size = Field(description="How many programs were run.")
    wall_ms: float = Field(ge=0, description="Milliseconds that they ran, compilations included.")
    cpu_ms: float = Field(ge=0, description="Milliseconds of CPU time.")
    gb_seconds: float = Field(
        ge=0, description="The memory limit in force in GiB times the seconds that it was, over all stages."
    )
    bytes_in: Size = Field(description="Bytes of requests' bodies.")
    bytes_out: Size = Field(description="Bytes of answers' bodies.")


class UsageGroup(BaseModel):
    """What executions have in common. Only groups that were asked for are there."""

    day: Annotated[Day | None, Absent] = Field(None, description="On which they began, in UTC.")
    language: Annotated[str | None, Absent] = Field(None, description="The language's name.")
    outcome: Annotated[Outcome | None, Absent] = Field(
        None,
        description="`OK`, or the `status` of the run. `CE`: it did not compile. `cancelled`: the client "
        "left. `lost`: the control plane was killed; its times are not known and count as 0.",
    )


class UsagePart(UsageCounts, UsageGroup):
    """What those executions used."""


class UsageReport(BaseModel):
    """What a tenant used."""

    model_config = ConfigDict(serialize_by_alias=True)

    from_: Day = Field(alias="from", description="The first day.")
    to: Day = Field(description="The last day.")
    group_by: list[Group] = Field(description="What `usage` is divided by.")
    usage: list[UsagePart] = Field(
        description="In the order of their values. Where nothing was used there is nothing."
    )
    total: UsageCounts = Field(description="Of all days, whatever is on this page.")
    next: str | None = Field(description="What to send as `after` for the next page; null at the end.")


class Alive(BaseModel):
    status: Literal["ok"]


class Ready(BaseModel):
    status: Literal["ready"]


def answer(model: BaseModel, status: int = 200) -> web.Response:
    """A model as JSON, without the fields that were not set."""
    text = model.model_dump_json(exclude_unset=True)
    return web.Response(body=text.encode(), status=status, content_type="application/json")


_RUNTIMES: TypeAdapter[list[Any]] = TypeAdapter(list[Runtime])


def answer_runtimes(runtimes: list[Runtime]) -> web.Response:
    body = _RUNTIMES.dump_json(runtimes, exclude_unset=True)
    return web.Response(body=body, content_type="application/json")
