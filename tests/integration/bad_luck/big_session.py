"""A session so large that its way into a sandbox and out of it can be hit; every state of it is known."""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Callable
from concurrent.futures import Future

import httpx

from tests.integration.session import Session, on_disk
from tests.stack import PATIENCE, Hearth

_FILES = 30
_FILE_BYTES = 1 << 20

# Replaces all files. Nothing of them is compressible.
_WRITE = (
    "import hashlib\n"
    "for number in range({files}):\n"
    "    with open(f'file {{number}}', 'wb') as file:\n"
    "        file.write(hashlib.shake_128(f'{version}/{{number}}'.encode()).digest({size}))\n"
)
_LOOK = (
    "import hashlib, os\n"
    "for name in sorted(os.listdir()):\n"
    "    if name != 'main.py': print(name, hashlib.sha256(open(name, 'rb').read()).hexdigest())\n"
    "print(os.environ['VERSION'])\n"
)


class BigSession(Session):
    """Is in one of its versions: 1, 2, 3…"""

    def write(self, version: int, then: str = "") -> httpx.Response:
        """A program that makes it a version, whatever becomes of it."""
        code = _WRITE.format(files=_FILES, size=_FILE_BYTES, version=version) + then
        return self.send("python", code, env={"VERSION": str(version)})

    def version(self) -> int:
        """The one that it is in. An executor that starts again is waited for."""
        answer = patiently(lambda: self.send("python", _LOOK))
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["run"]["status"], found.get("session_error")) == (None, None), found
        text = str(found["run"]["stdout"])
        version = int(text.splitlines()[-1])
        assert text == _expected(version), "the files are not all of one version"
        return version

    def until_saving(self, stack: Hearth, answer: Future[httpx.Response]) -> None:
        """Waits until what `answer` is about is on its way to the disk, or there when that was not seen."""
        deadline = time.monotonic() + PATIENCE
        while not (answer.done() or any(name.endswith(".new") for name in on_disk(stack, self))):
            assert time.monotonic() < deadline, "it is not saved"
            time.sleep(0.001)


@functools.cache
def _expected(version: int) -> str:
    lines = []
    for number in sorted(range(_FILES), key=str):
        content = hashlib.shake_128(f"{version}/{number}".encode()).digest(_FILE_BYTES)
        lines.append(f"file {number} {hashlib.sha256(content).hexdigest()}\n")
    return "".join([*lines, f"{version}\n"])


def patiently(send: Callable[[], httpx.Response]) -> httpx.Response:
    """Sends a request again until it is not turned away."""
    deadline = time.monotonic() + PATIENCE
    while (answer := send()).status_code == 503:
        assert time.monotonic() < deadline, answer.text
    return answer


def possible(answer: httpx.Response, before: int, after: int) -> set[int]:
    """The versions that a session may be in, by the answer to the program that was to change it."""
    if answer.status_code == 503:
        return {before}
    assert answer.status_code == 200, answer.text
    found = answer.json()
    if "session_error" in found:
        assert found["session_error"]["limit"] == "unsaved", found
        return {before}
    if found["run"]["status"] == "XX":
        assert "lost" in found["run"]["message"]
        return {before, after}
    assert found["run"]["status"] is None, found
    return {after}
