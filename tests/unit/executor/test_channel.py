import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import agent_wire as wire
import pytest
from fake_agent import FakeAgent
from virtual_time import in_virtual_time, settled

from executor import channel as channels
from executor.channel import Channel, ChannelClosedError
from executor.frames import Frame, Hello, Stderr, Stdout

MIB = 1024 * 1024


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def connected(folder: Path) -> tuple[Channel, FakeAgent]:
    channel = Channel(folder)
    agent = FakeAgent(folder)
    channel.listen()
    return channel, agent


async def received(channel: Channel, size: int) -> list[Frame]:
    """The frames up to so many bytes of output."""
    found: list[Frame] = []
    while sum(len(one.data) for one in found if isinstance(one, Stdout)) < size:
        found += await channel.receive()
    return found


@in_virtual_time
async def test_frames_arrive_whole_and_in_order(tmp_path: Path) -> None:
    channel, agent = connected(tmp_path)
    with agent:
        agent.say(wire.hello(), wire.stdout(b"1"))
        agent.say(wire.stderr(b"2"))
        assert await channel.receive() == [Hello(1), Stdout(b"1"), Stderr(b"2")]
        encoded = wire.stdout(b"in two pieces")
        agent.say(encoded[:7])
        waiting = asyncio.create_task(channel.receive())
        await settled()
        assert not waiting.done()
        agent.say(encoded[7:])
        assert await waiting == [Stdout(b"in two pieces")]
        channel.close()


@in_virtual_time
async def test_what_is_sent_arrives_though_the_pipe_takes_it_in_parts(tmp_path: Path) -> None:
    channel, agent = connected(tmp_path)
    with agent:
        parts = [wire.frame(wire.STDIN, bytes([number]) * 60_000) for number in range(100)]
        for part in parts:
            channel.send(part)
        for number in range(100):
            assert await agent.expect(wire.STDIN) == bytes([number]) * 60_000
        channel.send(wire.frame(wire.KILL), wire.frame(wire.STDIN_EOF))
        assert await agent.next() == (wire.KILL, b"")
        assert await agent.next() == (wire.STDIN_EOF, b"")
        channel.close()


@in_virtual_time
async def test_reading_stops_while_nobody_takes_what_came_and_goes_on_afterwards(tmp_path: Path) -> None:
    channel, agent = connected(tmp_path)
    with agent:
        flood = wire.stdout(bytes(wire.MAX_PAYLOAD)) * 400
        taken = 0
        while (written := agent.fill(flood[taken:])) > 0:
            taken += written
            await settled()
        # What was read, one read over the mark, and what the pipe still holds.
        assert channels._BACKLOG < taken < channels._BACKLOG + 3 * MIB < len(flood)
        pouring = asyncio.create_task(agent.pour(flood[taken:]))
        found = await received(channel, 400 * wire.MAX_PAYLOAD)
        await pouring
        assert found == [Stdout(bytes(wire.MAX_PAYLOAD))] * 400
        channel.close()


@pytest.mark.parametrize(
    "last",
    [
        lambda channel, agent: channel.end("over"),
        lambda channel, agent: agent.close(),
        lambda channel, agent: agent.say(wire.frame(0x42)),
        lambda channel, agent: channel.close(),
    ],
    ids=["ended", "agent gone", "protocol broken", "closed"],
)
def test_what_had_arrived_is_delivered_before_the_end_is_told(
    tmp_path: Path, last: Callable[[Channel, FakeAgent], None]
) -> None:
    @in_virtual_time
    async def scenario() -> None:
        channel, agent = connected(tmp_path)
        with agent:
            agent.say(wire.stdout(b"last words"))
            await settled()
            last(channel, agent)
            await settled()
            assert channel.ended is not None
            assert await channel.receive() == [Stdout(b"last words")]
            for _ in range(2):
                with pytest.raises(ChannelClosedError, match=channel.ended):
                    await channel.receive()
            channel.close()

    scenario()


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (wire.frame(0x42), "broke the protocol: a frame of unknown type 0x42"),
        (b"\xff\xff\xff\xff\x83", "broke the protocol: a frame of 4294967295 bytes"),
        (wire.frame(wire.HELLO), "broke the protocol: a malformed frame of type 0x81"),
        (b"", "the sandbox ended"),
    ],
)
def test_a_waiting_receive_learns_why_nothing_more_comes(tmp_path: Path, sent: bytes, reason: str) -> None:
    @in_virtual_time
    async def scenario() -> None:
        channel, agent = connected(tmp_path)
        waiting = asyncio.create_task(channel.receive())
        await settled()
        if sent:
            agent.say(sent)
        else:
            agent.close()
        with pytest.raises(ChannelClosedError, match=reason):
            await waiting
        agent.close()
        channel.close()

    scenario()


@in_virtual_time
async def test_after_a_broken_protocol_nothing_more_is_read(tmp_path: Path) -> None:
    channel, agent = connected(tmp_path)
    with agent:
        agent.say(wire.frame(0x42))
        with pytest.raises(ChannelClosedError):
            await channel.receive()
        agent.say(wire.stdout(b"trust me"))
        await settled()
        with pytest.raises(ChannelClosedError):
            await channel.receive()
        channel.close()


@in_virtual_time
async def test_the_first_reason_of_several_ends_stays(tmp_path: Path) -> None:
    channel, agent = connected(tmp_path)
    with agent:
        assert channel.ended is None
        for reason in ("first", "second"):
            channel.end(reason)
        channel.close()
        channel.close()
        channel.end("third")
        assert channel.ended == "first"
        channel.send(wire.frame(wire.KILL))
        assert agent.pending() == []


@in_virtual_time
async def test_nothing_is_written_after_the_end(tmp_path: Path) -> None:
    channel, agent = connected(tmp_path)
    with agent:
        channel.end("over")
        channel.send(wire.frame(wire.KILL))
        sent = agent.pending()
        channel.close()
        assert sent == []


@in_virtual_time
async def test_wake_makes_a_waiting_receive_return_with_nothing(tmp_path: Path) -> None:
    channel, agent = connected(tmp_path)
    with agent:
        channel.wake()
        waiting = asyncio.create_task(channel.receive())
        await settled()
        assert not waiting.done()
        channel.wake()
        channel.wake()
        assert await waiting == []
        channel.close()


@in_virtual_time
async def test_a_receive_that_is_cancelled_loses_nothing(tmp_path: Path) -> None:
    channel, agent = connected(tmp_path)
    with agent:
        waiting = asyncio.create_task(channel.receive())
        await settled()
        waiting.cancel()
        await asyncio.wait([waiting])
        agent.say(wire.stdout(b"kept"))
        assert await channel.receive() == [Stdout(b"kept")]
        channel.close()


@in_virtual_time
async def test_the_end_of_the_agents_log_is_kept_and_no_more(tmp_path: Path) -> None:
    channel, agent = connected(tmp_path)
    with agent:
        agent.log(b"x" * 9000)
        agent.log(b"\xff cannot park\n")
        await settled()
        assert channel.log == "x" * (4096 - 14) + "\ufffd cannot park\n"
        channel.close()


@pytest.mark.parametrize(
    "how", ["quiet", "full both ways", "agent gone", "protocol broken", "never listened"]
)
def test_every_descriptor_is_given_back(tmp_path: Path, how: str) -> None:
    @in_virtual_time
    async def scenario() -> None:
        before = descriptors()
        channel = Channel(tmp_path)
        assert descriptors() == before + 3
        agent = FakeAgent(tmp_path)
        if how != "never listened":
            channel.listen()
        match how:
            case "full both ways":
                channel.send(bytes(4 * MIB))
                while agent.fill(wire.stdout(bytes(60_000)) * 20):
                    await settled()
            case "agent gone":
                agent.close()
            case "protocol broken":
                agent.say(wire.frame(0x42))
        await settled()
        channel.close()
        channel.close()
        agent.close()
        assert descriptors() == before

    scenario()
