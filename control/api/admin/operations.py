"""What operators can do, from what they ask as JSON to the answer as JSON, whichever way they ask: over HTTP,
or with the database at hand.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from control.api.admin.models import NewKey, NewTenant, Rotation, TenantChange
from control.api.models import parse
from control.api.moments import EPOCH, moment
from control.api.problems import InvalidFieldError
from control.api.usage_query import usage_query
from control.api.usage_report import usage_report
from control.settings import DEFAULT_PLAN, Settings
from control.tenancy.clock import now_ms
from control.tenancy.errors import NoSuchTenantError
from control.tenancy.keys import Keys
from control.tenancy.limits import Plans
from control.tenancy.records import IssuedKey, Key, Tenant
from control.tenancy.tenants import Tenants
from control.usage.reports import Reports

Json = dict[str, Any]

# Whoever means for ever leaves it out.
FAR_MS = 32_503_680_000_000


class Operations:
    """They raise `ProblemError` for what was asked wrongly, `TenancyError` for what cannot be done."""

    def __init__(
        self, tenants: Tenants, keys: Keys, reports: Reports, plans: Plans, settings: Settings
    ) -> None:
        self._tenants = tenants
        self._keys = keys
        self._reports = reports
        self._plans = plans
        self._settings = settings

    async def create_tenant(self, body: Json) -> Json:
        asked = parse(NewTenant, body, self._settings)
        plan = self._plan(asked.plan or DEFAULT_PLAN)
        return self._tenant(await self._tenants.create(asked.id, plan, asked.limits.given()))

    async def get_tenant(self, id_: str) -> Json:
        return self._tenant(await self._tenants.get(id_))

    async def list_tenants(self, after: str, limit: int) -> Json:
        page, more = await self._tenants.list(after, limit)
        return {
            "tenants": [self._tenant(tenant) for tenant in page],
            "next": page[-1].id if more else None,
        }

    async def update_tenant(self, id_: str, body: Json) -> Json:
        asked = parse(TenantChange, body, self._settings)
        plan = None if asked.plan is None else self._plan(asked.plan)
        limits = None if asked.limits is None else asked.limits.model_dump(exclude_unset=True)
        return self._tenant(await self._tenants.update(id_, plan, limits, asked.disabled))

    async def delete_tenant(self, id_: str) -> None:
        await self._tenants.delete(id_)

    async def get_usage(self, tenant: str, given: Mapping[str, bytes]) -> Json:
        """Also of a tenant that was deleted: what it used stays."""
        asked = usage_query(given)
        if not await self._reports.has_tenant(tenant):
            raise NoSuchTenantError(tenant)
        return await usage_report(self._reports, tenant, asked)

    async def create_key(self, tenant: str, body: Json) -> Json:
        asked = parse(NewKey, body, self._settings)
        expires_ms = None
        if asked.expires_at is not None:
            expires_ms = (asked.expires_at - EPOCH) // timedelta(milliseconds=1)
            if not now_ms() < expires_ms < FAR_MS:
                raise InvalidFieldError("expires_at", "must be in the future, and before the year 3000")
        return _issued(await self._keys.issue(tenant, asked.name, set(asked.scopes), expires_ms))

    async def list_keys(self, tenant: str, after: str, limit: int) -> Json:
        page, more = await self._keys.list(tenant, after, limit)
        return {"keys": [_key(key) for key in page], "next": page[-1].id if more else None}

    async def get_key(self, id_: str) -> Json:
        return _key(await self._keys.get(id_))

    async def rotate_key(self, id_: str, body: Json) -> Json:
        asked = parse(Rotation, body, self._settings)
        return _issued(await self._keys.rotate(id_, asked.grace_period or 0))

    async def revoke_key(self, id_: str) -> None:
        await self._keys.revoke(id_)

    def _plan(self, name: str) -> str:
        if name not in self._plans.names:
            raise InvalidFieldError("plan", f"{name!r} is unknown; there are {', '.join(self._plans.names)}")
        return name

    def _tenant(self, tenant: Tenant) -> Json:
        return {
            "id": tenant.id,
            "plan": tenant.plan,
            "limits": tenant.limits,
            "effective_limits": self._plans.limits_of(tenant.plan, tenant.limits).as_json(),
            "created_at": moment(tenant.created_ms),
            "disabled_at": _moment(tenant.disabled_ms),
        }


def _key(key: Key) -> Json:
    return {
        "id": key.id,
        "tenant": key.tenant,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "created_at": moment(key.created_ms),
        "expires_at": _moment(key.expires_ms),
        "revoked_at": _moment(key.revoked_ms),
        "old_key_until": _moment(key.old_until_ms),
    }


def _issued(issued: IssuedKey) -> Json:
    """The one time that the key itself is shown."""
    return _key(issued.key) | {"key": issued.secret}


def _moment(unix_ms: int | None) -> str | None:
    return None if unix_ms is None else moment(unix_ms)
