"""SAVE of the environment that a program has left in /build."""

import pytest
from conftest import Boot
from wire import BUILD, ENVIRONMENT, PLAIN, Agent, Entry, Refused, configure, entries


def left(agent: Agent, max_bytes: int = 0) -> list[Entry]:
    """It and nothing else: the workspace must be empty, and it counts nothing."""
    number, made = agent.save(max_bytes=max_bytes, what=ENVIRONMENT)
    assert number == 0
    return entries(made)


def test_it_comes_first_with_its_content(agent: Agent) -> None:
    agent.bash("printf 'A=1\\0B=two words\\0' >/build/environment; touch f")
    first, second = left(agent, 512)
    assert (first.place, first.kind, first.name) == (BUILD, PLAIN, "environment")
    assert first.content == b"A=1\0B=two words\0"
    assert second.name == "f"


def test_it_comes_only_when_asked_for(agent: Agent) -> None:
    agent.bash("echo A=1 >/build/environment")
    assert agent.save() == (0, [])


def test_it_is_no_less_a_file_of_build(agent: Agent) -> None:
    agent.bash("echo A=1 >/build/environment")
    number, made = agent.save(BUILD, what=ENVIRONMENT)
    assert (number, [entry.name for entry in entries(made)]) == (0, ["environment"] * 2)


@pytest.mark.parametrize("size", [0, 1, 65507, 65508, 65536])
def test_up_to_the_limit_it_is_whole(agent: Agent, size: int) -> None:
    agent.bash(f"head -c {size} /dev/zero >/build/environment")
    (entry,) = left(agent)
    assert entry.content == bytes(size)


@pytest.mark.parametrize(
    "made",
    [
        "true",
        "cd /build; ln -s /etc/ld.so.cache environment",
        "cd /build; echo A=1 >real; ln -s real environment",
        "cd /build; ln -s nowhere environment",
        "mkfifo /build/environment",
        "mkdir /build/environment",
        "cd /build; python3 -c 'import socket; socket.socket(1).bind(\"environment\")'",
        "head -c 65537 /dev/zero >/build/environment",
        "truncate -s 1G /build/environment",
    ],
)
def test_what_is_no_small_file_is_left_out(agent: Agent, made: str) -> None:
    agent.bash(made, file_bytes=1 << 40)
    assert left(agent) == []
    assert agent.run("/hi").code == 0


def test_unreadable_is_sent_all_the_same(agent: Agent) -> None:
    agent.bash("echo A=1 >/build/environment; chmod 0 /build/environment")
    assert [entry.mode for entry in left(agent)] == [0]


def test_it_goes_with_its_cell(agent: Agent) -> None:
    agent.bash("echo A=1 >/build/environment")
    agent.park(keep=True)
    assert left(agent) == []


def test_there_is_none_where_no_cell_could_be_made(boot: Boot) -> None:
    with boot() as agent:
        agent.send(configure(["/no/such/runner"]))
        with pytest.raises(Refused):
            agent.park()
        assert left(agent) == []
