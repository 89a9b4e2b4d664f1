"""All executors: a client for each address in the directory, for as long as it is there; and whose a
session is.
"""

import asyncio
import re
from collections.abc import Callable

import structlog

from control.executors.catalogue import Catalogue
from control.executors.client import ExecutorClient
from control.executors.directory import Directory
from control.executors.errors import Refusal, SessionError
from control.settings import Settings

# `s_EXECUTOR_REST`.
SESSION_ID = re.compile(r"s_([a-z0-9]{1,64})_[a-z0-9]{1,128}")


class Fleet:
    def __init__(self, directory: Directory, settings: Settings) -> None:
        self.catalogue = Catalogue()
        self._directory = directory
        self._settings = settings
        self._clients: dict[str, ExecutorClient] = {}
        # Of all executors that were ever heard.
        self._names: set[str] = set()
        self._told: list[Callable[[], None]] = []

    @property
    def executors(self) -> tuple[ExecutorClient, ...]:
        return tuple(self._clients.values())

    @property
    def ready(self) -> bool:
        return any(executor.ready and executor.runtimes for executor in self._clients.values())

    def holder_of(self, session: str) -> ExecutorClient:
        """The executor that this session's id names, which is connected."""
        named = SESSION_ID.fullmatch(session)
        if named is None:
            raise SessionError(Refusal.NOT_FOUND, "no such session")
        # For all that is logged of the request that asks for it.
        structlog.contextvars.bind_contextvars(session=session)
        for client in self._clients.values():
            if client.name == named[1] and client.connected:
                return client
        # As long as somebody was never heard, or nobody is known, the name may be that of an executor.
        all_heard = self._clients and all(client.name is not None for client in self._clients.values())
        if all_heard and named[1] not in self._names:
            raise SessionError(Refusal.NOT_FOUND, "no such session")
        raise SessionError(Refusal.UNAVAILABLE, "the session's executor is not connected")

    async def run(self) -> None:
        """Follows the directory until cancelled; closes every connection then."""
        async with asyncio.TaskGroup() as tasks:
            async for addresses in self._directory.follow():
                for address in self._clients.keys() - addresses:
                    self._clients.pop(address).retire()
                for address in sorted(addresses - self._clients.keys()):
                    client = ExecutorClient(address, self._settings, self._rebuild, self._tell)
                    self._clients[address] = client
                    tasks.create_task(client.run())
                self._rebuild()

    def on_change(self, told: Callable[[], None]) -> None:
        """`told` is called whenever executors come, go, or say how they are."""
        self._told.append(told)

    def _rebuild(self) -> None:
        self._names.update(client.name for client in self._clients.values() if client.name)
        self.catalogue = Catalogue(self._clients.values())
        self._tell()

    def _tell(self) -> None:
        for told in self._told:
            told()
