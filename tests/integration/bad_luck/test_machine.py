"""The whole stack is killed, stopped or started in a state in which nobody left it on purpose."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from host.stack import Stack
from host.sweep import leftovers
from tests.integration.bad_luck.parts import clients, kill_if_there
from tests.stack import Hearth, hearth, until


@pytest.fixture(scope="module")
def own() -> Iterator[Hearth]:
    """A stack that tests stop and start."""
    # Programs that still run are not waited for, and used sandboxes let go of at once.
    with hearth(
        ["python", "bash", "c"], HEARTH_EXECUTOR_IDLE_TIMEOUT="0.5", HEARTH_CONTROL_DRAIN_TIMEOUT_MS="1000"
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def _up(own: Hearth) -> Iterator[None]:
    """It is up before each test and works after it."""
    yield
    _ready(own)
    assert own.run("python", "print(1)")["stdout"] == "1\n"


def _ready(own: Hearth) -> None:
    own.stack.start()
    for _ in own.stack.until_warm():
        pass


def _until_only_warm_sandboxes_are_there(own: Hearth) -> None:
    def alone() -> bool:
        there, warm = own.footprint(), sum(own.warm().values())
        return there.containers == there.mounts == there.shims == there.sandbox_cgroups == warm

    until(alone, "only warm sandboxes are there")


def _supervisor(own: Hearth) -> int:
    return int((own.layout.run / "supervisord.pid").read_text())


def test_second_start_is_nothing_to_do(own: Hearth) -> None:
    before = {name: own.pid(name) for name in ("containerd", "executor", "control")}

    assert own.stack.start() is False

    assert {name: own.pid(name) for name in before} == before


def test_stop_while_programs_run_leaves_nothing(own: Hearth) -> None:
    with clients(own) as some:
        sent, _ = some.busy(30)

        own.stack.stop()

        assert sent.exception() or sent.result().status_code in (200, 503)
    assert leftovers(own.layout) == []
    assert not own.layout.run.exists()
    own.stack.stop()
    assert leftovers(own.layout) == []


def test_stop_after_the_supervisor_was_killed_leaves_nothing(own: Hearth) -> None:
    with clients(own) as some:
        some.busy(30)
        os.kill(_supervisor(own), signal.SIGKILL)

        own.stack.stop()

    assert leftovers(own.layout) == []


@pytest.mark.parametrize("service", ["containerd", "executor", "control"])
def test_start_after_the_supervisor_and_a_service_were_killed_works(own: Hearth, service: str) -> None:
    pid = own.pid(service)
    os.kill(_supervisor(own), signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)

    assert own.stack.start() is True

    _ready(own)
    assert own.run("bash", "echo 1")["stdout"] == "1\n"
    _until_only_warm_sandboxes_are_there(own)


def test_start_over_what_a_crash_left_works(own: Hearth) -> None:
    """Everything is dead but shims and some sandboxes, as an out-of-memory killer leaves a machine."""
    sandboxes = sorted(own.sandboxes())
    pids = [_supervisor(own), *(own.pid(name) for name in ("containerd", "executor", "control"))]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    kill_if_there("sentry", sandboxes[0])
    kill_if_there("shim", sandboxes[1])

    assert own.stack.start() is True

    _ready(own)
    assert not own.sandboxes().keys() & set(sandboxes)
    _until_only_warm_sandboxes_are_there(own)


def test_unusable_runtimes_are_named_in_the_log_and_cost_no_other(own: Hearth, tmp_path: Path) -> None:
    for path in own.layout.images.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (broken,) = tmp_path.glob("c*.json")
    broken.unlink()
    broken.write_text('{"id": "c')
    (described,) = tmp_path.glob("python*.json")
    (tmp_path / json.loads(described.read_text())["archive"]).unlink()
    own.stack.stop()
    # What containerd has imported before would do instead of the archive.
    state = tmp_path / "state"
    layout = dataclasses.replace(own.layout, images=tmp_path, state=state, config=state)
    stack = Stack(layout, own.stack._settings)
    try:
        stack.start()
        until(lambda: stack.runtimes(), "the executor serves what it can")

        assert [one["language"] for one in stack.runtimes()] == ["bash"]
        log = (layout.logs / "executor.log").read_text()
        (missing,) = [line for line in log.splitlines() if "is missing" in line]
        assert "python" in missing
        assert "make images" in missing
        assert log.count(str(broken)) == 1
    finally:
        stack.stop()
