"""Everything that can go wrong in a way that its reader can do something about."""

from __future__ import annotations


class BuilderError(Exception):
    """Shown to a person without a traceback: the message says what to do."""


class DefinitionError(BuilderError):
    """A `runtime.toml` that cannot be used. The message names the file and each field."""


class MirrorError(BuilderError):
    """Apt's configuration names no Debian archive, or the one it names cannot be read."""


class NpmError(BuilderError):
    """A package that the npm registry does not give, or not as it should be."""


class MissingToolsError(BuilderError):
    """The host lacks something that building needs."""


class CommandError(BuilderError):
    """A command that the builder ran has failed. The message carries the end of its output."""


class LayerError(BuilderError):
    """A file system tree that must not, or cannot, become a layer."""
