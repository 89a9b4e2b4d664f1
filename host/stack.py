"""One installation, up or down: the steps that `make up`, `make down`, `make status` and the tests share."""

from __future__ import annotations

import hashlib
import json
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter

from executor.settings import Settings
from host.layout import Layout
from host.runner import Runner, ServiceState, StackError, systemd_is_pid_1
from host.services import Service, code_folders, own_settings, services, write_containerd_config
from host.supervisord import Supervisord
from host.sweep import leftovers, sweep
from host.systemd import Systemd

# Seconds for the first sandbox of every runtime to be warm after a start, images imported before.
_READY_SECONDS = 300.0
# Seconds after which a key that is refused will stay refused.
_STALE_SECONDS = 10.0
_NEW_KEY = "make one with python -m control.admin --database URL keys create TENANT, and write it there"


class Stack:
    """The services of a layout, and what they say of themselves."""

    def __init__(
        self, layout: Layout, settings: dict[str, str] | None = None, runner: Runner | None = None
    ) -> None:
        """`settings` are HEARTH_EXECUTOR_… and HEARTH_CONTROL_… variables; this process's own by default."""
        self.layout = layout
        self._settings = own_settings() if settings is None else settings
        self._runner = runner or (Systemd() if systemd_is_pid_1() else Supervisord(layout))
        self._mark = layout.run / "fingerprint"

    def start(self) -> bool:
        """Starts the services; anew when code, settings or images have changed. False: nothing to do.

        Raises:
            StackError: what runs them could not start them.
        """
        wanted = services(self.layout, self._settings)
        fingerprint = _fingerprint(wanted, self.layout.images)
        states = self.states()
        if states is not None:
            if self._mark.is_file() and self._mark.read_text() == fingerprint:
                return False
            self.stop()
        sweep(self.layout)
        self.layout.run.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.layout.state.mkdir(mode=0o755, parents=True, exist_ok=True)
        write_containerd_config(self.layout)
        self._runner.start(wanted)
        self._mark.write_text(fingerprint)
        return True

    def stop(self) -> None:
        """Stops everything and leaves nothing behind. Raises StackError when something stays."""
        self._runner.stop()
        sweep(self.layout)
        if remains := leftovers(self.layout):
            raise StackError("these stayed behind: " + ", ".join(remains))

    def states(self) -> dict[str, ServiceState] | None:
        return self._runner.states()

    def credentials(self) -> tuple[str, str]:
        """URL and key of the default tenant. Raises StackError when there are none."""
        try:
            found = tomllib.loads(self.layout.credentials.read_text())["default"]
            return str(found["url"]), str(found["key"])
        except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
            raise StackError(f"no credentials in {self.layout.credentials}: {error}") from error

    def until_warm(self) -> Iterator[tuple[int, int]]:
        """Yields runtimes with a warm sandbox, and runtimes that shall have one, until these are equal.

        Raises:
            StackError: it takes too long; with the end of the log of whatever is to blame.
        """
        expected = self._kept_warm()
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            runtimes = self.runtimes()
            warm = sum(1 for runtime in runtimes if runtime["warm"] and runtime["language"] in expected)
            yield warm, len(expected)
            if runtimes and warm >= len(expected):
                return
            if time.monotonic() > deadline:
                raise StackError(f"not ready in {_READY_SECONDS:g} s\n{self._blame()}")
            time.sleep(0.1)

    def _kept_warm(self) -> set[str]:
        """The languages of which the executor was told to keep sandboxes. Raises StackError."""
        fallback = Settings.model_fields["warm_default"].default
        try:
            default = int(self._settings.get("HEARTH_EXECUTOR_WARM_DEFAULT", fallback))
            targets = TypeAdapter(dict[str, int]).validate_json(
                self._settings.get("HEARTH_EXECUTOR_WARM", "{}")
            )
        except ValueError as error:
            raise StackError(f"HEARTH_EXECUTOR_WARM or HEARTH_EXECUTOR_WARM_DEFAULT: {error}") from error
        records = (json.loads(path.read_bytes()) for path in self.layout.images.glob("*.json"))
        languages = {str(record["definition"]["language"]) for record in records}
        return {language for language in languages if targets.get(language, default)}

    def runtimes(self) -> list[dict[str, object]]:
        """`/v1/runtimes`; empty while nobody answers. Raises StackError when the key is not a good one."""
        try:
            url, key = self.credentials()
            request = urllib.request.Request(  # noqa: S310
                f"{url}/v1/runtimes", headers={"Authorization": f"Bearer {key}"}
            )
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                found = json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            # At the very first start the service listens a moment before it has written the key.
            if error.code == 401 and self._age_of_credentials() > _STALE_SECONDS:
                raise StackError(
                    f"the key in {self.layout.credentials} is not accepted; {_NEW_KEY}"
                ) from None
            return []
        except (StackError, OSError, ValueError):
            return []
        return list(found)

    def _age_of_credentials(self) -> float:
        """Seconds since they were written, or since this service was started, whichever is less."""
        files = (path for path in (self.layout.credentials, self._mark) if path.is_file())
        return time.time() - max(path.stat().st_mtime for path in files)

    def _blame(self) -> str:
        """The end of the log of the first service that does not run, or of the executor's; when all run and
        there is no key to ask them with, that.
        """
        states = self.states() or {}
        name = next((name for name, state in states.items() if not state.running), None)
        if name is None and not self.layout.credentials.is_file():
            return f"there is no {self.layout.credentials}, though there are keys already; {_NEW_KEY}"
        name = name or "executor"
        log = self.layout.logs / f"{name}.log"
        lines = log.read_text(errors="replace").splitlines()[-15:] if log.is_file() else []
        return "\n".join([f"{log} ends:", *lines])


def _fingerprint(wanted: list[Service], images: Path) -> str:
    """Changes whenever the running services would no longer be what a fresh start makes of them."""
    digest = hashlib.sha256(repr(wanted).encode())
    files = [path for folder in code_folders() for path in Path(folder).rglob("*.py")]
    for path in sorted([*files, *images.glob("*.json")]):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()
