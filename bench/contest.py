"""One program in one language, by Hearth and without it, round after round."""

from __future__ import annotations

import http.client
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.expected import Measured, Stages
from bench.plain import Plain, Timed
from executor.runtime import Runtime

PROGRAMS = Path(__file__).parent / "programs"
STDIN = "1\n2\n3\n"
# Seconds before each run, Hearth's or plain: what Hearth parks after a call must not take a plain run's CPU.
# Those that are named here take longer to park.
PAUSE = 0.3
PAUSES = {"java": 2.0, "csharp": 2.0, "typescript": 1.5}
# Seconds for an answer, and until a language has a warm sandbox; more means that something is wrong.
PATIENCE = 60.0
# How a compile stage says that its result was taken from the cache.
_REUSED = "not compiled again"


@dataclass(frozen=True, slots=True)
class Answer:
    """What Hearth answered to one program; `whole` is ms of the call, the others its stages' wall_time."""

    whole: float
    compile: float
    run: float
    stdout: str
    compiled: bool


class Client:
    """One kept-alive connection."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=PATIENCE)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, body: str | None = None) -> Any:
        """The answer's JSON. Raises RuntimeError when there is none."""
        try:
            self._connection.request(method, path, body, self._headers)
            return json.load(self._connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            raise RuntimeError(f"{method} {path}: no answer from Hearth: {error!r}") from error

    def warm(self) -> dict[str, int]:
        """Warm sandboxes by language."""
        found = self._ask("GET", "/v1/runtimes")
        return {str(one["language"]): int(one["warm"]) for one in found}

    def rested(self, language: str) -> None:
        """Waits until there is a warm sandbox, and for the language's pause."""
        deadline = time.monotonic() + PATIENCE
        while not self.warm().get(language):
            if time.monotonic() > deadline:
                raise RuntimeError(f"no warm sandbox of {language} in {PATIENCE:g} s")
            time.sleep(0.1)
        time.sleep(PAUSES.get(language, PAUSE))

    def execute(self, language: str, code: str) -> Answer:
        body = json.dumps({"language": language, "code": code, "stdin": STDIN})
        began = time.perf_counter()
        answer = self._ask("POST", "/v1/execute", body)
        took = (time.perf_counter() - began) * 1000
        if (answer.get("run") or {}).get("code") != 0:
            raise RuntimeError(f"{language}: Hearth answered {json.dumps(answer)[:600]}")
        compile = answer.get("compile") or {"wall_time": 0.0, "message": _REUSED}
        compiled = _REUSED not in (compile["message"] or "")
        return Answer(
            took, compile["wall_time"], answer["run"]["wall_time"], answer["run"]["stdout"], compiled
        )


class Contest:
    """One program in one language, all ways in turn."""

    def __init__(
        self, client: Client, runtime: Runtime, program: str, plain: Plain, host: tuple[str, Plain] | None
    ) -> None:
        definition = runtime.definition
        self._client, self._plain, self._host = client, plain, host
        self._compiled = definition.compile is not None
        folder = PROGRAMS / definition.language
        self._text = (folder / f"{program}{Path(definition.entry).suffix}").read_text()
        self._expected = (PROGRAMS / f"{program}.out").read_text()
        self._mark = secrets.token_hex(8)
        self.measured = Measured(
            definition.language,
            program,
            Stages("hearth, new" if self._compiled else "hearth", "POST /v1/execute"),
            Stages("plain", f"the image's own commands, {runtime.version}, no gVisor"),
            Stages("hearth, seen before", "the same text again") if self._compiled else None,
            Stages("host", f"the host's own, version {host[0]}") if host else None,
        )

    def round(self, number: int) -> None:
        """Runs it every way once. A round of a negative number is not kept."""
        measured = self.measured
        text = f"{self._text}// {self._mark} {number}\n" if self._compiled else self._text
        answer = self._call(text)
        if answer.compiled != self._compiled:
            raise RuntimeError(f"{measured.language}: a program that was never there was not compiled")
        self._keep(number, measured.new, answer)
        if measured.seen is not None:
            if number < 0:
                self._client.execute(measured.language, self._text)
            answer = self._call(self._text)
            measured.recompiled += answer.compiled
            self._keep(number, measured.seen, answer)
        self._client.rested(measured.language)
        self._keep(number, measured.plain, self._plain(text, STDIN))
        if measured.host is not None and self._host is not None:
            self._client.rested(measured.language)
            self._keep(number, measured.host, self._host[1](text, STDIN))

    def _call(self, text: str) -> Answer:
        self._client.rested(self.measured.language)
        return self._client.execute(self.measured.language, text)

    def _keep(self, number: int, way: Stages, took: Answer | Timed) -> None:
        if took.stdout != self._expected:
            raise RuntimeError(f"{self.measured.language}, {way.name}: printed {took.stdout[:400]!r}")
        if number >= 0:
            whole = took.whole if isinstance(took, Answer) else took.compile + took.run
            way.add(whole, took.compile, took.run)
