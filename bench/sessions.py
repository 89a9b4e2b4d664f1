"""What sessions cost: a run in one beside a one-shot run, and ten thousand that nobody uses.

    python -m bench.sessions [--rounds N] [--restarts N] [--idle N]

Brings up a stack of its own; no other Hearth is needed, and one that is up takes CPU from it. Python only.
Hot is a run in the sandbox that is pinned to the session; cold is one after an edit from outside, for which
the workspace is brought into a sandbox again. Calls are 0.3 s apart, in which a runner is parked again.
"""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bench.client import Client
from bench.private import Private, private
from bench.report import report, save, show
from bench.sample import Series

CODE = 'print("hello")'
PAUSE = 0.3
WORKSPACES = {
    "1 file": "open('data', 'w').write('x' * 1000)",
    "1,000 files": "for i in range(1000): open(f'data{i}', 'w').write(f'{i}' * 200)",
    "100 MB": "import os; open('data', 'wb').write(os.urandom(100_000_000))",
}
_MIB = 1 << 20


def main(
    rounds: Annotated[int, typer.Option(min=3, max=1000)] = 40,
    restarts: Annotated[int, typer.Option(min=1, max=50, help="Kills of the executor.")] = 5,
    idle: Annotated[int, typer.Option(min=10, max=100_000, help="Idle sessions.")] = 10_000,
) -> None:
    """Measures, prints tables, and writes bench/results/sessions.{json,svg}."""
    # What was mounted and started is taken down on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    settings = {"HEARTH_CONTROL_SESSIONS_MAX": str(idle + 1000)}
    with private(["python"], settings) as hearth:
        for _ in hearth.stack.until_warm():
            pass
        url, key = hearth.stack.credentials()
        with Client(url, key) as client:
            series = _runs(client, rounds)
            series += _workspaces(client, max(rounds // 4, 3))
            series.append(_after_crash(hearth, url, key, restarts))
            crowd = _crowd(hearth, client, idle, rounds)
    one_shot, hot, cold = (one.percentile(0.5) for one in series[:3])
    notes = {
        "hot / one-shot": round(hot / one_shot, 3),
        "cold - one-shot, ms": round(cold - one_shot, 2),
    }
    report("sessions", "Python hello in a session, request to answer", series, series[0], notes)
    show(f"{idle} idle sessions", list(crowd), [list(crowd.values())], {})
    save("sessions-idle", {"idle": crowd})


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _run(client: Client, code: str, session: str | None = None) -> dict[str, object]:
    """Raises RuntimeError when the program fails, or what it left is not kept."""
    more = {"session_id": session} if session else {}
    answer = client.post("/v1/execute", language="python", code=code, **more)
    if answer["run"]["code"] != 0 or answer.get("session_error"):
        raise RuntimeError(str(answer))
    return answer


def _session(client: Client, code: str) -> str:
    session = str(client.post("/v1/sessions")["id"])
    _run(client, code, session)
    time.sleep(2 * PAUSE)
    return session


def _make_cold(client: Client, session: str) -> None:
    client.send("PUT", f"/v1/sessions/{session}/files/touched", b"1")


def _runs(client: Client, rounds: int) -> list[Series]:
    """The ways take turns, so that a noisy moment falls on all of them alike."""
    one_shot = Series("one-shot", "no session, nothing left")
    hot = Series("hot", "its sandbox is pinned; 1 file")
    cold = Series("cold", "its workspace is brought back; 1 file")
    warm, other = (_session(client, WORKSPACES["1 file"]) for _ in range(2))
    for _ in range(rounds):
        _run(client, CODE)
        time.sleep(PAUSE)
        one_shot.times.append(_timed(lambda: _run(client, CODE)))
        time.sleep(PAUSE)
        _run(client, CODE, warm)
        time.sleep(PAUSE)
        hot.times.append(_timed(lambda: _run(client, CODE, warm)))
        _make_cold(client, other)
        time.sleep(PAUSE)
        cold.times.append(_timed(lambda: _run(client, CODE, other)))
        time.sleep(PAUSE)
    return [one_shot, hot, cold]


def _workspaces(client: Client, rounds: int) -> list[Series]:
    """Runs in sessions of several sizes: one that makes all of it, less what the program itself took; one
    that finds it and changes nothing; one that has to have it brought back; and a fork."""
    found = []
    for name, code in WORKSPACES.items():
        saved = Series(f"snapshot of {name}", "the run that writes them, less the program's own time")
        hot = Series(f"hot, {name}", "nothing changes")
        cold = Series(f"cold, {name}", "nothing changes")
        fork = Series(f"fork of {name}", "POST /v1/sessions/ID/fork")
        session = _session(client, CODE)
        for _ in range(rounds):
            began = time.perf_counter()
            answer = _run(client, code, session)
            took = (time.perf_counter() - began) * 1000
            run = answer["run"]
            assert isinstance(run, dict)
            saved.times.append(took - run["wall_time"])
            time.sleep(2 * PAUSE)
            hot.times.append(_timed(lambda: _run(client, CODE, session)))  # noqa: B023
            time.sleep(2 * PAUSE)
            _make_cold(client, session)
            time.sleep(2 * PAUSE)
            cold.times.append(_timed(lambda: _run(client, CODE, session)))  # noqa: B023
            time.sleep(2 * PAUSE)
            fork.times.append(_timed(lambda: client.post(f"/v1/sessions/{session}/fork")))  # noqa: B023
        client.send("DELETE", f"/v1/sessions/{session}")
        found += [saved, hot, cold, fork]
    return found


def _after_crash(hearth: Private, url: str, key: str, restarts: int) -> Series:
    """The first run of a session after its executor was killed, once that is back with full pools."""
    series = Series("after a crash", "the first run in a session whose executor was killed")
    with Client(url, key) as client:
        session = _session(client, WORKSPACES["1 file"])
    for _ in range(restarts):
        states = hearth.stack.states()
        assert states is not None
        os.kill(states["executor"].pid, signal.SIGKILL)
        time.sleep(2)
        for _ in hearth.stack.until_warm():
            pass
        time.sleep(1)
        with Client(url, key) as client:
            series.times.append(_timed(lambda: _run(client, CODE, session)))
    return series


def _crowd(hearth: Private, client: Client, count: int, rounds: int) -> dict[str, object]:
    """So many sessions of a file and a variable that nobody uses, and what they take."""
    session = str(client.post("/v1/sessions", env={"NAME": "value"})["id"])
    _run(client, WORKSPACES["1 file"], session)
    # What the first requests of this kind load is not theirs.
    for _ in range(100):
        client.post(f"/v1/sessions/{session}/fork")
    time.sleep(2)
    before = {name: _resident(hearth, name) for name in ("executor", "control")}
    disk = _disk(hearth.layout.state / "executor")
    began = time.perf_counter()
    for _ in range(count):
        client.post(f"/v1/sessions/{session}/fork")
    seconds = time.perf_counter() - began
    # Several looks for what has expired.
    time.sleep(40)
    grown = {name: (_resident(hearth, name) - size) / _MIB for name, size in before.items()}
    taken = _disk(hearth.layout.state / "executor") - disk
    hot = Series("", "")
    for _ in range(rounds):
        time.sleep(PAUSE)
        hot.times.append(_timed(lambda: _run(client, CODE, session)))
    return {
        "sessions": count,
        "forks a second": round(count / seconds),
        "executor grew by MiB": round(grown["executor"], 2),
        "control grew by MiB": round(grown["control"], 2),
        "disk bytes each": round(taken / count),
        "hot run beside them, p50 ms": round(hot.percentile(0.5), 2),
    }


def _resident(hearth: Private, service: str) -> int:
    states = hearth.stack.states()
    assert states is not None
    pages = int(Path(f"/proc/{states[service].pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _disk(folder: Path) -> int:
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*"))


if __name__ == "__main__":
    try:
        typer.run(main)
    except http.client.HTTPException as error:
        sys.exit(f"bench.sessions: {error}")
