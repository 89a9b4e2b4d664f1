"""The shape of operators' requests."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from control.api.models import PositiveInteger
from control.api.openapi.schema import null_is_absent
from control.auth.keys import Scope
from control.tenancy.overrides import NAME, Overrides

# A rotation is over when every client has the new secret; later than this, one was forgotten.
GRACE_MAX_MS = 30 * 86_400_000


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("must be an instant, as 2030-01-01T00:00:00Z")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_text)]
Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Plan = Annotated[str, Field(max_length=63)]


class NewTenant(BaseModel):
    """A tenant to be made."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=null_is_absent)

    id: Annotated[str, Field(pattern=NAME)] = Field(description="Its id. It never changes.")
    plan: Plan | None = Field(None, description="One of those in the settings; `default` when not said.")
    limits: Overrides = Field(Overrides(), description="Limits of its own, over those of its plan.")


class TenantChange(BaseModel):
    """What changes of a tenant; what is not named stays."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=null_is_absent)

    plan: Plan | None = Field(None, description="One of those in the settings.")
    limits: Overrides | None = Field(
        None, description="Those that are named change; one that is null is the plan's again."
    )
    disabled: bool | None = Field(None, description="Whether its keys are refused.")


class NewKey(BaseModel):
    """A key to be made."""

    # Not strict: JSON has neither enumerations nor instants.
    model_config = ConfigDict(extra="forbid", json_schema_extra=null_is_absent)

    name: Name = Field("", description="What it is for.")
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))] = Field(
        [Scope.EXECUTE], description="What it may do."
    )
    expires_at: Instant | None = Field(None, description="From when on it is refused; not said: never.")


class Rotation(BaseModel):
    """How a key is replaced."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=null_is_absent)

    grace_period: Annotated[PositiveInteger, Field(le=GRACE_MAX_MS)] | None = Field(
        None, description="Milliseconds for which the old key works too; not at all when not said."
    )
