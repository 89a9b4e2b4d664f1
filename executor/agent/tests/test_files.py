"""FILE and FILE_MORE: what they make, and what they refuse."""

import errno

import pytest
from wire import FILE_MORE, UID, Agent, Refused, file, frame


def refusal(agent: Agent, *frames: bytes) -> int:
    agent.send(*frames)
    with pytest.raises(Refused) as caught:
        agent.run("/hi")
    return int(caught.value.number)


def sh(agent: Agent, script: str) -> str:
    result = agent.run("/usr/bin/bash", "-c", script)
    assert (result.code, result.stderr) == (0, b"")
    return result.stdout.decode()


def test_nested_file_has_folders_owner_and_mode(agent: Agent) -> None:
    agent.send(file("a/b/c.txt", b"hello", 0o640), file("a/b/d", b"", 0o777))
    got = sh(agent, "stat -c '%n %a %u %g %s' a a/b a/b/c.txt a/b/d; cat a/b/c.txt; rm -r a")
    own = f"{UID} {UID}"
    lines = got.splitlines()
    assert lines[0].startswith(f"a 755 {own} ")
    assert lines[1].startswith(f"a/b 755 {own} ")
    assert lines[2:] == [f"a/b/c.txt 640 {own} 5", f"a/b/d 777 {own} 0", "hello"]


def test_special_mode_bits_are_dropped(agent: Agent) -> None:
    agent.send(file("x", b"", 0o107755))
    assert sh(agent, "stat -c %a x") == "755\n"


def test_content_in_pieces_is_one_file(agent: Agent) -> None:
    agent.send(file("big", b"a" * 60_000))
    for piece in (b"b" * 65536, b"", b"c"):
        agent.send(frame(FILE_MORE, piece))
    agent.send(file("other", b"z"))
    assert sh(agent, "tr -d b <big | wc -c; wc -c <big; cat other") == "60001\n125537\nz"


def test_file_replaces_what_was_there(agent: Agent) -> None:
    agent.send(file("x", b"long content", 0o600), file("x", b"short", 0o755))
    assert sh(agent, "cat x; stat -c ' %a' x") == "short 755\n"


def test_hard_link_is_replaced_and_its_other_name_kept(agent: Agent) -> None:
    sh(agent, "echo old >one; ln one two")
    agent.send(file("one", b"new"))
    assert sh(agent, "cat one two") == "newold\n"


def test_name_that_is_not_utf8_is_kept(agent: Agent) -> None:
    agent.send(file(b"\xff\xfe", b"raw"))
    assert sh(agent, "cat $'\\xff\\xfe'") == "raw"


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "/", "/etc/x", "../x", "a/../x", "a/./x", "a//x", "a/", "a/..", "a\0b", "./a"],
)
def test_name_that_is_no_plain_path_is_refused(agent: Agent, name: str) -> None:
    assert refusal(agent, file(name, b"x")) == errno.EINVAL


def test_long_and_deep_names_are_refused_and_the_longest_taken(agent: Agent) -> None:
    deepest = "/".join("d" * 128)
    agent.send(file("n" * 255, b"x"), file(deepest + "/f", b"x"))
    assert sh(agent, f"cat {'n' * 255} {deepest}/f") == "xx"
    for name in ("n" * 256, deepest + "/d/f", "/".join(["n" * 200] * 30)):
        assert refusal(agent, file(name, b"x")) in (errno.EINVAL, errno.ENAMETOOLONG)
        agent.park()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        ("ln -s /tmp/target link", "link"),
        ("mkdir /tmp/away; ln -s /tmp/away link", "link/x"),
        ("ln -s nowhere link", "link"),
        ("ln -s . link", "link/x"),
        ("mkfifo fifo", "fifo"),
        ("mkfifo fifo", "fifo/x"),
        ("mkdir folder", "folder"),
        ("echo >plain", "plain/x"),
        ("python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"sock\")'", "sock"),
    ],
)
def test_what_stands_in_the_way_is_refused_and_never_followed(agent: Agent, make: str, name: str) -> None:
    sh(agent, make)
    assert refusal(agent, file(name, b"x")) in (
        errno.ELOOP,
        errno.ENOTDIR,
        errno.EINVAL,
        errno.EISDIR,
        errno.ENXIO,
    )
    agent.park(keep=True)
    assert sh(agent, "ls /tmp; ls") == name.split("/")[0] + "\n"


def test_folder_that_the_program_locked_does_not_stop_the_executor(agent: Agent) -> None:
    sh(agent, "mkdir d; chmod 0 d")
    agent.send(file("d/x", b"in"))
    assert sh(agent, "chmod 700 d; cat d/x") == "in"


def test_full_workspace_is_a_typed_error(agent: Agent) -> None:
    agent.send(file("big", b""))
    for _ in range(17):
        agent.send_all((frame(FILE_MORE, b"x" * 65536),) * 16)
    with pytest.raises(Refused) as caught:
        agent.run("/hi")
    assert caught.value.number == errno.ENOSPC
    agent.park()
    agent.send(file("fits", b"ok"))
    assert sh(agent, "cat fits") == "ok"


def test_failed_file_answers_start_and_drops_further_files_until_park(agent: Agent) -> None:
    assert refusal(agent, file("../x"), file("good", b"x"), frame(FILE_MORE, b"y")) == errno.EINVAL
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            agent.run("/hi")
        assert caught.value.number == errno.EINVAL
    agent.park(keep=True)
    assert sh(agent, "ls") == ""


def test_files_may_come_between_two_stages(agent: Agent) -> None:
    agent.run("/hi")
    agent.send(file("late", b"x"))
    assert sh(agent, "cat late") == "x"
