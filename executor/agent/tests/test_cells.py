"""What a PARK keeps, and what it ends."""

import pytest
from wire import PARKED, Agent, file, park

PLACES = "/tmp /var/tmp /dev/shm /build"


@pytest.mark.parametrize("keep", [False, True])
def test_workspace_is_kept_or_empty_as_park_says(agent: Agent, keep: bool) -> None:
    agent.send(file("d/x", b"x"))
    assert agent.run("/usr/bin/bash", "-c", "echo y >y").code == 0
    agent.park(keep=keep)
    found = agent.run("/usr/bin/find", ".", "-type", "f").stdout.split()
    assert sorted(found) == ([b"./d/x", b"./y"] if keep else [])


@pytest.mark.parametrize("keep", [False, True])
def test_nothing_is_left_outside_the_workspace(agent: Agent, keep: bool) -> None:
    script = f"for d in {PLACES}; do echo x >$d/left; mkdir $d/.l; done"
    assert agent.run("/usr/bin/bash", "-c", script).code == 0
    agent.park(keep=keep)
    assert agent.run("/usr/bin/bash", "-c", f"for d in {PLACES}; do ls -A $d; done").stdout == b""


def test_locked_and_odd_leftovers_do_not_stop_park(agent: Agent) -> None:
    script = "mkdir -p a/b; mkfifo a/f; ln -s / a/l; chmod 0 a; mkdir c; cd c; rmdir ../c"
    assert agent.run("/usr/bin/bash", "-c", script).code == 0
    agent.park()
    assert agent.run("/usr/bin/ls", "-A").stdout == b""


def test_full_places_are_empty_again(agent: Agent) -> None:
    script = "for d in /tmp /dev/shm .; do head -c 99999999 /dev/zero >$d/full; done; true"
    result = agent.run("/usr/bin/bash", "-c", script)
    assert result.stderr.count(b"No space left") == 3
    agent.park()
    script = "for d in /tmp /dev/shm .; do head -c 9999999 /dev/zero >$d/half || exit 1; done"
    assert agent.run("/usr/bin/bash", "-c", script).code == 0


def test_processes_that_would_outlive_their_cell_are_gone(agent: Agent) -> None:
    assert agent.run("/usr/bin/bash", "-c", "(setsid sleep 1000 &) ; (sleep 1000 &)").code == 0
    agent.park()
    assert agent.run("/usr/bin/bash", "-c", "echo /proc/[0-9]*").stdout == b"/proc/1 /proc/2\n"


def test_unused_cells_can_be_parked_over_and_over(parking: Agent) -> None:
    for _ in range(20):
        parking.park()
    assert parking.run("/hi", parked=True).stdout == b"hi\n"


def test_second_park_without_its_answer_read_first_is_answered_too(agent: Agent) -> None:
    agent.send(park())
    agent.expect(PARKED)
    agent.send(park(keep=True))
    agent.expect(PARKED)
    assert agent.run("/hi").code == 0
