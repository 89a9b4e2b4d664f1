"""One image, from its definition to the files that an executor reads."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from images.builder import archive, base, keys, runtime, settings, version
from images.builder.definition import Definition
from images.builder.store import Layer
from images.builder.workshop import Workshop

# Layers of runtime and agent, version, archive.
STEPS = 4


@dataclass(frozen=True)
class Source:
    """A runtime's folder and what its `runtime.toml` says. The folder's name is the image's.

    `over`: the runtime whose layer lies under this one's.
    """

    folder: Path
    definition: Definition
    over: Source | None = None

    @property
    def name(self) -> str:
        """The image's name."""
        return self.folder.name


def base_layer(shop: Workshop) -> Layer:
    """The layer below all others."""

    def make() -> Path:
        root = shop.folder() / "root"
        base.make(root, shop.apt, shop.folder())
        return root

    return shop.layer(keys.base(archive.architecture()), "base", f"Debian {settings.SUITE}", make)


def agent_layer(shop: Workshop, agent: Path) -> Layer:
    """The topmost layer: Hearth's agent."""

    def make() -> Path:
        root = shop.folder()
        place = root / ".hearth"
        place.mkdir()
        shutil.copyfile(agent, place / "agent")
        (place / "agent").chmod(0o755)
        return root

    return shop.layer(keys.agent(agent), "agent", "Hearth's agent", make)


def runtime_layers(shop: Workshop, source: Source, base: Layer) -> tuple[Layer, ...]:
    """All from the base, which is the first, to the language."""
    below = runtime_layers(shop, source.over, base) if source.over else (base,)
    return (*below, _runtime_layer(shop, source, below))


def _runtime_layer(shop: Workshop, source: Source, below: tuple[Layer, ...]) -> Layer:
    image = source.definition.image

    def make() -> Path:
        roots, scratch = [shop.extracted(layer) for layer in reversed(below)], shop.folder()
        upper = runtime.install(image, roots, shop.apt, scratch)
        if image.build:
            packages = scratch / "npm"
            shop.npm.unpack(image.npm, packages)
            runtime.build(image, source.folder, roots, upper, shop.apt, packages, scratch)
        return upper

    doing = (
        ", ".join((*image.packages, *(("its build step",) if image.build else ()))) or "nothing of its own"
    )
    key = keys.runtime(image, source.folder, *(layer.digest for layer in below))
    return shop.layer(key, source.name, doing, make)


def make(shop: Workshop, source: Source, layers: tuple[Layer, ...]) -> bool:
    """Writes an image's files, unless they are there. Returns whether it did."""
    name, definition = source.name, source.definition
    key = keys.image(name, definition, (layer.digest for layer in layers))
    if shop.store.record(name).get("key") == key:
        shop.reporter.skip(STEPS - 2)
        return False
    environment = settings.ENVIRONMENT | definition.environment
    found = archive.assemble(name, definition, environment, layers)
    stem = f"{name}-{found.short_digest}"
    folders = [shop.extracted(layer) for layer in reversed(layers)]
    with shop.reporter.step(name, "asks for its version"):
        number = version.ask(definition, folders, shop.folder())
    with shop.reporter.step(name, f"archive of version {number}"):
        partial = shop.folder() / "partial"
        archive.write(found, [shop.store.layer_path(layer.key) for layer in layers], partial)
        shop.store.publish(partial, shop.store.folder / f"{stem}.oci.tar")
        record: dict[str, object] = {
            "id": f"{name}-{number}",
            "version": number,
            "image": found.reference,
            "digest": found.digest,
            "archive": f"{stem}.oci.tar",
            "chain_id": found.chain_id,
            "environment": environment,
            "definition": definition.model_dump(mode="json"),
            "key": key,
        }
        shop.store.add_record(name, record, shop.folder())
    return True
