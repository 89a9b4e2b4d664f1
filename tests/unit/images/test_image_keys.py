"""What makes a new layer, what only a new image, and what neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from images.builder import definition, keys

TOML = """
language = "x"
entry = "main.x"
notes = ""
version_command = ["/bin/x"]
[image]
packages = ["xx"]
build = ["sh", "build.sh"]
[run]
command = ["/bin/x"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "runtime.toml").write_text(TOML)
    (tmp_path / "build.sh").write_text("true")
    return tmp_path


def both(folder: Path, base: str = "sha256:0") -> tuple[str, str]:
    found = definition.load(folder / "runtime.toml")
    layer = keys.runtime(found.image, folder, base)
    return layer, keys.image("x", found, [layer])


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "runtime.toml"
    path.write_text(path.read_text().replace(old, new))


def test_comment_changes_nothing(folder: Path) -> None:
    before = both(folder)
    edit(folder, "[image]", "# a comment\n[image]")
    assert both(folder) == before


@pytest.mark.parametrize(("old", "new"), [('notes = ""', 'notes = "n"'), ('["/bin/x"]\n[im', '["/x"]\n[im')])
def test_what_is_only_said_changes_the_image_but_no_layer(folder: Path, old: str, new: str) -> None:
    layer, image = both(folder)
    edit(folder, old, new)
    assert both(folder)[0] == layer
    assert both(folder)[1] != image


@pytest.mark.parametrize(("old", "new"), [('["xx"]', '["xx", "yy"]'), ('"build.sh"]', '"-e", "build.sh"]')])
def test_what_is_installed_changes_the_layer(folder: Path, old: str, new: str) -> None:
    before = both(folder)[0]
    edit(folder, old, new)
    assert both(folder)[0] != before


def test_runner_file_changes_the_layer(folder: Path) -> None:
    found = {both(folder)[0]}
    (folder / "build.sh").write_text("false")
    found.add(both(folder)[0])
    (folder / "build.sh").chmod(0o755)
    found.add(both(folder)[0])
    (folder / "new").mkdir()
    (folder / "new/runner.c").write_text("")
    found.add(both(folder)[0])
    (folder / "new/runner.c").rename(folder / "new/other.c")
    found.add(both(folder)[0])
    assert len(found) == 5


def test_touching_or_compiling_a_file_changes_nothing(folder: Path) -> None:
    before = both(folder)
    (folder / "build.sh").touch()
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__/x.pyc").write_text("")
    assert both(folder) == before


def test_new_base_changes_the_layer(folder: Path) -> None:
    assert both(folder, "sha256:1")[0] != both(folder)[0]
