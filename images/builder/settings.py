"""What the builder decides for everybody. Only `HEARTH_IMAGES_DIR`, `HEARTH_IMAGE_OPTIONS` and
`HEARTH_DEBIAN_MIRROR` are settable, because all else decides what is in an image, and equal inputs must
give equal images."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFINITIONS = ROOT / "images"
DEFAULT_AGENT = ROOT / "executor" / "agent" / "build" / "agent"

# Part of every layer's key. Raise it when the code makes something else of the same inputs.
LAYER_FORMAT = 1
# Part of every image's key: the same for what is written beside the layers.
IMAGE_FORMAT = 1

SUITE = "trixie"
# Signs every Debian suite; belongs to the package debian-archive-keyring.
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# `essential` is minbase without apt: nothing is installed from within a sandbox, and apt works from
# outside while an image is built.
VARIANT = "essential"
# ca-certificates: TLS libraries fail at import or first use without a store. tzdata: zoneinfo, Java
# and Ruby read it. netbase: getservbyname and getprotobyname.
BASE_PACKAGES = ("ca-certificates", "netbase", "tzdata")

# 2025-08-09, the day of trixie's release, in seconds. The time of every file that a build makes; files
# from packages keep theirs, else Python would find its .pyc files older than their sources.
SOURCE_DATE_EPOCH = 1754697600

# Whom programs run as. The agent takes the same numbers from the executor.
USER = "runner"
USER_ID = 1000
HOME = "/workspace"

ENVIRONMENT = {
    # Last, so that finding the image's own commands takes no longer: where pip and npm install commands.
    "PATH": f"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:{HOME}/.local/bin",
    "HOME": HOME,
    "USER": USER,
    # Built into libc, so that no locale has to be generated. Not LC_ALL: that would override the LC_*
    # of a program that sets its own.
    "LANG": "C.UTF-8",
}

# Patterns of dpkg's --path-exclude: never unpacked, so never to be stripped. `/*/*` keeps the folders
# (man1), which maintainer scripts expect. Licences stay: they travel with the files they are about.
EXCLUDED_PATHS = (
    "/usr/share/doc/*",
    "/usr/share/doc-base/*",
    "/usr/share/info/*",
    "/usr/share/lintian/*",
    "/usr/share/locale/*/*",
    "/usr/share/man/*/*",
)
INCLUDED_PATHS = ("/usr/share/doc/*/copyright",)

# zstd's fastest level. Measured on the C image (266 MB plain): 0.7 s to make and 39 % of the size, and
# `ctr image import` takes 2.7 to 4.0 s where the uncompressed archive takes 4.9 to 6.7: the disk is what
# it waits for. gzip makes the same sizes five times slower.
COMPRESSION_LEVEL = 1

# The first hexadecimal digits of a digest that stand for it in names. 48 bits: no two images of one
# host will ever share them by chance.
SHORT_DIGEST = 12


def images_dir() -> Path:
    """Where images are written to, unless --out says otherwise."""
    return Path(os.environ.get("HEARTH_IMAGES_DIR", "/var/lib/hearth/images"))


def image_options() -> list[str]:
    """Options of images, like "python=data", beside those of --with: words with spaces between them."""
    return os.environ.get("HEARTH_IMAGE_OPTIONS", "").split()


def mirror_override() -> str | None:
    """The URI of a Debian archive, and after a space that of its security archive, for hosts whose own
    apt uses none."""
    return os.environ.get("HEARTH_DEBIAN_MIRROR") or None
