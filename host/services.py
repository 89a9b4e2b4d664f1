"""The services of one machine: what is started, in which order, with which settings.

Declared once; `supervisord.py` and `systemd.py` write them in the language of what runs them.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, field

from host.layout import REPOSITORY, Layout

# Set for every service, and inherited by all that it starts, to the layout's run folder: so that what
# a killed service left behind can be found.
MARK = "HEARTH_LAYOUT"

# An operator's own settings reach the services from the environment of `make up`.
_PASSED_ON = ("HEARTH_EXECUTOR_", "HEARTH_CONTROL_", "OTEL_")


def own_settings() -> dict[str, str]:
    """The operator's settings for the services, from this process's environment."""
    return {name: value for name, value in os.environ.items() if name.startswith(_PASSED_ON)}


@dataclass(frozen=True, slots=True)
class Service:
    """One long-running process."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    # Seconds from SIGTERM to SIGKILL.
    stop_seconds: int = 10


def services(layout: Layout, own: dict[str, str]) -> list[Service]:
    """In the order of their start; they are stopped in the opposite one. `own` settings win."""
    containerd = shutil.which("containerd") or "containerd"
    listen = own.get("HEARTH_EXECUTOR_LISTEN", f"unix://{layout.executor_socket}")
    mark = {MARK: str(layout.run)}
    return [
        Service("containerd", (containerd, "--config", str(layout.run / "containerd.toml")), mark),
        Service(
            "executor",
            (sys.executable, "-m", "executor"),
            mark
            | {
                "HEARTH_EXECUTOR_LISTEN": listen,
                "HEARTH_EXECUTOR_CONTAINERD_SOCKET": str(layout.containerd_socket),
                "HEARTH_EXECUTOR_IMAGES_DIR": str(layout.images),
                "HEARTH_EXECUTOR_RUN_DIR": str(layout.run / "executor"),
                "HEARTH_EXECUTOR_STATE_DIR": str(layout.state / "executor"),
                "HEARTH_EXECUTOR_CGROUP": layout.cgroup,
            }
            | own,
            # What runs may end, then every sandbox is taken down.
            stop_seconds=60,
        ),
        Service(
            "control",
            (sys.executable, "-m", "control"),
            mark
            | {
                "HEARTH_CONTROL_EXECUTORS": listen,
                "HEARTH_CONTROL_DATABASE": f"sqlite+aiosqlite:///{layout.state / 'control.db'}",
                "HEARTH_CONTROL_STATE_DIR": str(layout.state / "control"),
                "XDG_CONFIG_HOME": str(layout.config),
            }
            | own,
            stop_seconds=30,
        ),
    ]


def write_containerd_config(layout: Layout) -> None:
    """Hearth's own containerd: nothing shared with a Docker or Kubernetes on the same machine."""
    (layout.run / "containerd").mkdir(mode=0o711, parents=True, exist_ok=True)
    unused = ("cri", "btrfs", "zfs", "devmapper", "aufs", "native")
    plugins = [f"io.containerd.snapshotter.v1.{name}" for name in unused[1:]] + ["io.containerd.grpc.v1.cri"]
    disabled = ", ".join(f'"{plugin}"' for plugin in plugins)
    (layout.run / "containerd.toml").write_text(
        f"""version = 2
root = "{layout.state / "containerd"}"
state = "{layout.run / "containerd"}"
disabled_plugins = [{disabled}]

[grpc]
address = "{layout.containerd_socket}"
"""
    )


def code_folders() -> list[str]:
    """The folders whose change means that the services must be started anew."""
    return [str(REPOSITORY / name) for name in ("control", "executor", "traces", "host", "images/builder")]
