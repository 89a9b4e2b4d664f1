"""Where sessions lie on disk, and what all of them take.

    sessions/TENANT/TOKEN        the head; its time is when the session expires
    sessions/TENANT/TOKEN.N      its packs

TENANT is a digest. Everything is written beside its place and then renamed: what has its name is whole. A
head names its packs, and is the last to come and the first to go, so that whoever is killed at any moment
leaves the state before or the state after, and at most a pack that no head names: the next start removes it.
An empty head stands for a session that was ended and whose id alone would still be good for one.

All of this blocks; it is called from threads, except where a few small files are all there is to it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from executor.api import executor_pb2 as api
from executor.sessions.head import BrokenSessionError, Head
from executor.sessions.ids import is_token
from executor.sessions.limits import LimitError, Policy, of_disk

log = structlog.get_logger()

# What a file takes on disk is a multiple of this.
_BLOCK = 4096


@dataclass(slots=True)
class Usage:
    """What sessions take, of one tenant or of all."""

    sessions: int = 0
    disk: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one session."""

    folder: Path
    token: str

    @property
    def head(self) -> Path:
        return self.folder / self.token

    def pack(self, number: int) -> Path:
        return self.folder / f"{self.token}.{number}"


@dataclass(frozen=True, slots=True)
class Stored:
    """A session as it is on disk. Without a head it was ended."""

    head: Head | None
    # Unix time, seconds.
    expires: float
    head_bytes: int


class Store:
    """The sessions of one executor."""

    def __init__(self, root: Path, disk: int) -> None:
        """Counts what is there and removes what a killed executor left half done. Raises OSError.

        Args:
            disk: bytes that all sessions may take.
        """
        self.root = root
        self._disk = disk
        self._lock = threading.Lock()
        self._used: defaultdict[str, Usage] = defaultdict(Usage)
        self._all = Usage()
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in filter(Path.is_dir, root.iterdir()):
            self._tidy(folder)

    @property
    def usage(self) -> Usage:
        """Of all tenants."""
        return self._all

    def place(self, tenant: str, token: str) -> Place:
        return Place(self.root / hashlib.sha256(tenant.encode()).hexdigest()[:32], token)

    def load(self, place: Place) -> Stored | None:
        """What is kept of a session, or None when nothing is. Raises OSError, BrokenSessionError."""
        try:
            with place.head.open("rb") as file:
                data, facts = file.read(), os.fstat(file.fileno())
        except FileNotFoundError:
            return None
        return Stored(Head.decode(data) if data else None, facts.st_mtime, len(data))

    def expires(self, place: Place) -> float | None:
        """When a session ends, Unix time in seconds; None when nothing is kept of it."""
        try:
            facts = place.head.stat()
        except FileNotFoundError:
            return None
        # One that was ended has ended.
        return facts.st_mtime if facts.st_size else 0.0

    def is_over(self, place: Place, now: float) -> bool:
        """Whether the time of a session was over at `now`; of one that was ended, the time of its id."""
        try:
            return place.head.stat().st_mtime <= now
        except FileNotFoundError:
            return False

    def check_room(self, place: Place, policy: Policy) -> None:
        """Raises LimitError when the tenant may have no further session."""
        with self._lock:
            self._check(place, policy, 1, 0)

    def commit(self, place: Place, new: Head, old: Stored | None, policy: Policy, expires: float) -> Stored:
        """Makes a state the session's, in place of the `old` one.

        Raises:
            LimitError: it is over a limit of its tenant or of the host; the state before is as it was.
        """
        data = new.encode()
        growth = disk_of(new, len(data)) - (disk_of(old.head, old.head_bytes) if old is not None else 0)
        before = old.head.packs.keys() if old is not None and old.head is not None else set()
        try:
            self._reserve(place, policy, old is None, growth)
        except LimitError:
            _remove_packs(place, new.packs.keys() - before)
            raise
        try:
            _write_head(place, data, expires)
        except OSError as error:
            self._count(place, -1 if old is None else 0, -growth)
            _remove_packs(place, new.packs.keys() - before)
            raise of_disk(error) from error
        _remove_packs(place, before - new.packs.keys())
        return Stored(new, expires, len(data))

    def touch(self, place: Place, expires: float) -> None:
        """Puts the end of a session off."""
        with contextlib.suppress(OSError):
            os.utime(place.head, (expires, expires))

    def remove(self, place: Place, bare_until: float) -> None:
        """Ends a session; its id is no session any more, although it would be one up to `bare_until`.

        Raises OSError.
        """
        size, packs = self._parts(place)
        if bare_until:
            _write_head(place, b"", bare_until)
        else:
            place.head.unlink(missing_ok=True)
        if size:
            self._count(place, -1, -_blocks(size) - sum(map(_blocks, packs.values())))
        _remove_packs(place, packs)

    def _parts(self, place: Place) -> tuple[int, dict[int, int]]:
        """The bytes of a session's head, and its packs with theirs, also of one that cannot be read."""
        try:
            stored = self.load(place)
        except BrokenSessionError:
            names = [name for name in os.listdir(place.folder) if name.startswith(f"{place.token}.")]
            sizes = {name.rpartition(".")[2]: (place.folder / name).stat().st_size for name in names}
            return place.head.stat().st_size, {int(n): size for n, size in sizes.items() if n.isdecimal()}
        if stored is None or stored.head is None:
            return 0, {}
        return stored.head_bytes, {pack.number: pack.disk_bytes for pack in stored.head.facts.packs}

    def copy_packs(self, head: Head, origin: Place, copy: Place) -> None:
        """Gives another session the packs of a state too. Raises LimitError."""
        try:
            copy.folder.mkdir(mode=0o700, exist_ok=True)
            for number in head.packs:
                os.link(origin.pack(number), copy.pack(number))
        except OSError as error:
            _remove_packs(copy, head.packs)
            raise of_disk(error) from error

    def drop_packs(self, head: Head, copy: Place) -> None:
        """Takes back what `copy_packs` gave."""
        _remove_packs(copy, head.packs)

    def tokens(self, tenant: str) -> list[str]:
        """A tenant's sessions, in order."""
        try:
            names = os.listdir(self.place(tenant, "").folder)
        except FileNotFoundError:
            return []
        return sorted(filter(is_token, names))

    def expired(self, now: float) -> Iterator[Place]:
        """The sessions whose time was over at `now`, Unix time."""
        for folder in filter(Path.is_dir, self.root.iterdir()):
            with os.scandir(folder) as entries:
                for entry in entries:
                    if is_token(entry.name):
                        with contextlib.suppress(FileNotFoundError):
                            if entry.stat().st_mtime <= now:
                                yield Place(folder, entry.name)

    def _reserve(self, place: Place, policy: Policy, new: bool, growth: int) -> None:
        with self._lock:
            self._check(place, policy, new, growth)
            self._add(place, new, growth)

    def _count(self, place: Place, sessions: int, disk: int) -> None:
        with self._lock:
            self._add(place, sessions, disk)

    def _add(self, place: Place, sessions: int, disk: int) -> None:
        key = place.folder.name
        for usage in (self._used[key], self._all):
            usage.sessions += sessions
            usage.disk += disk
        if not self._used[key].sessions:
            del self._used[key]

    def _check(self, place: Place, policy: Policy, sessions: int, growth: int) -> None:
        used = self._used[place.folder.name]
        if sessions and used.sessions + sessions > policy.max_sessions:
            raise LimitError(
                api.SESSIONS, f"there are {used.sessions} sessions; the limit is {policy.max_sessions}"
            )
        if growth > 0 and used.disk + growth > policy.tenant_bytes:
            raise LimitError(
                api.TENANT_BYTES, f"all sessions together may take {policy.tenant_bytes} bytes on disk"
            )
        if growth > 0 and self._all.disk + growth > self._disk:
            raise LimitError(api.HOST_BYTES, "the executor's disk for sessions is full")

    def _tidy(self, folder: Path) -> None:
        """Counts a tenant's sessions, and removes what belongs to none."""
        packs: defaultdict[str, dict[str, int]] = defaultdict(dict)
        heads = {}
        for entry in os.scandir(folder):
            token, _, suffix = entry.name.partition(".")
            if not is_token(token):
                continue
            if not suffix:
                heads[token] = entry.stat().st_size
            elif suffix.isdecimal():
                packs[token][suffix] = entry.stat().st_size
            elif suffix.endswith("new"):
                os.unlink(entry.path)
        for token, there in packs.items():
            for suffix in there.keys() - self._named(Place(folder, token)):
                (folder / f"{token}.{suffix}").unlink()
                del there[suffix]
        for token, size in heads.items():
            if size:
                disk = _blocks(size) + sum(map(_blocks, packs[token].values()))
                self._count(Place(folder, token), 1, disk)

    def _named(self, place: Place) -> set[str]:
        """The packs that a session's head names."""
        try:
            stored = self.load(place)
        except BrokenSessionError as error:
            log.error("session.broken", reason=str(error))
            return set()
        return {str(number) for number in stored.head.packs} if stored and stored.head else set()


def _write_head(place: Place, data: bytes, expires: float) -> None:
    place.folder.mkdir(mode=0o700, exist_ok=True)
    temporary = place.folder / f"{place.token}.new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.utime(temporary, (expires, expires))
        temporary.rename(place.head)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _remove_packs(place: Place, numbers: Iterable[int]) -> None:
    """What cannot be removed now no head names: the next start tries again."""
    for number in numbers:
        try:
            place.pack(number).unlink(missing_ok=True)
        except OSError as error:
            log.warning("pack.remains", token=place.token, number=number, reason=str(error))


def _blocks(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def disk_of(head: Head | None, head_bytes: int) -> int:
    """What a session takes on disk, bytes."""
    packs = head.facts.packs if head is not None else ()
    return _blocks(head_bytes) + sum(_blocks(pack.disk_bytes) for pack in packs)
