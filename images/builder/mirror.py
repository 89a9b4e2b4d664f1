"""Finds the Debian archive that this machine's own apt uses.

The URI goes into files below the builder's work folder and nowhere else: neither into a layer nor
into the repository. `host` is what layers are searched for, to prove it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from images.builder import process, settings
from images.builder.errors import CommandError, MirrorError

# One line for each index that apt would fetch, whether its sources are one-line or deb822 style.
_FORMAT = "$(REPO_URI)\t$(RELEASE)\t$(COMPONENT)\t$(ORIGIN)"
# What sources may call a Debian release: codenames, with bullseye the oldest that anything here runs on.
_RELEASE = re.compile(
    r"^(bullseye|bookworm|trixie|forky|duke|sid|oldoldstable|oldstable|stable|testing|unstable)"
    r"(?P<pocket>-[a-z-]+|/updates)?$"
)
_SECURITY_POCKETS = ("-security", "/updates")
_PUBLIC = re.compile(r"(^|\.)debian\.(org|net)$")


@dataclass(frozen=True)
class Mirror:
    """URIs of the archive and, when the machine uses one, of its security archive."""

    archive: str
    security: str | None

    def source_lists(self, suite: str) -> tuple[str, str]:
        """Apt sources for a suite, one-line style: what every archive has, and what some have beside."""
        main = [self._line(self.archive, suite)]
        more = [self._line(self.archive, f"{suite}-{pocket}") for pocket in ("updates", "backports")]
        if self.security:
            more.append(self._line(self.security, f"{suite}-security"))
        return "\n".join(main) + "\n", "\n".join(more) + "\n"

    @staticmethod
    def _line(uri: str, suite: str) -> str:
        return f"deb [signed-by={settings.KEYRING}] {uri} {suite} main"

    @property
    def private_hosts(self) -> tuple[bytes, ...]:
        """Host names that must not be in a layer. Debian's own names may be: packages mention them."""
        names = {urlsplit(uri).hostname for uri in (self.archive, self.security) if uri}
        return tuple(sorted(name.encode() for name in names if name and not _PUBLIC.search(name)))


def parse(targets: str) -> Mirror:
    """Reads lines of `apt-get indextargets`. Raises MirrorError when none is of a Debian archive."""
    archive: str | None = None
    security: str | None = None
    for line in targets.splitlines():
        uri, release, component, origin = (*line.split("\t"), "", "", "")[:4]
        found = _RELEASE.match(release)
        # The origin is empty until apt has fetched the index once.
        if not found or component != "main" or origin not in ("", "Debian"):
            continue
        if found["pocket"] in _SECURITY_POCKETS:
            security = security or uri
        elif not found["pocket"]:
            archive = archive or uri
    if archive is None:
        raise MirrorError(
            "apt's sources name no Debian archive. Set HEARTH_DEBIAN_MIRROR to the URI of one, "
            "for example http://mirror.example.org/debian"
        )
    return Mirror(archive, security)


def discover() -> Mirror:
    """The machine's own mirror, or HEARTH_DEBIAN_MIRROR. Raises MirrorError."""
    override = settings.mirror_override()
    if override:
        archive, _, security = override.partition(" ")
        return Mirror(archive, security.strip() or None)
    try:
        return parse(process.run(("apt-get", "indextargets", "--format", _FORMAT, "Created-By: Packages")))
    except CommandError as error:
        raise MirrorError(f"cannot ask apt for its sources: {error}") from error
