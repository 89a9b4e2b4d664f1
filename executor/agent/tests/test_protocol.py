"""Frames that break PROTOCOL.md end the agent with a line and status 2."""

import struct

import pytest
from conftest import Boot
from wire import (
    CONFIGURE,
    FILE,
    FILE_MORE,
    KILL,
    PARK,
    PARKED,
    REMOVE,
    SAVE,
    SIGNAL,
    START,
    STDIN,
    STDIN_EOF,
    configure,
    file,
    frame,
    park,
    remove,
    save,
    start,
    strs,
)  # fmt: skip

WINDOW = 1000
GOOD_START = start("/usr/bin/sleep", "1000")


def broken(data: bytes, kind: int, cut: int = 0, more: bytes = b"") -> bytes:
    """A good frame's payload, shortened or lengthened, in a frame whose length fits."""
    payload = data[5 : len(data) - cut] + more
    return frame(kind, payload)


@pytest.mark.parametrize(
    ("before", "bad", "says"),
    [
        ("", park(), "before CONFIGURE"),
        ("", frame(KILL), "before CONFIGURE"),
        ("", frame(STDIN, b"x"), "before CONFIGURE"),
        ("c", configure(), "CONFIGURE out of turn"),
        ("c", file("x"), "FILE out of turn"),
        ("c", GOOD_START, "START out of turn"),
        ("cp", frame(FILE_MORE, b"x"), "FILE_MORE out of turn"),
        ("cps", file("x"), "FILE out of turn"),
        ("cps", GOOD_START, "START out of turn"),
        ("c", save(), "SAVE out of turn"),
        ("cps", save() + save(), "SAVE out of turn"),
        ("cp", frame(SAVE, b"\2" + bytes(9)), "its type does not allow"),
        ("cp", frame(SAVE, b"\0\4" + bytes(8)), "its type does not allow"),
        ("cp", frame(SAVE, bytes(9)), "its type does not allow"),
        ("cp", frame(SAVE, bytes(11)), "its type does not allow"),
        ("c", remove("x"), "REMOVE out of turn"),
        ("cps", remove("x"), "REMOVE out of turn"),
        ("cp", remove("x") + frame(FILE_MORE, b"x"), "FILE_MORE out of turn"),
        ("cp", remove("x", place=2), "its type does not allow"),
        ("cp", frame(REMOVE, b"\0\2\0\0\0x"), "its type does not allow"),
        ("cp", frame(REMOVE, b"\0\1\0\0\0xy"), "its type does not allow"),
        ("cp", file("x", place=2), "its type does not allow"),
        ("cp", file("x", kind=3), "its type does not allow"),
        ("cps", frame(STDIN, b"x" * (WINDOW + 1)), "window"),
        ("cps", frame(STDIN_EOF) + frame(STDIN, b"x"), "STDIN after STDIN_EOF"),
        ("", struct.pack("<IB", 65537, CONFIGURE), "too long"),
        ("", struct.pack("<IB", 0xFFFFFFFF, CONFIGURE), "too long"),
        ("", frame(0), "unknown type"),
        ("c", frame(0x0C), "unknown type"),
        ("c", frame(0x81), "unknown type"),
        ("", broken(configure(), CONFIGURE, cut=1), "its type does not allow"),
        ("", broken(configure(), CONFIGURE, more=b"x"), "its type does not allow"),
        ("", configure(uid=0), "privileged uid"),
        ("", configure(gid=0), "privileged uid"),
        ("", configure(window=1 << 30), "window"),
        ("c", frame(PARK), "its type does not allow"),
        ("c", frame(PARK, b"\2"), "its type does not allow"),
        ("c", frame(PARK, b"\0\0"), "its type does not allow"),
        ("cp", frame(FILE, bytes(14) + b"\xff\0\0\0x"), "its type does not allow"),
        ("cp", broken(GOOD_START, START, cut=1), "its type does not allow"),
        ("cp", broken(GOOD_START, START, more=b"\0"), "its type does not allow"),
        ("cp", start(), "its type does not allow"),
        ("cp", frame(START, b"\2" + GOOD_START[6:]), "its type does not allow"),
        ("cp", frame(START, b"\4" + GOOD_START[6:]), "its type does not allow"),
        ("cp", broken(GOOD_START, START, cut=len(strs([])) + 400), "its type does not allow"),
        ("cps", frame(SIGNAL), "its type does not allow"),
        ("cps", frame(SIGNAL, b"\0"), "its type does not allow"),
        ("cps", frame(SIGNAL, b"\x41"), "its type does not allow"),
        ("cps", frame(STDIN_EOF, b"x"), "its type does not allow"),
        ("cps", frame(KILL, b"x"), "its type does not allow"),
    ],
)
def test_violation_ends_the_agent_with_a_line_and_status_2(
    boot: Boot, before: str, bad: bytes, says: str
) -> None:
    agent = boot()
    for step in before:
        if step == "c":
            agent.send(configure(window=WINDOW))
        elif step == "p":
            agent.send(park())
            agent.expect(PARKED)
        else:
            agent.send(GOOD_START)
    agent.send(bad)
    code, log = agent.end()
    assert code == 2
    assert log.startswith(b"agent: ")
    assert log.count(b"\n") == 1
    assert says.encode() in log


def test_frames_in_small_pieces_are_understood(boot: Boot) -> None:
    with boot() as agent:
        for byte in configure() + park():
            agent.send(bytes([byte]))
        agent.expect(PARKED)
        for byte in file("x", b"1") + start("/usr/bin/cat", "x") + frame(STDIN_EOF):
            agent.send(bytes([byte]))
        assert agent.result().stdout == b"1"


def test_largest_frames_are_understood(boot: Boot) -> None:
    with boot() as agent:
        agent.send(configure(), park())
        agent.expect(PARKED)
        name = b"big"
        agent.send(file(name, b"x" * (65536 - 18 - len(name))))
        long = "y" * (65536 - len(start("/usr/bin/bash", "-c", "echo ${#1}; wc -c <big", "0", "")) + 5)
        agent.send(start("/usr/bin/bash", "-c", "echo ${#1}; wc -c <big", "0", long))
        assert agent.result().stdout.split() == [str(len(long)).encode(), b"65515"]
