"""Sessions from their beginning to their end, and the turn of a program in one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Protocol

import structlog

from executor.api import executor_pb2 as api
from executor.sandbox import Held, Sandbox
from executor.sessions import head_pb2 as pb
from executor.sessions.disk import on_disk
from executor.sessions.head import BrokenSessionError, Head
from executor.sessions.ids import Id, Ids
from executor.sessions.keeping import Keeping
from executor.sessions.limits import LimitError, Policy, check_environment
from executor.sessions.store import Place, Store, Stored, disk_of
from executor.sessions.turns import Turn, Turns
from executor.settings import Settings

log = structlog.get_logger()

# Between two looks for sessions whose time is over. They are refused from that moment on in any case.
_LOOK_SECONDS = 15.0
# How often a state is read again that was replaced while it was read.
_TRIES = 5

Clock = Callable[[], float]


class UnknownSessionError(Exception):
    """The tenant has no such session, or not any more."""

    def __init__(self, why: str = "there is no such session") -> None:
        super().__init__(why)


class DrainingError(Exception):
    """The executor takes no new sessions."""

    def __init__(self) -> None:
        super().__init__("the executor is draining")


class Pins(Protocol):
    """What the pool does for sessions."""

    @property
    def draining(self) -> bool: ...

    def pinned(self, session: str) -> Sandbox | None: ...

    def unpin(self, session: str, *, destroy: bool = False) -> None: ...


class Visit:
    """One program in one session. `keep` is what comes of it."""

    def __init__(
        self, sessions: Sessions, id: Id, turn: Turn | None, stored: Stored | None, start: api.Start
    ) -> None:
        self.id = id
        self._sessions = sessions
        self._turn = turn
        self._stored = stored
        self._start = start
        self._policy = Policy.of(start.policy, sessions.settings)
        self.place = sessions.store.place(start.tenant, id.token)
        if stored is not None and stored.head is not None:
            self.head = stored.head
        else:
            self.head = sessions.blank(start.tenant, self._policy)
        self.keeping: Keeping | None = None

    @property
    def _wanted(self) -> bool:
        """Whether its client has come back to the session, and may do so again."""
        return self._turn is not None and not self._turn.ended

    def stays_in(self, sandbox: Sandbox) -> bool:
        """Whether the sandbox should be kept for the session's next program."""
        return self._wanted and sandbox.held is not None

    def enter(self, sandbox: Sandbox) -> Keeping:
        """Brings the session together with the sandbox for its program."""
        held, sandbox.held = sandbox.held, None
        there = held is not None and held.token == self.id.token
        limit, timeout = self._policy.session_bytes, self._sessions.settings.save_timeout
        self.keeping = Keeping(self.place, self.head, self._start, limit, there=there, timeout=timeout)
        return self.keeping

    def on_end(self, interrupt: Callable[[], None]) -> None:
        """What to do when the session ends before its program.

        Raises:
            UnknownSessionError: it has ended already.
        """
        if self._turn is not None:
            if self._turn.ended:
                raise UnknownSessionError
            self._turn.interrupt = interrupt

    def leave(self) -> None:
        """Whatever became of the program: nothing half done is left of it. Idempotent."""
        if self.keeping is not None:
            self.keeping.abandon()

    async def keep(self, sandbox: Sandbox, defaults: Mapping[str, str]) -> api.Kept:
        """Makes what the program left the session's state; when it cannot be kept the state before stays."""
        assert self.keeping is not None
        sessions, stored = self._sessions, self._stored
        kept = api.Kept(session=self.id.text)
        try:
            if self._turn is not None and self._turn.ended:
                self.keeping.fail("the session was deleted while the program ran")
            new = await self.keeping.finish(defaults)
            if self._turn is not None or not new.empty:
                stored = await sessions.commit(self.place, new, stored, self._policy)
                sandbox.held = Held(self.id.token, stored, self.keeping.passing)
        except LimitError as error:
            kept.limit, kept.message = error.limit, str(error)
        except BrokenSessionError as error:
            kept.limit, kept.message = api.UNSAVED, str(error)
        if kept.limit and stored is not None and self._wanted:
            sessions.touch(self.place, stored)
        if self._turn is None and sandbox.held is None:
            # It is good for its time from now on, not from when the program came.
            kept.session = sessions.bare(self._start.tenant, self._policy).text
        return kept


class Sessions:
    """The sessions of this executor."""

    def __init__(
        self,
        ids: Ids,
        store: Store,
        pool: Pins,
        settings: Settings,
        clock: Clock = time.time,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_change` is called whenever what all sessions take may have changed."""
        self.ids = ids
        self.store = store
        self.settings = settings
        self._pool = pool
        self._clock = clock
        self._on_change = on_change
        self._turns = Turns(settings.session_turn_timeout, settings.session_waiters)

    async def run(self) -> None:
        """Ends sessions whose time is over, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.end_expired()
            except OSError as error:
                log.error("sessions.unreadable", reason=str(error))

    async def end_expired(self) -> None:
        """Ends the sessions whose time is over now, but for those that are in use."""
        now = self._clock()
        for place in await on_disk(lambda: list(self.store.expired(now))):
            # Nothing is awaited between the last look and the removal: nobody comes back in between.
            if place.token not in self._turns and self.store.is_over(place, now):
                self._pool.unpin(place.token, destroy=True)
                try:
                    self.store.remove(place, 0)
                except OSError as error:
                    log.error("session.remains", token=place.token, reason=str(error))
                self._on_change()
            await asyncio.sleep(0)

    @asynccontextmanager
    async def visit(self, start: api.Start) -> AsyncIterator[Visit]:
        """A program's turn in its session, or a new one for it.

        Raises:
            UnknownSessionError, BusySessionError, BrokenSessionError
        """
        if not start.session:
            id = self.bare(start.tenant, Policy.of(start.policy, self.settings))
            yield Visit(self, id, None, None, start)
            return
        async with self.turn(start.session, start.tenant) as (id, turn):
            yield Visit(self, id, turn, await self._state(id, start.tenant), start)

    def bare(self, tenant: str, policy: Policy) -> Id:
        """The id of a new session of which nothing is kept yet."""
        return self.ids.new(tenant, int(self._clock() + policy.idle_timeout_ms / 1000))

    @asynccontextmanager
    async def turn(self, session: str, tenant: str) -> AsyncIterator[tuple[Id, Turn]]:
        """The time in which nobody else changes a session.

        Raises:
            UnknownSessionError, BusySessionError
        """
        id = self.check(session, tenant)
        async with self._turns.take(id.token) as turn:
            # Both may have happened while we waited.
            if turn.ended:
                raise UnknownSessionError
            yield self.check(session, tenant), turn

    def check(self, session: str, tenant: str) -> Id:
        """Whether a tenant has a session of this name now.

        Raises:
            UnknownSessionError
        """
        id = self.ids.check(session, tenant)
        if id is None:
            raise UnknownSessionError
        expires = self.store.expires(self.store.place(tenant, id.token))
        bare = expires is None and id.bare_until > self._clock()
        # One that was ended is not in use, although others may still wait for it.
        in_use = expires and (expires > self._clock() or id.token in self._turns)
        if not bare and not in_use:
            raise UnknownSessionError
        return id

    async def _state(self, id: Id, tenant: str) -> Stored | None:
        sandbox = self._pool.pinned(id.token)
        if sandbox is not None and sandbox.held is not None:
            return sandbox.held.stored
        return await self.load(id, tenant)

    async def load(self, id: Id, tenant: str) -> Stored | None:
        """What is kept of a session; None when it is an empty one that has no file.

        Raises:
            UnknownSessionError: it has ended.
            BrokenSessionError
        """
        stored = await on_disk(self.store.load, self.store.place(tenant, id.token))
        if stored is None and id.bare_until <= self._clock():
            raise UnknownSessionError
        if stored is not None and stored.head is None:
            raise UnknownSessionError
        return stored

    def blank(self, tenant: str, policy: Policy) -> Head:
        """The state of a session in which nothing has happened yet."""
        now_ms = int(self._clock() * 1000)
        return Head(pb.Head(tenant=tenant, created_ms=now_ms, idle_timeout_ms=policy.idle_timeout_ms), {})

    async def commit(self, place: Place, new: Head, old: Stored | None, policy: Policy) -> Stored:
        """Makes a state the session's, which is in use now. Raises LimitError."""
        expires = self._clock() + new.facts.idle_timeout_ms / 1000
        if old is not None and old.head is not None and old.head.same_as(new):
            self.store.touch(place, expires)
            return Stored(old.head, expires, old.head_bytes)
        stored = await on_disk(self.store.commit, place, new, old, policy, expires)
        self._on_change()
        return stored

    def touch(self, place: Place, stored: Stored) -> None:
        """A session is in use now."""
        if stored.head is not None:
            self.store.touch(place, self._clock() + stored.head.facts.idle_timeout_ms / 1000)

    async def create(self, tenant: str, env: Mapping[str, str], policy: Policy) -> api.Session:
        """A new session. Raises LimitError, DrainingError."""
        self._check_draining()
        check_environment(env)
        id = self.ids.new(tenant)
        head = self.blank(tenant, policy)
        head.facts.env.update(env)
        stored = await self.commit(self.store.place(tenant, id.token), head, None, policy)
        return self._describe(id.text, stored)

    def _check_draining(self) -> None:
        if self._pool.draining:
            raise DrainingError

    async def get(self, session: str, tenant: str) -> api.Session:
        """Raises UnknownSessionError, BrokenSessionError."""
        id = self.check(session, tenant)
        return self._describe(id.text, await self.load(id, tenant) or self._bare(id, tenant))

    def _bare(self, id: Id, tenant: str) -> Stored:
        policy = Policy.of(api.SessionPolicy(), self.settings)
        return Stored(self.blank(tenant, policy), id.bare_until, 0)

    async def listed(self, tenant: str, after: str, limit: int) -> tuple[list[api.Session], bool]:
        """A tenant's sessions with ids greater than `after`, at most `limit`, and whether there are more."""
        return await on_disk(self._listed, tenant, after, limit)

    def _listed(self, tenant: str, after: str, limit: int) -> tuple[list[api.Session], bool]:
        found: list[api.Session] = []
        for token in self.store.tokens(tenant):
            id = self.ids.of(token)
            if id <= after:
                continue
            # One that cannot be read, or that goes while we look, is not there.
            with suppress(BrokenSessionError, OSError):
                stored = self.store.load(self.store.place(tenant, token))
                if stored is None or stored.head is None or stored.expires <= self._clock():
                    continue
                if len(found) == limit:
                    return found, True
                session = self._describe(id, stored)
                session.env.clear()
                found.append(session)
        return found, False

    async def delete(self, session: str, tenant: str) -> None:
        """Ends a session at once, and a program that runs in it.

        Raises:
            UnknownSessionError
        """
        id = self.check(session, tenant)
        turn = self._turns.find(id.token)
        if turn is not None:
            if turn.ended:
                raise UnknownSessionError
            turn.ended = True
            turn.interrupt()
        try:
            async with self._turns.take(id.token, anyway=True):
                self._pool.unpin(id.token, destroy=True)
                bare_until = id.bare_until if id.bare_until > self._clock() else 0
                await on_disk(self.store.remove, self.store.place(tenant, id.token), bare_until)
                self._on_change()
        except BaseException:
            # Whoever wanted it gone does not wait for that any more.
            if turn is not None:
                turn.ended = False
            raise

    async def fork(self, session: str, tenant: str, asked: api.SessionPolicy) -> api.Session:
        """An independent copy of a session as its last program left it.

        Raises:
            UnknownSessionError, BrokenSessionError, LimitError, DrainingError
        """
        self._check_draining()
        policy = Policy.of(asked, self.settings)
        origin = self.check(session, tenant)
        place = self.store.place(tenant, origin.token)
        copy = self.ids.new(tenant)
        there = self.store.place(tenant, copy.token)
        for tried in range(_TRIES):
            stored = await self.load(origin, tenant)
            head = (
                stored.head if stored is not None and stored.head is not None else self.blank(tenant, policy)
            )
            self.store.check_room(there, policy)
            try:
                await on_disk(self.store.copy_packs, head, place, there)
                break
            except asyncio.CancelledError:
                self.store.drop_packs(head, there)
                raise
            except LimitError:
                # It may have been replaced while its packs were linked.
                if tried == _TRIES - 1:
                    raise
        facts = pb.Head()
        facts.CopyFrom(head.facts)
        facts.created_ms = int(self._clock() * 1000)
        facts.idle_timeout_ms = asked.idle_timeout_ms or facts.idle_timeout_ms
        if stored is not None:
            self.touch(place, stored)
        made = await self.commit(there, Head(facts, head.entries), None, policy)
        return self._describe(copy.text, made)

    @asynccontextmanager
    async def changing(self, session: str, tenant: str) -> AsyncIterator[tuple[Id, Stored | None]]:
        """A turn in a session for a change that no program makes: it is cold afterwards.

        Raises:
            UnknownSessionError, BusySessionError, BrokenSessionError
        """
        async with self.turn(session, tenant) as (id, _):
            self._pool.unpin(id.token)
            yield id, await self.load(id, tenant)

    def _describe(self, id: str, stored: Stored) -> api.Session:
        head = stored.head
        assert head is not None
        timeout_ms = head.facts.idle_timeout_ms
        expires_ms = int(stored.expires * 1000)
        token = id.rpartition("_")[2]
        return api.Session(
            id=id,
            created_ms=head.facts.created_ms,
            used_ms=expires_ms - timeout_ms,
            expires_ms=expires_ms,
            idle_timeout_ms=timeout_ms,
            env=dict(head.facts.env),
            bytes=head.size,
            disk_bytes=disk_of(head, stored.head_bytes),
            entries=len(head.entries),
            hot=self._pool.pinned(token) is not None,
        )
