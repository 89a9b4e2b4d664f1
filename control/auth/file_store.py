"""Keys in a JSON file, for one machine.

Written whole by `python -m control.keys` and by the first start, under a lock beside it; read again by
the service when it changed, looked at no more than once a second.
"""

import fcntl
import hmac
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from control.auth.atomic import write_private
from control.auth.keys import Identity, Scope, digest_of, new_key

log = structlog.get_logger()

LOOK_AGAIN_S = 1.0
INDEX_BYTES = 8


class KeyRecord(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    tenant: str
    name: str
    scopes: list[Scope]
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    created: datetime
    revoked: datetime | None = None


class KeysFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keys: list[KeyRecord] = []


def load(path: Path) -> KeysFile:
    try:
        return KeysFile.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return KeysFile()


@contextmanager
def editing(path: Path) -> Iterator[KeysFile]:
    """The file's content, to be changed in place; written back when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        content = load(path)
        yield content
        write_private(path, content.model_dump_json(indent=2).encode() + b"\n")


def add_key(content: KeysFile, tenant: str, name: str, scopes: list[Scope]) -> tuple[KeyRecord, str]:
    """Adds a key and returns its record and the key itself, which is kept nowhere."""
    key = new_key()
    record = KeyRecord(
        id=secrets.token_hex(4),
        tenant=tenant,
        name=name,
        scopes=scopes,
        sha256=digest_of(key).hex(),
        created=datetime.now(UTC).replace(microsecond=0),
    )
    content.keys.append(record)
    return record, key


class FileKeyStore:
    """The service's view of the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # By the first bytes of the digest, which only find the candidate; all of it is then compared in
        # constant time.
        self._identities: dict[bytes, tuple[bytes, Identity]] = {}
        self._seen: tuple[int, int, int] | None = None
        self._look_at = 0.0

    async def find(self, digest: bytes) -> Identity | None:
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_AGAIN_S
            self._reload()
        candidate = self._identities.get(digest[:INDEX_BYTES])
        if candidate is not None and hmac.compare_digest(candidate[0], digest):
            return candidate[1]
        return None

    def _reload(self) -> None:
        try:
            stat = os.stat(self._path)
        except FileNotFoundError:
            # Whoever removes the file takes every key away.
            self._identities, self._seen = {}, None
            return
        seen = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        if seen == self._seen:
            return
        try:
            content = load(self._path)
        except (OSError, ValidationError) as error:
            # Without the cause's text: it would quote the file. The keys read last stay in force.
            log.error("keys file unreadable", path=str(self._path), cause=type(error).__name__)
            return
        self._seen = seen
        self._identities = {}
        for record in content.keys:
            if record.revoked is None:
                digest = bytes.fromhex(record.sha256)
                identity = Identity(record.tenant, record.id, frozenset(record.scopes))
                self._identities[digest[:INDEX_BYTES]] = (digest, identity)
        log.info("keys loaded", path=str(self._path), keys=len(self._identities))
