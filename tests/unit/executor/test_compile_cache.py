import pytest
from agent_wire import entry

from executor import frames
from executor.api import executor_pb2 as pb
from executor.compile_cache import CompileCache, Compiled, Saving, key, reused


def compiled(size: int) -> Compiled:
    return Compiled(bytes(size), [])


def test_a_result_is_found_by_its_own_tenant_only() -> None:
    cache = CompileCache(total=100, per_tenant=100)
    cache.keep("a", b"k", compiled(10))
    assert cache.find("a", b"k") == compiled(10)
    assert cache.find("b", b"k") is None
    assert cache.find("a", b"x") is None


def test_a_tenant_over_its_share_loses_its_own_oldest_and_nobody_elses() -> None:
    cache = CompileCache(total=1000, per_tenant=30)
    cache.keep("other", b"k", compiled(30))
    for name in (b"1", b"2", b"3"):
        cache.keep("a", name, compiled(10))
    assert cache.find("a", b"1")
    cache.keep("a", b"4", compiled(10))
    kept = [name for name in (b"1", b"2", b"3", b"4") if cache.find("a", name)]
    assert kept == [b"1", b"3", b"4"]
    assert cache.find("other", b"k")
    assert cache.held == 60


def test_all_together_stay_below_the_total() -> None:
    cache = CompileCache(total=50, per_tenant=40)
    for tenant in "abcdefgh":
        cache.keep(tenant, b"k", compiled(20))
        assert cache.held <= 50
    assert [tenant for tenant in "abcdefgh" if cache.find(tenant, b"k")] == ["g", "h"]


@pytest.mark.parametrize(("total", "per_tenant"), [(5, 100), (100, 5), (0, 0)])
def test_what_is_over_a_limit_alone_is_not_kept(total: int, per_tenant: int) -> None:
    cache = CompileCache(total=total, per_tenant=per_tenant)
    cache.keep("a", b"k", compiled(6))
    assert cache.find("a", b"k") is None
    assert cache.held == 0


def test_a_result_that_comes_again_takes_the_place_of_the_old_one() -> None:
    cache = CompileCache(total=100, per_tenant=100)
    cache.keep("a", b"k", compiled(10))
    cache.keep("a", b"k", compiled(20))
    assert cache.held == 20


def test_the_key_tells_apart_whatever_the_compiler_sees() -> None:
    def file(name: str, content: bytes) -> pb.File:
        return pb.File(name=name, content=content)

    files = [file("a.c", b"x"), file("b.c", b"y")]
    keys = {
        key("i", ["cc", "a.c"], {"A": "1"}, files),
        key("j", ["cc", "a.c"], {"A": "1"}, files),
        key("i", ["cc", "b.c"], {"A": "1"}, files),
        key("i", ["cca", ".c"], {"A": "1"}, files),
        key("i", ["cc", "a.c"], {"A": "2"}, files),
        key("i", ["cc", "a.c", "A", "1"], {}, files),
        key("i", ["cc", "a.c"], {"A": "1"}, files[::-1]),
        key("i", ["cc", "a.c"], {"A": "1"}, files[:1]),
        key("i", ["cc", "a.c"], {"A": "1"}, [file("a.c", b"xb.cy")]),
        key("i", ["cc", "a.c"], {"A": "1"}, [file("a.c", b"x"), file("b.c", b"z")]),
    }
    assert len(keys) == 10
    assert key("i", ["cc"], {"A": "1", "B": "2"}, files) == key("i", ["cc"], {"B": "2", "A": "1"}, files)


def test_a_reused_stage_says_so_and_takes_no_time() -> None:
    end = pb.StageEnd(stage=pb.COMPILE, outcome=pb.OK, code=0, wall_us=5, cpu_us=6, memory_bytes=7)
    events = [pb.Event(stderr=b"a warning"), pb.Event(stage_end=end)]
    warning, told = reused(events)
    assert warning == events[0]
    assert (told.stage_end.wall_us, told.stage_end.cpu_us, told.stage_end.memory_bytes) == (0, 0, 0)
    assert "not compiled again" in told.stage_end.message
    assert end.wall_us == 5


def saving(limit: int) -> tuple[Saving, list[bytes]]:
    kept: list[bytes] = []
    return Saving(limit, kept.append), kept


ENTRY = frames.SavedEntry(frames.Place.BUILD, frames.Kind.FILE, 0o755, 5, b"program", b"12345")
MORE = frames.SavedMore(b"67890")
AGAIN = frames.encode(
    frames.Command.FILE, entry(b"program", b"12345", place=1, mode=0o755, mtime=5)
) + frames.encode(frames.Command.FILE_MORE, b"67890")


def test_what_was_saved_is_kept_as_the_frames_that_make_it_again() -> None:
    one, kept = saving(len(AGAIN))
    for frame in (ENTRY, MORE, frames.Saved(0)):
        one.take(frame)
    assert kept == [AGAIN]


@pytest.mark.parametrize(("limit", "errno"), [(len(AGAIN) - 1, 0), (len(AGAIN), 7)])
def test_what_is_too_much_or_not_all_is_not_kept(limit: int, errno: int) -> None:
    one, kept = saving(limit)
    for frame in (ENTRY, MORE, frames.Saved(errno)):
        one.take(frame)
    assert kept == []


def test_entries_of_nothing_but_a_name_count_too() -> None:
    one, kept = saving(100_000)
    empty = frames.SavedEntry(frames.Place.BUILD, frames.Kind.FILE, 0o644, 5, b"n" * 1000, b"")
    for _ in range(100):
        one.take(empty)
    one.take(frames.Saved(0))
    assert kept == []
