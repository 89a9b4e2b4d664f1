"""The disk that keeps sessions is full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.session import Session
from tests.stack import Hearth, hearth

_DISK_BYTES = 8 << 20


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A very small one."""
    folder = tmp_path_factory.mktemp("disk")
    with _mounted(folder):
        yield folder


@contextmanager
def _mounted(folder: Path) -> Iterator[None]:
    options = f"size={_DISK_BYTES},mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "hearth-test", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.fixture(scope="module")
def own(disk: Path) -> Iterator[Hearth]:
    """A stack that keeps its sessions there."""
    with hearth(["bash"], HEARTH_EXECUTOR_STATE_DIR=str(disk)) as running:
        yield running


@pytest.fixture(autouse=True)
def _empty(own: Hearth, disk: Path) -> Iterator[None]:
    yield
    for one in own.client.get("/v1/sessions").json()["sessions"]:
        assert Session(own.client, one["id"]).end() == 204
    assert [path for path in (disk / "sessions").glob("*/*") if path.stat().st_size] == []


def _fill_up(blocker: Path) -> None:
    with blocker.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


def _fill(name: str, mib: float) -> str:
    return f"head -c {int(mib * (1 << 20))} /dev/urandom > {name}; sha256sum {name}"


def test_run_that_cannot_be_saved_says_so_and_works_again_when_there_is_room(own: Hearth) -> None:
    first, second = Session.begin(own.client), Session.begin(own.client)
    first.run("bash", _fill("big", 4))
    kept = second.output("bash", _fill("small", 1), env={"A": "kept"})

    for _ in range(3):
        answer = second.execute("bash", f"rm small; {_fill('big', 5)}; echo done", env={"A": "lost"})
        assert answer["run"]["stdout"].endswith("done\n")
        assert answer["session_error"]["limit"] == "host_bytes"
        assert "disk" in answer["session_error"]["message"]
        assert second.output("bash", "sha256sum *l; echo $A") == f"{kept}kept\n"
    # Once as it comes and once as it is kept, that is almost all of the disk.
    content = os.urandom(13 << 18)
    assert own.client.put(second.file_url("big"), content=content).status_code == 507
    assert own.client.post(f"{first.url}/fork").status_code == 201

    for one in own.client.get("/v1/sessions").json()["sessions"]:
        if one["id"] != second.id:
            assert Session(own.client, one["id"]).end() == 204

    second.put("big", content)
    assert second.content("big") == content
    assert second.output("bash", "sha256sum small; echo $A; wc -c < big") == f"{kept}kept\n{len(content)}\n"


def test_on_a_full_disk_sessions_can_be_read_and_deleted(own: Hearth, disk: Path) -> None:
    kept = Session.begin(own.client)
    content = kept.output("bash", _fill("file", 1))
    one_shot = Session(own.client, own.execute("bash", _fill("file", 1))["session_id"])
    blocker = disk / "blocker"
    try:
        with pytest.raises(OSError, match="No space left"):
            _fill_up(blocker)

        assert kept.output("bash", "sha256sum file") == content
        for use in ("echo 1 > new", _fill("file", 1)):
            assert kept.execute("bash", use)["session_error"]["limit"] == "host_bytes"
        assert own.client.post("/v1/sessions").status_code == 507
        assert own.execute("bash", "echo works > file; cat file")["run"]["stdout"] == "works\n"
        assert len(kept.content("file")) == 1 << 20
        assert one_shot.end() == 204
        assert own.client.get(one_shot.url).status_code == 404
        kept.run("bash", "echo 1 > new")
    finally:
        blocker.unlink()
    assert kept.output("bash", "cat new; sha256sum file") == f"1\n{content}"
