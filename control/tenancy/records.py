"""A tenant and a key as they are kept, but for what only serves to find or compare a secret."""

from dataclasses import dataclass

from control.auth.keys import Scope


@dataclass(frozen=True, slots=True)
class Tenant:
    id: str
    plan: str
    # Its overrides, those of later versions included.
    limits: dict[str, object]
    created_ms: int
    disabled_ms: int | None


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    tenant: str
    name: str
    scopes: frozenset[Scope]
    created_ms: int
    expires_ms: int | None
    revoked_ms: int | None
    # Until when the secret before the last rotation works too.
    old_until_ms: int | None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key with its secret, which is kept nowhere."""

    key: Key
    secret: str
