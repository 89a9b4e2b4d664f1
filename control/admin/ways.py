"""The two ways to an operator's goal: the admin API of a running control plane, or the database itself, for
when there is no control plane or no key yet.

Each is imported when it is gone: a command takes longer to load what both need than to do its work.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

Json = dict[str, Any]


class WayError(Exception):
    """It cannot be done, or not this way; `str()` says why."""


class Way(Protocol):
    """As `Operations` has them, with `WayError` for everything that goes wrong."""

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


def way(database: str | None) -> AbstractAsyncContextManager[Way]:
    if database is None:
        from control.admin.remote import remote

        return remote()
    from control.admin.at_hand import at_hand

    return at_hand(database)
