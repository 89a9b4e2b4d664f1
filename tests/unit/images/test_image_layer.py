"""Folders become layers and come back, whiteouts, links and all."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from images.builder import layer, policy
from images.builder.errors import LayerError
from images.builder.hashing import HashingWriter
from images.builder.settings import SOURCE_DATE_EPOCH


def tar_of(folder: Path, build_start: float = 0.0) -> bytes:
    buffer = io.BytesIO()
    layer.write(folder, HashingWriter(buffer), build_start=build_start)
    return buffer.getvalue()


def entries(content: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {entry.name: entry for entry in tar}


def extracted(content: bytes, folder: Path) -> Path:
    archive = folder / "layer.tar"
    archive.write_bytes(content)
    layer.extract(archive, folder / "root")
    return folder / "root"


def test_whiteouts_become_markers_and_come_back(tmp_path: Path) -> None:
    upper = tmp_path / "upper"
    (upper / "opt/replaced").mkdir(parents=True)
    (upper / "opt/replaced/new").write_text("new")
    os.mknod(upper / "opt/gone", stat.S_IFCHR, os.makedev(0, 0))
    os.link(upper / "opt/gone", upper / "top")  # overlayfs makes links of one whiteout
    os.setxattr(upper / "opt/replaced", "trusted.overlay.opaque", b"y")
    content = tar_of(upper)
    assert list(entries(content)) == [
        "opt",
        "opt/.wh.gone",
        "opt/replaced",
        "opt/replaced/.wh..wh..opq",
        "opt/replaced/new",
        ".wh.top",
    ]
    assert all(e.isreg() and e.size == 0 for name, e in entries(content).items() if ".wh." in name)
    back = extracted(content, tmp_path)
    assert os.lstat(back / "opt/gone").st_rdev == 0
    assert stat.S_ISCHR(os.lstat(back / "opt/gone").st_mode)
    assert os.getxattr(back / "opt/replaced", "trusted.overlay.opaque") == b"y"
    assert tar_of(back) == content


def test_no_set_id_bit_device_or_open_folder_gets_into_a_layer(tmp_path: Path) -> None:
    root = tmp_path / "in"
    for name, mode in {
        "usr": 0o2775,
        "run/lock": 0o1777,
        "tmp": 0o777,
        "var/tmp": 0o1777,
        "srv": 0o777,
    }.items():
        (root / name).mkdir(parents=True)
        (root / name).chmod(mode)
    for name, mode in {"usr/su": 0o4755, "usr/wall": 0o2755, "usr/open": 0o666}.items():
        (root / name).write_text("x")
        (root / name).chmod(mode)
    os.mknod(root / "usr/zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    os.mkfifo(root / "usr/fifo")
    found = {name: entry.mode for name, entry in entries(tar_of(root)).items() if name not in ("run", "var")}
    assert found == {
        "run/lock": 0o755,
        "srv": 0o755,
        "tmp": 0o1777,
        "usr": 0o775,
        "usr/open": 0o664,
        "usr/su": 0o755,
        "usr/wall": 0o755,
        "var/tmp": 0o1777,
    }


def test_traces_of_the_build_and_the_machine_stay_out(tmp_path: Path) -> None:
    root = tmp_path / "in"
    unwanted = (
        "etc/apt/sources.list",
        "etc/apt/sources.list.d/debian.sources",
        "var/lib/apt/lists/mirror.example.org_InRelease",
        "var/cache/apt/archives/x.deb",
        "var/log/dpkg.log",
        "etc/machine-id",
        "usr/sbin/policy-rc.d",
        "tmp/x",
        "root/.bash_history",
        "dev/null",
    )
    for name in (*unwanted, "var/lib/dpkg/status", "usr/share/doc/x/copyright", "dev/shm/.keep"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    names = set(entries(tar_of(root)))
    assert not names & set(unwanted)
    assert {"var/lib/dpkg/status", "usr/share/doc/x/copyright", "var/log", "dev/shm", "tmp"} <= names


def test_the_mirrors_name_in_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "opt").write_text("see http://mirror.example.org/debian")
    with pytest.raises(LayerError, match="/opt names this machine's package mirror"):
        layer.write(tmp_path, HashingWriter(io.BytesIO()), forbidden=(b"mirror.example.org",))


def test_hard_links_stay_links(tmp_path: Path) -> None:
    root = tmp_path / "in"
    root.mkdir()
    (root / "b").write_text("same")
    os.link(root / "b", root / "a")
    content = tar_of(root)
    assert entries(content)["b"].islnk()
    back = extracted(content, tmp_path)
    assert os.path.samefile(back / "a", back / "b")


def test_what_the_build_made_gets_a_fixed_time_and_what_packages_brought_keeps_its_own(
    tmp_path: Path,
) -> None:
    for name, time in (("package", 1_700_000_000), ("made", 1_790_000_000)):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (time, time))
    found = entries(tar_of(tmp_path, build_start=1_780_000_000.0))
    assert (found["package"].mtime, found["made"].mtime) == (1_700_000_000, SOURCE_DATE_EPOCH)


names = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40
).filter(lambda name: name not in (".", "..") and not name.startswith(".wh.") and len(name.encode()) < 200)
trees = st.recursive(
    st.binary(max_size=300), lambda below: st.dictionaries(names, below, max_size=4), max_leaves=12
)


def lay_out(folder: Path, tree: dict[str, object], *, backwards: bool) -> None:
    folder.mkdir()
    for name in sorted(tree, reverse=backwards):
        content = tree[name]
        if isinstance(content, dict):
            lay_out(folder / name, content, backwards=backwards)
        else:
            assert isinstance(content, bytes)
            (folder / name).write_bytes(content)


@settings(deadline=None, max_examples=40)
@given(tree=st.dictionaries(names, trees, max_size=5))
def test_equal_trees_give_equal_bytes_and_come_back_whole(tree: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        lay_out(base / "one", {"srv": tree}, backwards=False)
        lay_out(base / "two", {"srv": tree}, backwards=True)
        content = tar_of(base / "one")
        assert tar_of(base / "two") == content
        back = extracted(content, base)
        assert tar_of(back, build_start=2.0**40) == content


@given(path=st.text("abc/.", min_size=1, max_size=20), mode=st.integers(0, 0o7777))
def test_permissions_never_hold_set_id_bits(path: str, mode: int) -> None:
    for kind in (stat.S_IFREG, stat.S_IFDIR):
        bits = policy.permissions(path, kind | mode)
        assert not bits & (stat.S_ISUID | stat.S_ISGID)
        assert not bits & stat.S_IWOTH
