"""Asks the binary in a finished image which version it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from images.builder import chroot, mounts, settings
from images.builder.definition import Definition
from images.builder.errors import BuilderError

_FULL = re.compile(r"(?<![\d.])(\d+)\.(\d+)\.(\d+)")
_SHORT = re.compile(r"(?<![\d.])(\d+)\.(\d+)")


def ask(definition: Definition, layers: Sequence[Path], scratch: Path) -> str:
    """Runs `version_command` in the layers, topmost first. Raises BuilderError, CommandError."""
    env = settings.ENVIRONMENT | definition.environment
    with mounts.overlay(layers, scratch / "version.overlay") as root, chroot.prepared(root):
        return parse(chroot.run(root, definition.version_command, env=env))


def parse(output: str) -> str:
    """The first `1.2.3` in a text; or, where there is only `1.2`, that with `.0`. Raises BuilderError."""
    if found := _FULL.search(output) or _SHORT.search(output):
        return ".".join((*(str(int(part)) for part in found.groups()), "0")[:3])
    raise BuilderError(f"version_command printed no version, but: {output.strip()[:200]!r}")
