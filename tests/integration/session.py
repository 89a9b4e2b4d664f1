"""A session for tests, over HTTP, and what sessions leave on the disk of their executor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import httpx

from executor.sessions.head import Head
from executor.sessions.ids import is_token
from tests.stack import Hearth, until

# Prints the moment at which the sandbox booted, which tells sandboxes apart: they boot one after the other.
BOOTED = "import time; print(time.time() - float(open('/proc/uptime').read().split()[0]))"


class Session:
    """A session of one client."""

    def __init__(self, client: httpx.Client, id: str) -> None:
        self.client = client
        self.id = id
        self.url = f"/v1/sessions/{id}"

    @classmethod
    def begin(cls, client: httpx.Client, **fields: Any) -> Self:
        answer = client.post("/v1/sessions", json=fields)
        assert answer.status_code == 201, answer.text
        return cls(client, answer.json()["id"])

    def send(self, language: str, code: str, **fields: Any) -> httpx.Response:
        """One execution, whatever becomes of it."""
        body = {"language": language, "session_id": self.id, **fields}
        if "files" not in fields:
            body["code"] = code
        return self.client.post("/v1/execute", json=body)

    def execute(self, language: str, code: str = "", **fields: Any) -> dict[str, Any]:
        """One execution that must be answered 200, in this session."""
        answer = self.send(language, code, **fields)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        assert found["session_id"] == self.id
        return found

    def run(self, language: str, code: str = "", **fields: Any) -> dict[str, Any]:
        """The run stage of one execution whose files must be kept."""
        found = self.execute(language, code, **fields)
        assert "session_error" not in found, found
        assert "run" in found, found
        stage: dict[str, Any] = found["run"]
        return stage

    def output(self, language: str, code: str = "", **fields: Any) -> str:
        """What one program that must end well prints."""
        stage = self.run(language, code, **fields)
        assert (stage["status"], stage["stderr"]) == (None, ""), stage
        return str(stage["stdout"])

    def facts(self) -> dict[str, Any]:
        answer = self.client.get(self.url)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    @property
    def hot(self) -> bool:
        return bool(self.facts()["hot"])

    def file_url(self, name: str | bytes) -> str:
        """Every part of the name is escaped, so that no client understands it in its own way."""
        escaped = quote(name, safe="/")
        parts = [part.replace(".", "%2E") if part in (".", "..") else part for part in escaped.split("/")]
        return f"{self.url}/files/{'/'.join(parts)}"

    def get(self, name: str | bytes, **headers: str) -> httpx.Response:
        return self.client.get(self.file_url(name), headers=headers)

    def content(self, name: str | bytes) -> bytes:
        answer = self.get(name)
        assert answer.status_code == 200, answer.text
        return answer.content

    def put(self, name: str | bytes, content: bytes) -> None:
        answer = self.client.put(self.file_url(name), content=content)
        assert answer.status_code == 200, answer.text

    def remove(self, name: str | bytes) -> None:
        answer = self.client.delete(self.file_url(name))
        assert answer.status_code == 204, answer.text

    def entries(self) -> list[dict[str, Any]]:
        """All that lies in the workspace, in pages."""
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = self.client.get(f"{self.url}/files", params={"limit": "1000", **after})
            assert page.status_code == 200, page.text
            found += page.json()["files"]
            if page.json()["next"] is None:
                return found
            after = {"after": page.json()["next"]}

    def names(self) -> list[str]:
        return [entry["name"] for entry in self.entries()]

    def end(self) -> int:
        """Deletes it, if it is there."""
        return self.client.delete(self.url).status_code

    def until_cold(self) -> None:
        """Takes its sandbox from it."""
        self.put("passing", b"")
        self.remove("passing")
        assert not self.hot


def shelves(stack: Hearth) -> Iterator[Path]:
    """The folders of tenants that have or had sessions."""
    return (stack.layout.state / "executor" / "sessions").iterdir()


def on_disk(stack: Hearth, session: Session) -> list[str]:
    """The files of a session, without its token."""
    token = session.id.rpartition("_")[2]
    return [path.name.removeprefix(token) for shelf in shelves(stack) for path in shelf.glob(f"{token}*")]


def strays(stack: Hearth) -> set[str]:
    """Files of sessions that no head names. A store that nobody writes to has none."""
    found = set()
    for shelf in shelves(stack):
        for path in shelf.iterdir():
            found.add(f"{shelf.name}/{path.name}")
        for path in [path for path in shelf.iterdir() if is_token(path.name)]:
            data = path.read_bytes()
            numbers = Head.decode(data).packs if data else {}
            found -= {f"{shelf.name}/{name}" for name in (path.name, *(f"{path.name}.{n}" for n in numbers))}
    return found


def until_tidy(stack: Hearth) -> None:
    """Waits until what is being removed is gone."""
    until(lambda: not strays(stack), "no file of a session is left that no head names", seconds=5)
