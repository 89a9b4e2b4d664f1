"""SAVE: what a place holds comes back as the frames that make it again."""

import errno

import pytest
from wire import (
    BUILD,
    FOLDER,
    LINK,
    PARKED,
    SAVED,
    SAVED_ENTRY,
    WORKSPACE,
    Agent,
    Refused,
    file,
    park,
    save,
    start,
)

# All that can be compared of a tree, with what its files hold.
LIST = (
    r"find . -mindepth 1 \( -type f -printf '%P %m %U %T@ %s\n' -o -printf '%P %y %m %U %T@ %l\n' \) | sort;"
    " find . -type f -exec sha256sum {} + | sort"
)


def sh(agent: Agent, script: str, code: int = 0) -> str:
    result = agent.run("/usr/bin/bash", "-c", script)
    assert (result.code, result.stderr) == (code, b"")
    return result.stdout.decode()


def test_saved_workspace_is_made_again_as_it_was(agent: Agent) -> None:
    sh(
        agent,
        "mkdir -p a/b 'empty folder' && head -c 300000 /dev/urandom >a/b/big && echo x >'имя' && : >none"
        " && ln -s a/b link && ln -s nowhere a/broken"
        " && chmod 700 a/b && chmod 751 'имя' && touch -d 2001-02-03 a 'имя'",
    )
    before = sh(agent, LIST)
    number, made = agent.save()
    assert number == 0
    agent.send(park())
    agent.expect(PARKED)
    assert sh(agent, "ls -A") == ""
    agent.send(*made)
    assert sh(agent, LIST) == before


def test_build_is_saved_and_made_again_in_another_cell(agent: Agent) -> None:
    sh(agent, "mkdir /build/p; cp /usr/bin/true /build/p/program; touch -d 2001-02-03 /build/p/program")
    number, made = agent.save(BUILD)
    assert number == 0
    agent.send(park())
    agent.expect(PARKED)
    agent.send(*made)
    assert agent.run("/build/p/program").code == 0
    assert sh(agent, "stat -c %y /build/p/program").startswith("2001-02-03 ")


def test_nothing_is_saved_of_an_empty_place(agent: Agent) -> None:
    assert agent.save(WORKSPACE) == (0, [])
    assert agent.save(BUILD) == (0, [])


@pytest.mark.parametrize(
    "made", ["head -c 20000 /dev/zero >x", "for i in {1..20}; do : >$i; done", "truncate -s 1T x"]
)
def test_more_than_the_limit_is_an_error(agent: Agent, made: str) -> None:
    agent.run("/usr/bin/bash", "-c", made, file_bytes=1 << 50)
    assert agent.save(max_bytes=8192)[0] == errno.E2BIG
    assert sh(agent, "echo well") == "well\n"


def test_what_is_no_file_is_left_out_and_nothing_is_followed(agent: Agent) -> None:
    sh(
        agent,
        "mkfifo fifo; ln -s /etc out; ln -s /proc/1 init;"
        " python3 -c 'import socket; socket.socket(1).bind(\"s\")'",
    )
    number, made = agent.save()
    assert number == 0
    assert sorted(made) == sorted(
        file(name, target, 0o777, kind=LINK, mtime_ns=int.from_bytes(one[11:19], "little"))
        for name, target in (("out", b"/etc"), ("init", b"/proc/1"))
        for one in made
        if name.encode() in one
    )


def test_unreadable_is_saved_all_the_same(agent: Agent) -> None:
    sh(agent, "mkdir d; echo secret >d/f; chmod 0 d/f d")
    number, made = agent.save()
    assert (number, len(made)) == (0, 2)


def test_folders_without_end_are_an_error(agent: Agent) -> None:
    sh(agent, "for i in {1..300}; do mkdir d; cd d; done")
    assert agent.save()[0] == errno.ELOOP


def test_large_place_is_saved_through_a_full_pipe(agent: Agent) -> None:
    sh(agent, "head -c 8000000 /dev/urandom >x; sha256sum <x")
    number, made = agent.save()
    assert number == 0
    assert 8_000_000 < sum(map(len, made)) < 8_000_000 + 1000 * len(made)


def test_save_and_start_in_one_write_are_answered_in_order(agent: Agent) -> None:
    sh(agent, "echo one >/build/x")
    agent.send(save(BUILD), start("/usr/bin/cat", "/build/x"))
    assert agent.expect(SAVED_ENTRY).endswith(b"xone\n")
    assert agent.expect(SAVED) == b"\0\0"
    assert agent.result().stdout == b"one\n"


@pytest.mark.parametrize("name", ["", "/", "../x", "a/../x", "a//b", "x/"])
@pytest.mark.parametrize("kind", [FOLDER, LINK])
def test_name_that_leaves_its_place_is_refused(agent: Agent, name: str, kind: int) -> None:
    agent.send(file(name, b"target", kind=kind))
    with pytest.raises(Refused):
        agent.run("/hi")


def test_link_over_something_is_refused_and_nothing_lost(agent: Agent) -> None:
    agent.send(file("x", b"here"), file("x", b"y", kind=LINK))
    with pytest.raises(Refused) as caught:
        agent.run("/hi")
    assert caught.value.number == errno.EEXIST
