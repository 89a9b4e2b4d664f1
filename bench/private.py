"""A whole Hearth of a benchmark's own, in temporary folders, beside whatever else runs on the machine."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.client import Client
from executor.runtime import load_runtimes
from host.layout import Layout
from host.stack import Stack


@dataclass(frozen=True, slots=True)
class Private:
    """A stack that was started, and whose pools may still be filling."""

    layout: Layout
    stack: Stack

    def warm(self) -> dict[str, int]:
        """Warm sandboxes by language; empty while nobody answers."""
        return {str(one["language"]): int(str(one["warm"])) for one in self.stack.runtimes()}

    def new_key(self, tenant: str) -> str:
        """A key of a new tenant."""
        with Client(*self.stack.credentials()) as client:
            client.post("/v1/admin/tenants", id=tenant)
            return str(client.post(f"/v1/admin/tenants/{tenant}/keys")["key"])


@contextmanager
def private(languages: Collection[str], settings: dict[str, str]) -> Iterator[Private]:
    """Starts a stack with these languages' images and settings of its services; leaves nothing behind."""
    state = Path(tempfile.mkdtemp(prefix="hearth-bench-", dir="/var/tmp"))
    try:
        images = state / "images"
        _select(Layout.of_this_machine().images, images, languages)
        layout = Layout(
            state=state,
            run=Path("/run") / state.name,
            images=images,
            cgroup=f"/{state.name}",
            config=state / "config",
        )
        stack = Stack(layout, {"HEARTH_CONTROL_PORT": str(free_port()), **settings})
        try:
            stack.start()
            yield Private(layout, stack)
        finally:
            stack.stop()
    finally:
        shutil.rmtree(state)


def _select(images: Path, folder: Path, languages: Collection[str]) -> None:
    """Fills a folder with some languages' images. Raises LookupError when one is not there."""
    folder.mkdir()
    there = {one.definition.language: one for one in load_runtimes(images).values()}
    if missing := set(languages) - set(there):
        raise LookupError(f"no image of {', '.join(sorted(missing))} in {images}: make images")
    for language in languages:
        runtime = there[language]
        (folder / runtime.archive).symlink_to(images / runtime.archive)
        name = runtime.id.removesuffix(f"-{runtime.version}")
        (folder / f"{name}.json").write_text(runtime.model_dump_json())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
