"""All tenants and live keys in memory, which is where requests are compared with them.

A key is found by the first bytes of its digest; all of it is then compared in constant time.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from control.auth.keys import Identity, Scope
from control.tenancy.clock import now_ms
from control.tenancy.limits import Limits

INDEX_BYTES = 8
FOREVER = 1 << 62


@dataclass(frozen=True, slots=True)
class TenantEntry:
    limits: Limits
    disabled: bool


@dataclass(frozen=True, slots=True)
class Secret:
    digest: bytes
    until_ms: int
    key_id: str
    tenant: str
    scopes: frozenset[Scope]


class Register:
    def __init__(self) -> None:
        self._tenants: dict[str, TenantEntry] = {}
        # The digests of each key: one, and while it is being rotated two.
        self._digests: dict[str, tuple[bytes, ...]] = {}
        self._secrets: dict[bytes, Secret] = {}

    def find(self, digest: bytes) -> Identity | None:
        secret = self._secrets.get(digest[:INDEX_BYTES])
        if secret is None or not hmac.compare_digest(secret.digest, digest) or secret.until_ms <= now_ms():
            return None
        tenant = self._tenants.get(secret.tenant)
        if tenant is None:
            return None
        return Identity(secret.tenant, secret.key_id, secret.scopes, tenant.limits, tenant.disabled)

    def limits_of(self, tenant: str) -> Limits | None:
        entry = self._tenants.get(tenant)
        return entry.limits if entry is not None else None

    @property
    def keys(self) -> int:
        return len(self._digests)

    @property
    def tenants(self) -> int:
        return len(self._tenants)

    def put_tenant(self, id_: str, entry: TenantEntry) -> None:
        self._tenants[id_] = entry

    def drop_tenant(self, id_: str) -> None:
        if self._tenants.pop(id_, None) is not None:
            gone = {secret.key_id for secret in self._secrets.values() if secret.tenant == id_}
            for key in gone:
                self.put_key(key, ())

    def put_key(self, id_: str, secrets: Iterable[Secret]) -> None:
        """In place of all that the key had. Without secrets it is gone."""
        for digest in self._digests.pop(id_, ()):
            self._secrets.pop(digest[:INDEX_BYTES], None)
        if live := tuple(secrets):
            self._digests[id_] = tuple(secret.digest for secret in live)
            self._secrets.update((secret.digest[:INDEX_BYTES], secret) for secret in live)
