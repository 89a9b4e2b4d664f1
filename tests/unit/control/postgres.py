"""Debian's PostgreSQL, run by the tests: an unprivileged user's, in a temporary folder, on a socket."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

PATIENCE_S = 60
NUMBERS = count()


def binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    assert found, "there is no PostgreSQL: make dev installs it"
    return found[-1].parent


class Postgres:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        # The server refuses to run as root.
        self._user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        if os.getuid() == 0:
            os.chown(self._folder, pwd.getpwnam(self._user).pw_uid, -1)
        # What is lost when the machine fails is lost with the test.
        self._run(
            "initdb", "--no-sync", "--auth=trust", "--username=hearth", "--encoding=UTF8", str(self._data)
        )

    def start(self) -> None:
        options = {"listen_addresses": "", "unix_socket_directories": str(self._folder), "fsync": "off"}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._as_user(), binaries() / "postgres", "-D", str(self._data), *words],
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE_S
        while self._sql("SELECT 1", check=False).returncode != 0:
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < deadline, (self._folder / "log").read_text()
            time.sleep(0.05)

    @property
    def runs(self) -> bool:
        return self._process is not None

    def stop(self) -> None:
        """At once, as if it had crashed; connections break."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE_S)
            self._process = None

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It is there, and nobody in it answers."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        pids = [self._process.pid, *map(int, children)]
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"hearth_{next(NUMBERS)}"
        self._sql(f"CREATE DATABASE {name}")
        return f"postgresql://hearth@/{name}?host={self._folder}"

    def _sql(self, text: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._run(
            "psql", "-h", str(self._folder), "-U", "hearth", "-d", "postgres", "-c", text, check=check
        )

    def _run(self, program: str, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [*self._as_user(), binaries() / program, *words],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0 or not check, done.stderr
        return done

    def _as_user(self) -> list[str]:
        # Not an option of subprocess, which would then fork: gRPC's handlers of forks crash now and then.
        same = self._user == pwd.getpwuid(os.getuid()).pw_name
        return [] if same else ["setpriv", f"--reuid={self._user}", "--clear-groups"]


@contextmanager
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="hearth-pg-", dir="/var/tmp"))
    server = Postgres(folder)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
