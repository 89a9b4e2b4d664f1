"""The way over the admin API of a running control plane."""

import json
import os
import re
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from control.admin.ways import Json, WayError
from control.auth.credentials import SECTION, credentials_path

# Longer than a control plane waits for its database.
TIMEOUT_S = 30


@asynccontextmanager
async def remote() -> AsyncIterator["Remote"]:
    url, key = credentials()
    headers = {"Authorization": f"Bearer {key}"}
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(url, headers=headers, timeout=timeout) as http:
        yield Remote(http)


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
        query = {name: value.decode() for name, value in given.items()}
        return await self._ask("GET", f"tenants/{checked(tenant)}/usage", None, **query)

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
                found: Json = json.loads(content) if content else {}
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise WayError(
                f"no good answer from the control plane: {error or type(error).__name__}"
            ) from error
        if answer.status >= 400:
            raise WayError(str(found.get("detail") or found))
        return found
