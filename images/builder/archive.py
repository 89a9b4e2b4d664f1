"""Makes an OCI image layout of layers: one tar that `ctr image import` and every other tool reads."""

from __future__ import annotations

import io
import json
import platform
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from images.builder import hashing, settings
from images.builder.definition import Definition
from images.builder.store import Layer

_INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+zstd"
# What OCI and Debian call the machines that gVisor runs on.
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Image:
    """An image that is put together but not written: its manifest and config, as bytes."""

    name: str
    manifest: bytes
    config: bytes
    layers: tuple[Layer, ...]

    @property
    def digest(self) -> str:
        """The manifest's digest, by which the image is known."""
        return hashing.of(self.manifest)

    @property
    def short_digest(self) -> str:
        """What stands for the digest in names."""
        return self.digest.removeprefix("sha256:")[: settings.SHORT_DIGEST]

    @property
    def reference(self) -> str:
        """How containerd names the image."""
        return f"hearth.local/{self.name}:{self.short_digest}"

    @property
    def chain_id(self) -> str:
        """The key of the snapshot with all layers, as the OCI image specification computes it."""
        chain = self.layers[0].diff_id
        for layer in self.layers[1:]:
            chain = hashing.of(f"{chain} {layer.diff_id}".encode())
        return chain


def architecture() -> str:
    """This machine's, in OCI's and Debian's words."""
    machine = platform.machine()
    return _ARCHITECTURES.get(machine, machine)


def assemble(
    name: str, definition: Definition, environment: Mapping[str, str], layers: Sequence[Layer]
) -> Image:
    """Puts an image together. `layers`: from the bottom."""
    created = datetime.fromtimestamp(settings.SOURCE_DATE_EPOCH, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    config = _json(
        {
            "architecture": architecture(),
            "os": "linux",
            "created": created,
            "config": {
                "Env": [f"{key}={value}" for key, value in environment.items()],
                "Entrypoint": ["/.hearth/agent"],
                "WorkingDir": settings.HOME,
                "Labels": {"dev.hearth.runtime": definition.model_dump_json()},
            },
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        }
    )
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": {"mediaType": _CONFIG, "digest": hashing.of(config), "size": len(config)},
            "layers": [{"mediaType": _LAYER, "digest": layer.digest, "size": layer.size} for layer in layers],
        }
    )
    return Image(name, manifest, config, tuple(layers))


def write(image: Image, layer_paths: Sequence[Path], output: Path) -> None:
    """Writes the archive. `layer_paths`: the files of the image's layers, in their order."""
    annotations = {
        "io.containerd.image.name": image.reference,
        "org.opencontainers.image.ref.name": image.short_digest,
    }
    descriptor = {
        "mediaType": _MANIFEST,
        "digest": image.digest,
        "size": len(image.manifest),
        "platform": {"architecture": architecture(), "os": "linux"},
        "annotations": annotations,
    }
    index = _json({"schemaVersion": 2, "mediaType": _INDEX, "manifests": [descriptor]})
    with tarfile.open(output, "w", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, "oci-layout", _json({"imageLayoutVersion": "1.0.0"}))
        _add(tar, "index.json", index)
        for content in (image.manifest, image.config):
            _add(tar, _blob(hashing.of(content)), content)
        written: set[str] = set()
        for layer, path in zip(image.layers, layer_paths, strict=True):
            if layer.digest not in written:
                written.add(layer.digest)
                entry = _file(_blob(layer.digest), layer.size)
                with path.open("rb") as content_file:
                    tar.addfile(entry, content_file)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_file(name, len(content)), io.BytesIO(content))


def _file(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime = size, settings.SOURCE_DATE_EPOCH
    return entry


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _json(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
