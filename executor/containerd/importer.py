"""Image archives into containerd, by containerd's own `ctr`: it knows how to unpack every kind of layer."""

from __future__ import annotations

import asyncio
from pathlib import Path

from executor.containerd.client import ContainerdError


async def import_image(socket: str, namespace: str, archive: Path) -> None:
    """Imports an OCI archive and unpacks it.

    Raises:
        ContainerdError: with what `ctr` said.
    """
    process = await asyncio.create_subprocess_exec(
        *("ctr", "--address", socket, "--namespace", namespace, "images", "import", str(archive)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode != 0:
        raise ContainerdError(f"importing {archive}: {said.decode(errors='replace').strip()}")
