"""The two ways to an operator's goal: the admin API of a running control plane, or the database itself, for
when there is no control plane or no key yet.
"""

import os
import re
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

import aiohttp
import orjson

from control.api.admin.operations import Json, Operations
from control.auth.first_start import SECTION, credentials_path
from control.settings import Settings
from control.store.database import Database
from control.tenancy.keys import Keys
from control.tenancy.limits import Plans
from control.tenancy.tenants import Tenants
from control.usage.reports import Reports

# Longer than a control plane waits for its database.
TIMEOUT_S = 30


class WayError(Exception):
    """It cannot be done this way; `str()` says why."""


class Way(Protocol):
    """As `Operations` has them."""

    async def create_tenant(self, body: Json) -> Json: ...
    async def get_tenant(self, id_: str) -> Json: ...
    async def list_tenants(self, after: str, limit: int) -> Json: ...
    async def update_tenant(self, id_: str, body: Json) -> Json: ...
    async def delete_tenant(self, id_: str) -> None: ...
    async def get_usage(self, tenant: str, given: Mapping[str, bytes]) -> Json: ...
    async def create_key(self, tenant: str, body: Json) -> Json: ...
    async def list_keys(self, tenant: str, after: str, limit: int) -> Json: ...
    async def get_key(self, id_: str) -> Json: ...
    async def rotate_key(self, id_: str, body: Json) -> Json: ...
    async def revoke_key(self, id_: str) -> None: ...


@asynccontextmanager
async def way(database: str | None) -> AsyncIterator[Way]:
    if database is None:
        url, key = credentials()
        headers = {"Authorization": f"Bearer {key}"}
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with aiohttp.ClientSession(url, headers=headers, timeout=timeout) as http:
            yield Remote(http)
        return
    # Only to know the plans; everything else in them is the control plane's.
    settings = Settings(database=database)
    store = Database(database, settings.database_timeout_ms)
    try:
        await store.open()
        yield Operations(Tenants(store), Keys(store), Reports(store), Plans(settings), settings)
    finally:
        await store.close()


def credentials() -> tuple[str, str]:
    """URL and key. Raises WayError."""
    url, key = os.environ.get("HEARTH_URL"), os.environ.get("HEARTH_API_KEY")
    if url and key:
        return url, key
    path = credentials_path()
    try:
        section = tomllib.loads(path.read_text())[SECTION]
        return url or str(section["url"]), key or str(section["key"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise WayError(
            f"no credentials in {path} ({type(error).__name__}); "
            "set HEARTH_URL and HEARTH_API_KEY, or use --database"
        ) from None


def checked(id_: str) -> str:
    """Nothing else that a person types gets into a path."""
    if not re.fullmatch(r"[a-z0-9-]{1,63}", id_):
        raise WayError(f"{id_!r} is no id: those are lower-case letters, digits and dashes")
    return id_


class Remote:
    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def create_tenant(self, body: Json) -> Json:
        return await self._ask("POST", "tenants", body)

    async def get_tenant(self, id_: str) -> Json:
        return await self._ask("GET", f"tenants/{checked(id_)}")

    async def list_tenants(self, after: str, limit: int) -> Json:
        return await self._ask("GET", "tenants", after=after, limit=str(limit))

    async def update_tenant(self, id_: str, body: Json) -> Json:
        return await self._ask("PATCH", f"tenants/{checked(id_)}", body)

    async def delete_tenant(self, id_: str) -> None:
        await self._ask("DELETE", f"tenants/{checked(id_)}")

    async def get_usage(self, tenant: str, given: Mapping[str, bytes]) -> Json:
        path = f"tenants/{checked(tenant)}/usage"
        return await self._ask("GET", path, None, **{name: value.decode() for name, value in given.items()})

    async def create_key(self, tenant: str, body: Json) -> Json:
        return await self._ask("POST", f"tenants/{checked(tenant)}/keys", body)

    async def list_keys(self, tenant: str, after: str, limit: int) -> Json:
        return await self._ask("GET", f"tenants/{checked(tenant)}/keys", after=after, limit=str(limit))

    async def get_key(self, id_: str) -> Json:
        return await self._ask("GET", f"keys/{checked(id_)}")

    async def rotate_key(self, id_: str, body: Json) -> Json:
        return await self._ask("POST", f"keys/{checked(id_)}/rotate", body)

    async def revoke_key(self, id_: str) -> None:
        await self._ask("DELETE", f"keys/{checked(id_)}")

    async def _ask(self, method: str, path: str, body: Json | None = None, **query: str) -> Json:
        options: dict[str, Any] = {} if body is None else {"json": body}
        try:
            async with self._http.request(
                method, f"/v1/admin/{path}", params=query or None, **options
            ) as answer:
                content = await answer.read()
                found: Json = orjson.loads(content) if content else {}
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise WayError(
                f"no good answer from the control plane: {error or type(error).__name__}"
            ) from error
        if answer.status >= 400:
            raise WayError(str(found.get("detail") or found))
        return found
