"""REMOVE: what it takes away, and what it refuses."""

import errno

import pytest
from wire import BUILD, LINK, WORKSPACE, Agent, Refused, file, remove


def refusal(agent: Agent) -> int:
    with pytest.raises(Refused) as caught:
        agent.run("/hi")
    return caught.value.number


@pytest.mark.parametrize(("where", "at"), [(WORKSPACE, "/workspace"), (BUILD, "/build")])
def test_file_is_taken_away(agent: Agent, where: int, at: str) -> None:
    agent.send(file("d/x", b"x", place=where), file("d/y", b"y", place=where), remove("d/x", where))
    assert agent.bash(f"find {at} -type f") == f"{at}/d/y\n"


@pytest.mark.parametrize("target", ["f", "d", "nowhere", "/tmp"])
def test_link_is_taken_away_and_where_it_leads_stays(agent: Agent, target: str) -> None:
    agent.send(file("f"), file("d/x"), file("l", target.encode(), kind=LINK), remove("l"))
    assert agent.bash("ls; ls d; ls -d /tmp") == "d\nf\nx\n/tmp\n"


@pytest.mark.parametrize(
    "make", ["mkfifo x", "python3 -c 'import socket; socket.socket(1).bind(\"x\")'", "echo >x; chmod 0 x"]
)
def test_whatever_a_program_left_there_is_taken_away(agent: Agent, make: str) -> None:
    agent.bash(make)
    agent.send(remove("x"))
    assert agent.bash("ls -A") == ""


def test_other_name_of_a_file_is_kept(agent: Agent) -> None:
    agent.bash("echo here >a; ln a b")
    agent.send(remove("a"))
    assert agent.bash("ls; cat b") == "b\nhere\n"


@pytest.mark.parametrize(
    "name", ["x", "d/x", "x/y/z", "f/x", "f/x/y", "fifo/x", "sock/x", "l/x", "l/x/y", "up/x"]
)
def test_nothing_happens_where_nothing_is(agent: Agent, name: str) -> None:
    agent.bash(
        "mkdir d real; touch f real/x; mkfifo fifo; ln -s real l; ln -s .. up;"
        " python3 -c 'import socket; socket.socket(1).bind(\"sock\")'"
    )
    before = agent.bash("find . | sort")
    agent.send(remove(name))
    assert agent.bash("find . | sort") == before


@pytest.mark.parametrize("name", ["d", "d/e"])
def test_folder_is_refused_and_the_error_sticks(agent: Agent, name: str) -> None:
    agent.send(file("d/e/f", b"x"), remove(name), file("g"), remove("d/e/f"))
    assert [refusal(agent), refusal(agent)] == [errno.EISDIR] * 2
    agent.park(keep=True)
    assert agent.bash("find . -type f") == "./d/e/f\n"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "/", "/etc/x", "../x", "d/../f", "d/./x", "d//x", "f/", "f\0"]
)
def test_name_that_is_no_plain_path_is_refused(agent: Agent, name: str) -> None:
    agent.send(file("f", b"x"), file("d/x"), remove(name))
    assert refusal(agent) == errno.EINVAL
    agent.park(keep=True)
    assert agent.bash("find . -type f | sort") == "./d/x\n./f\n"


def test_long_names_are_refused(agent: Agent) -> None:
    agent.send(remove("/".join(["n" * 200] * 30)))
    assert refusal(agent) == errno.ENAMETOOLONG


def test_it_is_dropped_after_a_failed_file(agent: Agent) -> None:
    agent.send(file("f", b"x"), file("../x"), remove("f"), remove("d/"))
    assert refusal(agent) == errno.EINVAL
    agent.park(keep=True)
    assert agent.bash("ls") == "f\n"


def test_file_may_become_a_link_and_a_link_a_file(agent: Agent) -> None:
    agent.send(file("a", b"x"), file("b", b"a", kind=LINK))
    agent.send(remove("a"), file("a", b"b", kind=LINK), remove("b"), file("b", b"y"))
    assert agent.bash("readlink a; cat a") == "b\ny"


def test_folder_that_the_program_locked_does_not_stop_the_executor(agent: Agent) -> None:
    agent.bash("mkdir d; touch d/x; chmod 0 d")
    agent.send(remove("d/x"))
    assert agent.bash("chmod 700 d; ls d") == ""
