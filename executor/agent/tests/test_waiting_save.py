"""A SAVE that comes while a stage runs: carried out when the stage has ended, however it ends."""

import errno
import os
import signal
from pathlib import Path

import pytest
from conftest import Boot
from wire import (
    BUILD,
    ENVIRONMENT,
    EXIT,
    KILL,
    PARKED,
    SAVED,
    SAVED_ENTRY,
    SIGNAL,
    STDIN_EOF,
    STDOUT,
    WORKSPACE,
    Agent,
    Refused,
    configure,
    entries,
    file,
    frame,
    park,
    save,
    start,
)

BOTH = ["environment", "f"]
LEAVES = "echo A=1 >/build/environment; echo x >f; "


def saved(agent: Agent) -> list[str]:
    number, made = agent.saved()
    assert number == 0
    return [entry.name for entry in entries(made)]


def bash(script: str, *, cpu_ms: int = 0) -> bytes:
    return start("/usr/bin/bash", "-c", script, cpu_ms=cpu_ms)


def test_save_waits_for_the_end_and_follows_exit(agent: Agent) -> None:
    agent.send(bash("echo up; read; echo x >f; echo down"), save())
    agent.until(b"up\n")
    assert not agent.readable(0.05)
    agent.send(frame(STDIN_EOF))
    result = agent.result()
    assert (result.code, result.stdout) == (0, b"down\n")
    assert saved(agent) == ["f"]


def test_exit_and_a_small_workspace_leave_in_one_write(agent: Agent) -> None:
    agent.send(bash(LEAVES), frame(STDIN_EOF), save(what=ENVIRONMENT))
    agent.expect(EXIT)
    assert agent.buffer, "what was saved has come with it"
    kinds = [agent.next()[0] for _ in range(3)]
    assert kinds == [SAVED_ENTRY, SAVED_ENTRY, SAVED]
    assert not agent.buffer


def test_each_stage_may_have_its_own(agent: Agent) -> None:
    for count in range(1, 4):
        agent.send(bash(f"echo x >{count}"), save())
        assert agent.result().code == 0
        assert len(saved(agent)) == count
        assert len(agent.save()[1]) == count


def test_save_waits_behind_the_rest_of_the_output(agent: Agent) -> None:
    program = "import fcntl, os\nfcntl.fcntl(1, 1031, 1 << 20)\nos.write(1, b'z' * (1 << 20)); open('f', 'w')"
    agent.send(start("/usr/bin/python3", "-I", "-S", "-c", program), save())
    assert len(agent.result().stdout) == 1 << 20
    assert saved(agent) == ["f"]


def test_kill_is_followed_by_what_was_there(agent: Agent) -> None:
    agent.send(bash(LEAVES + "echo up; sleep 1000"), save(what=ENVIRONMENT))
    agent.until(b"up\n")
    agent.send(frame(KILL))
    assert agent.result().reason == 2
    assert saved(agent) == BOTH


def test_kill_in_the_same_write_is_followed_by_nothing(agent: Agent) -> None:
    agent.send(start("/usr/bin/sleep", "1000"), save(what=ENVIRONMENT), frame(KILL))
    assert agent.result().code == -9
    assert saved(agent) == []


def test_signal_that_ends_the_program_is_followed_by_what_was_there(agent: Agent) -> None:
    agent.send(bash(LEAVES + "echo up; read"), save(what=ENVIRONMENT))
    agent.until(b"up\n")
    agent.send(frame(SIGNAL, bytes([signal.SIGTERM])))
    assert agent.result().code == -signal.SIGTERM
    assert saved(agent) == BOTH


@pytest.mark.parametrize("parked", [False, True])
def test_cpu_limit_is_followed_by_what_was_there(agent: Agent, parking: Agent, parked: bool) -> None:
    one = parking if parked else agent
    spin = start("/usr/bin/bash", "-c", LEAVES + "while :; do :; done", parked=parked, cpu_ms=200)
    one.send(spin, frame(STDIN_EOF), save(what=ENVIRONMENT))
    assert one.result().reason == 1
    assert saved(one) == BOTH


@pytest.mark.parametrize("parked", [False, True])
def test_start_that_fails_is_followed_by_what_was_there(agent: Agent, parked: bool) -> None:
    agent.send(file("f"), start("/no/such/file", parked=parked), save())
    with pytest.raises(Refused) as caught:
        agent.result()
    assert caught.value.number == (errno.ESRCH if parked else errno.ENOENT)
    assert saved(agent) == ["f"]
    assert agent.run("/hi").code == 0


def test_failed_file_is_followed_by_what_was_there(agent: Agent) -> None:
    agent.send(file("f"), file("../x"), start("/hi"), save())
    with pytest.raises(Refused):
        agent.result()
    assert saved(agent) == ["f"]


def test_stage_of_a_runner_that_goes_on_is_followed_by_what_is_there(parking: Agent) -> None:
    for text in ("one", "two"):
        parking.send(file(text), start("/again", text, "0", parked=True, further=True), save())
        assert parking.result().stdout == text.encode()
        assert text in saved(parking)


@pytest.mark.parametrize("keep", [False, True])
def test_park_ends_the_stage_then_saves_then_parks(agent: Agent, keep: bool) -> None:
    agent.send(bash(LEAVES + "echo up; sleep 1000"), save(what=ENVIRONMENT))
    agent.until(b"up\n")
    agent.send(park(keep))
    assert agent.result().reason == 2
    assert saved(agent) == BOTH
    agent.expect(PARKED)
    assert saved_now(agent) == (["f"] if keep else [])


def saved_now(agent: Agent) -> list[str]:
    agent.send(save(what=ENVIRONMENT))
    return saved(agent)


@pytest.mark.parametrize("what", [0, ENVIRONMENT])
def test_save_outlives_the_cell_and_its_build(place: str, boot: Boot, what: int) -> None:
    if place != "native":
        return  # from outside, gVisor's processes cannot be told apart: its kernel kills all at once
    with boot() as agent:
        agent.send(configure(), park())
        agent.expect(PARKED)
        agent.send(bash(LEAVES + "echo up; sleep 1000"), save(what=what))
        agent.until(b"up\n")
        *_, init, _ = _descendants(agent.process.pid)
        assert Path(f"/proc/{init}/comm").read_text() == "agent\n"
        os.kill(init, signal.SIGKILL)
        assert agent.result().code == -9
        assert saved(agent) == ["f"]
        assert agent.save(BUILD) == (errno.ENOENT, [])
        assert agent.save(WORKSPACE)[0] == 0
        agent.park(keep=True)
        assert saved_now(agent) == ["f"]


def _descendants(pid: int) -> list[int]:
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [below for child in children for below in _descendants(child)]


def test_large_workspace_is_saved_whole_after_exit(agent: Agent) -> None:
    agent.send(bash("mkdir d; head -c 5000000 /dev/urandom >d/x; cat d/x"), save())
    result = agent.result()
    number, made = agent.saved()
    assert number == 0
    assert [entry.content for entry in entries(made)] == [result.stdout, b""]


def test_output_of_the_next_stage_comes_after_what_is_saved(agent: Agent) -> None:
    agent.send(bash("head -c 3000000 /dev/zero >x"), save())
    assert agent.result().code == 0
    agent.send(start("/hi"))
    assert saved(agent) == ["x"]
    assert agent.expect(STDOUT) == b"hi\n"
    agent.expect(EXIT)
