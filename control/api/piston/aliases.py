"""The names by which Piston's own packages answer for a language, beside those that our images have."""

from control.executors.catalogue import Catalogue, Offer
from executor.api import executor_pb2 as pb

_MORE = {
    "csharp": ("mono", "mono-csharp", "mono-c#", "mono-cs"),
    "javascript": ("node-javascript", "node-js"),
    "python": ("py3",),
    "typescript": ("node-ts", "tsc"),
}
_LANGUAGES = {alias: language for language, aliases in _MORE.items() for alias in aliases}


def aliases_of(runtime: pb.Runtime) -> list[str]:
    more = (alias for alias in _MORE.get(runtime.language, ()) if alias not in runtime.aliases)
    return [*runtime.aliases, *more]


def named(catalogue: Catalogue, language: str) -> list[Offer]:
    """The runtimes that go by this name, highest version first."""
    return catalogue.named(language) or catalogue.named(_LANGUAGES.get(language, ""))
