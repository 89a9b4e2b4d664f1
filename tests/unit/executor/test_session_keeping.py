"""A workspace goes to disk and comes back: what agents tell, what is kept, what the next program finds."""

import asyncio
import errno
from pathlib import Path
from typing import Any

import agent_wire as wire
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_sessions import (
    LARGE,
    Line,
    blank,
    contents,
    feed,
    keeping,
    named,
    on_disk,
    restored,
    run,
    save,
)
from model_workspace import FILE, FOLDER, LINK, SAME, Item, Workspace
from virtual_time import in_virtual_time

from executor import frames
from executor.api import executor_pb2 as api
from executor.frames import UnexpectedFrameError
from executor.sessions import draft
from executor.sessions import keeping as module
from executor.sessions import pack as packs
from executor.sessions.head import BrokenSessionError, Head
from executor.sessions.ids import Ids
from executor.sessions.keeping import Keeping
from executor.sessions.limits import LimitError, Policy
from executor.sessions.store import Place, Store

TOKEN = Ids("here", b"secret").new("t").token
AMPLE = Policy(600_000, 1000, 1 << 40, 1 << 40)
DEFAULTS = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def entry(name: bytes, content: bytes = b"", *, kind: int = FILE, mode: int = 0o644, mtime: int = 7) -> bytes:
    return wire.frame(wire.SAVED_ENTRY, wire.entry(name, content, kind=kind, mode=mode, mtime=mtime))


def environment(data: bytes, *, name: bytes = b"environment", kind: int = FILE) -> bytes:
    return wire.frame(wire.SAVED_ENTRY, wire.entry(name, data, place=wire.BUILD, kind=kind))


def somewhere(folder: Path) -> Place:
    folder.mkdir(exist_ok=True)
    return Place(folder, TOKEN)


def kept(one: Keeping, *stream: bytes) -> Head:
    """The session after an agent has said this."""
    feed(one, *stream, wire.saved())
    return run(one.finish(DEFAULTS))


def refusal(one: Keeping, *stream: bytes) -> api.Limit.ValueType:
    with pytest.raises(LimitError) as error:
        kept(one, *stream)
    return error.value.limit


# Sizes beside every threshold, when these are as small as the property makes them.
SIZES = st.sampled_from([0, 1, 99, 100, 101, 399, 400, 401, 3000, 9000, 140_000])
NAMES = st.sampled_from([b"a", b"b", b"c", b"d/a", b"d/b", b"d/e/a", b"d/e/f/a", b"g/a", b"\xff\x01", b"e"])
FOLDERS = st.sampled_from([b"d", b"d/e", b"d/e/f", b"g", b"h", b"h/i"])
MODES = st.sampled_from([0, 0o400, 0o644, 0o755, 0o777])
TIMES = st.sampled_from([1, 10**9 - 1, 1_700_000_000_123_456_789, 2**63])

STEPS = st.one_of(
    st.tuples(st.just("write"), NAMES, SIZES, st.integers(0, 255), MODES, TIMES),
    st.tuples(st.just("folder"), FOLDERS, MODES, TIMES),
    st.tuples(st.just("link"), NAMES, st.sampled_from([b"a", b"../..", b"/etc/passwd", b"x" * 4096]), TIMES),
    st.tuples(st.just("remove"), st.one_of(NAMES, FOLDERS)),
    st.tuples(st.just("rename"), NAMES, NAMES),
    st.tuples(st.just("touch"), st.one_of(NAMES, FOLDERS), MODES, TIMES),
)
# What a program does, what comes with it, and whether the sandbox is still there for the next one.
GENERATIONS = st.lists(
    st.tuples(
        st.lists(STEPS, max_size=12), st.dictionaries(NAMES, SIZES, max_size=2), st.booleans(), st.booleans()
    ),
    min_size=1,
    max_size=7,
)


class Program:
    """Changes a workspace as a program would; what a real one could not do, it does not do either."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.items = workspace.items

    def _can_be(self, name: bytes) -> bool:
        parts = name.split(b"/")
        above = [b"/".join(parts[:count]) for count in range(1, len(parts))]
        return all(one not in self.items or self.items[one].kind == FOLDER for one in above)

    def write(self, name: bytes, size: int, seed: int, mode: int, mtime: int) -> None:
        if self._can_be(name) and self.items.get(name, Item(FILE, 0, 0)).kind == FILE:
            content = (LARGE[seed:] * 8)[:size]
            self.workspace.put(name, Item(FILE, mode, mtime, content))

    def folder(self, name: bytes, mode: int, mtime: int) -> None:
        if self._can_be(name) and name not in self.items:
            self.workspace.put(name, Item(FOLDER, mode, mtime))

    def link(self, name: bytes, target: bytes, mtime: int) -> None:
        if self._can_be(name) and name not in self.items:
            self.workspace.put(name, Item(LINK, 0o777, mtime, target))

    def remove(self, name: bytes) -> None:
        self.workspace.remove(name)

    def rename(self, old: bytes, new: bytes) -> None:
        there = self.items.get(old)
        if there is not None and there.kind == FILE and self._can_be(new) and new not in self.items:
            self.remove(old)
            self.workspace.put(new, there)

    def touch(self, name: bytes, mode: int, mtime: int) -> None:
        there = self.items.get(name)
        if there is not None and there.kind != LINK:
            self.items[name] = Item(there.kind, mode, mtime, there.content)


async def lives(folder: Path, generations: list[Any]) -> None:
    """Several programs, one after the other, in a session."""
    store = Store(folder, 1 << 40)
    place = store.place("t", TOKEN)
    workspace, there = Workspace(), False
    most = draft._SMALL_IN_ALL
    for steps, sent, passing, stays in generations:
        stored = store.load(place)
        head = stored.head if stored is not None and stored.head is not None else blank()
        files = [api.File(name=name.decode("latin-1"), content=LARGE[:size]) for name, size in sent.items()]
        program = Program(workspace if there else await restored(place, head))
        fits = [one for one in files if program._can_be(one.name.encode())]
        fits = [one for one in fits if program.items.get(one.name.encode(), Item(FILE, 0, 0)).kind == FILE]
        if len({one.name.encode().split(b"/")[0] for one in fits}) < len(fits):
            fits = fits[:1]
        start = api.Start(files=fits, passing_entry=passing and bool(fits))
        before = dict(program.items)
        for file in fits:
            program.workspace.obey(b"".join(frames.file(file.name.encode(), file.content)))
        for verb, *rest in steps:
            getattr(program, verb)(*rest)
        one = keeping(place, head, start, there=there)
        for frame in program.workspace.saved(first=30_000):
            feed(one, frame)
            if one.full:
                await one.flush()
        new = await one.finish({})
        stored = store.commit(place, new, stored, AMPLE, 2000)
        one.abandon()
        # The program's own file is gone unless it was there before or has been changed.
        left = dict(program.items)
        entry = fits[0].name.encode() if start.passing_entry else None
        unchanged = entry in left and left[entry].kind == FILE and left[entry].content == fits[0].content
        if entry is not None and entry not in before and unchanged:
            assert one.passing == entry
            del left[entry]
            program.workspace.obey(frames.remove(entry))
        else:
            assert one.passing is None
        assert stored.head is not None
        assert (await restored(place, stored.head)).items == left
        again = store.load(place)
        assert again is not None
        assert again.head is not None
        assert again.head.same_as(stored.head)
        assert again.head.size == sum(512 + len(item.content) for item in left.values())
        small = [one for one in stored.head.entries.values() if one.kind == FILE and not one.pack]
        assert sum(one.size for one in small) <= most
        assert on_disk(folder).keys() == named(store, TOKEN)
        assert store.usage == Store(folder, 0).usage
        workspace, there = program.workspace, stays


@settings(max_examples=150, deadline=None)
@given(generations=GENERATIONS)
def test_whatever_programs_do_the_next_one_finds_it_again(
    tmp_path_factory: pytest.TempPathFactory, generations: list[Any]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draft, "_SMALL", 100)
        patch.setattr(draft, "_SMALL_IN_ALL", 400)
        patch.setattr(draft, "_MOST_PACKS", 3)
        patch.setattr(draft, "_LITTLE", 5000)
        patch.setattr(packs, "CHUNK", 8000)
        patch.setattr(module, "CHUNK", 8000)
        run(lives(tmp_path_factory.mktemp("kept"), generations))


def test_small_files_are_in_the_head_as_far_as_there_is_room_for_them_in_every_generation(
    tmp_path: Path,
) -> None:
    place, head = somewhere(tmp_path), blank()
    for generation in range(4):
        one = keeping(place, head)
        # New ones come first, so that those from before find the room taken.
        fresh = [entry(b"%d-%d" % (generation, number), b"x" * 1024) for number in range(64)]
        head = kept(one, *fresh, *[entry(name, kind=SAME) for name in head.entries])
        inline = [one for one in head.entries.values() if not one.pack]
        assert sum(one.size for one in inline) <= 64 * 1024
        assert len(head.entries) == 64 * (generation + 1)
    assert len(inline) == 64
    found = run(restored(place, head)).items
    assert {item.content for item in found.values()} == {b"x" * 1024}


def test_a_file_that_is_written_again_and_again_stays_in_the_head(tmp_path: Path) -> None:
    place, head = somewhere(tmp_path), blank()
    for generation in range(4):
        files = [entry(b"%d" % number, b"%d" % generation * 1000) for number in range(65)]
        head = kept(keeping(place, head), *files)
        assert len(head.packs) == 0


def test_a_session_of_small_files_is_one_file_and_a_large_one_is_a_second(tmp_path: Path) -> None:
    place = somewhere(tmp_path)
    assert kept(keeping(place, blank()), entry(b"a", b"x" * 1024)).packs == {}
    head = kept(keeping(place, blank()), entry(b"a", b"x" * 1025), entry(b"b"))
    assert [(one.number, one.files, one.content_bytes) for one in head.packs.values()] == [(1, 1, 1025)]
    assert head.packs[1].disk_bytes == place.pack(1).stat().st_size


@pytest.mark.parametrize(
    ("of_use", "of_none", "anew"),
    [(2000, 10_000, False), (2000, 10_001, True), (12_000, 12_000, False), (12_000, 12_001, True)],
)
def test_a_pack_is_written_anew_when_much_of_it_and_more_than_half_is_of_no_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of_use: int, of_none: int, anew: bool
) -> None:
    monkeypatch.setattr(draft, "_LITTLE", 10_000)
    place = somewhere(tmp_path)
    head = kept(keeping(place, blank()), entry(b"a", b"a" * of_none), entry(b"b", b"b" * of_use))
    head = kept(keeping(place, head), entry(b"b", kind=SAME))
    assert list(head.packs) == [2 if anew else 1]
    assert contents(place, head) == {b"b": b"b" * of_use}


def test_a_pack_of_which_nothing_is_of_use_is_not_named_any_more(tmp_path: Path) -> None:
    place = somewhere(tmp_path)
    head = kept(keeping(place, blank()), entry(b"a", b"a" * 2000))
    head = kept(keeping(place, head), entry(b"a", kind=SAME), entry(b"b", b"b" * 2000))
    assert list(head.packs) == [1, 2]
    assert list(kept(keeping(place, head), entry(b"b", kind=SAME)).packs) == [2]


def more(content: bytes, size: int) -> bytes:
    return wire.frame(wire.SAVED_MORE, content * size)


def test_what_is_of_no_use_any_more_does_not_stay_for_ever(tmp_path: Path) -> None:
    place = somewhere(tmp_path)
    stream = [entry(b"a", b"a" * 60_000), *[more(b"a", 60_000)] * 40, entry(b"b", b"b" * 2000)]
    head = kept(keeping(place, blank()), *stream)
    head = kept(keeping(place, head), entry(b"b", kind=SAME))
    assert [(one.number, one.content_bytes) for one in head.packs.values()] == [(2, 2000)]
    assert contents(place, head) == {b"b": b"b" * 2000}


def test_many_packs_become_one(tmp_path: Path) -> None:
    place, head = somewhere(tmp_path), blank()
    most = 0
    for number in range(20):
        same = [entry(name, kind=SAME) for name in head.entries]
        head = kept(keeping(place, head), *same, entry(b"%d" % number, b"%02d" % number * 1000))
        most = max(most, len(head.packs))
    assert most == 16
    assert len(head.packs) == 4
    assert contents(place, head) == {b"%d" % number: b"%02d" % number * 1000 for number in range(20)}


def test_a_file_of_another_generation_with_the_same_name_is_not_mixed_up(tmp_path: Path) -> None:
    place = somewhere(tmp_path)
    head = kept(keeping(place, blank()), entry(b"a", b"1" * 2000), entry(b"b", b"b" * 2000))
    head = kept(keeping(place, head), entry(b"a", b"x", kind=LINK), entry(b"b", kind=SAME))
    found = run(restored(place, head)).items
    assert (found[b"a"].kind, found[b"b"].content) == (LINK, b"b" * 2000)
    head = kept(keeping(place, head), entry(b"a", kind=FOLDER), entry(b"b", kind=SAME))
    assert run(restored(place, head)).items[b"a"].kind == FOLDER


def test_a_time_of_the_epoch_stays_in_the_past(tmp_path: Path) -> None:
    head = kept(
        keeping(somewhere(tmp_path), blank()), entry(b"a", mtime=0), entry(b"b", kind=FOLDER, mtime=0)
    )
    assert {item.mtime for item in run(restored(somewhere(tmp_path), head)).items.values()} == {1}


def test_a_sandbox_that_holds_the_session_is_sent_nothing(tmp_path: Path) -> None:
    place, line = somewhere(tmp_path), Line()
    head = kept(keeping(place, blank()), entry(b"a", b"x"))
    run(keeping(place, head, there=True).restore(line))  # type: ignore[arg-type]
    assert line.data == b""


class Stuck(Line):
    """An agent that takes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._over = asyncio.Event()

    async def sent(self) -> None:
        await self._over.wait()

    def end(self, reason: str) -> None:
        super().end(reason)
        self._over.set()


@in_virtual_time
async def test_an_agent_that_does_not_take_the_workspace_is_given_up(tmp_path: Path) -> None:
    store = Store(tmp_path, 1 << 40)
    stored = await save(store, store.place("t", TOKEN), {b"a": LARGE, b"b": b"x"})
    assert stored.head is not None
    line = Stuck()
    began = asyncio.get_running_loop().time()
    await keeping(store.place("t", TOKEN), stored.head).restore(line)  # type: ignore[arg-type]
    assert line.ended == "the workspace was not taken in time"
    assert asyncio.get_running_loop().time() - began == pytest.approx(10, abs=0.01)


@in_virtual_time
async def test_one_that_takes_it_is_not(tmp_path: Path) -> None:
    store = Store(tmp_path, 1 << 40)
    stored = await save(store, store.place("t", TOKEN), {b"a": LARGE})
    assert stored.head is not None
    line = Line()
    await keeping(store.place("t", TOKEN), stored.head).restore(line)  # type: ignore[arg-type]
    await asyncio.sleep(100)
    assert line.ended is None


def test_the_limit_is_of_files_and_of_entries(tmp_path: Path) -> None:
    place = somewhere(tmp_path)
    stream = [entry(b"a", b"x" * 100), entry(b"f", kind=FOLDER), entry(b"l", b"tt", kind=LINK)]
    exact = 3 * 512 + 100 + 2
    assert kept(keeping(place, blank(), limit=exact), *stream).size == exact
    one = keeping(place, blank(), limit=exact - 1)
    assert refusal(one, *stream) == api.SESSION_BYTES
    assert on_disk(tmp_path) == {}


def test_what_is_the_same_counts_too(tmp_path: Path) -> None:
    place = somewhere(tmp_path)
    head = kept(keeping(place, blank()), entry(b"a", b"x" * 5000))
    assert refusal(keeping(place, head, limit=5000), entry(b"a", kind=SAME)) == api.SESSION_BYTES
    assert kept(keeping(place, head, limit=5512), entry(b"a", kind=SAME)).size == 5512


def test_nothing_more_is_gathered_once_it_is_too_much(tmp_path: Path) -> None:
    one = keeping(somewhere(tmp_path), blank(), limit=2000)
    for number in range(1000):
        for kind in (FILE, FOLDER, LINK):
            feed(one, entry(b"%d-%d" % (number, kind), b"" if kind == FOLDER else b"x", kind=kind))
    assert len(one._draft.entries) <= 4
    assert refusal(one) == api.SESSION_BYTES


def test_names_that_would_not_fit_into_memory_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft, "_MOST_NAMES", 1000)
    place = somewhere(tmp_path)
    names = [entry(b"%0100d" % number) for number in range(10)]
    head = kept(keeping(place, blank()), *names)
    same = [entry(b"%0100d" % number, kind=SAME) for number in range(10)]
    assert len(kept(keeping(place, head), *same).entries) == 10
    assert refusal(keeping(place, head), *same, entry(b"a")) == api.SESSION_BYTES
    assert refusal(keeping(place, head), entry(b"a", b"x" * 1000, kind=LINK)) == api.SESSION_BYTES


@pytest.mark.parametrize(
    ("number", "limit"), [(errno.E2BIG, api.SESSION_BYTES), (errno.ENOSPC, api.UNSAVED), (9999, api.UNSAVED)]
)
def test_what_the_agent_could_not_send_is_not_kept(
    tmp_path: Path, number: int, limit: api.Limit.ValueType
) -> None:
    one = keeping(somewhere(tmp_path), blank())
    feed(one, entry(b"a", LARGE), wire.saved(number))
    assert one.complete
    with pytest.raises(LimitError) as error:
        run(one.finish({}))
    assert error.value.limit == limit
    assert on_disk(tmp_path) == {}


def test_half_a_workspace_is_none(tmp_path: Path) -> None:
    one = keeping(somewhere(tmp_path), blank())
    feed(one, entry(b"a", LARGE))
    assert not one.complete
    with pytest.raises(LimitError, match="the sandbox was lost"):
        run(one.finish({}))
    assert on_disk(tmp_path) == {}


def test_a_failure_says_its_first_reason(tmp_path: Path) -> None:
    one = keeping(somewhere(tmp_path), blank())
    one.fail("the first")
    one.fail("the second")
    with pytest.raises(LimitError, match="the first"):
        run(one.finish({}))


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(entry(b"unknown", kind=SAME), id="same as nothing"),
        pytest.param(entry(b"folder", kind=SAME), id="same as a folder"),
        pytest.param(entry(b"link", kind=SAME), id="same as a link"),
        pytest.param(entry(b""), id="no name"),
        pytest.param(entry(b"/etc/passwd"), id="absolute"),
        pytest.param(entry(b"a/../b"), id="out of a folder"),
        pytest.param(entry(b"..", kind=FOLDER), id="above"),
        pytest.param(entry(b"a/", kind=FOLDER), id="slash at the end"),
        pytest.param(entry(b"a//b", kind=LINK), id="two slashes"),
        pytest.param(entry(b"./a"), id="dot"),
        pytest.param(entry(b"a\0b"), id="NUL"),
        pytest.param(entry(b"x" * 256), id="long part"),
        pytest.param(entry(b"/".join([b"x"] * 130)), id="deep"),
        pytest.param(entry(b"/".join([b"x" * 200] * 21)), id="long"),
        pytest.param(entry(b"a", b"", kind=LINK), id="a link to nothing"),
        pytest.param(entry(b"a", b"x\0y", kind=LINK), id="a link with NUL"),
        pytest.param(entry(b"a", b"x" * 4097, kind=LINK), id="a long link"),
        pytest.param(environment(b"", name=b"a.out"), id="another file of the build"),
        pytest.param(environment(b"", kind=FOLDER), id="a folder for an environment"),
        pytest.param(environment(b"", kind=SAME), id="the same environment"),
        pytest.param(environment(b"") + environment(b""), id="two environments"),
    ],
)
def test_an_agent_that_says_what_cannot_be_is_not_believed(tmp_path: Path, frame: bytes) -> None:
    place = somewhere(tmp_path)
    link = entry(b"link", b"t", kind=LINK)
    head = kept(keeping(place, blank()), entry(b"folder", kind=FOLDER), link)
    with pytest.raises(UnexpectedFrameError):
        feed(keeping(place, head), frame)


def test_names_as_long_and_deep_as_can_be_are_kept(tmp_path: Path) -> None:
    names = [b"/".join([b"x"] * 129), b"x" * 255, b"/".join([b"y" * 255] * 16), b"\xff\x01 \n"]
    links = entry(b"l", b"x" * 4096, kind=LINK)
    head = kept(keeping(somewhere(tmp_path), blank()), links, *[entry(name) for name in names])
    assert set(names) <= run(restored(somewhere(tmp_path), head)).items.keys()


def test_only_the_permissions_of_a_mode_are_kept(tmp_path: Path) -> None:
    head = kept(keeping(somewhere(tmp_path), blank()), entry(b"a", mode=0o106755))
    assert head.entries[b"a"].mode == 0o755


def test_a_large_file_that_comes_twice_is_not_guessed_at(tmp_path: Path) -> None:
    one = keeping(somewhere(tmp_path), blank())
    assert refusal(one, entry(b"a", LARGE), entry(b"a", LARGE[::-1])) == api.UNSAVED
    assert on_disk(tmp_path) == {}


def test_a_small_file_that_comes_twice_is_the_last_one_and_counts_once(tmp_path: Path) -> None:
    place = somewhere(tmp_path)
    head = kept(keeping(place, blank()), entry(b"a", b"1"), entry(b"a", b"22"), entry(b"a", b"333"))
    assert (contents(place, head), head.size) == ({b"a": b"333"}, 515)
    again = kept(keeping(place, head, limit=515), entry(b"a", kind=SAME), entry(b"a", kind=SAME))
    assert again.size == 515


def test_content_that_belongs_to_nothing_is_passed_over(tmp_path: Path) -> None:
    stray = wire.frame(wire.SAVED_MORE, b"stray")
    place = somewhere(tmp_path)
    head = kept(keeping(place, blank()), stray, entry(b"f", kind=FOLDER), stray, entry(b"a", b"x"))
    assert contents(place, head) == {b"a": b"x"}
    assert contents(place, kept(keeping(place, head), entry(b"a", kind=SAME), stray)) == {b"a": b"x"}


MAIN = api.File(name="main.py", content=b"print()")


@pytest.mark.parametrize("passing", [False, True])
@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("left", ["same", "changed", "removed"])
def test_the_programs_own_file_is_gone_unless_it_was_there_or_was_changed(
    tmp_path: Path, passing: bool, before: bool, left: str
) -> None:
    place = somewhere(tmp_path)
    head = kept(keeping(place, blank()), *[entry(b"main.py", b"old")] * before)
    start = api.Start(files=[MAIN, api.File(name="other", content=LARGE)], passing_entry=passing)
    one = keeping(place, head, start)
    told = {"same": [entry(b"main.py", kind=SAME)], "changed": [entry(b"main.py", b"new")], "removed": []}
    new = kept(one, *told[left], entry(b"other", kind=SAME))
    gone = left == "removed" or (left == "same" and passing and not before)
    expected = {b"other": LARGE}
    if not gone:
        expected[b"main.py"] = b"new" if left == "changed" else b"print()"
    assert contents(place, new) == expected
    assert one.passing == (b"main.py" if left == "same" and gone else None)


def environment_after(folder: Path, data: bytes | None, before: dict[str, str], **own: str) -> dict[str, str]:
    head = blank()
    head.facts.env.update(before)
    one = keeping(somewhere(folder), head, api.Start(env=own))
    assert one.env == {**before, **own}
    return dict(kept(one, *([] if data is None else [environment(data)])).facts.env)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (None, {"OLD": "1", "OWN": "2"}),
        (b"", {}),
        (b"A=1\0B=2\0", {"A": "1", "B": "2"}),
        (b"A=1\0B=2", {"A": "1", "B": "2"}),
        (b"A=\0B==\0C=a=b", {"A": "", "B": "=", "C": "a=b"}),
        (b"A=1\0A=2", {"A": "2"}),
        (b"PATH=/usr/bin:/bin\0LANG=de\0", {"LANG": "de"}),
        (b"PWD=/x\0OLDPWD=/y\0SHLVL=2\0_=/usr/bin/env\0_A=1", {"_A": "1"}),
        (b"A=\xff\0\xff=A\0B=1", {"B": "1"}),
        (b"no equals\0=no name\0\0\0A=1", {"A": "1"}),
        ("Ä=ö\n".encode(), {"Ä": "ö\n"}),
    ],
)
def test_the_environment_is_what_the_program_left_without_what_is_there_anyway(
    tmp_path: Path, data: bytes | None, found: dict[str, str]
) -> None:
    assert environment_after(tmp_path, data, {"OLD": "1"}, OWN="2") == found


def test_a_programs_own_variables_replace_those_of_the_session(tmp_path: Path) -> None:
    assert environment_after(tmp_path, None, {"A": "1", "B": "1"}, A="2") == {"A": "2", "B": "1"}


def test_an_environment_may_come_in_parts_and_anywhere(tmp_path: Path) -> None:
    parts = [environment(b"A=" + b"x" * 30_000), wire.frame(wire.SAVED_MORE, b"y" * 20_000)]
    place = somewhere(tmp_path)
    head = kept(keeping(place, blank()), entry(b"a", b"1"), *parts, entry(b"b", b"2"))
    assert head.facts.env == {"A": "x" * 30_000 + "y" * 20_000}
    assert contents(place, head) == {b"a": b"1", b"b": b"2"}


@pytest.mark.parametrize("size", [56 * 1024 - 2, 56 * 1024 - 1])
def test_an_environment_is_kept_up_to_its_limit(tmp_path: Path, size: int) -> None:
    one = keeping(somewhere(tmp_path), blank())
    stream = environment(b"A=" + b"x" * (size - 1))
    if size > 56 * 1024 - 2:
        assert refusal(one, stream) == api.ENVIRONMENT
    else:
        assert len(kept(one, stream).facts.env["A"]) == size - 1


def test_an_environment_without_end_takes_no_memory_without_end(tmp_path: Path) -> None:
    one = keeping(somewhere(tmp_path), blank())
    feed(one, environment(b"A="), *[wire.frame(wire.SAVED_MORE, b"x" * 60_000)] * 50)
    assert one._environment is not None
    assert len(one._environment) == 2 * 56 * 1024
    assert refusal(one) == api.ENVIRONMENT


def test_a_session_that_cannot_be_read_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    store = Store(tmp_path, 1 << 40)
    place = store.place("t", TOKEN)
    stored = run(save(store, place, {b"a": LARGE}))
    assert stored.head is not None
    place.pack(1).unlink()
    with pytest.raises(BrokenSessionError):
        run(restored(place, stored.head))


async def test_abandoning_leaves_nothing_while_it_is_under_way(tmp_path: Path) -> None:
    one = keeping(somewhere(tmp_path), blank())
    feed(one, entry(b"a", LARGE))
    await one.flush()
    assert len(on_disk(tmp_path)) == 1
    one.abandon()
    one.abandon()
    assert on_disk(tmp_path) == {}


async def test_abandoning_does_nothing_when_all_is_done(tmp_path: Path) -> None:
    one = keeping(somewhere(tmp_path), blank())
    feed(one, entry(b"a", LARGE), wire.saved())
    head = await one.finish({})
    one.abandon()
    assert list(on_disk(tmp_path)) == [place.name for place in map(somewhere(tmp_path).pack, head.packs)]
