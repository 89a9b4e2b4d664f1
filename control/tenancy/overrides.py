"""The limits that a plan or a tenant sets for itself. What is not set comes from one level above: a tenant's
from its plan, a plan's from the settings, whose names the limits have.

Rates, concurrency and CPU seconds will be more fields here, and in `limits.py`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

UINT32_MAX = (1 << 32) - 1

Milliseconds = Annotated[int, Field(gt=0, le=UINT32_MAX)]
Bytes = Annotated[int, Field(gt=0, le=1 << 50)]
Count = Annotated[int, Field(gt=0, le=1_000_000)]
# Also of tenants.
NAME = r"^[a-z0-9][a-z0-9-]{0,62}$"
PlanName = Annotated[str, Field(pattern=NAME)]
Language = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9+#.-]{0,31}$")]


class Overrides(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    run_timeout_max_ms: Milliseconds | None = None
    compile_timeout_max_ms: Milliseconds | None = None
    run_memory_max_bytes: Bytes | None = None
    compile_memory_max_bytes: Bytes | None = None
    output_max_bytes: Bytes | None = None
    body_max_bytes: Bytes | None = None
    session_idle_timeout_ms: Milliseconds | None = None
    session_idle_timeout_max_ms: Milliseconds | None = None
    sessions_max: Count | None = None
    session_max_bytes: Bytes | None = None
    sessions_max_bytes: Bytes | None = None
    # By their names, not their aliases. None: all that there are.
    languages: Annotated[list[Language], Field(min_length=1, max_length=100)] | None = None
    # Of requests that ask for none.
    isolation: Literal["cell", "sandbox"] | None = None
    # Whether a request may ask for another.
    isolation_forced: bool | None = None

    def given(self) -> dict[str, object]:
        return self.model_dump(exclude_none=True)
