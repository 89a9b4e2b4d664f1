"""Runs commands so that nothing of them outlives the builder."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from images.builder.errors import CommandError

# How much of a failed command's output its error shows, in lines.
_TAIL = 30


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    pass_fds: Sequence[int] = (),
) -> str:
    """Runs a command to its end and returns what it wrote, standard error included.

    It gets a process group of its own, which is killed when the builder is interrupted meanwhile: a
    dpkg that lives on would keep its mounts busy. Raises CommandError when it fails or is not there.
    """
    words = [str(word) for word in command]
    try:
        process = subprocess.Popen(  # noqa: S603
            words,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            pass_fds=pass_fds,
        )
    except OSError as error:
        raise CommandError(f"{words[0]}: {error.strerror}") from error
    with process:
        try:
            output, _ = process.communicate()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode:
        tail = "\n".join(output.splitlines()[-_TAIL:])
        raise CommandError(f"`{' '.join(words)}` failed with status {process.returncode}:\n{tail}")
    return output
