"""Installs Debian packages into a root file system with the host's apt.

Apt works from outside: its sources, indexes and downloads lie in the builder's work folder, only dpkg
runs in the root. So no trace of the mirror or of apt gets there, and one index and one download serve
all images. The host's own apt configuration holds (proxies, certificates), its hooks do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from images.builder import chroot, mounts, process, settings
from images.builder.errors import CommandError, MirrorError
from images.builder.mirror import Mirror

# What a host's hooks do (docker-clean, apt-listchanges, etckeeper) is meant for the host.
_CLEARED = (
    "APT::Update::Pre-Invoke",
    "APT::Update::Post-Invoke",
    "APT::Update::Post-Invoke-Success",
    "DPkg::Pre-Invoke",
    "DPkg::Post-Invoke",
    "DPkg::Pre-Install-Pkgs",
    "DPkg::Options",
)
_ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "DEBCONF_NONINTERACTIVE_SEEN": "true"}
# Parts of the host's configuration that mmdebstrap, which starts from none, needs to be told.
_TRANSPORT = ("Proxy", "Check-Valid-Until", "Check-Date", "CaInfo", "Verify-Peer", "Timeout")


class Apt:
    """Apt with a folder of its own. `update` comes first."""

    def __init__(self, folder: Path, mirror: Mirror, suite: str = settings.SUITE) -> None:
        self._folder = folder
        self._mirror = mirror
        self._suite = suite
        self.sources = folder / "etc" / "sources.list"
        self._config = folder / "apt.conf"
        self._archives = folder / "archives"
        for part in ("etc", "lists/partial", "archives/partial", "cache", "log"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        self._config.write_text(self._configuration())

    def update(self) -> list[str]:
        """Fetches the indexes. Returns the suites that this mirror lacks.

        Raises MirrorError when it has not even the main one.
        """
        main, more = self._mirror.source_lists(self._suite)
        wanted = more.splitlines(keepends=True)
        if self._try_update(main + more) is None:
            return []
        if (error := self._try_update(main)) is not None:
            raise MirrorError(f"this machine's Debian mirror does not give {self._suite}:\n{error}")
        there = [line for line in wanted if self._try_update(main + line) is None]
        self._try_update(main + "".join(there))
        return [line.split()[-2] for line in wanted if line not in there]

    def install(self, root: Path, packages: Sequence[str]) -> None:
        """Installs packages into a prepared root (`chroot.prepared`), without what they only recommend."""
        inside = root / "var/cache/apt/archives"
        inside.mkdir(parents=True, exist_ok=True)
        with mounts.bound(self._archives, inside):
            self._run(
                ("install", "--yes", "--no-install-recommends", "--", *packages),
                **{
                    "Dir": root,
                    "Dir::State::status": root / "var/lib/dpkg/status",
                    "Dir::Cache::archives": inside,
                    "DPkg::Chroot-Directory": root,
                },
            )

    def transport_options(self) -> str:
        """How the host's apt reaches its mirror, as apt configuration."""
        lines = process.run(("apt-config", "dump", "--format", '%F "%v";%n', "Acquire")).splitlines()
        chosen = [line for line in lines if any(name in line.split(" ")[0] for name in _TRANSPORT)]
        return "\n".join(("Acquire::Languages none;", *chosen)) + "\n"

    def _try_update(self, sources: str) -> str | None:
        self.sources.write_text(sources)
        try:
            self._run(("update",), **{"APT::Update::Error-Mode": "any"})
        except CommandError as error:
            return str(error)
        return None

    def _run(self, words: Sequence[str], **options: str | Path) -> None:
        settled = [f"--option={name}={value}" for name, value in options.items()]
        env = {**chroot.ENVIRONMENT, **_ENVIRONMENT}
        process.run(("apt-get", f"--config-file={self._config}", *settled, "--quiet", *words), env=env)

    def _configuration(self) -> str:
        places = {
            "Dir::State": self._folder,
            "Dir::State::lists": self._folder / "lists",
            "Dir::Cache": self._folder / "cache",
            "Dir::Etc": self._folder / "etc",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Log": self._folder / "log",
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "APT::Install-Recommends": "false",
        }
        options = ["--force-unsafe-io"]
        options += [f"--path-exclude={pattern}" for pattern in settings.EXCLUDED_PATHS]
        options += [f"--path-include={pattern}" for pattern in settings.INCLUDED_PATHS]
        lines = [f"#clear {name};" for name in _CLEARED]
        lines += [f'{name} "{value}";' for name, value in places.items()]
        lines += [f'DPkg::Options:: "{option}";' for option in options]
        return "\n".join(lines) + "\n"
