"""The archive is an OCI image layout, and what NAME.json says of it is so."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from images.builder import archive
from images.builder.archive import Image
from images.builder.definition import Definition, Run
from images.builder.store import Layer, Store

DEFINITION = Definition(
    language="x", entry="main.x", version_command=("/bin/x",), run=Run(command=("/bin/x", "{entry}"))
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "out")


def add(store: Store, tmp_path: Path, key: str, content: bytes) -> Layer:
    return store.add_layer(key, tmp_path, lambda output: output.write(content))


def made(store: Store, tmp_path: Path) -> tuple[Image, Path]:
    layers = [add(store, tmp_path, key, key.encode() * 1000) for key in ("base", "middle", "agent")]
    image = archive.assemble("x", DEFINITION, {"PATH": "/bin", "HOME": "/workspace"}, layers)
    archive.write(image, [store.layer_path(layer.key) for layer in layers], tmp_path / "x.oci.tar")
    return image, tmp_path / "x.oci.tar"


def files(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {entry.name: (tar.extractfile(entry) or io.BytesIO()).read() for entry in tar}


def test_layout_is_valid_from_index_to_blobs(store: Store, tmp_path: Path) -> None:
    image, path = made(store, tmp_path)
    found = files(path)
    assert json.loads(found["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}
    for name, content in found.items():
        if name.startswith("blobs/sha256/"):
            assert name.rpartition("/")[2] == hashlib.sha256(content).hexdigest()

    def blob(descriptor: dict[str, Any]) -> bytes:
        content = found["blobs/" + descriptor["digest"].replace(":", "/")]
        assert len(content) == descriptor["size"]
        return content

    (entry,) = json.loads(found["index.json"])["manifests"]
    assert entry["mediaType"] == "application/vnd.oci.image.manifest.v1+json"
    assert entry["digest"] == image.digest
    assert entry["annotations"] == {
        "io.containerd.image.name": f"hearth.local/x:{image.digest[7:19]}",
        "org.opencontainers.image.ref.name": image.digest[7:19],
    }
    manifest = json.loads(blob(entry))
    assert {layer["mediaType"] for layer in manifest["layers"]} == {
        "application/vnd.oci.image.layer.v1.tar+zstd"
    }
    assert [blob(layer)[:4] for layer in manifest["layers"]] == [b"\x28\xb5\x2f\xfd"] * 3
    config = json.loads(blob(manifest["config"]))
    expected = [f"sha256:{hashlib.sha256(n * 1000).hexdigest()}" for n in (b"base", b"middle", b"agent")]
    assert config["rootfs"] == {"type": "layers", "diff_ids": expected}
    assert config["config"]["Env"] == ["PATH=/bin", "HOME=/workspace"]
    label = config["config"]["Labels"]["dev.hearth.runtime"]
    assert Definition.model_validate_json(label) == DEFINITION
    assert len(found) == 2 + 2 + 3


def test_chain_id_is_the_specifications(store: Store, tmp_path: Path) -> None:
    image, _ = made(store, tmp_path)
    one, two, three = (layer.diff_id for layer in image.layers)
    first = hashlib.sha256(f"{one} {two}".encode()).hexdigest()
    assert image.chain_id == "sha256:" + hashlib.sha256(f"sha256:{first} {three}".encode()).hexdigest()


def test_equal_inputs_give_equal_archives(store: Store, tmp_path: Path) -> None:
    _, path = made(store, tmp_path)
    before = path.read_bytes()
    _, path = made(Store(tmp_path / "other"), tmp_path)
    assert path.read_bytes() == before


def test_two_equal_layers_are_stored_once(store: Store, tmp_path: Path) -> None:
    layers = [add(store, tmp_path, key, b"same") for key in ("a", "b")]
    image = archive.assemble("x", DEFINITION, {}, layers)
    archive.write(image, [store.layer_path(layer.key) for layer in layers], tmp_path / "x.tar")
    with tarfile.open(tmp_path / "x.tar") as tar:
        names = tar.getnames()
    assert len(names) == len(set(names)) == 2 + 2 + 1
