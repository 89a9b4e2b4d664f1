"""What must be true of this host before the executor may say that it is ready.

The remedy stands beside each demand, because whoever reads it wants to go on.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import stat
from pathlib import Path

from executor.settings import Settings

# The oldest release whose systrap, cgroups and OCI handling the tests passed on; Debian 12's own is older.
OLDEST_RUNSC = 20240729

# What every invocation of runsc gets. The shim cannot pass flags, so a wrapper does.
_RUNSC_FLAGS = (
    "--platform=systrap",
    "--network=none",
    "--host-uds=none",
    "--host-fifo=none",
    # The root is read-only and the same for all sandboxes of a runtime: there is nothing to overlay.
    "--overlay2=none",
)


# A new sandbox gets the executor's FIFOs as its standard streams themselves. Through the shim, which
# would copy between them and pipes of its own, every frame costs two more processes' wake-ups.
_WRAPPER = """#!/bin/sh
for last; do :; done
for word; do
  if [ "$word" = create ]; then
    cd {sandboxes}/"$last" && exec {runsc} {flags} "$@" <stdin >stdout 2>stderr
  fi
done
exec {runsc} {flags} "$@"
"""


class UnfitHostError(Exception):
    """This host cannot run sandboxes safely; `str()` says why and what to do."""


async def check_runsc(runsc: Path) -> str:
    """The release of runsc. Raises UnfitHostError when there is none or it is too old."""
    try:
        process = await asyncio.create_subprocess_exec(runsc, "--version", stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
    except OSError as error:
        raise UnfitHostError(
            f"{runsc}: {error.strerror}. Install runsc, or set HEARTH_EXECUTOR_RUNSC."
        ) from error
    text = out.decode(errors="replace")
    found = re.search(r"(20\d{6})", text)
    if found is None or int(found[1]) < OLDEST_RUNSC:
        raise UnfitHostError(
            f"{runsc} is {text.splitlines()[:1]}; release {OLDEST_RUNSC} or later is needed "
            "(Debian: bookworm-backports or trixie)."
        )
    return found[1]


def write_runtime_binary(settings: Settings) -> Path:
    """The executable that stands for runc in the shim's eyes: runsc with Hearth's flags."""
    flags = list(_RUNSC_FLAGS)
    if settings.runsc_debug_dir is not None:
        flags += ["--debug", f"--debug-log={settings.runsc_debug_dir}/"]
    path = settings.run_dir / "runsc-hearth"
    path.write_text(
        _WRAPPER.format(
            runsc=shlex.quote(str(settings.runsc)),
            flags=shlex.join(flags),
            sandboxes=shlex.quote(str(settings.run_dir / "sandboxes")),
        )
    )
    path.chmod(stat.S_IRWXU)
    return path


def check_root() -> None:
    """Raises UnfitHostError unless the executor may make cgroups, mounts and namespaces."""
    if os.geteuid() != 0:
        raise UnfitHostError("the executor must run as root: it makes cgroups, mounts and namespaces.")
