"""What a key is.

A key is 256 bits from the system's random source, so guessing one from its hash is as hopeless as
guessing it outright, and a fast hash is right: slow, salted ones exist for passwords, which people choose
and which can be guessed, and would put their slowness on every request.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # With all settings behind it, which who only asks for scopes does not need.
    from control.tenancy.limits import Limits

PREFIX = "hearth_"
RANDOM_BYTES = 32


class Scope(StrEnum):
    EXECUTE = "execute"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a request comes from."""

    tenant: str
    key_id: str
    scopes: frozenset[Scope]
    # What the tenant may.
    limits: Limits
    # A disabled tenant may nothing.
    disabled: bool = False


class KeyStore(Protocol):
    def find(self, digest: bytes) -> Identity | None:
        """Whose key has this digest; None when there is no such key, or it was revoked or has expired.

        Answers from memory: every request waits for it.
        """
        ...


def new_key() -> str:
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def known_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """Without those that a later version has added."""
    return frozenset(scope for scope in Scope if scope in set(names))


def digest_of(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
