"""The middle layer: a runtime's packages, and what its `build` step installs."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from images.builder import chroot, mounts, process, settings
from images.builder.apt import Apt
from images.builder.definition import Image

# Passed on to `build`, so that it downloads the way its host does.
_PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
# What a build that downloads needs of the host, shown to it for as long as it runs.
_NETWORK_FILES = ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt")


def install(image: Image, below: Sequence[Path], apt: Apt, scratch: Path) -> Path:
    """Installs the packages over the layers below, topmost first. Returns the upper folder.

    Raises CommandError.
    """
    upper = scratch / "packages"
    with mounts.overlay(below, scratch / "packages.overlay", upper) as root:
        if image.packages:
            with chroot.prepared(root):
                apt.install(root, image.packages)
    return upper


def build(
    image: Image, folder: Path, below: Sequence[Path], upper: Path, apt: Apt, npm: Path, scratch: Path
) -> None:
    """Runs the `build` step and adds to `upper` what it put into its DESTDIR, and nothing else.

    The step sees the finished packages, its build_packages, the runtime's folder as /build, and `npm`,
    the folder of unpacked npm packages, as /npm; these two read only. Raises CommandError.
    """
    out, packed, sources = scratch / "out", scratch / "out.tar", scratch / "sources"
    out.mkdir()
    # A copy, in which links are the files that they lead to: folders share files by them.
    shutil.copytree(folder, sources)
    with mounts.overlay([upper, *below], scratch / "build.overlay") as root, chroot.prepared(root):
        if image.build_packages:
            apt.install(root, image.build_packages)
        with (
            _connected(root),
            _shown(sources, root / "build", read_only=True),
            _shown(npm, root / "npm", read_only=True),
            _shown(out, root / "out"),
        ):
            env = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
            env |= {"DESTDIR": "/out", "SOURCE_DATE_EPOCH": str(settings.SOURCE_DATE_EPOCH)}
            chroot.run(root, image.build, env=env, folder="/build")
    fixed = (f"--mtime=@{settings.SOURCE_DATE_EPOCH}", "--sort=name", "--numeric-owner")
    process.run(("tar", "--create", *fixed, "-C", out, "-f", packed, "."))
    with mounts.overlay(below, scratch / "merge.overlay", upper) as root:
        # /lib and /bin are links to folders below /usr, and folders that are there keep their modes.
        careful = ("--no-overwrite-dir", "--keep-directory-symlink", "--preserve-permissions")
        process.run(("tar", "--extract", *careful, "--numeric-owner", "-C", root, "-f", packed))


@contextlib.contextmanager
def _shown(source: Path, target: Path, *, read_only: bool = False) -> Iterator[None]:
    target.mkdir(exist_ok=True)
    with mounts.bound(source, target, read_only=read_only):
        yield


@contextlib.contextmanager
def _connected(root: Path) -> Iterator[None]:
    """The root's own files are empty, or not those that this network needs."""
    with contextlib.ExitStack() as stack:
        for name in _NETWORK_FILES:
            if Path("/", name).is_file() and (root / name).is_file():
                stack.enter_context(mounts.bound(Path("/", name), root / name, read_only=True))
        yield
