"""Hostile programs: stopped with a typed result, and nothing left of them for the next."""

import time
from typing import Any

import pytest
from wire import KILL, UID, Agent, frame, start

SPIN = "while True: pass"


def alone(agent: Agent, **limits: Any) -> bool:
    """Whether the cell is empty but for init and the shell that looks."""
    found: bytes = agent.run("/usr/bin/bash", "-c", "echo /proc/[0-9]*", **limits).stdout
    return found.count(b"/proc/") == 2


@pytest.mark.parametrize("child", ["sleep 1000", "while :; do :; done", "cat <&3 3<>/proc/self/fd/1"])
def test_daemon_that_outlives_main_is_dead_and_does_not_delay_exit(agent: Agent, child: str) -> None:
    began = time.monotonic()
    result = agent.run("/usr/bin/bash", "-c", f"(setsid bash -c '{child}' & ) ; echo main; exit 5")
    assert (result.stdout, result.code) == (b"main\n", 5)
    assert time.monotonic() - began < 10
    assert alone(agent)


def test_daemon_holding_stdout_does_not_delay_exit(agent: Agent) -> None:
    program = (
        "import os, signal\nif os.fork() == 0:\n os.setsid()\n if os.fork() == 0:\n"
        "  for s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)\n  while True: signal.pause()\n"
        "os._exit(0)"
    )
    assert agent.python(program).code == 0
    assert alone(agent)


def test_zombies_are_reaped(agent: Agent) -> None:
    program = (
        "import os, time\nfor _ in range(30):\n if os.fork() == 0:\n"
        "  if os.fork() == 0: os._exit(0)\n  os._exit(0)\n os.wait()\n"
        "end = time.monotonic() + 10\n"
        "while len([p for p in os.listdir('/proc') if p.isdigit()]) > 2 and time.monotonic() < end: pass\n"
        "print(len([p for p in os.listdir('/proc') if p.isdigit()]))"
    )
    assert agent.python(program).stdout == b"2\n"


def test_fork_bomb_meets_its_limit_and_is_gone_after(agent: Agent) -> None:
    program = (
        "import os, time\nn = 0\ntry:\n"
        " while n < 500:\n  if os.fork() == 0: time.sleep(1000)\n  n += 1\n"
        "except BlockingIOError: print('EAGAIN', n)"
    )
    result = agent.python(program, processes=20)
    word, count = result.stdout.split()
    assert word == b"EAGAIN"
    assert 15 <= int(count) <= 20
    assert alone(agent, processes=20)


def test_thread_bomb_meets_its_limit(agent: Agent) -> None:
    program = (
        "import _thread, time\nn = 0\ntry:\n"
        " while n < 500: _thread.start_new_thread(time.sleep, (1000,)); n += 1\n"
        "except RuntimeError: print('refused', n, flush=True); __import__('os')._exit(0)"
    )
    result = agent.python(program, processes=20)
    assert result.stdout.split()[0] == b"refused"
    assert int(result.stdout.split()[1]) <= 20


def test_fork_bomb_of_all_children_can_be_killed(agent: Agent) -> None:
    agent.send(
        start(
            "/usr/bin/bash", "-c", "echo up; b() { b | b & }; while :; do b 2>/dev/null; done", processes=40
        )
    )
    agent.until(b"up\n")
    began = time.monotonic()
    agent.send(frame(KILL))
    result = agent.result()
    assert (result.code, result.reason) == (-9, 2)
    assert time.monotonic() - began < 10
    assert alone(agent, processes=40)


@pytest.mark.parametrize("target", ["-1", "1", "-- -1"])
def test_kill_of_everything_or_of_init_hurts_only_the_own_cell(agent: Agent, target: str) -> None:
    agent.run("/usr/bin/bash", "-c", f"sleep 1000 & kill -9 {target}")
    assert agent.run("/hi").stdout == b"hi\n"
    agent.park()
    assert agent.run("/hi").stdout == b"hi\n"


def test_limit_holds_in_every_cell_anew(agent: Agent) -> None:
    for _ in range(3):
        script = "for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done; echo up"
        assert agent.run("/usr/bin/bash", "-c", script, processes=12).stdout == b"up\n"
        agent.park()


@pytest.mark.parametrize("parked", [False, True])
def test_busy_loop_is_stopped_by_its_cpu_time(agent: Agent, parking: Agent, parked: bool) -> None:
    one = parking if parked else agent
    began = time.monotonic()
    result = one.run("/usr/bin/python3", "-I", "-S", "-c", SPIN, parked=parked, cpu_ms=300)
    assert (result.code, result.reason) == (-9, 1)
    assert time.monotonic() - began < 5
    assert result.cpu_ns >= 250_000_000


@pytest.mark.parametrize(
    "program",
    [
        f"import os\nfor _ in range(3): os.fork()\n{SPIN}",
        # children that come and go, reaped by nobody
        "import os, signal, time\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "while True:\n if os.fork() == 0:\n  while time.process_time() < 0.2: pass\n  os._exit(0)\n"
        " time.sleep(0.2)",
        # children that come and go, reaped
        "import os, time\nwhile True:\n if os.fork() == 0:\n"
        "  while time.process_time() < 0.1: pass\n  os._exit(0)\n os.wait()",
        f"import _thread\nfor _ in range(3): _thread.start_new_thread(lambda: exec('{SPIN}'), ())\n{SPIN}",
        f"import os, time\nif os.fork() == 0:\n os.setsid()\n if os.fork() == 0:\n  {SPIN}\n os._exit(0)\n"
        "time.sleep(1000)",
    ],
)
def test_cpu_time_of_all_processes_counts(agent: Agent, program: str) -> None:
    result = agent.python(program, cpu_ms=500)
    assert (result.code, result.reason) == (-9, 1)
    assert result.wall_ns < 15 * 10**9
    assert alone(agent)


def test_sleeper_is_not_stopped_by_cpu_time(agent: Agent) -> None:
    assert agent.run("/usr/bin/sleep", "0.4", cpu_ms=200).code == 0


def test_program_may_use_its_cpu_time(agent: Agent) -> None:
    result = agent.python("import time\nwhile time.process_time() < 0.2: pass", cpu_ms=5000)
    assert (result.code, result.reason) == (0, 0)


def test_locked_memory_is_refused(agent: Agent) -> None:
    program = (
        "import ctypes, mmap, sys\nm = mmap.mmap(-1, 1 << 20)\n"
        "a = ctypes.addressof(ctypes.c_char.from_buffer(m))\n"
        "sys.exit(0 if ctypes.CDLL(None).mlock(ctypes.c_void_p(a), 1 << 20) == -1 else 1)"
    )
    assert agent.run("/usr/bin/python3", "-c", program).code == 0


def test_file_over_its_limit_is_cut(agent: Agent) -> None:
    result = agent.run("/usr/bin/bash", "-c", "head -c 100000 /dev/zero >f; stat -c %s f", file_bytes=65536)
    assert result.stdout == b"65536\n"


def test_open_files_meet_their_limit(agent: Agent) -> None:
    program = "import os\ntry:\n while True: os.dup(0)\nexcept OSError as e: print(e.errno)"
    assert agent.python(program, open_files=32).stdout == b"24\n"


def test_signals_to_other_uids_are_refused(agent: Agent) -> None:
    assert UID != 0
    for number in (40, 19, 17):  # the agent's own signal for init among them
        assert agent.run("/usr/bin/bash", "-c", f"kill -{number} 1").code == 1
