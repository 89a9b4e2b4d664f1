"""What clients do with the files of a session that nobody has to wake up for."""

import asyncio
import gc
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from kept_sessions import LARGE, Kept, feed, on_disk, restored
from model_workspace import FILE, FOLDER, LINK, Item, Workspace
from session_programs import program, start, visiting
from virtual_time import in_virtual_time, settled

from executor.api import executor_pb2 as api
from executor.sessions import pack as packs
from executor.sessions.files import BadRangeError, Files, UnknownFileError
from executor.sessions.limits import LimitError
from executor.sessions.names import BadPathError, check_name

POLICY = api.SessionPolicy()
NOISE = random.Random(2).randbytes(3 << 20)

ITEMS = {
    b"a": Item(FILE, 0o600, 5, b"small"),
    b"d": Item(FOLDER, 0o750, 6),
    b"d/large": Item(FILE, 0o644, 7, LARGE),
    b"d/inner": Item(FOLDER, 0o755, 8),
    b"d/inner/other": Item(FILE, 0o644, 9, LARGE[::-1]),
    b"empty": Item(FOLDER, 0o755, 10),
    b"d.txt": Item(FILE, 0o644, 11),
    b"to-a": Item(LINK, 0o777, 12, b"a"),
    b"to-d": Item(LINK, 0o777, 13, b"./d"),
    b"d/up": Item(LINK, 0o777, 14, b"../a"),
    b"chain": Item(LINK, 0o777, 15, b"to-d/inner/../inner/other"),
    b"absolute": Item(LINK, 0o777, 16, b"/workspace/d/large"),
    b"dangling": Item(LINK, 0o777, 17, b"nothing"),
    b"outside": Item(LINK, 0o777, 18, b"/etc/passwd"),
    b"above": Item(LINK, 0o777, 19, b"../../etc/passwd"),
    b"loop": Item(LINK, 0o777, 20, b"loop"),
    b"ping": Item(LINK, 0o777, 21, b"pong/x"),
    b"pong": Item(LINK, 0o777, 22, b"ping/x"),
}


class Client:
    def __init__(self, folder: Path, **given: Any) -> None:
        self.kept = Kept(folder, **given)
        self.files = Files(self.kept.sessions)
        self.session = ""

    async def begin(self, items: dict[bytes, Item]) -> None:
        async with visiting(self.kept, start()) as (visit, sandbox):
            workspace = Workspace()
            workspace.items = dict(items)
            assert visit.keeping is not None
            feed(visit.keeping, *workspace.saved())
            self.session = (await visit.keep(sandbox, {})).session

    async def listed(self, folder: bytes = b"", after: bytes = b"", limit: int = 100) -> list[bytes]:
        found, _ = await self.files.listed(self.session, "t", folder, after, limit)
        return [one.name for one in found]

    async def read(self, name: bytes, offset: int = 0, length: int = 0) -> bytes:
        async with self.files.reading(self.session, "t", name, offset, length) as (_, pieces):
            return b"".join([piece async for piece in pieces])

    async def write(self, name: bytes, content: bytes, mode: int = 0, **policy: int) -> api.Entry:
        return await self.files.write(
            self.session, "t", name, mode, parts(content), api.SessionPolicy(**policy)
        )

    async def delete(self, name: bytes) -> None:
        await self.files.delete(self.session, "t", name)


async def parts(content: bytes, size: int = 70_000) -> AsyncIterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]


@pytest.fixture
async def client(tmp_path: Path) -> Client:
    made = Client(tmp_path)
    await made.begin(ITEMS)
    return made


async def found_again(client: Client) -> dict[bytes, Item]:
    """What the next program finds."""
    stored = client.kept.store.load(client.kept.place(client.session))
    assert stored is not None
    assert stored.head is not None
    return (await restored(client.kept.place(client.session), stored.head)).items


async def test_everything_is_listed_in_the_order_of_its_bytes(client: Client) -> None:
    assert await client.listed() == sorted(ITEMS)
    found, more = await client.files.listed(client.session, "t", b"", b"", 100)
    assert not more
    for one in found:
        item = ITEMS[one.name]
        link = item.kind == LINK
        assert (one.kind, one.mode, one.mtime_ns) == (item.kind, item.mode, item.mtime)
        assert (one.size, one.target) == (len(item.content), item.content if link else b"")


async def test_a_list_comes_in_pages(client: Client) -> None:
    names: list[bytes] = []
    more = True
    while more:
        found, more = await client.files.listed(client.session, "t", b"", names[-1] if names else b"", 4)
        assert len(found) == 4 or not more
        names += [one.name for one in found]
    assert names == sorted(ITEMS)
    found, more = await client.files.listed(client.session, "t", b"", b"", len(ITEMS))
    assert (len(found), more) == (len(ITEMS), False)


@pytest.mark.parametrize(
    ("folder", "names"),
    [
        (b"d", [b"d/inner", b"d/inner/other", b"d/large", b"d/up"]),
        (b"d/inner", [b"d/inner/other"]),
        (b"to-d", [b"d/inner", b"d/inner/other", b"d/large", b"d/up"]),
        (b"to-d/inner", [b"d/inner/other"]),
        (b"empty", []),
    ],
)
async def test_a_folder_is_listed_also_through_links(
    client: Client, folder: bytes, names: list[bytes]
) -> None:
    assert await client.listed(folder) == names


@pytest.mark.parametrize(
    ("folder", "error"),
    [
        (b"a", BadPathError),
        (b"to-a", BadPathError),
        (b"nothing", UnknownFileError),
        (b"dangling", UnknownFileError),
        (b"outside", UnknownFileError),
        (b"loop", UnknownFileError),
        (b"a/b", UnknownFileError),
        (b"/", BadPathError),
        (b"d/", BadPathError),
        (b"..", BadPathError),
    ],
)
async def test_what_is_no_folder_is_not_listed(client: Client, folder: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        await client.listed(folder)


@pytest.mark.parametrize(
    ("name", "there"),
    [
        (b"a", b"a"),
        (b"d/large", b"d/large"),
        (b"d/inner/other", b"d/inner/other"),
        (b"d.txt", b"d.txt"),
        (b"to-a", b"a"),
        (b"d/up", b"a"),
        (b"to-d/up", b"a"),
        (b"to-d/large", b"d/large"),
        (b"chain", b"d/inner/other"),
        (b"absolute", b"d/large"),
    ],
)
async def test_files_are_read_through_links(client: Client, name: bytes, there: bytes) -> None:
    async with client.files.reading(client.session, "t", name, 0, 0) as (entry, pieces):
        assert (entry.name, entry.size) == (there, len(ITEMS[there].content))
        assert b"".join([piece async for piece in pieces]) == ITEMS[there].content


@pytest.mark.parametrize(
    ("name", "error"),
    [
        (b"d", BadPathError),
        (b"to-d", BadPathError),
        (b"nothing", UnknownFileError),
        (b"a/b", UnknownFileError),
        (b"dangling", UnknownFileError),
        (b"outside", UnknownFileError),
        (b"above", UnknownFileError),
        (b"loop", UnknownFileError),
        (b"ping", UnknownFileError),
        (b"", BadPathError),
        (b"../a", BadPathError),
        (b"a\0", BadPathError),
    ],
)
async def test_what_is_no_file_of_the_workspace_is_not_read(
    client: Client, name: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await client.read(name)


@pytest.mark.parametrize("name", [b"a", b"d/large", b"d/inner/other"])
@pytest.mark.parametrize("offset", [0, 1, 4, -1, -5, -(10**9)])
@pytest.mark.parametrize("length", [0, 1, 3, 10**12])
async def test_a_part_of_a_file_is_read(client: Client, name: bytes, offset: int, length: int) -> None:
    content = ITEMS[name].content
    begin = max(len(content) + offset, 0) if offset < 0 else offset
    expected = content[begin : begin + length] if length else content[begin:]
    assert await client.read(name, offset, length) == expected


@pytest.mark.parametrize(
    ("name", "offset"), [(b"a", 5), (b"a", 6), (b"d/large", len(LARGE)), (b"d.txt", 1), (b"d.txt", -1)]
)
async def test_what_begins_beyond_the_end_is_refused_with_the_size(
    client: Client, name: bytes, offset: int
) -> None:
    with pytest.raises(BadRangeError, match=f"has {len(ITEMS[name].content)} bytes"):
        await client.read(name, offset)


async def test_an_empty_file_is_read(client: Client) -> None:
    assert await client.read(b"d.txt") == b""


@pytest.mark.parametrize("at", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (2 << 20) + 5, -1, -(1 << 20)])
async def test_parts_of_a_file_that_was_written_in_several_pieces(client: Client, at: int) -> None:
    await client.write(b"noise", NOISE)
    begin = at if at >= 0 else len(NOISE) + at
    assert await client.read(b"noise", at, 100_000) == NOISE[begin : begin + 100_000]
    assert await client.read(b"noise", at) == NOISE[begin:]


async def test_files_of_several_packs_are_read(client: Client) -> None:
    contents = {b"%d" % number: bytes([number]) * 5000 for number in range(25)}
    for name, content in contents.items():
        await client.write(name, content)
    for name, content in contents.items():
        assert await client.read(name) == content
    assert await client.read(b"d/large") == LARGE
    client.kept.counted()


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 1024, b"x" * 1025, NOISE])
@pytest.mark.parametrize("name", [b"new", b"a", b"d/large"])
async def test_what_is_written_is_there_for_clients_and_programs(
    client: Client, name: bytes, content: bytes
) -> None:
    before = await found_again(client)
    entry = await client.write(name, content, 0o755)
    assert (entry.name, entry.kind, entry.size, entry.mode) == (name, FILE, len(content), 0o755)
    assert await client.read(name) == content
    after = await found_again(client)
    assert after.pop(name) == Item(FILE, 0o755, entry.mtime_ns, content)
    before.pop(name, None)
    assert after == before
    client.kept.counted()


@pytest.mark.parametrize(("asked", "mode"), [(0, 0o644), (0o1, 0o1), (0o104755, 0o755), (0o4000, 0o644)])
async def test_a_mode_is_permissions_and_0644_unless_it_is_said(
    client: Client, asked: int, mode: int
) -> None:
    assert (await client.write(b"new", b"x", asked)).mode == mode


@pytest.mark.parametrize(
    ("name", "there"),
    [
        (b"to-a", b"a"),
        (b"to-d/large", b"d/large"),
        (b"to-d/new", b"d/new"),
        (b"to-d/x/y", b"d/x/y"),
        (b"absolute", b"d/large"),
        (b"chain", b"d/inner/other"),
    ],
)
async def test_what_is_written_goes_through_links(client: Client, name: bytes, there: bytes) -> None:
    assert (await client.write(name, b"written")).name == there
    assert await client.read(there) == b"written"
    assert (await found_again(client))[b"to-d"] == ITEMS[b"to-d"]


async def test_missing_folders_are_made(client: Client) -> None:
    await client.write(b"x/y/z/file", b"1")
    await client.write(b"d/y/file", b"2")
    assert await client.listed(b"x") == [b"x/y", b"x/y/z", b"x/y/z/file"]
    after = await found_again(client)
    assert {after[name].mode for name in (b"x", b"x/y", b"x/y/z", b"d/y")} == {0o755}
    assert after[b"d"] == ITEMS[b"d"]


async def test_folders_keep_their_times_when_what_was_in_them_goes(client: Client) -> None:
    await client.write(b"d/y/z/file", b"2")
    await client.delete(b"d/y/z/file")
    after = await found_again(client)
    assert after[b"d"] == ITEMS[b"d"]
    assert after[b"d/y/z"].kind == FOLDER
    found, _ = await client.files.listed(client.session, "t", b"", b"", 100)
    assert {one.name: one.mtime_ns for one in found} == {name: item.mtime for name, item in after.items()}


@pytest.mark.parametrize(
    "name", [b"d", b"to-d", b"a/b", b"a/b/c", b"to-a/b", b"dangling", b"outside", b"loop", b"dangling/x", b""]
)
async def test_what_cannot_be_written_is_refused_and_changes_nothing(client: Client, name: bytes) -> None:
    there = on_disk(client.kept.folder)
    with pytest.raises(BadPathError):
        await client.write(name, LARGE)
    assert on_disk(client.kept.folder) == there


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        (b"a", {b"a"}),
        (b"d/large", {b"d/large"}),
        (b"to-d", {b"to-d"}),
        (b"loop", {b"loop"}),
        (b"to-d/large", {b"d/large"}),
        (b"d", {b"d", b"d/inner", b"d/inner/other", b"d/large", b"d/up"}),
        (b"d/inner", {b"d/inner", b"d/inner/other"}),
        (b"empty", {b"empty"}),
    ],
)
async def test_what_is_deleted_is_gone_with_all_that_is_in_it(
    client: Client, name: bytes, gone: set[bytes]
) -> None:
    await client.delete(name)
    assert (await found_again(client)).keys() == ITEMS.keys() - gone
    assert await client.listed() == sorted(ITEMS.keys() - gone)
    client.kept.counted()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        (b"nothing", UnknownFileError),
        (b"nothing/x", UnknownFileError),
        (b"d/nothing", UnknownFileError),
        (b"a/b", BadPathError),
        (b"", BadPathError),
        (b".", BadPathError),
    ],
)
async def test_what_is_not_there_is_not_deleted(client: Client, name: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        await client.delete(name)


async def test_a_bare_session_has_no_files_until_one_is_written(tmp_path: Path) -> None:
    client = Client(tmp_path)
    client.session = (await program(client.kept)).session
    assert await client.listed() == []
    with pytest.raises(UnknownFileError):
        await client.listed(b"d")
    with pytest.raises(UnknownFileError):
        await client.read(b"a")
    with pytest.raises(UnknownFileError):
        await client.delete(b"a")
    await client.write(b"x/a", b"1", idle_timeout_ms=5000)
    assert await client.read(b"x/a") == b"1"
    assert (await client.kept.sessions.get(client.session, "t")).idle_timeout_ms == 5000


async def test_deleting_is_possible_when_everything_is_full(client: Client) -> None:
    full = Kept(client.kept.folder, sessions_disk=0, session_bytes=1, session_bytes_tenant=0)
    await Files(full.sessions).delete(client.session, "t", b"d")
    assert (await found_again(client)).keys() == {name for name in ITEMS if not name.startswith(b"d/")} - {
        b"d"
    }


@pytest.mark.parametrize("size", [1000, 1001])
async def test_a_file_is_written_up_to_the_limit_of_its_session(tmp_path: Path, size: int) -> None:
    client = Client(tmp_path)
    await client.begin({b"a": Item(FILE, 0o644, 1, b"x" * 100)})
    limit = 512 + 100 + 512 + 1000
    if size > 1000:
        there = on_disk(tmp_path)
        with pytest.raises(LimitError) as error:
            await client.write(b"new", b"y" * size, session_bytes=limit)
        assert error.value.limit == api.SESSION_BYTES
        assert on_disk(tmp_path) == there
    else:
        await client.write(b"new", b"y" * size, session_bytes=limit)
    # One that takes the place of another takes its room too.
    await client.write(b"a", b"z" * 100, session_bytes=limit)
    client.kept.counted()


async def test_an_upload_over_the_limit_is_refused_before_all_of_it_has_come(client: Client) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1000

    with pytest.raises(LimitError) as error:
        await client.files.write(
            client.session, "t", b"new", 0, endless(), api.SessionPolicy(session_bytes=5000)
        )
    assert (error.value.limit, sent) == (api.SESSION_BYTES, 6)


async def test_a_write_over_the_limit_of_the_tenant_changes_nothing(client: Client) -> None:
    there = on_disk(client.kept.folder)
    with pytest.raises(LimitError) as error:
        await client.write(b"new", NOISE, tenant_bytes=100_000)
    assert error.value.limit == api.TENANT_BYTES
    assert on_disk(client.kept.folder) == there
    client.kept.counted()


async def test_a_disk_that_is_full_is_told_as_a_limit(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Any:
        raise OSError(28, "No space left on device")

    there = on_disk(client.kept.folder)
    for name in ("write", "close"):
        with monkeypatch.context() as patch:
            patch.setattr(packs.PackWriter, name, full)
            with pytest.raises(LimitError) as error:
                await client.write(b"new", NOISE)
            assert error.value.limit == api.HOST_BYTES
        assert on_disk(client.kept.folder) == there
    await client.write(b"new", NOISE)


async def test_an_upload_that_breaks_off_changes_nothing(client: Client) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        raise ConnectionResetError

    there = on_disk(client.kept.folder)
    with pytest.raises(ConnectionResetError):
        await client.files.write(client.session, "t", b"new", 0, broken(), POLICY)
    assert on_disk(client.kept.folder) == there


@in_virtual_time
async def test_a_slow_upload_holds_up_nobody_and_a_write_waits_for_its_turn(tmp_path: Path) -> None:
    client = Client(tmp_path)
    await client.begin(ITEMS)
    more = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"begin "
        await more.wait()
        yield b"end"

    writing = asyncio.create_task(client.files.write(client.session, "t", b"new", 0, slow(), POLICY))
    await settled()
    await program(client.kept, client.session, {b"b": b"2"})
    async with visiting(client.kept, start(client.session)):
        more.set()
        await settled()
        assert not writing.done()
        # Reading waits for nobody.
        assert await client.listed() == [b"b"]
    await writing
    assert await client.listed() == [b"b", b"new"]
    assert await client.read(b"new") == b"begin end"


async def test_writing_makes_a_session_cold(client: Client) -> None:
    await program(client.kept, client.session, {b"b": b"2"})
    token = client.session.rpartition("_")[2]
    assert token in client.kept.pins.there
    await client.write(b"c", b"3")
    assert client.kept.pins.unpinned == [(token, False)]
    async with visiting(client.kept, start(client.session)) as (visit, _):
        assert visit.head.entries.keys() == {b"b", b"c"}


async def test_what_is_being_read_stays_readable_while_it_is_replaced(client: Client) -> None:
    await client.write(b"noise", NOISE)
    async with client.files.reading(client.session, "t", b"noise", 0, 0) as (_, pieces):
        first = await anext(pieces)
        await client.write(b"noise", b"replaced")
        await client.delete(b"d")
        rest = [piece async for piece in pieces]
    assert first + b"".join(rest) == NOISE
    assert await client.read(b"noise") == b"replaced"


# A file that stays open is an error of its own here.
async def test_what_is_not_read_to_its_end_is_given_back(client: Client) -> None:
    await client.write(b"noise", NOISE)
    async with client.files.reading(client.session, "t", b"noise", 0, 0) as (_, pieces):
        await anext(pieces)
    async with client.files.reading(client.session, "t", b"noise", 0, 0):
        pass
    gc.collect()


@pytest.mark.parametrize(
    "name", [b"a", b"a/b", b"...", b".a", b"a b\n\xff", b"x" * 255, b"/".join([b"x"] * 129)]
)
def test_names_that_can_be(name: bytes) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (b"", "no empty part"),
        (b"/", "no empty part"),
        (b"/a", "no empty part"),
        (b"a/", "no empty part"),
        (b"a//b", "no empty part"),
        (b".", "no empty part"),
        (b"a/./b", "no empty part"),
        (b"..", "no empty part"),
        (b"a/../b", "no empty part"),
        (b"a\0", "no NUL"),
        (b"x" * 256, "at most"),
        (b"a/" + b"x" * 256, "at most"),
        (b"/".join([b"x"] * 130), "at most"),
        (b"/".join([b"x" * 204] * 20), "at most"),
    ],
)
def test_names_that_cannot_be(name: bytes, reason: str) -> None:
    with pytest.raises(BadPathError, match=reason):
        check_name(name)
