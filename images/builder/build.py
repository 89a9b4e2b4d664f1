"""All images, in turn: the disk and apt are what building waits for, so two at once gain nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from images.builder import definition, image, mounts, options
from images.builder.errors import DefinitionError
from images.builder.image import Source
from images.builder.progress import Reporter
from images.builder.store import Store
from images.builder.workshop import Workshop


def sources(folder: Path, only: Collection[str] = (), wanted: options.Wanted | None = None) -> list[Source]:
    """The runtimes below a folder, by name, with the options that are wanted.

    Raises DefinitionError, about all that is wrong at once.
    """
    found = {path.parent.name: path for path in sorted(folder.glob("*/runtime.toml"))}
    wanted = wanted or {}
    if unknown := sorted((set(only) | wanted.keys()) - found.keys()):
        raise DefinitionError(f"no such image: {', '.join(unknown)}; there is {', '.join(found) or 'none'}")
    loaded: list[Source] = []
    problems: list[str] = []
    for name, path in found.items():
        if only and name not in only:
            continue
        try:
            loaded.append(_source(path, found, wanted))
        except DefinitionError as error:
            problems.append(str(error))
    if problems:
        raise DefinitionError("\n".join(problems))
    return loaded


def _source(path: Path, found: Mapping[str, Path], wanted: options.Wanted) -> Source:
    own = _with_options(path, wanted)
    if own.image.over is None:
        return Source(path.parent, own)
    if own.image.over not in found:
        raise DefinitionError(f"{path}:\n  image.over: there is no {own.image.over}")
    below = _with_options(found[own.image.over], wanted)
    if below.image.over is not None:
        raise DefinitionError(f"{path}:\n  image.over: {own.image.over} is over another one itself")
    return Source(path.parent, own, Source(found[own.image.over].parent, below))


def _with_options(path: Path, wanted: options.Wanted) -> definition.Definition:
    return options.chosen(definition.load(path), wanted.get(path.parent.name, ()))


def build(
    wanted: Sequence[Source], store: Store, agent: Path, reporter: Reporter, *, refresh: bool, complete: bool
) -> int:
    """Builds what has changed and returns how many images that was.

    `refresh`: take nothing from earlier builds, so that packages are the archive's newest.
    `complete`: `wanted` is all there is, so layers of none of them may go. Raises BuilderError.
    """
    # In the order of the layers: base, agent, then each image.
    steps = 2 + image.STEPS * len(wanted) + sum(source.over is not None for source in wanted)
    waiting = reporter.line
    with store.locked(lambda: waiting("builder", "waits for another one that works on the same folder")):
        mounts.enter_private_namespace()
        with store.scratch() as scratch, reporter.running(steps):
            shop = Workshop(store, scratch, reporter, refresh=refresh)
            base = image.base_layer(shop)
            agent_layer = image.agent_layer(shop, agent)
            used = {base.key, agent_layer.key}
            built = 0
            for source in wanted:
                layers = image.runtime_layers(shop, source, base)
                used.update(layer.key for layer in layers)
                built += image.make(shop, source, (*layers, agent_layer))
            if complete:
                store.keep_layers(used)
    return built
