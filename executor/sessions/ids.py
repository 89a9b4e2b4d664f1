"""Ids of sessions: `s_EXECUTOR_TOKEN`.

A token authenticates itself: whoever made it up, or works for another tenant, does not get as far as the
disk. It also says how long it is good for by itself, so that a session of which nothing had to be kept needs
no file: the id alone is the session, an empty one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import string
from dataclasses import dataclass
from pathlib import Path

_RANDOM = 12
_EXPIRY = 4
_MAC = 14
_SECRET = 32
# 30 bytes are 48 characters of base32, with nothing left over.
_TOKEN = re.compile(r"[a-z2-7]{48}")
_NAME = re.compile(r"[a-z0-9]{1,32}")
_NAME_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Id:
    """An id that is genuine and belongs to the tenant that it was checked for."""

    text: str
    token: str
    # Unix time, seconds, up to which the id is a session even when nothing is kept; 0: never.
    bare_until: int


class Ids:
    """The ids of one executor."""

    def __init__(self, executor: str, secret: bytes) -> None:
        self.executor = executor
        self._secret = secret

    def new(self, tenant: str, bare_until: int = 0) -> Id:
        """An unguessable id for a tenant."""
        body = secrets.token_bytes(_RANDOM) + bare_until.to_bytes(_EXPIRY, "big")
        token = base64.b32encode(body + self._mac(tenant, body)).decode().lower()
        return Id(f"s_{self.executor}_{token}", token, bare_until)

    def check(self, text: str, tenant: str) -> Id | None:
        """The id that a text is, if this executor made it for this tenant."""
        kind, _, rest = text.partition("_")
        executor, _, token = rest.partition("_")
        if kind != "s" or executor != self.executor or not _TOKEN.fullmatch(token):
            return None
        raw = base64.b32decode(token.upper())
        body = raw[:-_MAC]
        if not hmac.compare_digest(raw[-_MAC:], self._mac(tenant, body)):
            return None
        return Id(text, token, int.from_bytes(body[_RANDOM:], "big"))

    def of(self, token: str) -> str:
        """The id that a session's files are named after."""
        return f"s_{self.executor}_{token}"

    def _mac(self, tenant: str, body: bytes) -> bytes:
        return hmac.digest(self._secret, body + tenant.encode(), hashlib.sha256)[:_MAC]


def is_token(text: str) -> bool:
    """Whether a file name can be a session's head."""
    return _TOKEN.fullmatch(text) is not None


def load_ids(state: Path, name: str) -> Ids:
    """This executor's ids, the same after every restart; made at the first one.

    Args:
        state: the folder that keeps the secret and the name.
        name: of the executor; empty: one that is drawn once.

    Raises:
        OSError: the folder cannot be read or written.
        ValueError: the name holds anything but lower-case letters and digits, or the secret is damaged.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    alphabet = string.ascii_lowercase + string.digits
    drawn = "".join(secrets.choice(alphabet) for _ in range(_NAME_LENGTH)).encode()
    name = name or _lasting(state / "name", drawn).decode()
    if not _NAME.fullmatch(name):
        raise ValueError(f"name: {name!r} is not 1 to 32 lower-case letters and digits")
    secret = _lasting(state / "session-key", secrets.token_bytes(_SECRET))
    if len(secret) != _SECRET:
        raise ValueError(f"{state}/session-key has {len(secret)} bytes instead of {_SECRET}")
    return Ids(name, secret)


def _lasting(path: Path, fresh: bytes) -> bytes:
    """What a file holds; `fresh`, when there is no such file yet."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        temporary = path.with_name(f"{path.name}.new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(fresh)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
        return fresh
