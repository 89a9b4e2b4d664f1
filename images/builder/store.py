"""The folder that images are written to: `NAME.json`, archives, and below `layers/` the layers.

Whatever has its final name there is complete: everything is written in a scratch folder on the same
file system and renamed. One builder works on the folder at a time.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from images.builder import settings
from images.builder.errors import CommandError
from images.builder.hashing import HashingWriter, of_file

_SCRATCH = ".scratch-"


@dataclass(frozen=True)
class Layer:
    """A layer that is there. Digests start with "sha256:"; `diff_id` is that of the bare tar."""

    key: str
    digest: str
    diff_id: str
    size: int


class Store:
    """An output folder, made when it is not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._layers = folder / "layers"
        self._layers.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def locked(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Holds the folder. Calls `waiting` once when another builder has it, then waits for that one."""
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder that is gone afterwards, and with it what a killed builder left. Needs the lock."""
        for left in self.folder.glob(f"{_SCRATCH}*"):
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=self.folder) as folder:
            Path(folder).chmod(0o755)  # it holds root folders, into which unprivileged users look
            yield Path(folder)

    def layer(self, key: str) -> Layer | None:
        """The layer of that key, if it is there."""
        try:
            found = Layer(**json.loads((self._layers / f"{key}.json").read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return found if self.layer_path(key).exists() else None

    def layer_path(self, key: str) -> Path:
        """The compressed tar of a layer."""
        return self._layers / f"{key}.tar.zst"

    def add_layer(self, key: str, scratch: Path, write: Callable[[HashingWriter], object]) -> Layer:
        """Compresses and keeps what `write` writes. Raises CommandError."""
        partial = scratch / f"{key}.tar.zst"
        # One thread: how zstd divides its work among several is part of the result.
        command = ("zstd", f"-{settings.COMPRESSION_LEVEL}", "--single-thread", "--quiet", "-o", str(partial))
        with subprocess.Popen(command, stdin=subprocess.PIPE) as compressor:  # noqa: S603
            assert compressor.stdin
            try:
                plain = HashingWriter(compressor.stdin)
                write(plain)
                compressor.stdin.close()
            except BaseException:
                compressor.kill()
                raise
        if compressor.returncode:
            raise CommandError(f"zstd failed with status {compressor.returncode}")
        layer = Layer(key, of_file(partial), plain.digest, partial.stat().st_size)
        self.publish(partial, self.layer_path(key))
        self._publish_text(json.dumps(asdict(layer)), self._layers / f"{key}.json", scratch)
        return layer

    def record(self, name: str) -> dict[str, object]:
        """What `NAME.json` says; nothing when it is not there or its archive is not."""
        try:
            found = json.loads((self.folder / f"{name}.json").read_text())
            there = (self.folder / found["archive"]).exists()
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return {}
        return found if there else {}

    def add_record(self, name: str, record: dict[str, object], scratch: Path) -> None:
        """Writes `NAME.json`, whose archive must be there; then the files of earlier images may go."""
        self._publish_text(json.dumps(record, indent=1) + "\n", self.folder / f"{name}.json", scratch)
        ours = re.compile(rf"{re.escape(name)}-[0-9a-f]{{{settings.SHORT_DIGEST}}}\.oci\.tar")
        for path in self.folder.iterdir():
            if ours.fullmatch(path.name) and path.name != record["archive"]:
                path.unlink()

    def keep_layers(self, keys: Collection[str]) -> None:
        """Deletes all other layers."""
        for path in self._layers.iterdir():
            if path.name.partition(".")[0] not in keys:
                path.unlink()

    def publish(self, partial: Path, target: Path) -> None:
        """Gives a finished file its name, safely on disk."""
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(target)

    def _publish_text(self, text: str, target: Path, scratch: Path) -> None:
        partial = scratch / target.name
        partial.write_text(text)
        self.publish(partial, target)
