"""Fetches packages from the npm registry that this machine's own npm would use.

No npm is needed: a package is one archive under a well-known name, and its hash, which `runtime.toml`
pins, says whether it is the right one, wherever it came from. So the registry's name gets nowhere.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from images.builder import process
from images.builder.definition import NpmPackage
from images.builder.errors import NpmError

PUBLIC_REGISTRY = "https://registry.npmjs.org/"
# Where distributions' npm, and npm's own installer, look for what holds for every user.
_GLOBAL_FILES = ("/etc/npmrc", "/usr/etc/npmrc", "/usr/local/etc/npmrc")
_PATIENCE = 60  # seconds without a byte
_VARIABLE = re.compile(r"\$\{(\w+)\}")


class Npm:
    """A folder of downloads, each fetched once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def unpack(self, packages: Iterable[NpmPackage], target: Path) -> None:
        """Makes `target`, with each package's files in a folder of its name. Raises NpmError."""
        target.mkdir()
        for package in packages:
            folder = target / package.name
            folder.mkdir(parents=True)
            # The archive's one top folder may have any name.
            words = ("tar", "--extract", "--strip-components=1", "--no-same-owner", "-C", folder)
            process.run((*words, "-f", self._archive(package)))

    def _archive(self, package: NpmPackage) -> Path:
        archive = self._folder / (hashlib.sha256(package.integrity.encode()).hexdigest() + ".tgz")
        if not archive.exists():
            partial = archive.with_suffix(".partial")
            _download(url(package), partial)
            _check(package, partial)
            partial.rename(archive)
        return archive


def url(package: NpmPackage) -> str:
    """Where the configured registry has the archive of a package."""
    registry = _setting("registry") or PUBLIC_REGISTRY
    return f"{registry.rstrip('/')}/{package.name}/-/{package.name.split('/')[-1]}-{package.version}.tgz"


def _download(address: str, target: Path) -> None:
    if urlsplit(address).scheme not in ("http", "https"):
        raise NpmError(f"npm's registry must be an http or https address, not {address}")
    try:
        with _opener().open(address, timeout=_PATIENCE) as answer, target.open("wb") as file:
            shutil.copyfileobj(answer, file)
    except (urllib.error.URLError, OSError) as error:
        raise NpmError(f"cannot fetch {address}: {error}") from error


def _opener() -> urllib.request.OpenerDirector:
    """With the proxies of the environment, or of npm's configuration; and npm's certificates."""
    context = ssl.create_default_context()
    if certificates := _setting("cafile"):
        context.load_verify_locations(certificates)
    of_npm = {"https": _setting("https-proxy") or _setting("proxy"), "http": _setting("proxy")}
    proxies = urllib.request.getproxies() | {scheme: proxy for scheme, proxy in of_npm.items() if proxy}
    return urllib.request.build_opener(
        urllib.request.ProxyHandler(proxies), urllib.request.HTTPSHandler(context=context)
    )


def _check(package: NpmPackage, archive: Path) -> None:
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha512").digest()
    integrity = f"sha512-{base64.b64encode(found).decode()}"
    if integrity != package.integrity:
        archive.unlink()
        raise NpmError(
            f"{package.name}@{package.version}: the registry's archive has another hash.\n"
            f"  expected {package.integrity}\n  got      {integrity}"
        )


def _setting(name: str) -> str | None:
    """A setting, as npm finds it: in the environment, the user's file, the machine's file."""
    for variable, value in os.environ.items():
        if variable.lower().replace("_", "-") == f"npm-config-{name}" and value:
            return value
    for file in _files():
        for key, value in _lines(file):
            # An unset one is written "null".
            if key == name and value not in ("", "null"):
                return value
    return None


def _files() -> Iterator[Path]:
    yield Path(os.environ.get("NPM_CONFIG_USERCONFIG") or Path.home() / ".npmrc")
    yield from map(Path, _GLOBAL_FILES)


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        return
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals and not key.lstrip().startswith((";", "#")):
            plain = value.strip().strip("\"'")
            yield key.strip(), _VARIABLE.sub(lambda found: os.environ.get(found[1], found[0]), plain)
