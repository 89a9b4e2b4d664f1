"""All executors: a client for each address in the directory, for as long as it is there."""

import asyncio

from control.executors.catalogue import Catalogue
from control.executors.client import ExecutorClient
from control.executors.directory import Directory
from control.settings import Settings


class Fleet:
    def __init__(self, directory: Directory, settings: Settings) -> None:
        self.catalogue = Catalogue()
        self._directory = directory
        self._settings = settings
        self._clients: dict[str, ExecutorClient] = {}

    @property
    def executors(self) -> tuple[ExecutorClient, ...]:
        return tuple(self._clients.values())

    @property
    def ready(self) -> bool:
        return any(executor.ready and executor.runtimes for executor in self._clients.values())

    async def run(self) -> None:
        """Follows the directory until cancelled; closes every connection then."""
        async with asyncio.TaskGroup() as tasks:
            async for addresses in self._directory.follow():
                for address in self._clients.keys() - addresses:
                    self._clients.pop(address).retire()
                for address in sorted(addresses - self._clients.keys()):
                    client = ExecutorClient(address, self._settings, self._rebuild)
                    self._clients[address] = client
                    tasks.create_task(client.run())
                self._rebuild()

    def _rebuild(self) -> None:
        self.catalogue = Catalogue(self._clients.values())
