"""All runtimes of all executors, merged; and the choice of one by name and version range.

Built anew when an executor appears, changes or leaves, not for each request. An executor that is only
disconnected keeps its place: a language does not become unknown while its executor restarts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from control.executors.client import ExecutorClient
from control.versions import Range, Version, parse_version, satisfies, sort_key
from executor.api import executor_pb2 as pb

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Offer:
    """One runtime, and the executors that have it."""

    runtime: pb.Runtime
    version: Version
    executors: tuple[ExecutorClient, ...]

    @property
    def connected(self) -> int:
        return sum(executor.connected for executor in self.executors)

    @property
    def warm(self) -> int:
        return sum(executor.warm.get(self.runtime.id, 0) for executor in self.executors)


class Catalogue:
    def __init__(self, executors: Iterable[ExecutorClient] = ()) -> None:
        runtimes: dict[str, pb.Runtime] = {}
        holders: dict[str, list[ExecutorClient]] = {}
        for executor in executors:
            for runtime in executor.runtimes:
                runtimes.setdefault(runtime.id, runtime)
                holders.setdefault(runtime.id, []).append(executor)
        offers = []
        for id_, runtime in runtimes.items():
            version = parse_version(runtime.version)
            if version is None:
                log.error("runtime ignored: not a SemVer version", runtime=id_, version=runtime.version)
                continue
            offers.append(Offer(runtime, version, tuple(holders[id_])))
        self._holders = {offer.runtime.id: offer.executors for offer in offers}
        offers.sort(key=lambda offer: sort_key(offer.version), reverse=True)
        offers.sort(key=lambda offer: offer.runtime.language)
        self.offers = tuple(offers)
        self._by_name: dict[str, list[Offer]] = {}
        languages = {offer.runtime.language for offer in offers}
        for offer in offers:
            # A language's own name wins over another's alias.
            aliases = set(offer.runtime.aliases) - languages
            for name in {offer.runtime.language, *aliases}:
                self._by_name.setdefault(name, []).append(offer)

    @property
    def languages(self) -> list[str]:
        return sorted({offer.runtime.language for offer in self.offers})

    def holders(self, runtime: str) -> tuple[ExecutorClient, ...]:
        """The executors that have a runtime, by its id."""
        return self._holders.get(runtime, ())

    def named(self, language: str) -> list[Offer]:
        """The runtimes of a language, by its name or an alias, highest version first."""
        return self._by_name.get(language, [])

    @staticmethod
    def highest(offers: list[Offer], wanted: Range) -> Offer | None:
        return next((offer for offer in offers if satisfies(offer.version, wanted)), None)
