"""Other ways to run a program that somebody sent: what Hearth's call is measured beside.

Each is a context manager that prepares what the peer may prepare, as its users do, and yields a
function that runs the program once and returns what it printed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.client import Client
from bench.rootfs import ctr, image_of
from host.layout import Layout

Run = Callable[[], str]

_RUNSC_FLAGS = ("--platform=systrap", "--network=none", "--ignore-cgroups")


@contextmanager
def hearth(url: str, key: str, language: str, code: str) -> Iterator[Callable[[], dict[str, object]]]:
    """The HTTP call, over one kept-alive connection; yields the whole answer."""
    body = json.dumps({"language": language, "code": code}).encode()

    def run() -> dict[str, object]:
        answer: dict[str, object] = json.loads(client.ask("POST", "/v1/execute", body)[1])
        return answer

    with Client(url, key) as client:
        yield run


@contextmanager
def host_process(command: list[str]) -> Iterator[Run]:
    """A plain process on the host."""
    yield lambda: _output(command)


@contextmanager
def image_process(rootfs: Path, code: str) -> Iterator[Run]:
    """A plain process on the host of the image's own python3, by the image's loader and libraries."""
    binary = (rootfs / "usr/bin/python3").resolve().name
    loader = f"{rootfs}/usr/lib64/ld-linux-x86-64.so.2"
    libraries = f"{rootfs}/usr/lib/x86_64-linux-gnu"
    command = [loader, "--library-path", libraries, f"{rootfs}/usr/bin/{binary}", "-c", code]
    environment = {**os.environ, "PYTHONHOME": f"{rootfs}/usr"}
    yield (
        lambda: subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=environment).stdout
    )


@contextmanager
def runsc_exec(rootfs: Path, command: list[str]) -> Iterator[Run]:
    """`runsc exec` into a gVisor sandbox that already runs."""
    with tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder:
        spec = {
            "ociVersion": "1.0.2",
            "process": {"args": ["/usr/bin/sleep", "1000000"], "cwd": "/", "env": ["PATH=/usr/bin:/bin"]},
            "root": {"path": str(rootfs), "readonly": True},
            "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
            "linux": {"namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "mount")]},
        }
        (Path(folder) / "config.json").write_text(json.dumps(spec))
        runsc = ["runsc", "--root", f"{folder}/state", *_RUNSC_FLAGS]
        # The sandbox keeps its standard streams open: not ours, or reading ours would never end.
        _quietly([*runsc, "run", "--detach", "--bundle", folder, "bench"])
        try:
            yield lambda: _output([*runsc, "exec", "bench", *command])
        finally:
            _quietly([*runsc, "delete", "--force", "bench"])


@contextmanager
def ctr_run(layout: Layout, name: str, command: list[str]) -> Iterator[Run]:
    """`ctr run` of a new gVisor container each time."""
    image = str(image_of(layout, name)["image"])
    with tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder:
        wrapper = Path(folder) / "runsc-bench"
        wrapper.write_text(f'#!/bin/sh\nexec runsc {" ".join(_RUNSC_FLAGS)} "$@"\n')
        wrapper.chmod(0o700)
        words = ("run", "--rm", "--runc-binary", str(wrapper), image)
        count = iter(range(sys.maxsize))
        yield lambda: _output(ctr(layout, *words, f"bench-{next(count)}", *command))


@contextmanager
def nsjail(rootfs: Path, command: list[str]) -> Iterator[Run]:
    """nsjail, new namespaces and an unprivileged user each time: no kernel of its own around the program."""
    binary = shutil.which("nsjail", path=str(Path(sys.executable).parent))
    if binary is None:
        raise FileNotFoundError("nsjail: install the development requirements")
    words = ["-Mo", "-Q", "--chroot", str(rootfs), "--user", "65534", "--group", "65534"]
    yield lambda: _output([binary, *words, "--", *command])


def _output(command: list[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout


def _quietly(command: list[str]) -> None:
    null = subprocess.DEVNULL
    subprocess.run(command, check=True, stdin=null, stdout=null, stderr=null)
