"""Services as systemd units, on machines that systemd booted."""

from __future__ import annotations

import subprocess
from pathlib import Path

from host.layout import REPOSITORY
from host.runner import ServiceState, StackError
from host.services import Service

_UNITS = Path("/etc/systemd/system")
_PREFIX = "hearth-"


def render(service: Service, after: list[str]) -> str:
    """The unit file of a service that needs the services `after` to be up."""
    needs = " ".join(f"{_PREFIX}{name}.service" for name in after)
    environment = "\n".join(
        f"Environment={_quoted(f'{name}={value}')}" for name, value in service.environment.items()
    )
    # A `$` means a variable in commands alone.
    command = " ".join(_quoted(word).replace("$", "$$") for word in service.command)
    return f"""[Unit]
Description=Hearth {service.name}
After=network.target {needs}
Wants={needs}

[Service]
ExecStart={command}
WorkingDirectory={str(REPOSITORY).replace("%", "%%")}
{environment}
Restart=always
RestartSec=1
TimeoutStopSec={service.stop_seconds}
UMask=0022
LimitNOFILE=65536
# Sandboxes and their shims outlive the service that made them: who comes next removes them in order.
KillMode=process
Delegate=yes

[Install]
WantedBy=multi-user.target
"""


class Systemd:
    """Runs the services as units of the system manager."""

    def start(self, services: list[Service]) -> None:
        names = [service.name for service in services]
        for order, service in enumerate(services):
            path = _UNITS / f"{_PREFIX}{service.name}.service"
            path.write_text(render(service, names[:order]))
        _systemctl("daemon-reload")
        _systemctl("enable", "--now", *(f"{_PREFIX}{name}.service" for name in names))

    def stop(self) -> None:
        # Stopping takes the reverse of After=, which is the order wanted.
        units = [path.name for path in _UNITS.glob(f"{_PREFIX}*.service")]
        if units:
            _systemctl("disable", "--now", *units)
        for unit in units:
            (_UNITS / unit).unlink()
        _systemctl("daemon-reload")

    def states(self) -> dict[str, ServiceState] | None:
        found: dict[str, ServiceState] = {}
        for path in sorted(_UNITS.glob(f"{_PREFIX}*.service")):
            said = _systemctl("show", "--property=ActiveState,MainPID", path.name)
            values = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
            state = values.get("ActiveState", "unknown")
            name = path.stem.removeprefix(_PREFIX)
            found[name] = ServiceState(state == "active", int(values.get("MainPID", "0")), state)
        return found or None


def _quoted(text: str) -> str:
    """One word as systemd.syntax(7) has it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _systemctl(*words: str) -> str:
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False)  # noqa: S603, S607
    if done.returncode != 0:
        raise StackError(f"systemctl {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout
