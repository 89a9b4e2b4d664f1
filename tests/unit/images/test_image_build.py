"""A whole build, with the real tools and this machine's mirror."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from images.builder import mirror
from images.builder.definition import Definition

TOML = """
language = "tiny"
entry = "main.sh"
version_command = ["/usr/bin/tiny", "--version"]
[image]
packages = ["xxd"]
build_packages = ["bc"]
build = ["sh", "build.sh"]
[run]
command = ["/bin/sh", "{entry}"]
"""
# Fails unless the build packages are there, and puts a file below a folder that is a link in the base.
BUILD = """
set -eu
bc --version >/dev/null
mkdir -p "$DESTDIR/lib/tiny" "$DESTDIR/usr/bin" "$DESTDIR/tmp"
touch /usr/bin/not-in-destdir "$DESTDIR/lib/tiny/data" "$DESTDIR/tmp/left"
printf '#!/bin/sh\\necho tiny 4.5.6\\n' >"$DESTDIR/usr/bin/tiny"
chmod 4755 "$DESTDIR/usr/bin/tiny"
"""


def builder(*arguments: object) -> subprocess.CompletedProcess[str]:
    words = (sys.executable, "-m", "images.builder", *map(str, arguments))
    return subprocess.run(words, text=True, stderr=subprocess.PIPE, check=False)


def unpacked(out: Path, archive: str) -> dict[str, tarfile.TarInfo]:
    """Every file of every layer, as the layers have it."""
    found: dict[str, tarfile.TarInfo] = {}
    for layer in (out / "layers").glob("*.tar.zst"):
        plain = subprocess.run(("zstd", "-dcq", layer), stdout=subprocess.PIPE, check=True).stdout
        (out.parent / "plain.tar").write_bytes(plain)
        for secret in mirror.discover().private_hosts:
            assert secret not in plain
        with tarfile.open(out.parent / "plain.tar") as tar:
            found |= {entry.name: entry for entry in tar}
    assert (out / archive).stat().st_size > sum(p.stat().st_size for p in (out / "layers").glob("*.zst"))
    return found


@pytest.mark.integration
@pytest.mark.timeout(400)
def test_image_is_built_once_and_holds_what_it_should(tmp_path: Path) -> None:
    folder, out, agent = tmp_path / "images/tiny", tmp_path / "out", tmp_path / "agent"
    folder.mkdir(parents=True)
    (folder / "runtime.toml").write_text(TOML)
    (folder / "build.sh").write_text(BUILD)
    agent.write_text("#!/bin/sh\n")
    options = ("--out", out, "--definitions", folder.parent, "--agent", agent)

    first = builder(*options)
    assert first.returncode == 0, first.stderr
    assert "1 built, 0 unchanged" in first.stderr
    # The builder's own: other things of this machine mount and unmount meanwhile.
    assert str(tmp_path) not in Path("/proc/self/mountinfo").read_text()

    record = json.loads((out / "tiny.json").read_text())
    assert (record["id"], record["version"]) == ("tiny-4.5.6", "4.5.6")
    assert Definition.model_validate_json(json.dumps(record["definition"])).image.packages == ("xxd",)
    left = {path.name for path in out.iterdir()}
    assert left == {".lock", "layers", "tiny.json", record["archive"]}

    files = unpacked(out, record["archive"])
    assert {"usr/bin/xxd", "usr/lib/tiny/data", "usr/bin/bash", ".hearth/agent"} <= files.keys()
    absent = {"usr/bin/bc", "usr/bin/not-in-destdir", "tmp/left", "lib/tiny", "etc/apt", "usr/bin/apt-get"}
    assert not absent & files.keys()
    assert not [name for name, entry in files.items() if entry.isfile() and entry.mode & 0o6002]
    everybodys = {name for name, entry in files.items() if entry.isdir() and entry.mode & 0o002}
    assert everybodys == {"tmp", "var/tmp", "dev/shm"}
    assert files["workspace"].uid == files["build"].uid == 1000
    assert files[".hearth/agent"].mode == 0o755

    assert "0 built, 1 unchanged" in builder(*options).stderr
    agent.write_text("#!/bin/sh\n# another\n")
    second = builder(*options)
    assert "1 built, 0 unchanged" in second.stderr
    assert "Debian" not in second.stderr, "only the agent's layer may be made again"
    assert record["archive"] not in {path.name for path in out.iterdir()}


def test_missing_agent_is_a_clear_error(tmp_path: Path) -> None:
    done = builder("--out", tmp_path / "out", "--agent", tmp_path / "agent")
    assert done.returncode == 1
    assert f"there is no {tmp_path / 'agent'}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
