"""Mounts, commands, versions and preflight: what the builder does to its host, and undoes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

import pytest

from images.builder import layer, mounts, preflight, process, version
from images.builder.errors import BuilderError, CommandError, MissingToolsError
from images.builder.hashing import HashingWriter


def mount_count(folder: Path) -> int:
    """Mounts below a folder of the test's own: those of the rest of the machine come and go."""
    return sum(str(folder) in line for line in Path("/proc/self/mountinfo").read_text().splitlines())


def test_overlay_is_gone_after_an_error_and_shows_what_was_removed(tmp_path: Path) -> None:
    base, upper = tmp_path / "base", tmp_path / "upper"
    (base / "srv/old").mkdir(parents=True)
    (base / "srv/file").write_text("x")
    before = mount_count(tmp_path)

    def change() -> NoReturn:
        with mounts.overlay([base], tmp_path / "work", upper) as root:
            assert mount_count(tmp_path) == before + 1
            (root / "srv/file").unlink()
            (root / "srv/old").rmdir()
            (root / "srv/old").mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change()
    assert mount_count(tmp_path) == before
    with (tmp_path / "layer.tar").open("wb") as output:
        layer.write(upper, HashingWriter(output))
    layer.extract(tmp_path / "layer.tar", tmp_path / "again")
    with mounts.overlay([tmp_path / "again", base], tmp_path / "work2") as root:
        assert sorted(path.name for path in (root / "srv").iterdir()) == ["old"]
    assert mount_count(tmp_path) == before


def test_busy_mount_is_detached_all_the_same(tmp_path: Path) -> None:
    before = mount_count(tmp_path)
    with mounts.mounted("tmpfs", "tmpfs", tmp_path, "size=64k"):
        held = (tmp_path / "file").open("w")
    assert mount_count(tmp_path) == before
    held.close()


def test_failed_mount_is_an_error_and_leaves_none(tmp_path: Path) -> None:
    before = mount_count(tmp_path)
    with pytest.raises(CommandError, match="mount"), mounts.mounted("tmpfs", "x", tmp_path / "absent", "rw"):
        pytest.fail("must not be entered")
    assert mount_count(tmp_path) == before


@pytest.mark.parametrize("character", [",", ":", " ", "\\"])
def test_path_that_overlayfs_would_take_apart_is_refused(tmp_path: Path, character: str) -> None:
    odd = tmp_path / f"a{character}b"
    with pytest.raises(CommandError, match="such characters"), mounts.overlay([odd], tmp_path / "work"):
        pytest.fail("must not be entered")


def test_killed_builder_leaves_no_mount(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from images.builder import mounts\n"
        "mounts.enter_private_namespace()\n"
        "with mounts.mounted('tmpfs', 'tmpfs', Path(sys.argv[1]), 'size=64k'):\n"
        "    print('mounted', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"mounted\n"
        assert not os.path.ismount(tmp_path)
        child.kill()
    assert not os.path.ismount(tmp_path)


def test_interrupted_command_takes_its_children_along(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! > {tmp_path}/partial; mv {tmp_path}/partial {tmp_path}/pid; wait"

    def interrupt() -> None:
        while not (tmp_path / "pid").exists():
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    # A process that was started in the background ignores it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=interrupt).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            process.run(("sh", "-c", script))
    finally:
        signal.signal(signal.SIGINT, before)
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text():
        assert time.monotonic() < deadline


def test_failed_command_shows_the_end_of_its_output() -> None:
    with pytest.raises(CommandError, match=r"status 3:\n(?s:.*)line 99$") as caught:
        process.run(("sh", "-c", "seq -f 'line %g' 99; exit 3"))
    assert "line 1\n" not in str(caught.value)


def test_missing_command_is_named() -> None:
    with pytest.raises(CommandError, match="no-such-command: No such file"):
        process.run(("no-such-command",))


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("Python 3.13.5\n", "3.13.5"),
        ("GNU bash, version 5.2.37(1)-release (x86_64-pc-linux-gnu)", "5.2.37"),
        ("gcc (Debian 14.2.0-19) 14.2.0", "14.2.0"),
        ("v22.11.0", "22.11.0"),
        ("go version go1.24.4 linux/amd64", "1.24.4"),
        ("Mono JIT compiler version 6.12.0.199 (Debian)", "6.12.0"),
        ("ruby 3.3.8 (2025-04-09 revision b200bad6cd)", "3.3.8"),
        ('openjdk version "21.0.08" 2025-07-15', "21.0.8"),
        ("tool 7.4", "7.4.0"),
        ("released 2025.1, version 7.4.2", "7.4.2"),
    ],
)
def test_version_is_found(output: str, expected: str) -> None:
    assert version.parse(output) == expected


def test_no_version_quotes_what_there_was() -> None:
    with pytest.raises(BuilderError, match="command not found"):
        version.parse("command not found")


def test_preflight_names_packages_and_agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.which", lambda tool: None if "mk" in tool or "mm" in tool else f"/bin/{tool}")
    with pytest.raises(MissingToolsError) as caught:
        preflight.check(tmp_path / "agent")
    assert "apt-get install mmdebstrap" in str(caught.value)
    assert f"there is no {tmp_path / 'agent'}" in str(caught.value)
