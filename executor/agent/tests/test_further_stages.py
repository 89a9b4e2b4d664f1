"""A parked runner that takes one stage after the other."""

import errno

import pytest
from conftest import Boot
from wire import PARKED, STDIN_EOF, Agent, Refused, Result, configure, frame, park, start


def stage(agent: Agent, text: str, status: int) -> Result:
    agent.send(start("/again", text, str(status), parked=True, further=True), frame(STDIN_EOF))
    return agent.result()


def test_runner_takes_stage_after_stage_and_becomes_the_last(parking: Agent) -> None:
    first, second = stage(parking, "one", 0), stage(parking, "two", 7)
    assert (first.code, first.stdout, first.stderr) == (0, b"one", b"")
    assert (second.code, second.stdout) == (7, b"two")
    assert second.max_rss > 0
    program = "import sys; print(sys.stdin.read()); sys.exit(3)"
    parking.send(start("/usr/bin/python3", "-c", program, parked=True), frame(6, b"input"), frame(STDIN_EOF))
    last = parking.result()
    assert (last.code, last.stdout) == (3, b"input\n")


def test_processor_time_is_each_stages_own(parking: Agent) -> None:
    stage(parking, "x", 0)
    busy = parking.run(
        "/usr/bin/python3", "-c", "import time\nwhile time.process_time() < 0.3: pass", parked=True
    )
    assert busy.cpu_ns > 250_000_000
    assert stage_cpu_is_small(parking)


def stage_cpu_is_small(parking: Agent) -> bool:
    parking.park()
    return stage(parking, "x", 0).cpu_ns < 100_000_000


def test_runner_that_ends_instead_of_going_on_ends_its_stage(parking: Agent) -> None:
    parking.send(start("/usr/bin/bash", "-c", "exit 5", parked=True, further=True), frame(STDIN_EOF))
    assert parking.result().code == 5
    with pytest.raises(Refused) as caught:
        parking.run("/hi", parked=True)
    assert caught.value.number == errno.ESRCH


def test_kill_in_a_stage_with_a_successor(parking: Agent) -> None:
    parking.send(start("/usr/bin/sleep", "1000", parked=True, further=True), frame(9))
    result = parking.result()
    assert (result.code, result.reason) == (-9, 2)
    parking.park()
    assert stage(parking, "again", 0).stdout == b"again"


def test_what_a_parked_runner_has_started_is_spared_with_it(boot: Boot) -> None:
    with boot() as agent:
        agent.send(configure(["/runner", "with a child"]), park())
        agent.expect(PARKED)
        for _ in range(3):
            leaves = "setsid sleep 1000 & (sleep 1000 &) ; echo one"
            assert agent.run("/usr/bin/bash", "-c", leaves).stdout == b"one\n"
        left = agent.run("/usr/bin/bash", "-c", "cat /proc/[0-9]*/comm | sort | uniq -c").stdout.split()
        assert (left.count(b"runner"), left[left.index(b"runner") - 1], b"sleep" in left) == (1, b"2", False)
        assert agent.run("/child", parked=True).code == 0
