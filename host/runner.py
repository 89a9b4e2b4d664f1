"""What runs the services: supervisord or systemd, behind one interface."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from host.services import Service


class StackError(Exception):
    """A service could not be started, stopped, or did not become ready; `str()` says which and why."""


@dataclass(frozen=True, slots=True)
class ServiceState:
    running: bool
    pid: int
    text: str


class Runner(Protocol):
    """Starts and stops services together, and restarts one that ends."""

    def start(self, services: list[Service]) -> None:
        """Starts them in order. Raises StackError."""

    def stop(self) -> None:
        """Stops them in the opposite order and waits until they are gone. Raises StackError."""

    def states(self) -> dict[str, ServiceState] | None:
        """By name; None when nothing was started."""


def systemd_is_pid_1() -> bool:
    """Whether this machine was booted by systemd."""
    return Path("/run/systemd/system").is_dir()
