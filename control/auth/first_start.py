"""The first start on a machine: a tenant, a key, and a file where clients find both.

Happens only while there has never been a tenant. A key that was lost is not replaced behind the operator's
back.
"""

import tomllib
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from control.auth.atomic import write_private
from control.auth.credentials import SECTION, credentials_path
from control.auth.keys import Scope
from control.settings import DEFAULT_PLAN
from control.store.cancellation import to_its_end
from control.store.database import Database
from control.store.tables import tenants
from control.tenancy.keys import insert_key
from control.tenancy.tenants import insert_tenant

log = structlog.get_logger()

TENANT = "default"


class FirstStartError(Exception):
    """The first key could not be written where clients look for it."""


@to_its_end
async def ensure_first_key(database: Database, url: str) -> None:
    """Of control planes that start at once, one makes it."""
    path = credentials_path()
    async with database.reading() as connection:
        first = not await _has_tenants(connection)
    if first:
        first = await _make_first_key(database, path, url)
    elif not path.exists():
        log.info(
            "no credentials file; a new key is made by `hearth-admin --database URL keys create TENANT`",
            path=str(path),
        )
    if first:
        log.info("first start: wrote a key", path=str(path), tenant=TENANT)


async def _has_tenants(connection: AsyncConnection) -> bool:
    return (await connection.execute(select(tenants.c.id).limit(1))).first() is not None


async def _make_first_key(database: Database, path: Path, url: str) -> bool:
    async with database.changing() as (connection, change):
        if await _has_tenants(connection):
            return False
        await insert_tenant(connection, change, TENANT, DEFAULT_PLAN, {})
        issued = await insert_key(connection, change, TENANT, "first start", [Scope.EXECUTE, Scope.ADMIN])
        try:
            # Before the key is in force: a start that is interrupted in between is a first start again.
            write_private(path, _with_section(path, url, issued.secret))
        except (OSError, ValueError) as error:
            raise FirstStartError(
                f"cannot write {path} ({error.__class__.__name__}); set XDG_CONFIG_HOME to a folder that can "
                "be written, or make a tenant and a key with `hearth-admin --database URL` before starting"
            ) from error
    return True


def _with_section(path: Path, url: str, key: str) -> bytes:
    """The credentials file with its default section replaced and every other section kept."""
    try:
        old = path.read_text()
    except FileNotFoundError:
        old = ""
    kept, skipping = [], False
    for line in old.splitlines(keepends=True):
        if line.lstrip().startswith("["):
            skipping = line.strip() == f"[{SECTION}]"
        if not skipping:
            kept.append(line)
    content = f'[{SECTION}]\nurl = "{url}"\nkey = "{key}"\n'
    rest = "".join(kept).strip()
    if rest:
        content += f"\n{rest}\n"
    tomllib.loads(content)
    return content.encode()
