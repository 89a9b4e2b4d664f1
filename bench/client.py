"""A client of Hearth that adds little of its own: one kept-alive connection of the standard library."""

from __future__ import annotations

import http.client
import json
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


class Client:
    """Requests with one key, one after the other."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Status and content, whatever they are. Raises what a broken connection raises."""
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def send(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Raises RuntimeError when the answer is none of success."""
        status, content = self.ask(method, path, body)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {content[:300]!r}")
        return content

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Of JSON, for JSON."""
        answer: dict[str, Any] = json.loads(self.send("POST", path, json.dumps(body).encode()))
        return answer
