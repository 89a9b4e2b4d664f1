"""Plain runs of a language: a program by the commands that anybody would type, without gVisor.

Two ways. In an image: the runtime's own plain commands, in the image's root file system, by a process that
chrooted into it once, in a mount namespace of its own, and has Hearth's unprivileged user and folders. And
on the host: the commands that the host itself has, of whatever version.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from bench.plain import WORKSPACE, Plain, Recipe, Timed, carry_out
from executor.runtime import BUILD, Runtime

_CLONE_NEWNS = 0x00020000
_USER = 1000


@contextmanager
def in_image(rootfs: Path, runtime: Runtime) -> Iterator[Plain]:
    """The runtime's plain commands in its image's root file system. Needs root."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    helper = context.Process(
        target=_serve, args=(ours, theirs, rootfs, Recipe.of_runtime(runtime)), daemon=True
    )
    helper.start()
    theirs.close()

    def plain(text: str, stdin: str) -> Timed:
        ours.send((text, stdin))
        answer = ours.recv()
        if isinstance(answer, str):
            raise RuntimeError(answer)
        assert isinstance(answer, Timed)
        return answer

    try:
        yield plain
    finally:
        # Its mounts end with it.
        ours.close()
        helper.join()


@contextmanager
def on_host(language: str, entry: str) -> Iterator[tuple[str, Plain] | None]:
    """The host's own commands of a language with their version; None when it has none that we know."""
    with tempfile.TemporaryDirectory(prefix="hearth-bench-", dir="/dev/shm") as folder:
        build = f"{folder}/build"
        workspace = f"{folder}/workspace"
        found = _host_commands(language, entry, build)
        if found is None:
            yield None
            return
        compile, run = found
        for path in (build, workspace):
            os.mkdir(path)
        recipe = Recipe(entry, compile, run, os.environ | {"LANG": "C.UTF-8"}, workspace, build)
        yield _version((compile or run)[0]), lambda text, stdin: carry_out(recipe, text, stdin)


def _host_commands(language: str, entry: str, build: str) -> tuple[list[str] | None, list[str]] | None:
    program = f"{build}/program"
    commands: dict[str, tuple[list[str] | None, list[str]]] = {
        "python": (None, ["/usr/bin/python3", entry]),
        "javascript": (None, ["/usr/bin/node", entry]),
        "bash": (None, ["/bin/bash", entry]),
        "ruby": (None, ["/usr/bin/ruby", entry]),
        "c": (["/usr/bin/gcc", "-O2", "-std=gnu17", "-pipe", "-o", program, entry], [program]),
        "c++": (["/usr/bin/g++", "-O2", "-std=gnu++20", "-pipe", "-o", program, entry], [program]),
        "go": (["/usr/bin/go", "build", "-o", program, entry], [program]),
        "rust": (["rustc", "--edition=2021", "-O", "-o", program, entry], [program]),
        "java": (["/usr/bin/javac", "-d", build, entry], ["/usr/bin/java", "-cp", build, "Main"]),
    }
    found = commands.get(language)
    if found is None:
        return None
    compile, run = found
    if compile is not None and language == "rust":
        compile[0] = _rustc()
    return found if Path((compile or run)[0]).exists() else None


def _rustc() -> str:
    """The compiler itself: what is in PATH may be rustup, which asks itself each time which one is meant."""
    shim = shutil.which("rustc")
    if shim is None:
        return "/usr/bin/rustc"
    asked = subprocess.run([shim, "--print", "sysroot"], check=True, capture_output=True, text=True)
    return f"{asked.stdout.strip()}/bin/rustc"


def _version(command: str) -> str:
    told = subprocess.run([command, "--version"], check=True, capture_output=True, text=True).stdout
    version = re.search(r"\d+(\.\d+)+", told)
    return version[0] if version else "unknown"


def _serve(theirs: Connection, requests: Connection, rootfs: Path, recipe: Recipe) -> None:
    """The helper's life: into the image for good, then one run after the other until nobody asks."""
    theirs.close()
    _enter(rootfs)
    while True:
        try:
            text, stdin = requests.recv()
        except EOFError:
            return
        try:
            requests.send(carry_out(recipe, text, stdin))
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            requests.send(f"plain command in the image: {error}")


def _enter(rootfs: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    owned = f"uid={_USER},gid={_USER},mode=700"
    for words in (
        ["--make-rprivate", "/"],
        ["-t", "proc", "proc", f"{rootfs}/proc"],
        ["--bind", "/dev", f"{rootfs}/dev"],
        ["-t", "tmpfs", "-o", "mode=1777", "tmpfs", f"{rootfs}/tmp"],
        ["-t", "tmpfs", "-o", owned, "tmpfs", f"{rootfs}{BUILD}"],
        ["-t", "tmpfs", "-o", owned, "tmpfs", f"{rootfs}{WORKSPACE}"],
    ):
        subprocess.run(["mount", *words], check=True)
    os.chroot(rootfs)
    os.chdir("/")
    # For good, and once: a child that changes its user could not be made by vfork.
    os.setgroups([])
    os.setgid(_USER)
    os.setuid(_USER)
