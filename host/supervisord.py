"""Services under supervisord, where no systemd runs as PID 1.

supervisord, a pure Python package, restarts what ends and keeps the logs bounded; it is asked for by its
own XML-RPC API over a unix socket that only root opens.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
import xmlrpc.client
from contextlib import suppress
from pathlib import Path

from supervisor.xmlrpc import SupervisorTransport

from host.layout import REPOSITORY, Layout
from host.runner import ServiceState, StackError
from host.services import MARK, Service

# Seconds for supervisord itself to answer after its start, and to be gone after its shutdown.
_ANSWER_SECONDS = 10.0
_GONE_SECONDS = 120.0


class Supervisord:
    """Runs the services of one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._socket = layout.run / "supervisor.sock"
        self._pidfile = layout.run / "supervisord.pid"
        self._config = layout.run / "supervisord.conf"

    def start(self, services: list[Service]) -> None:
        """Starts supervisord with all services, in order."""
        self._layout.logs.mkdir(parents=True, exist_ok=True)
        self.write(services)
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self._config)]
        environment = os.environ | {MARK: str(self._layout.run)}
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, cwd=REPOSITORY, env=environment, check=False
        )
        if done.returncode != 0:
            raise StackError(f"supervisord did not start: {done.stderr or done.stdout}")
        deadline = time.monotonic() + _ANSWER_SECONDS
        while self.states() is None:
            if time.monotonic() > deadline:
                raise StackError(f"supervisord does not answer on {self._socket}")
            time.sleep(0.05)

    def write(self, services: list[Service]) -> Path:
        """Writes the configuration and what it starts; returns where it is."""
        for service in services:
            self._script(service).write_text(_script(service))
        self._config.write_text(self._render(services))
        return self._config

    def stop(self) -> None:
        """Stops all services and supervisord; returns when it is gone. Does nothing when it is not there."""
        pid = self._pid()
        with suppress(OSError, xmlrpc.client.Fault):
            self._call("shutdown")
        deadline = time.monotonic() + _GONE_SECONDS
        while pid is not None and Path(f"/proc/{pid}").exists():
            if time.monotonic() > deadline:
                raise StackError(f"supervisord, pid {pid}, does not stop")
            time.sleep(0.05)

    def states(self) -> dict[str, ServiceState] | None:
        """Every service's state; None when supervisord is not there."""
        try:
            found = self._call("getAllProcessInfo")
        except (OSError, xmlrpc.client.Error):
            return None
        assert isinstance(found, list)
        return {
            one["name"]: ServiceState(
                running=one["statename"] == "RUNNING", pid=int(one["pid"]), text=one["statename"].lower()
            )
            for one in found
        }

    def _call(self, method: str) -> object:
        """Raises OSError when supervisord is not there."""
        # A new connection each time: the transport does not recover from one that failed.
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        try:
            proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
            return getattr(proxy.supervisor, method)()
        finally:
            transport.close()

    def _script(self, service: Service) -> Path:
        return self._layout.run / f"{service.name}.sh"

    def _pid(self) -> int | None:
        """supervisord's own pid, if that is what still runs under the number in the pid file."""
        try:
            pid = int(self._pidfile.read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if os.fsencode(self._config) in command else None

    def _render(self, services: list[Service]) -> str:
        sections = [
            f"""[unix_http_server]
file = {self._socket}
chmod = 0700

[supervisord]
pidfile = {self._pidfile}
logfile = {self._layout.logs / "supervisord.log"}
logfile_maxbytes = 1MB
logfile_backups = 1
directory = {REPOSITORY}
user = root
; containerd unpacks images under it: folders of a root file system must be open to all inside.
umask = 022
minfds = 16384

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
        ]
        for order, service in enumerate(services):
            sections.append(
                f"""[program:{service.name}]
command = /bin/sh {self._script(service)}
priority = {order}
autorestart = true
startsecs = 1
; For as long as it takes: a service that fails keeps being tried, and `make status` says so.
startretries = 1000000
stopwaitsecs = {service.stop_seconds}
redirect_stderr = true
stdout_logfile = {self._layout.logs / service.name}.log
stdout_logfile_maxbytes = 20MB
stdout_logfile_backups = 2
"""
            )
        return "\n".join(sections)


def _script(service: Service) -> str:
    """Starts the service. supervisord's configuration cannot hold every value; a shell's words can."""
    exports = [f"export {name}={shlex.quote(value)}" for name, value in service.environment.items()]
    return "\n".join(["#!/bin/sh", *exports, f"exec {shlex.join(service.command)}", ""])
