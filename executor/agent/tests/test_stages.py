"""A stage: how it starts, how it ends, and what EXIT says of it."""

import errno
import os
import signal
from pathlib import Path

import pytest
from conftest import Boot
from wire import (
    EXIT,
    HELLO,
    KILL,
    MIB,
    PARKED,
    SIGNAL,
    STDIN,
    STDIN_EOF,
    STDOUT,
    Agent,
    Refused,
    configure,
    file,
    frame,
    park,
    start,
)  # fmt: skip


def test_process_is_started_and_its_output_comes_before_exit(agent: Agent) -> None:
    result = agent.run("/hi")
    assert (result.stdout, result.stderr, result.code, result.reason) == (b"hi\n", b"", 0, 0)
    assert 0 < result.wall_ns < 10**10


def test_parked_runner_becomes_the_program(parking: Agent) -> None:
    result = parking.run("/usr/bin/bash", "-c", 'echo "$0" "$@" "$X"', "a", "b c", parked=True, env=["X=1 2"])
    assert (result.stdout, result.stderr, result.code) == (b"a b c 1 2\n", b"", 0)


def test_parked_program_has_only_its_own_environment_and_descriptors(parking: Agent) -> None:
    result = parking.run("/usr/bin/bash", "-c", "env; ls /proc/$$/fd", parked=True, env=["PATH=/usr/bin"])
    lines = result.stdout.decode().split()
    assert lines[-4:] == ["0", "1", "2", "3"]  # 3 lists them
    assert {line.split("=")[0] for line in lines[:-4]} <= {"PATH", "PWD", "SHLVL", "_"}


@pytest.mark.parametrize("code", [0, 1, 42, 255])
def test_exit_status_is_reported(agent: Agent, code: int) -> None:
    assert agent.run("/usr/bin/bash", "-c", f"exit {code}").code == code


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGKILL", "SIGTERM", "SIGABRT", "SIGPIPE", "SIGXFSZ"])
def test_signal_that_ended_it_is_reported(agent: Agent, name: str) -> None:
    number = signal.Signals[name]
    result = agent.run("/usr/bin/bash", "-c", f"kill -{int(number)} $$")
    assert (result.how, result.value, result.reason) == (1, number, 0)


def test_signal_frame_reaches_the_main_process(agent: Agent) -> None:
    agent.send(start("/usr/bin/bash", "-c", "trap 'echo got; exit 7' USR1; echo up; while :; do :; done"))
    agent.until(b"up\n")
    agent.send(frame(SIGNAL, bytes([signal.SIGUSR1])))
    result = agent.result()
    assert (result.stdout, result.code) == (b"got\n", 7)


def test_signal_frame_reaches_a_parked_program(parking: Agent) -> None:
    parking.send(start("/usr/bin/bash", "-c", "echo up; read", parked=True))
    parking.until(b"up\n")
    parking.send(frame(SIGNAL, bytes([signal.SIGTERM])))
    assert parking.result().code == -signal.SIGTERM


def test_kill_ends_a_program_that_ignores_everything_else(agent: Agent) -> None:
    agent.send(start("/usr/bin/bash", "-c", "trap '' INT TERM HUP; echo up; while :; do :; done"))
    agent.until(b"up\n")
    agent.send(frame(SIGNAL, bytes([signal.SIGTERM])), frame(KILL))
    result = agent.result()
    assert (result.code, result.reason) == (-9, 2)


def test_kill_sent_with_start_ends_the_stage(agent: Agent) -> None:
    agent.send(start("/usr/bin/sleep", "1000"), frame(KILL))
    assert (r := agent.result()).code == -9
    assert r.reason == 2


def test_kill_ends_a_parked_program(parking: Agent) -> None:
    parking.send(start("/usr/bin/bash", "-c", "echo up; sleep 1000", parked=True))
    parking.until(b"up\n")
    parking.send(frame(KILL))
    assert (r := parking.result()).code == -9
    assert r.reason == 2


def test_program_that_stopped_itself_can_be_killed(agent: Agent) -> None:
    agent.send(start("/usr/bin/bash", "-c", "echo up; kill -STOP $$"))
    agent.until(b"up\n")
    agent.send(frame(KILL))
    assert agent.result().code == -9


def test_frames_that_cross_exit_are_dropped(agent: Agent) -> None:
    agent.run("/hi")
    agent.send(frame(KILL), frame(SIGNAL, b"\x09"), frame(STDIN, b"late"), frame(STDIN_EOF))
    assert agent.run("/usr/bin/cat").stdout == b""


def test_missing_executable_is_an_error_and_the_cell_goes_on(agent: Agent) -> None:
    with pytest.raises(Refused) as caught:
        agent.run("/no/such/file")
    assert caught.value.number == errno.ENOENT
    assert agent.run("/hi").stdout == b"hi\n"


def test_file_that_is_no_program_is_an_error(agent: Agent) -> None:
    agent.send(file("x", b"\0\1\2", 0o755), file("y", b"", 0o644))
    for name, number in (("x", errno.ENOEXEC), ("y", errno.EACCES)):
        with pytest.raises(Refused) as caught:
            agent.run(f"/workspace/{name}")
        assert caught.value.number == number


def test_uploaded_executable_is_executed(agent: Agent) -> None:
    agent.send(file("tool", b"#!/usr/bin/bash\necho tool $1\n", 0o755))
    assert agent.run("/workspace/tool", "x").stdout == b"tool x\n"


def test_two_stages_share_a_cell_but_no_processes(agent: Agent) -> None:
    assert (
        agent.run("/usr/bin/bash", "-c", "echo made >/build/out; sleep 1000 & echo $! >/build/pid").code == 0
    )
    result = agent.run("/usr/bin/bash", "-c", "cat /build/out; kill -0 $(cat /build/pid)")
    assert result.stdout == b"made\n"
    assert b"No such process" in result.stderr


def test_many_stages_in_one_cell_leak_nothing(agent: Agent) -> None:
    for _ in range(40):
        assert agent.run("/hi").stdout == b"hi\n"
    assert agent.run("/usr/bin/ls", "/proc/self/fd").stdout.split() == [b"0", b"1", b"2", b"3"]


def test_parked_runner_survives_a_started_stage_and_its_leftovers(parking: Agent) -> None:
    assert (
        parking.run("/usr/bin/bash", "-c", "setsid sleep 1000 & (sleep 1000 &) ; echo one").stdout == b"one\n"
    )
    result = parking.run("/usr/bin/bash", "-c", "ls -d /proc/[0-9]*", parked=True)
    assert (result.code, result.stderr) == (0, b"")
    assert len(result.stdout.split()) == 2  # init, and bash become ls


def test_runner_killed_while_parked_answers_start_with_an_error(parking: Agent) -> None:
    # Until it is gone: in gVisor a process may still be at work when kill has returned.
    script = (
        "for p in /proc/[0-9]*; do [ $p = /proc/1 -o $p = /proc/$$ ] && continue; "
        "kill -9 ${p#/proc/}; while [ -e $p ]; do :; done; done"
    )
    assert parking.run("/usr/bin/bash", "-c", script).code == 0
    with pytest.raises(Refused) as caught:
        parking.run("/hi", parked=True)
    assert caught.value.number == errno.ESRCH
    parking.park()
    assert parking.run("/hi", parked=True).stdout == b"hi\n"


def test_start_for_a_runner_that_was_never_configured_is_an_error(agent: Agent) -> None:
    with pytest.raises(Refused) as caught:
        agent.run("/hi", parked=True)
    assert caught.value.number == errno.ESRCH


def test_second_program_for_one_parked_runner_is_an_error(parking: Agent) -> None:
    parking.run("/hi", parked=True)
    with pytest.raises(Refused):
        parking.run("/hi", parked=True)


@pytest.mark.parametrize("command", [["/no/such/runner"], ["/hi"], ["/usr/bin/false"]])
def test_runner_that_cannot_be_parked_is_an_error_also_to_start(boot: Boot, command: list[str]) -> None:
    with boot() as agent:
        agent.send(configure(command))
        for _ in range(2):
            with pytest.raises(Refused) as parked:
                agent.park()
        with pytest.raises(Refused) as started:
            agent.run("/hi")
        assert parked.value == started.value


def test_whole_request_in_one_write_is_answered_in_order(boot: Boot) -> None:
    with boot() as agent:
        agent.send(configure(), park())
        agent.expect(PARKED)
        program = start("/usr/bin/bash", "-c", "cat a; cat")
        agent.send(file("a", b"file\n"), program, frame(STDIN, b"input\n"), frame(STDIN_EOF))
        assert agent.result().stdout == b"file\ninput\n"


def test_hello_is_the_first_frame_and_exit_the_last(agent: Agent) -> None:
    assert (HELLO, PARKED, STDOUT, EXIT) == (0x81, 0x82, 0x83, 0x85)
    agent.send(start("/hi"))
    kinds = [agent.next()[0], agent.next()[0]]
    assert kinds == [STDOUT, EXIT]
    assert not agent.readable(0)


def test_usage_is_measured(agent: Agent) -> None:
    result = agent.python(
        "import time\nx = bytearray(40 << 20)\nwhile time.process_time() < 0.3: pass", file_bytes=MIB
    )
    assert result.code == 0
    assert result.cpu_ns >= 250_000_000
    assert result.wall_ns >= 250_000_000
    assert result.max_rss >= 40 * MIB


def test_cpu_time_before_start_is_not_the_programs(parking: Agent) -> None:
    assert parking.run("/hi", parked=True).cpu_ns < 100_000_000


def test_park_while_a_stage_runs_ends_it_first(agent: Agent) -> None:
    agent.send(start("/usr/bin/sleep", "1000"), park())
    result = agent.result()
    assert (result.code, result.reason) == (-9, 2)
    agent.expect(PARKED)


def test_end_of_input_ends_cell_and_agent(boot: Boot) -> None:
    agent = boot()
    agent.send(configure(), park())
    agent.expect(PARKED)
    agent.send(start("/usr/bin/bash", "-c", "echo up; sleep 1000"))
    agent.until(b"up\n")
    assert agent.end()[0] == 0


def test_init_that_dies_under_a_stage_is_reported_as_a_kill(place: str, boot: Boot) -> None:
    if place != "native":
        return  # from outside, gVisor's processes cannot be told apart: its kernel kills all at once
    with boot() as agent:
        agent.send(configure(), park())
        agent.expect(PARKED)
        agent.send(start("/usr/bin/bash", "-c", "echo up; sleep 1000"))
        agent.until(b"up\n")
        *_, init, program = _descendants(agent.process.pid)
        assert Path(f"/proc/{init}/comm").read_text() == "agent\n"
        assert Path(f"/proc/{program}/comm").read_text() != "agent\n"
        os.kill(init, signal.SIGKILL)
        result = agent.result()
        assert (result.code, result.reason) == (-9, 0)
        with pytest.raises(Refused):
            agent.run("/hi")
        agent.park()
        assert agent.run("/hi").stdout == b"hi\n"


def _descendants(pid: int) -> list[int]:
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [below for child in children for below in _descendants(child)]


def test_park_while_the_rest_of_the_output_waits_gives_it_up(agent: Agent) -> None:
    program = "import fcntl, os\nfcntl.fcntl(1, 1031, 1 << 20)\nos.write(1, b'z' * (1 << 20))"
    agent.send(start("/usr/bin/python3", "-I", "-S", "-c", program))
    assert agent.readable(10)
    agent.send(park())
    result = agent.result()
    assert len(result.stdout) <= 1 << 20
    agent.expect(PARKED)
