"""The shape of operators' requests."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from control.api.models import PositiveInteger
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
    model_config = ConfigDict(strict=True, extra="forbid")

    id: Annotated[str, Field(pattern=NAME)]
    plan: Plan | None = None
    limits: Overrides = Overrides()


class TenantChange(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    plan: Plan | None = None
    # Those that are named change; one that is null goes back to the plan's.
    limits: Overrides | None = None
    disabled: bool | None = None


class NewKey(BaseModel):
    # Not strict: JSON has neither enumerations nor instants.
    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))] = [Scope.EXECUTE]
    expires_at: Instant | None = None


class Rotation(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    # For how long the secret that is replaced still works.
    grace_period: Annotated[PositiveInteger, Field(le=GRACE_MAX_MS)] | None = None
