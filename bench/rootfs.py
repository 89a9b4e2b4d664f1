"""The root file system of a runtime's image as a folder, for peers that start programs in it."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from host.layout import Layout


def image_of(layout: Layout, name: str) -> dict[str, object]:
    """What the builder wrote down of a runtime's image."""
    found: dict[str, object] = json.loads((layout.images / f"{name}.json").read_text())
    return found


def ctr(layout: Layout, *words: str) -> list[str]:
    """A `ctr` command line for the layout's containerd."""
    return ["ctr", "--address", str(layout.containerd_socket), "--namespace", "hearth-bench", *words]


@contextmanager
def mounted(layout: Layout, name: str) -> Iterator[Path]:
    """Imports the image into a containerd namespace of its own and mounts it read-only."""
    image = image_of(layout, name)
    archive = layout.images / str(image["archive"])
    subprocess.run(ctr(layout, "images", "import", str(archive)), check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder:
        subprocess.run(
            ctr(layout, "images", "mount", str(image["image"]), folder), check=True, stdout=subprocess.DEVNULL
        )
        try:
            yield Path(folder)
        finally:
            subprocess.run(
                ctr(layout, "images", "unmount", "--rm", folder), check=True, stdout=subprocess.DEVNULL
            )
            subprocess.run(
                ctr(layout, "images", "rm", "--sync", str(image["image"])),
                check=True,
                stdout=subprocess.DEVNULL,
            )
