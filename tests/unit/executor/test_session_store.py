"""Where sessions lie, what they take, and what becomes of those that are damaged."""

import dataclasses
import random
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_sessions import AMPLE, IDS, LARGE, blank, contents, named, on_disk, run, save

from executor.api import executor_pb2 as api
from executor.sessions.head import BrokenSessionError
from executor.sessions.limits import LimitError
from executor.sessions.store import Place, Store

TENANTS = ("one", "two")
TOKENS = {tenant: [IDS.new(tenant).token for _ in range(3)] for tenant in TENANTS}
# Does not get smaller by being compressed.
NOISE = random.Random(1).randbytes(200_000)
FILES = {b"small": b"1", b"large": NOISE[:5000]}

ONE, TWO = TOKENS["one"][:2]


def usage(store: Store) -> tuple[int, int]:
    return store.usage.sessions, store.usage.disk


def test_what_is_committed_is_there_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path, 1 << 40)
    place = store.place("one", ONE)
    head = blank("one")
    head.facts.env["A"] = "1"
    stored = store.commit(place, head, None, AMPLE, 1234.5)
    assert stored.expires == 1234.5
    assert stored.head_bytes == place.head.stat().st_size
    again = Store(tmp_path, 1 << 40).load(place)
    assert again is not None
    assert again.head is not None
    assert (again.expires, again.head_bytes) == (1234.5, stored.head_bytes)
    assert again.head.facts == head.facts
    assert store.expires(place) == 1234.5


def test_nothing_is_there_of_a_session_that_never_was(tmp_path: Path) -> None:
    store = Store(tmp_path, 1 << 40)
    place = store.place("one", ONE)
    assert store.load(place) is None
    assert store.expires(place) is None
    assert not store.is_over(place, 10**12)
    assert store.tokens("one") == []
    store.touch(place, 5)
    store.remove(place, 0)
    assert (usage(store), on_disk(tmp_path)) == ((0, 0), {})


def test_tenants_lie_apart_and_their_names_are_no_paths(tmp_path: Path) -> None:
    store = Store(tmp_path / "sessions", 1 << 40)
    for tenant in ("../../etc", "a/b", "", "ä", "x" * 10_000):
        run(save(store, store.place(tenant, ONE), FILES))
        assert store.tokens(tenant) == [ONE]
    assert len({path.split("/")[1] for path in on_disk(tmp_path)}) == 5
    assert list(tmp_path.iterdir()) == [tmp_path / "sessions"]


def test_nobody_else_on_the_host_can_read_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "sessions", 1 << 40)
    run(save(store, store.place("one", ONE), FILES))
    store.remove(store.place("one", ONE), 99)
    run(save(store, store.place("one", TWO), FILES))
    paths = [tmp_path / "sessions", *(tmp_path / "sessions").rglob("*")]
    assert len(paths) == 5
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in paths} == {0}


def test_touching_puts_the_end_off(tmp_path: Path) -> None:
    store = Store(tmp_path, 1 << 40)
    place = store.place("one", ONE)
    run(save(store, place, FILES, expires=100))
    assert (store.is_over(place, 99.9), store.is_over(place, 100)) == (False, True)
    assert list(store.expired(100)) == [place]
    store.touch(place, 200)
    assert list(store.expired(199)) == []
    assert list(store.expired(200)) == [place]
    found = store.load(place)
    assert found is not None
    assert found.expires == 200


def test_tokens_are_in_order_and_only_those_of_sessions(tmp_path: Path) -> None:
    store = Store(tmp_path, 1 << 40)
    for token in TOKENS["one"]:
        run(save(store, store.place("one", token), FILES))
    run(save(store, store.place("two", TOKENS["two"][0]), FILES))
    assert store.tokens("one") == sorted(TOKENS["one"])


def test_a_stone_says_that_the_session_was_ended_and_is_none(tmp_path: Path) -> None:
    store = Store(tmp_path, 1 << 40)
    place = store.place("one", ONE)
    run(save(store, place, FILES))
    store.remove(place, 300)
    stored = store.load(place)
    assert stored is not None
    assert stored.head is None
    assert store.expires(place) == 0
    assert (store.is_over(place, 299), store.is_over(place, 300)) == (False, True)
    assert usage(store) == usage(Store(tmp_path, 0)) == (0, 0)
    assert list(on_disk(tmp_path).values()) == [0]
    assert store.load(place) == Store(tmp_path, 0).load(place)
    # And it goes as others do.
    assert list(store.expired(300)) == [place]
    store.remove(place, 0)
    assert (usage(store), on_disk(tmp_path)) == ((0, 0), {})


def test_a_stone_needs_no_session_to_stand_for(tmp_path: Path) -> None:
    store = Store(tmp_path, 1 << 40)
    place = store.place("one", ONE)
    store.remove(place, 300)
    assert store.expires(place) == 0
    assert usage(store) == (0, 0)


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["save", "save", "save", "remove", "bury", "copy", "restart", "touch"]),
        st.sampled_from(TENANTS),
        st.integers(0, 2),
        st.integers(0, 2),
        st.sampled_from([0, 500, 5000, 30_000, 60_000]),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(operations=OPERATIONS)
def test_whatever_happens_what_is_counted_is_what_is_there(
    tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[str, str, int, int, int]]
) -> None:
    root = tmp_path_factory.mktemp("store")
    policy = dataclasses.replace(AMPLE, max_sessions=2, tenant_bytes=150_000)
    store = Store(root, 200_000)
    for verb, tenant, which, other, size in operations:
        place, there = (store.place(tenant, TOKENS[tenant][number]) for number in (which, other))
        stored = store.load(place)
        before = on_disk(root)
        try:
            match verb:
                case "save" if stored is None or stored.head is not None:
                    files = {b"a": NOISE[:size], b"b": NOISE[size : size + 2000]}
                    run(save(store, place, files, policy=policy))
                    assert contents_of(store, place) == files
                case "copy" if stored is not None and stored.head is not None and store.load(there) is None:
                    store.check_room(there, policy)
                    store.copy_packs(stored.head, place, there)
                    store.commit(there, stored.head, None, policy, 50)
                    assert contents_of(store, there) == contents_of(store, place)
                case "remove":
                    store.remove(place, 0)
                    assert store.load(place) is None
                case "bury":
                    store.remove(place, 77)
                case "touch":
                    store.touch(place, 66)
                case "restart":
                    store = Store(root, 200_000)
        except LimitError:
            assert on_disk(root) == before
        heads = {path: size for path, size in on_disk(root).items() if "." not in path and size}
        disk = sum(-(-size // 4096) * 4096 for size in on_disk(root).values())
        assert usage(store) == (len(heads), disk)
        assert usage(Store(root, 0)) == usage(store)
        assert on_disk(root).keys() == set().union(
            *(named(store, *TOKENS[one], tenant=one) for one in TENANTS)
        )
        assert disk <= 200_000
        for one in TENANTS:
            mine = [
                size
                for name, size in on_disk(root).items()
                if name.startswith(store.place(one, "").folder.name)
            ]
            assert sum(-(-size // 4096) * 4096 for size in mine) <= 150_000


def contents_of(store: Store, place: Place) -> dict[bytes, bytes]:
    stored = store.load(place)
    assert stored is not None
    assert stored.head is not None
    return contents(place, stored.head)


def test_a_tenant_has_so_many_sessions_and_others_as_many(tmp_path: Path) -> None:
    store = Store(tmp_path, 1 << 40)
    policy = dataclasses.replace(AMPLE, max_sessions=1)
    run(save(store, store.place("one", ONE), FILES, policy=policy))
    with pytest.raises(LimitError) as error:
        run(save(store, store.place("one", TWO), FILES, policy=policy))
    assert error.value.limit == api.SESSIONS
    with pytest.raises(LimitError):
        store.check_room(store.place("one", TWO), policy)
    store.check_room(store.place("two", TWO), policy)
    # The one that is there may go on.
    run(save(store, store.place("one", ONE), {b"a": b"1"}, policy=policy))
    run(save(store, store.place("two", TWO), FILES, policy=policy))
    store.remove(store.place("one", ONE), 99)
    run(save(store, store.place("one", TWO), FILES, policy=policy))
    assert usage(store)[0] == 2


def test_bytes_are_limited_by_tenant_and_by_host_and_less_is_always_taken(tmp_path: Path) -> None:
    store = Store(tmp_path, 120_000)
    policy = dataclasses.replace(AMPLE, tenant_bytes=80_000)
    place = store.place("one", ONE)
    run(save(store, place, {b"a": NOISE[:50_000]}, policy=policy))
    with pytest.raises(LimitError) as error:
        run(save(store, store.place("one", TWO), {b"a": NOISE[:50_000]}, policy=policy))
    assert error.value.limit == api.TENANT_BYTES
    with pytest.raises(LimitError) as error:
        run(save(store, store.place("two", TWO), {b"a": NOISE[:72_000]}, policy=policy))
    assert error.value.limit == api.HOST_BYTES
    # Both limits were lowered: what is there may still shrink.
    tight = Store(tmp_path, 1)
    run(save(tight, place, {b"a": NOISE[:40_000]}, policy=dataclasses.replace(AMPLE, tenant_bytes=1)))
    assert contents_of(tight, place) == {b"a": NOISE[:40_000]}


def test_a_start_removes_what_no_session_has_and_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path, 1 << 40)
    place, gone = store.place("one", ONE), store.place("one", TWO)
    run(save(store, place, FILES))
    store.remove(store.place("two", ONE), 300)
    theirs = on_disk(tmp_path)
    strange = [place.folder / name for name in ("README.txt", "notes.1", ".hidden", "x")]
    strange += [tmp_path / "file", tmp_path / "lost+found" / "a"]
    (tmp_path / "lost+found").mkdir()
    left = [place.pack(2), gone.pack(1), place.folder / f"{ONE}.new", place.folder / f"{TWO}.3.new"]
    for path in [*strange, *left]:
        path.write_bytes(b"left")
    again = Store(tmp_path, 1 << 40)
    assert on_disk(tmp_path).keys() == theirs.keys() | {str(path.relative_to(tmp_path)) for path in strange}
    assert usage(again) == usage(store)
    assert again.tokens("one") == [ONE]
    assert {found.token for found in again.expired(10**12)} == {ONE}


def test_a_start_with_no_folder_makes_one(tmp_path: Path) -> None:
    assert usage(Store(tmp_path / "a" / "b", 1)) == (0, 0)


def broken(place: Place, store: Store) -> None:
    """A session that cannot be read, whichever part of it is looked at."""
    with pytest.raises(BrokenSessionError):
        contents_of(store, place)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Store, Place, Place]:
    """A store with two sessions of one tenant."""
    store = Store(tmp_path / "sessions", 1 << 40)
    places = store.place("one", ONE), store.place("one", TWO)
    for place in places:
        run(save(store, place, FILES))
    return store, *places


@pytest.mark.parametrize("which", ["head", "pack"])
def test_whatever_byte_is_damaged_nothing_wrong_is_ever_read(
    two: tuple[Store, Place, Place], which: str
) -> None:
    store, place, other = two
    path = place.head if which == "head" else place.pack(1)
    whole = path.read_bytes()
    step = 1 if which == "head" else 13
    for at in {*range(0, len(whole), step), *range(32), *range(len(whole) - 32, len(whole))}:
        for flip in (0x01, 0x80, 0xFF):
            data = bytearray(whole)
            data[at] ^= flip
            path.write_bytes(data)
            try:
                found = contents_of(store, place)
            except BrokenSessionError:
                continue
            # Not all bytes of the format mean something.
            assert found == FILES, f"byte {at} of {len(whole)}"
    path.write_bytes(whole)
    assert contents_of(store, place) == contents_of(store, other) == FILES


@pytest.mark.parametrize("which", ["head", "pack"])
def test_what_is_cut_short_or_too_long_is_broken(two: tuple[Store, Place, Place], which: str) -> None:
    store, place, other = two
    path = place.head if which == "head" else place.pack(1)
    whole = path.read_bytes()
    for size in {1, 4, 5, len(whole) // 2, len(whole) - 1}:
        path.write_bytes(whole[:size])
        broken(place, store)
    path.write_bytes(whole + b"x")
    broken(place, store)
    path.write_bytes(whole + whole)
    broken(place, store)
    assert contents_of(store, other) == FILES


def test_a_large_pack_that_lacks_its_end_is_broken(tmp_path: Path) -> None:
    store = Store(tmp_path, 1 << 40)
    place = store.place("one", ONE)
    run(save(store, place, {b"%d" % number: LARGE * 30 for number in range(6)}))
    whole = place.pack(1).read_bytes()
    again = whole.rfind(b"\x28\xb5\x2f\xfd")
    assert again > 0, "there is only one part"
    place.pack(1).write_bytes(whole[:again])
    broken(place, store)


def test_a_pack_that_is_missing_breaks_its_session_alone(two: tuple[Store, Place, Place]) -> None:
    store, place, other = two
    place.pack(1).unlink()
    broken(place, store)
    assert contents_of(store, other) == FILES
    assert contents_of(Store(place.folder.parent, 0), other) == FILES


@pytest.mark.parametrize("damage", ["head", "pack"])
def test_a_broken_session_can_be_ended_and_takes_nothing_then(
    two: tuple[Store, Place, Place], damage: str
) -> None:
    store, place, other = two
    alone = usage(store)[1] // 2
    path = place.head if damage == "head" else place.pack(1)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    store.remove(place, 0)
    assert usage(store) == usage(Store(place.folder.parent, 0)) == (1, alone)
    assert on_disk(place.folder.parent).keys() == named(store, TWO, tenant="one")
    assert contents_of(store, other) == FILES


def test_a_start_leaves_a_broken_session_broken(two: tuple[Store, Place, Place]) -> None:
    _, place, other = two
    place.head.write_bytes(b"nonsense")
    again = Store(place.folder.parent, 1 << 40)
    with pytest.raises(BrokenSessionError):
        again.load(place)
    assert usage(again)[0] == 2
    again.remove(place, 0)
    assert usage(again)[0] == 1
    assert usage(again) == usage(Store(place.folder.parent, 0))
    assert contents_of(again, other) == FILES


def test_a_head_that_claims_to_be_huge_is_not_made_room_for(tmp_path: Path) -> None:
    store = Store(tmp_path, 1 << 40)
    place = store.place("one", ONE)
    run(save(store, place, FILES))
    # A frame header that promises 2^62 bytes.
    place.head.write_bytes(b"\x28\xb5\x2f\xfd\xe0" + (1 << 62).to_bytes(8, "little") + b"\x01\x00\x00")
    with pytest.raises(BrokenSessionError, match="too large"):
        store.load(place)


def test_a_copy_goes_on_when_what_it_is_a_copy_of_goes(two: tuple[Store, Place, Place]) -> None:
    store, place, _ = two
    copy = store.place("one", TOKENS["one"][2])
    stored = store.load(place)
    assert stored is not None
    assert stored.head is not None
    store.copy_packs(stored.head, place, copy)
    assert copy.pack(1).samefile(place.pack(1))
    store.commit(copy, stored.head, None, AMPLE, 50)
    store.remove(place, 0)
    assert contents_of(store, copy) == FILES
    run(save(store, copy, {}))
    assert contents_of(store, copy) == {}


def test_a_copy_of_what_has_gone_leaves_nothing(two: tuple[Store, Place, Place]) -> None:
    store, place, _ = two
    stored = store.load(place)
    assert stored is not None
    assert stored.head is not None
    store.remove(place, 0)
    there = on_disk(place.folder)
    with pytest.raises(LimitError):
        store.copy_packs(stored.head, place, store.place("one", TOKENS["one"][2]))
    assert on_disk(place.folder) == there


def test_a_folder_that_cannot_be_listed_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_bytes(b"")
    with pytest.raises(OSError, match="exists"):
        Store(tmp_path / "sessions", 1)
