import os
from pathlib import Path

import pytest

from executor import cgroup as module
from executor.cgroup import Cgroup

MIB = 1024 * 1024
V1_FILES = {
    "memory/memory.limit_in_bytes": str(256 * MIB),
    "memory/memory.memsw.limit_in_bytes": str(256 * MIB),
    "memory/memory.usage_in_bytes": "4096\n",
    "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
    "pids/pids.max": "1024\n",
    "cpu/cpu.cfs_quota_us": "50000\n",
    "cpu/cpu.cfs_period_us": "100000\n",
}
V2_FILES = {
    "memory.max": f"{256 * MIB}\n",
    "memory.current": "4096\n",
    "memory.events": "low 0\nhigh 9\nmax 8\noom 7\noom_kill 3\noom_group_kill 1\n",
    "pids.max": "1024\n",
    "cpu.max": "50000 100000\n",
}


class Tree:
    """Files as the kernel would show them for the cgroup /hearth/one."""

    def __init__(self, root: Path, *, unified: bool) -> None:
        self.root, self.unified = root, unified
        for name, content in (V2_FILES if unified else V1_FILES).items():
            self.file(name).parent.mkdir(parents=True, exist_ok=True)
            self.file(name).write_text(content)

    def file(self, name: str) -> Path:
        controller, _, name = name.rpartition("/")
        return self.root / controller / "hearth/one" / name


@pytest.fixture
def group() -> Cgroup:
    return Cgroup("/hearth/one")


@pytest.fixture(params=["v1", "v2"])
def tree(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    unified = request.param == "v2"
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "UNIFIED", unified)
    return Tree(tmp_path, unified=unified)


@pytest.fixture
def v1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "UNIFIED", False)
    return Tree(tmp_path, unified=False)


@pytest.fixture
def v2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "UNIFIED", True)
    return Tree(tmp_path, unified=True)


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Name and content of every file that is written from here on, in order."""
    found: list[tuple[str, str]] = []
    write = Path.write_text

    def noted(path: Path, content: str) -> int:
        found.append((path.name, content))
        return write(path, content)

    monkeypatch.setattr(Path, "write_text", noted)
    return found


def test_usage_and_oom_kills_are_the_kernels(tree: Tree, group: Cgroup) -> None:
    assert group.memory_usage() == 4096
    assert group.oom_kills() == 3


def test_oom_kills_of_a_cgroup_that_is_gone_are_none(tree: Tree) -> None:
    assert Cgroup("/hearth/gone").oom_kills() == 0


def test_oom_kills_of_a_kernel_that_does_not_count_them_are_none(v1: Tree, group: Cgroup) -> None:
    v1.file("memory/memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 1\n")
    assert group.oom_kills() == 0


def test_limits_are_what_the_kernel_enforces(tree: Tree, group: Cgroup) -> None:
    expected = {"memory": 256 * MIB, "pids": 1024, "cpu_quota": 50_000, "cpu_period": 100_000}
    assert group.limits() == expected


@pytest.mark.parametrize("name", ["memory.max", "pids.max", "cpu.max"])
def test_a_limit_of_v2_that_is_not_set_is_minus_one(v2: Tree, group: Cgroup, name: str) -> None:
    v2.file(name).write_text("max 100000\n" if name == "cpu.max" else "max\n")
    key = {"memory.max": "memory", "pids.max": "pids", "cpu.max": "cpu_quota"}[name]
    assert group.limits()[key] == -1


def test_a_limit_of_v1_that_is_not_set_is_minus_one(v1: Tree, group: Cgroup) -> None:
    v1.file("pids/pids.max").write_text("max\n")
    v1.file("cpu/cpu.cfs_quota_us").write_text("-1\n")
    limits = group.limits()
    assert (limits["pids"], limits["cpu_quota"]) == (-1, -1)


@pytest.mark.parametrize("index", range(3))
def test_a_controller_that_is_missing_is_an_error_and_no_limit(tree: Tree, group: Cgroup, index: int) -> None:
    v1_names = ["memory/memory.limit_in_bytes", "pids/pids.max", "cpu/cpu.cfs_quota_us"]
    v2_names = ["memory.max", "pids.max", "cpu.max"]
    tree.file((v2_names if tree.unified else v1_names)[index]).unlink()
    with pytest.raises(OSError, match="No such file"):
        group.limits()


@pytest.mark.parametrize(
    ("size", "order"),
    [
        (128 * MIB, ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"]),
        (512 * MIB, ["memory.memsw.limit_in_bytes", "memory.limit_in_bytes"]),
    ],
    ids=["lower", "raise"],
)
def test_v1_memory_never_exceeds_memory_with_swap(
    v1: Tree, group: Cgroup, writes: list[tuple[str, str]], size: int, order: list[str]
) -> None:
    group.set_memory_limit(size)
    assert writes == [(name, str(size)) for name in order]


def test_v1_without_swap_accounting_sets_memory_alone(
    v1: Tree, group: Cgroup, writes: list[tuple[str, str]]
) -> None:
    v1.file("memory/memory.memsw.limit_in_bytes").unlink()
    for size in (128 * MIB, 512 * MIB):
        group.set_memory_limit(size)
        assert group.limits()["memory"] == size
    assert {name for name, _ in writes} == {"memory.limit_in_bytes"}


def test_v2_sets_one_file(v2: Tree, group: Cgroup, writes: list[tuple[str, str]]) -> None:
    group.set_memory_limit(512 * MIB)
    assert writes == [("memory.max", str(512 * MIB))]
    assert group.limits()["memory"] == 512 * MIB


def test_a_limit_of_a_cgroup_that_is_gone_cannot_be_set(tree: Tree) -> None:
    with pytest.raises(OSError, match="No such file"):
        Cgroup("/hearth/gone").set_memory_limit(1)


def test_remove_takes_the_cgroup_and_its_children_and_nothing_else(v1: Tree, tmp_path: Path) -> None:
    for controller in ("memory", "cpu", "devices", "systemd"):
        for name in ("two/inner/innermost", "three"):
            (tmp_path / controller / "hearth" / name).mkdir(parents=True)
    Cgroup("/hearth/two").remove()
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.glob("*/hearth/t*")}
    assert left == {f"{name}/hearth/three" for name in ("memory", "cpu", "devices", "systemd")}


def test_remove_of_v2_takes_the_cgroup_and_its_children(v2: Tree, tmp_path: Path) -> None:
    (tmp_path / "hearth/two/inner").mkdir(parents=True)
    Cgroup("/hearth/two").remove()
    assert [path.name for path in (tmp_path / "hearth").iterdir()] == ["one"]


def test_remove_leaves_what_still_holds_something_and_tolerates_what_is_gone(tree: Tree) -> None:
    Cgroup("/hearth/gone").remove()
    Cgroup("/hearth/one").remove()
    assert tree.file("memory.max" if tree.unified else "memory/memory.limit_in_bytes").exists()


def test_children_are_the_cgroups_in_it(tree: Tree, group: Cgroup) -> None:
    assert Cgroup("/hearth").children() == {"one"}
    assert group.children() == set()
    assert Cgroup("/gone").children() == set()


def test_freezing_stops_the_whole_cgroup_until_it_thaws(
    tree: Tree, group: Cgroup, writes: list[tuple[str, str]]
) -> None:
    tree.file("freezer/any").parent.mkdir(parents=True, exist_ok=True)
    group.freeze()
    group.thaw()
    v1 = [("freezer.state", "FROZEN"), ("freezer.state", "THAWED")]
    assert writes == ([("cgroup.freeze", "1"), ("cgroup.freeze", "0")] if tree.unified else v1)


def test_what_is_gone_cannot_be_thawed(tree: Tree) -> None:
    with pytest.raises(OSError, match="No such file"):
        Cgroup("/hearth/gone").thaw()


def test_a_cgroup_is_confined_to_cpus_in_the_kernels_notation(
    tree: Tree, group: Cgroup, writes: list[tuple[str, str]]
) -> None:
    tree.file("cpuset/any").parent.mkdir(parents=True, exist_ok=True)
    group.confine(frozenset({3, 0, 12}))
    assert writes == [("cpuset.cpus", "0,3,12")]


def test_killing_thaws_first_and_takes_the_children_too(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    deeds: list[str] = []

    def kill(pid: int, number: int) -> None:
        deeds.append(f"kill {pid} {number}")
        if pid == 7:
            raise ProcessLookupError

    monkeypatch.setattr(os, "kill", kill)
    monkeypatch.setattr(Cgroup, "thaw", lambda group: deeds.append(f"thaw {group.path}"))
    inner = tree.file("any" if tree.unified else "memory/any").parent
    (inner / "inner").mkdir()
    (inner / "cgroup.procs").write_text("7\n8\n")
    (inner / "inner/cgroup.procs").write_text("9\n")
    Cgroup("/hearth/one").kill()
    Cgroup("/hearth/gone").kill()
    assert deeds == [
        "thaw /hearth/one/inner",
        "kill 9 9",
        "thaw /hearth/one",
        "kill 7 9",
        "kill 8 9",
        "thaw /hearth/gone",
    ]
