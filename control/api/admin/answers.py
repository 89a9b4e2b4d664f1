"""What operators are answered, as models: the OpenAPI document is made of them, and tests compare both."""

from typing import Literal

from pydantic import BaseModel, Field

from control.api.answers import Moment, Size
from control.auth.keys import Scope
from control.tenancy.overrides import Overrides


class EffectiveLimits(BaseModel):
    """What a tenant may: the settings, over them its plan, over that its own limits."""

    requests_per_second: float = Field(description="Requests of any kind, on average.")
    requests_burst: Size = Field(description="Requests at once, when there were none before.")
    executions_max: Size = Field(description="Executions at once, those that wait included.")
    cpu_seconds_per_day: Size | None = Field(
        description="CPU time of all executions from midnight to midnight, UTC; null: no limit."
    )
    run_timeout_default_ms: Size = Field(description="Wall time of a run that asks for none.")
    run_timeout_max_ms: Size = Field(description="Most wall or CPU time of a run.")
    compile_timeout_default_ms: Size = Field(description="Wall time of a compilation that asks for none.")
    compile_timeout_max_ms: Size = Field(description="Most wall or CPU time of a compilation.")
    run_memory_max_bytes: Size = Field(description="Most memory of a run.")
    compile_memory_max_bytes: Size = Field(description="Most memory of a compilation.")
    output_max_bytes: Size = Field(description="Most bytes kept of each of stdout and stderr.")
    body_max_bytes: Size = Field(description="Largest body of a request.")
    session_idle_timeout_ms: Size = Field(description="Idle timeout of a session that asks for none.")
    session_idle_timeout_max_ms: Size = Field(description="Longest idle timeout of a session.")
    sessions_max: Size = Field(description="Most sessions on one executor.")
    session_max_bytes: Size = Field(description="Most that one session may hold.")
    sessions_max_bytes: Size = Field(description="Most that all sessions may take on one executor's disk.")
    languages: list[str] | None = Field(description="The languages that may be asked for; null: all.")
    isolation: Literal["cell", "sandbox"] = Field(description="Of requests that ask for none.")
    isolation_forced: bool = Field(description="Whether requests may not ask for the other.")


class Tenant(BaseModel):
    """Whoever may run programs, and must not see what others run."""

    id: str = Field(description="Its id.")
    plan: str = Field(description="Its plan, one of those in the settings.")
    limits: Overrides = Field(description="Its own limits, where they differ from the plan's.")
    effective_limits: EffectiveLimits = Field(description="The limits in force.")
    created_at: Moment = Field(description="When it was made.")
    disabled_at: Moment | None = Field(description="Since when its keys are refused; null: they are not.")


class TenantPage(BaseModel):
    """Tenants in the order of their ids."""

    tenants: list[Tenant]
    next: str | None = Field(description="What to send as `after` for the next page; null at the end.")


class Key(BaseModel):
    """What is known of a key, which is not the key itself."""

    id: str = Field(description="Its id, which is no secret.")
    tenant: str = Field(description="The tenant that it acts for.")
    name: str = Field(description="What it is for.")
    scopes: list[Scope] = Field(description="What it may do.")
    created_at: Moment = Field(description="When it was made.")
    expires_at: Moment | None = Field(description="From when on it is refused; null: never.")
    revoked_at: Moment | None = Field(description="Since when it is refused; null: it is not.")
    old_key_until: Moment | None = Field(
        description="Until when the key before the last rotation works too; null: it does not."
    )


class IssuedKey(Key):
    """A key, this once."""

    key: str = Field(description="The key. It is kept nowhere.")


class KeyPage(BaseModel):
    """Keys in the order of their ids."""

    keys: list[Key]
    next: str | None = Field(description="What to send as `after` for the next page; null at the end.")
