import struct
from itertools import pairwise

import agent_wire as wire
import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor import frames
from executor.frames import (
    Credit,
    Decoder,
    Exit,
    ExitReason,
    Failed,
    FrameError,
    Hello,
    Parked,
    Stderr,
    Stdout,
)

HEADER = 5

u8, u16, u32, u64 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64))
data = st.binary(max_size=300)
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,10}", fullmatch=True)
environments = st.dictionaries(names, text, max_size=5)

# What an agent may say, each as its bytes and the frame that they mean.
said = st.one_of(
    u32.map(lambda n: (wire.hello(n), Hello(n))),
    u64.map(lambda n: (wire.parked(n), Parked(n))),
    data.map(lambda d: (wire.stdout(d), Stdout(d))),
    data.map(lambda d: (wire.stderr(d), Stderr(d))),
    u32.map(lambda n: (wire.credit(n), Credit(n))),
    u16.map(lambda n: (wire.saved(n), frames.Saved(n))),
    data.map(lambda d: (wire.frame(wire.SAVED_MORE, d), frames.SavedMore(d))),
    st.tuples(st.sampled_from(frames.Place), st.sampled_from(frames.Kind), u32, u64, data, data).map(
        lambda e: (
            wire.frame(
                wire.SAVED_ENTRY, wire.entry(e[4], e[5], place=e[0], kind=e[1], mode=e[2], mtime=e[3])
            ),
            frames.SavedEntry(*e),
        )
    ),
    st.tuples(u16, text).map(lambda e: (wire.failed(e[0], e[1].encode()), Failed(*e))),
    st.tuples(u8, st.sampled_from(ExitReason), u64, u64, u64).map(
        lambda e: (
            wire.exited(e[0], reason=e[1], wall=e[2], cpu=e[3], rss=e[4]),
            Exit(e[0], None, *e[1:]),
        )
    ),
    st.tuples(u8, st.sampled_from(ExitReason), u64, u64, u64).map(
        lambda e: (
            wire.exited(signal=e[0], reason=e[1], wall=e[2], cpu=e[3], rss=e[4]),
            Exit(None, e[0], *e[1:]),
        )
    ),
)


@given(st.sampled_from(frames.Place), st.integers(0, 3), u64)
def test_save_says_what_the_protocol_page_says(place: frames.Place, what: int, size: int) -> None:
    said = payload(frames.save(place, frames.Saving(what), size), wire.SAVE)
    assert said == bytes([place, what]) + size.to_bytes(8, "little")


@given(st.binary(min_size=1, max_size=100))
def test_remove_says_what_the_protocol_page_says(name: bytes) -> None:
    said = payload(frames.remove(name), wire.REMOVE)
    assert said == b"\0" + len(name).to_bytes(4, "little") + name


def payload(encoded: bytes, kind: int) -> bytes:
    ((found, content),) = wire.split(encoded)
    assert found == kind
    return content


def in_pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [stream[begin:end] for begin, end in pairwise(places)]


@given(u32, u32, u64, u64, u32, st.lists(text, max_size=4), environments)
def test_configure_says_what_the_protocol_page_says(
    uid: int, gid: int, tmp: int, workspace: int, window: int, argv: list[str], env: dict[str, str]
) -> None:
    shape = frames.CellShape(uid, gid, tmp, workspace, window)
    found = wire.Configured.read(payload(frames.configure(shape, argv, env), wire.CONFIGURE))
    variables = [f"{name}={value}" for name, value in env.items()]
    assert found == wire.Configured(uid, gid, tmp, workspace, window, argv, variables)


@given(st.booleans(), st.booleans(), u32, u32, u64, u64, u64, st.lists(text, max_size=4), environments)
def test_start_says_what_the_protocol_page_says(
    parked: bool,
    further: bool,
    nproc: int,
    files: int,
    size: int,
    stack: int,
    cpu: int,
    argv: list[str],
    env: dict[str, str],
) -> None:
    limits = frames.ProcessLimits(nproc, files, size, stack, cpu)
    begin = frames.start(limits, argv, env, parked=parked, further=parked and further)
    found = wire.Started.read(payload(begin, wire.START))
    variables = [f"{name}={value}" for name, value in env.items()]
    assert found == wire.Started(parked, parked and further, nproc, files, size, stack, cpu, argv, variables)


@pytest.mark.parametrize("size", [0, 1, 65_000, 65_536, 131_072, 200_001])
@given(name=text.filter(bool), mode=st.integers(0, 0o777), seed=u8)
def test_a_file_of_any_size_arrives_whole(name: str, mode: int, seed: int, size: int) -> None:
    content = bytes([seed]) * size
    (kind, first), *more = (
        one for part in frames.file(name.encode(), content, mode) for one in wire.split(part)
    )
    assert kind == wire.FILE
    assert {kind for kind, _ in more} <= {wire.FILE_MORE}
    assert wire.file_of(first, *(rest for _, rest in more)) == (mode, name, content)


@pytest.mark.parametrize("length", [65_510, 65_518])
def test_a_file_whose_name_fills_its_frame_still_brings_its_content(length: int) -> None:
    parts = [one for part in frames.file(b"n" * length, b"content") for one in wire.split(part)]
    assert wire.file_of(parts[0][1], *(rest for _, rest in parts[1:])) == (0o644, "n" * length, b"content")


@pytest.mark.parametrize(
    ("encoded", "kind", "content"),
    [
        (frames.park(keep_workspace=False), wire.PARK, b"\0"),
        (frames.park(keep_workspace=True), wire.PARK, b"\1"),
        (frames.stdin(b"data"), wire.STDIN, b"data"),
        (frames.STDIN_EOF, wire.STDIN_EOF, b""),
        (frames.signal(15), wire.SIGNAL, b"\x0f"),
        (frames.KILL, wire.KILL, b""),
    ],
)
def test_a_small_command_says_what_the_protocol_page_says(encoded: bytes, kind: int, content: bytes) -> None:
    assert payload(encoded, kind) == content


def test_what_does_not_fit_in_a_frame_is_never_sent() -> None:
    limits = frames.ProcessLimits(1, 1, 1, 1, 1)
    assert len(frames.stdin(bytes(wire.MAX_PAYLOAD))) == HEADER + wire.MAX_PAYLOAD
    with pytest.raises(ValueError, match="STDIN: 65537 bytes"):
        frames.stdin(bytes(wire.MAX_PAYLOAD + 1))
    with pytest.raises(ValueError, match="START"):
        frames.start(limits, ["x" * wire.MAX_PAYLOAD], {}, parked=False)
    with pytest.raises(ValueError, match="FILE"):
        list(frames.file(b"n" * wire.MAX_PAYLOAD, b""))


@given(st.lists(said, max_size=12), st.lists(st.integers(0, 10**6), max_size=20))
def test_a_stream_means_the_same_however_it_is_cut(
    script: list[tuple[bytes, frames.Frame]], cuts: list[int]
) -> None:
    stream, decoder = b"".join(encoded for encoded, _ in script), Decoder()
    found = [one for piece in in_pieces(stream, cuts) for one in decoder.feed(piece)]
    assert found == [meant for _, meant in script]


def test_a_frame_comes_out_with_its_last_byte_and_not_before() -> None:
    decoder, encoded = Decoder(), wire.stdout(b"abc")
    assert [decoder.feed(bytes([byte])) for byte in encoded] == [[]] * 7 + [[Stdout(b"abc")]]


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_arbitrary_bytes_give_frames_or_a_frame_error_and_nothing_else(pieces: list[bytes]) -> None:
    check_bounds(pieces)


@given(st.lists(st.one_of(said.map(lambda one: one[0]), data), max_size=12), st.lists(u32, max_size=12))
def test_frames_with_garbage_between_them_give_frames_or_a_frame_error(
    parts: list[bytes], cuts: list[int]
) -> None:
    check_bounds(in_pieces(b"".join(parts), cuts))


def check_bounds(pieces: list[bytes]) -> None:
    """No more comes out than went in, and what is kept is less than one frame."""
    decoder, fed, returned = Decoder(), 0, 0
    for piece in pieces:
        fed += len(piece)
        try:
            found = decoder.feed(piece)
        except FrameError:
            return
        returned += sum(HEADER + content_size(one) for one in found)
        assert returned <= fed - len(decoder._rest)
        assert len(decoder._rest) < HEADER + wire.MAX_PAYLOAD


def content_size(found: frames.Frame) -> int:
    match found:
        case Stdout(content) | Stderr(content):
            return len(content)
        case Failed(_, said_text):
            # What is no UTF-8 becomes at most one character a byte.
            return 2 + len(said_text)
        case Exit():
            return 27
        case Parked():
            return 8
        case frames.SavedEntry(name=name, content=content):
            return 18 + len(name) + len(content)
        case frames.SavedMore(content):
            return len(content)
        case frames.Saved():
            return 2
        case Hello() | Credit():
            return 4


def test_at_most_one_incomplete_frame_is_kept_of_an_endless_stream() -> None:
    decoder, encoded = Decoder(), wire.stdout(bytes(wire.MAX_PAYLOAD))
    for _ in range(20):
        assert decoder.feed(encoded[:-1]) == []
        assert len(decoder._rest) == len(encoded) - 1
        assert decoder.feed(encoded[-1:] + encoded) == [Stdout(bytes(wire.MAX_PAYLOAD))] * 2
        assert decoder._rest == b""


@pytest.mark.parametrize("length", [wire.MAX_PAYLOAD + 1, 2**31, 2**32 - 1])
def test_a_length_over_the_limit_is_refused_before_any_of_it_has_come(length: int) -> None:
    with pytest.raises(FrameError, match=f"a frame of {length} bytes"):
        Decoder().feed(struct.pack("<IB", length, wire.STDOUT))


def test_the_largest_frame_is_not_over_the_limit() -> None:
    assert Decoder().feed(wire.stdout(bytes(wire.MAX_PAYLOAD))) == [Stdout(bytes(wire.MAX_PAYLOAD))]


@pytest.mark.parametrize("kind", sorted({*range(256)} - {*range(0x81, 0x8B)}))
def test_a_frame_of_an_unknown_type_is_refused_by_name(kind: int) -> None:
    with pytest.raises(FrameError, match=f"unknown type {kind:#x}$"):
        Decoder().feed(wire.frame(kind))


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(wire.frame(wire.HELLO), id="hello empty"),
        pytest.param(wire.frame(wire.HELLO, bytes(3)), id="hello short"),
        pytest.param(wire.frame(wire.HELLO, bytes(5)), id="hello long"),
        pytest.param(wire.frame(wire.PARKED, bytes(7)), id="parked short"),
        pytest.param(wire.frame(wire.PARKED, bytes(9)), id="parked long"),
        pytest.param(wire.frame(wire.EXIT), id="exit empty"),
        pytest.param(wire.frame(wire.EXIT, bytes(26)), id="exit short"),
        pytest.param(wire.frame(wire.EXIT, bytes(28)), id="exit long"),
        pytest.param(wire.frame(wire.EXIT, b"\2" + bytes(26)), id="exit of an unknown kind"),
        pytest.param(wire.frame(wire.EXIT, b"\0\0\3" + bytes(24)), id="exit for an unknown reason"),
        pytest.param(wire.frame(wire.CREDIT, bytes(3)), id="credit short"),
        pytest.param(wire.frame(wire.CREDIT, bytes(5)), id="credit long"),
        pytest.param(wire.frame(wire.ERROR), id="error empty"),
        pytest.param(wire.frame(wire.ERROR, bytes(1)), id="error short"),
    ],
)
def test_a_malformed_payload_is_refused_by_name(broken: bytes) -> None:
    with pytest.raises(FrameError, match=rf"{broken[4]:#x}|EXIT"):
        Decoder().feed(wire.stdout(b"before") + broken)


def test_an_error_text_that_is_not_utf_8_is_still_readable() -> None:
    assert Decoder().feed(wire.failed(2, b"no \xff")) == [Failed(2, "no \ufffd")]
