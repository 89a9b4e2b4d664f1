"""What one run of the builder shares among its images, each made when it is first needed."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from images.builder import layer, mirror
from images.builder.apt import Apt
from images.builder.npm import Npm
from images.builder.progress import Reporter
from images.builder.store import Layer, Store


class Workshop:
    """A scratch folder, apt, and the layers that were extracted so far. `refresh`: use no old layer."""

    def __init__(self, store: Store, scratch: Path, reporter: Reporter, *, refresh: bool) -> None:
        self.store = store
        self.reporter = reporter
        self._scratch = scratch
        self._refresh = refresh
        self._fresh: set[str] = set()
        self._folders = 0

    @cached_property
    def apt(self) -> Apt:
        """Apt with current indexes. Raises MirrorError."""
        with self.reporter.step("apt", "fetches the package indexes"):
            apt = Apt(self.folder(), mirror.discover())
            missing = apt.update()
        if missing:
            self.reporter.line("apt", f"this mirror has no {', '.join(missing)}: built without")
        return apt

    @cached_property
    def npm(self) -> Npm:
        """Npm packages, fetched once for all images."""
        return Npm(self.folder())

    def folder(self) -> Path:
        """A new empty folder."""
        self._folders += 1
        folder = self._scratch / str(self._folders)
        folder.mkdir()
        return folder

    def layer(self, key: str, subject: str, doing: str, make: Callable[[], Path]) -> Layer:
        """The layer of that key, from the store, else of the folder that `make` makes."""
        usable = key in self._fresh or not self._refresh
        found = self.store.layer(key) if usable else None
        if found:
            self.reporter.skip(1)
            return found
        with self.reporter.step(subject, doing):
            # Whole seconds, because some tools write no fractions.
            start = float(int(time.time()))
            folder = make()
            forbidden = mirror.discover().private_hosts
            made = self.store.add_layer(
                key,
                self._scratch,
                lambda output: layer.write(folder, output, build_start=start, forbidden=forbidden),
            )
        self._fresh.add(key)
        return made

    def extracted(self, made: Layer) -> Path:
        """A folder with the content of a layer, for use as an overlay's lower one."""
        folder = self._scratch / f"layer-{made.key}"
        if not folder.exists():
            layer.extract(self.store.layer_path(made.key), folder)
        return folder
