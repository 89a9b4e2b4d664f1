"""Standard input with its window, and output under back-pressure."""

import hashlib
import struct
import time

import pytest
from conftest import Boot
from wire import (
    CREDIT,
    EXIT,
    KILL,
    MIB,
    PARKED,
    STDERR,
    STDIN,
    STDIN_EOF,
    STDOUT,
    WINDOW,
    Agent,
    configure,
    frame,
    park,
    start,
)  # fmt: skip

HALF = WINDOW // 2


def feed(agent: Agent, data: bytes) -> bytes:
    """Sends all of it as the window allows, then the end; what the program has written."""
    room, sent, output, code = WINDOW, 0, bytearray(), None
    while code is None:
        while sent < len(data) and room:
            piece = data[sent : sent + min(room, 30_000)]
            agent.send(frame(STDIN, piece))
            sent += len(piece)
            room -= len(piece)
            if sent == len(data):
                agent.send(frame(STDIN_EOF))
        kind, payload = agent.next()
        if kind == CREDIT:
            room += struct.unpack("<I", payload)[0]
        elif kind == STDOUT:
            output += payload
        else:
            assert kind == EXIT
            code = payload[1]
    assert code == 0
    return bytes(output)


def test_input_larger_than_the_window_arrives_whole(agent: Agent) -> None:
    data = bytes(range(256)) * 4096 * 2
    agent.send(start("/usr/bin/sha256sum"))
    assert feed(agent, data).split()[0].decode() == hashlib.sha256(data).hexdigest()


def test_input_and_output_flow_at_once(agent: Agent) -> None:
    data = bytes(range(251)) * 4000
    agent.send(start("/usr/bin/cat"))
    assert feed(agent, data) == data


def test_input_reaches_a_parked_program(parking: Agent) -> None:
    parking.send(start("/usr/bin/cat", parked=True), frame(STDIN, b"a\0\xff"), frame(STDIN_EOF))
    assert parking.result().stdout == b"a\0\xff"


def test_credit_comes_when_half_the_window_was_taken(agent: Agent) -> None:
    agent.send(start("/usr/bin/sleep", "1000"), frame(STDIN, b"x" * (HALF - 1)))
    with pytest.raises(TimeoutError):
        agent.next(deadline=0.2)
    agent.send(frame(STDIN, b"x"))
    assert agent.expect(CREDIT) == struct.pack("<I", HALF)
    agent.send(frame(KILL))
    agent.result()


def test_program_that_reads_nothing_gets_no_more_credit_and_can_be_killed(boot: Boot) -> None:
    with boot() as agent:
        agent.send(configure(window=4 * WINDOW), park())
        agent.expect(PARKED)
        agent.send(start("/usr/bin/sleep", "1000"))
        for _ in range(8):
            agent.send(frame(STDIN, b"x" * HALF))
        assert not agent.readable(0.2)  # a pipe holds less than half the window
        agent.send(frame(KILL))
        assert agent.result().code == -9


def test_input_of_a_program_that_closed_it_is_taken_into_nothing(agent: Agent) -> None:
    agent.send(start("/usr/bin/bash", "-c", "exec <&-; echo closed; sleep 1000"))
    agent.until(b"closed\n")
    for _ in range(6):
        agent.send(frame(STDIN, b"x" * HALF))
        assert agent.expect(CREDIT) == struct.pack("<I", HALF)
    agent.send(frame(KILL))
    agent.result()


def test_end_of_input_is_seen(agent: Agent) -> None:
    agent.send(start("/usr/bin/cat"), frame(STDIN, b"abc"))
    assert agent.expect(STDOUT) == b"abc"
    assert not agent.readable(0.05)
    agent.send(frame(STDIN_EOF))
    assert agent.result().code == 0


def test_output_arrives_before_the_program_ends(agent: Agent) -> None:
    agent.send(start("/usr/bin/bash", "-c", "echo one; echo two >&2; read; echo three"))
    got = sorted([agent.next(), agent.next()])
    assert got == [(STDOUT, b"one\n"), (STDERR, b"two\n")]
    agent.send(frame(STDIN, b"\n"))
    assert agent.result().stdout == b"three\n"


def test_binary_output_is_untouched(agent: Agent) -> None:
    data = bytes(range(256)) * 1000
    result = agent.python("import os\nfor _ in range(1000): os.write(1, bytes(range(256)))")
    assert result.stdout == data


def test_large_output_on_both_streams_is_whole(agent: Agent) -> None:
    program = "import os\nfor i in range(300): os.write(1, b'%06d\\n' % i * 1000); os.write(2, b'e' * 3000)"
    result = agent.python(program)
    assert result.stdout == b"".join(b"%06d\n" % i * 1000 for i in range(300))
    assert result.stderr == b"e" * 900_000


def test_flood_waits_for_a_slow_reader_and_kill_still_works(agent: Agent) -> None:
    program = (
        "import os\nn = 0\nwhile True:\n n += os.write(1, b'x' * 65536)\n"
        " with open('m', 'w') as f: f.write(str(n))\n os.replace('m', 'n')"
    )
    agent.send(start("/usr/bin/python3", "-I", "-S", "-c", program))
    deadline = time.monotonic() + 20
    size, grown = -1, 0
    while size != grown:  # all that anybody holds of it: until nothing comes in any more
        assert time.monotonic() < deadline
        size, grown = grown, _settled(agent)
    agent.send(frame(KILL))
    result = agent.result()
    assert result.code == -9
    assert len(result.stdout) < 2 * MIB
    assert int(agent.run("/usr/bin/cat", "n").stdout) < 2 * MIB


def _settled(agent: Agent) -> int:
    """How much of the output the host's pipe holds, a moment later."""
    import fcntl
    import termios

    time.sleep(0.1)
    return int(struct.unpack("i", fcntl.ioctl(agent.output, termios.FIONREAD, b"\0" * 4))[0])


def test_rest_of_the_output_follows_after_the_end(agent: Agent) -> None:
    program = (
        "import fcntl, os\nfcntl.fcntl(1, 1031, 1 << 20)\n"  # a pipe that holds far more than one frame
        "os.set_blocking(1, False)\nn = 0\n"
        "try:\n while n < 10**7: n += os.write(1, b'y' * 4096)\n"
        "except BlockingIOError: pass\nopen('n', 'w').write(str(n))"
    )
    agent.send(start("/usr/bin/python3", "-I", "-S", "-c", program))
    result = agent.result()
    written = agent.run("/usr/bin/cat", "n").stdout
    assert str(len(result.stdout)).encode() == written


def test_output_hidden_in_a_socket_does_not_delay_exit(agent: Agent) -> None:
    program = (
        "import array, os, socket\na, b = socket.socketpair()\n"
        "for s in (a, b):\n"
        " s.sendmsg([b'x'], [(socket.SOL_SOCKET, 1, array.array('i', [1, a.fileno(), b.fileno()]))])\n"
        "print('done', flush=True); os._exit(3)"
    )
    result = agent.run("/usr/bin/python3", "-c", program)
    assert (result.stdout, result.code) == (b"done\n", 3)
