"""Where one installation keeps things. A second one beside it, as the tests make, is another `Layout`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Layout:
    """Folders of one installation, and its names in what all installations of a machine share."""

    state: Path
    run: Path
    images: Path
    cgroup: str
    config: Path

    @classmethod
    def of_this_machine(cls) -> Layout:
        """What `make up` uses; `HEARTH_STATE_DIR` and `HEARTH_RUN_DIR` move it."""
        state = Path(os.environ.get("HEARTH_STATE_DIR", "/var/lib/hearth"))
        run = Path(os.environ.get("HEARTH_RUN_DIR", "/run/hearth"))
        config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        images = Path(os.environ.get("HEARTH_IMAGES_DIR", state / "images"))
        return cls(state=state, run=run, images=images, cgroup="/hearth", config=config)

    @property
    def containerd_socket(self) -> Path:
        return self.run / "containerd" / "containerd.sock"

    @property
    def executor_socket(self) -> Path:
        return self.run / "executor" / "executor.sock"

    @property
    def logs(self) -> Path:
        return self.state / "log"

    @property
    def credentials(self) -> Path:
        return self.config / "hearth" / "credentials.toml"
