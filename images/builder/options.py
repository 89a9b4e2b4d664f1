"""What an image may have and by default has not: `[options.NAME]` of a `runtime.toml`.

Whoever builds asks for options as "IMAGE=OPTION". What the builder then works with, and what executors
read, is a definition that says so of its packages, environment and notes as if it had always been so;
of the options it keeps those that were asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from images.builder.definition import Definition
from images.builder.errors import DefinitionError

# Options' names by their image's.
Wanted = Mapping[str, frozenset[str]]


def parse(words: Iterable[str]) -> Wanted:
    """What words like "python=data" ask for. Raises DefinitionError."""
    found: dict[str, frozenset[str]] = {}
    for word in words:
        image, equals, option = word.partition("=")
        if not (image and equals and option):
            raise DefinitionError(f"{word!r} is not IMAGE=OPTION, like python=data")
        found[image] = found.get(image, frozenset()) | {option}
    return found


def chosen(definition: Definition, wanted: Iterable[str]) -> Definition:
    """The definition with these of its options and no others. Raises DefinitionError."""
    options = {name: definition.options[name] for name in sorted(wanted) if name in definition.options}
    if unknown := sorted(set(wanted) - options.keys()):
        there = ", ".join(definition.options) or "none"
        raise DefinitionError(f"{definition.language} has no option {', '.join(unknown)}; there is {there}")
    packages, environment, notes = definition.image.packages, dict(definition.environment), definition.notes
    for option in options.values():
        packages += tuple(package for package in option.packages if package not in packages)
        environment |= option.environment
        notes = f"{notes} {option.notes}".strip()
    image = definition.image.model_copy(update={"packages": packages})
    changes = {"image": image, "environment": environment, "notes": notes, "options": options}
    return definition.model_copy(update=changes)
