"""Turns a folder, as overlayfs wrote it or plain, into the tar of an OCI layer, and back.

Equal folders give equal bytes: entries are sorted, owners are numbers, times fixed by `policy`. What
overlayfs calls a whiteout (a 0:0 character device) or an opaque folder (an extended attribute) is
`.wh.NAME` or `.wh..wh..opq` in the OCI format.
"""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, cast

from images.builder import policy, process
from images.builder.errors import LayerError
from images.builder.hashing import HashingWriter

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
_OPAQUE_ATTRIBUTE = "trusted.overlay.opaque"
# Files up to this size, in bytes, are searched for what must not be in a layer; configuration is small.
_SEARCHED = 4 << 20


def write(
    folder: Path, output: HashingWriter, *, build_start: float = 0.0, forbidden: Sequence[bytes] = ()
) -> None:
    """Writes the tar of a folder.

    `build_start`: when building began, seconds since 1970; see `policy.modification_time`.
    `forbidden`: words that no small file may contain. Raises LayerError when one does.
    """
    links: dict[tuple[int, int], str] = {}
    # A fixed record size; tarfile's stream mode never seeks, so output may be a pipe.
    with tarfile.open(fileobj=cast(IO[bytes], output), mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for path, status in _walk(folder, ""):
            if status is None:
                tar.addfile(_marker(path))
                continue
            entry = _entry(folder, path, status, build_start)
            if entry.isreg() and status.st_nlink > 1:
                first = links.setdefault((status.st_dev, status.st_ino), path)
                if first != path:
                    entry.type, entry.linkname, entry.size = tarfile.LNKTYPE, first, 0
            if entry.isreg():
                with (folder / path).open("rb") as content:
                    tar.addfile(entry, _searched(path, content, entry.size, forbidden))
            else:
                tar.addfile(entry)


def extract(archive: Path, folder: Path) -> None:
    """The reverse of `write`, into a new folder that can be an overlay's lower one."""
    folder.mkdir(parents=True)
    process.run(
        ("tar", "--extract", "--preserve-permissions", "--numeric-owner", "-C", folder, "-f", archive)
    )
    for parent, _, names in os.walk(folder):
        for name in names:
            if name == OPAQUE:
                os.setxattr(parent, _OPAQUE_ATTRIBUTE, b"y")
            elif name.startswith(WHITEOUT):
                os.mknod(Path(parent, name.removeprefix(WHITEOUT)), stat.S_IFCHR, os.makedev(0, 0))
            else:
                continue
            Path(parent, name).unlink()


def _walk(root: Path, prefix: str) -> Iterator[tuple[str, os.stat_result | None]]:
    """Everything kept below a folder, folders before what is in them, in the order of their bytes.

    A whiteout comes under its OCI name and without a status.
    """
    with os.scandir(root / prefix) as found:
        entries = sorted(found, key=lambda entry: os.fsencode(entry.name))
    for entry in entries:
        path = f"{prefix}{entry.name}"
        status = entry.stat(follow_symlinks=False)
        if _is_whiteout(status):
            if policy.is_kept(path, stat.S_IFREG):
                yield f"{prefix}{WHITEOUT}{entry.name}", None
        elif policy.is_kept(path, status.st_mode):
            yield path, status
            if stat.S_ISDIR(status.st_mode):
                if _is_opaque(root / path):
                    yield f"{path}/{OPAQUE}", None
                yield from _walk(root, f"{path}/")


def _marker(path: str) -> tarfile.TarInfo:
    marker = tarfile.TarInfo(path)
    marker.mode = 0
    return marker


def _entry(folder: Path, path: str, status: os.stat_result, build_start: float) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.mode = policy.permissions(path, status.st_mode)
    entry.uid, entry.gid = status.st_uid, status.st_gid
    entry.mtime = policy.modification_time(status.st_mtime, build_start)
    if stat.S_ISDIR(status.st_mode):
        entry.type = tarfile.DIRTYPE
    elif stat.S_ISLNK(status.st_mode):
        entry.type, entry.linkname = tarfile.SYMTYPE, os.readlink(folder / path)
    else:
        entry.size = status.st_size
    return entry


def _searched(path: str, content: IO[bytes], size: int, forbidden: Sequence[bytes]) -> IO[bytes]:
    if not forbidden or size > _SEARCHED:
        return content
    data = content.read()
    for word in forbidden:
        if word in data:
            raise LayerError(f"/{path} names this machine's package mirror, which must not leave the machine")
    return io.BytesIO(data)


def _is_whiteout(status: os.stat_result) -> bool:
    return stat.S_ISCHR(status.st_mode) and status.st_rdev == 0


def _is_opaque(folder: Path) -> bool:
    try:
        return os.getxattr(folder, _OPAQUE_ATTRIBUTE, follow_symlinks=False) == b"y"
    except OSError:
        return False
