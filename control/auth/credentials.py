"""The file in which clients on this machine find a URL and a key."""

import os
from pathlib import Path

SECTION = "default"


def credentials_path() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME")
    # The XDG specification: a relative path is invalid and ignored.
    base = Path(home) if home and os.path.isabs(home) else Path.home() / ".config"
    return base / "hearth" / "credentials.toml"
