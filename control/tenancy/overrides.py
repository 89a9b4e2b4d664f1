"""The limits that a plan or a tenant sets for itself. What is not set comes from one level above: a tenant's
from its plan, a plan's from the settings, whose names the limits have.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

UINT32_MAX = (1 << 32) - 1

Milliseconds = Annotated[int, Field(gt=0, le=UINT32_MAX)]
Bytes = Annotated[int, Field(gt=0, le=1 << 50)]
Count = Annotated[int, Field(gt=0, le=1_000_000)]
PerSecond = Annotated[float, Field(gt=0.001, le=1_000_000, allow_inf_nan=False)]
CpuSeconds = Annotated[int, Field(gt=0, le=1_000_000_000)]
# Also of tenants.
NAME = r"^[a-z0-9][a-z0-9-]{0,62}$"
PlanName = Annotated[str, Field(pattern=NAME)]
Language = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9+#.-]{0,31}$")]


class Overrides(BaseModel):
    """Limits; those that are absent or null come from one level above."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    requests_per_second: PerSecond | None = Field(None, description="Requests of any kind, on average.")
    requests_burst: Count | None = Field(None, description="Requests at once, when there were none before.")
    executions_max: Count | None = Field(None, description="Executions at once, those that wait included.")
    cpu_seconds_per_day: CpuSeconds | None = Field(
        None, description="CPU time of all executions from midnight to midnight, UTC."
    )
    run_timeout_max_ms: Milliseconds | None = Field(None, description="Most wall or CPU time of a run.")
    compile_timeout_max_ms: Milliseconds | None = Field(
        None, description="Most wall or CPU time of a compilation."
    )
    run_memory_max_bytes: Bytes | None = Field(None, description="Most memory of a run.")
    compile_memory_max_bytes: Bytes | None = Field(None, description="Most memory of a compilation.")
    output_max_bytes: Bytes | None = Field(None, description="Most bytes kept of each of stdout and stderr.")
    body_max_bytes: Bytes | None = Field(None, description="Largest body of a request.")
    session_idle_timeout_ms: Milliseconds | None = Field(
        None, description="Idle timeout of a session that asks for none."
    )
    session_idle_timeout_max_ms: Milliseconds | None = Field(
        None, description="Longest idle timeout of a session."
    )
    sessions_max: Count | None = Field(None, description="Most sessions on one executor.")
    session_max_bytes: Bytes | None = Field(None, description="Most that one session may hold.")
    sessions_max_bytes: Bytes | None = Field(
        None, description="Most that all sessions may take on one executor's disk."
    )
    languages: Annotated[list[Language], Field(min_length=1, max_length=100)] | None = Field(
        None, description="The languages that may be asked for, by their names, not their aliases."
    )
    isolation: Literal["cell", "sandbox"] | None = Field(None, description="Of requests that ask for none.")
    isolation_forced: bool | None = Field(None, description="Whether requests may not ask for the other.")

    def given(self) -> dict[str, object]:
        return self.model_dump(exclude_none=True)
