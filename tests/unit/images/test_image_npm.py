"""Where npm packages are looked for, and that nothing gets in which is not what was pinned."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from images.builder import npm
from images.builder.definition import NpmPackage
from images.builder.errors import NpmError
from images.builder.npm import PUBLIC_REGISTRY, Npm


def archive() -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w:gz") as tar:
        entry = tarfile.TarInfo("package/lib/index.js")
        entry.size = 2
        tar.addfile(entry, io.BytesIO(b"1;"))
    return output.getvalue()


CONTENT = archive()


def package(name: str = "@scope/thing", content: bytes = CONTENT) -> NpmPackage:
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    return NpmPackage(name=name, version="1.2.3", integrity=f"sha512-{digest}")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a configuration, on a host without one."""
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry", "NPM_CONFIG_USERCONFIG", "NPM_CONFIG_CAFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(npm, "_GLOBAL_FILES", (str(tmp_path / "global"),))
    return tmp_path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A registry below a path that has one archive for whatever is asked, and what it was asked."""
    paths: list[str] = []

    class Registry(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(404 if "missing" in self.path else 200)
            self.end_headers()
            self.wfile.write(CONTENT)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"http://127.0.0.1:{server.server_port}/mirror/npm/")
        yield paths
        server.shutdown()
        thread.join()


def registry() -> str:
    return npm.url(package()).removesuffix("@scope/thing/-/thing-1.2.3.tgz")


def test_public_registry_unless_configured() -> None:
    assert registry() == PUBLIC_REGISTRY


def test_environment_precedes_the_users_file_precedes_the_machines(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "global").write_text("registry=https://global.example\n")
    assert registry() == "https://global.example/"
    monkeypatch.setenv("THERE", "user.example")
    (home / ".npmrc").write_text('; registry=https://no.example\nregistry = "https://${THERE}/npm/"\n')
    assert registry() == "https://user.example/npm/"
    monkeypatch.setenv("npm_config_registry", "https://environment.example")
    assert registry() == "https://environment.example/"


def test_another_users_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "elsewhere").write_text("registry=https://elsewhere.example")
    monkeypatch.setenv("NPM_CONFIG_USERCONFIG", str(home / "elsewhere"))
    assert registry() == "https://elsewhere.example/"


def test_unset_is_unset(home: Path) -> None:
    (home / ".npmrc").write_text("registry=null\n")
    assert registry() == PUBLIC_REGISTRY


def test_packages_are_unpacked_by_name_and_fetched_once(tmp_path: Path, asked: list[str]) -> None:
    (tmp_path / "downloads").mkdir()
    found = Npm(tmp_path / "downloads")
    found.unpack([package()], tmp_path / "one")
    found.unpack([package()], tmp_path / "two")
    for name in ("one", "two"):
        assert (tmp_path / name / "@scope/thing/lib/index.js").read_text() == "1;"
    assert asked == ["/mirror/npm/@scope/thing/-/thing-1.2.3.tgz"]


def test_none_makes_an_empty_folder_and_asks_nobody(tmp_path: Path, asked: list[str]) -> None:
    Npm(tmp_path).unpack([], tmp_path / "none")
    assert list((tmp_path / "none").iterdir()) == []
    assert asked == []


def test_other_content_is_refused_and_not_kept(tmp_path: Path, asked: list[str]) -> None:
    (tmp_path / "downloads").mkdir()
    with pytest.raises(NpmError, match="another hash"):
        Npm(tmp_path / "downloads").unpack([package(content=b"other")], tmp_path / "out")
    assert list((tmp_path / "downloads").iterdir()) == []


def test_missing_package_names_its_address(tmp_path: Path, asked: list[str]) -> None:
    with pytest.raises(NpmError, match=r"/missing/-/missing-1\.2\.3\.tgz.*404"):
        Npm(tmp_path).unpack([package("missing")], tmp_path / "out")


def test_registry_must_be_on_the_web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "file:///etc")
    with pytest.raises(NpmError, match="http"):
        Npm(tmp_path).unpack([package()], tmp_path / "out")
