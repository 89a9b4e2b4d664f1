"""Two real control planes under traffic, killed again and again: every execution is counted once."""

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from running_control import until
from scripted_executor import PYTHON, ScriptedExecutor, done, end, event, kept, sent, started
from usage_rows import journals, opened, rows

from control.auth.keys import Scope
from control.store.cancellation import to_its_end
from control.store.database import Database
from control.tenancy.keys import insert_key
from control.tenancy.tenants import insert_tenant
from executor.api import executor_pb2 as pb

ROOT = Path(__file__).parents[3]
KILLS = 8
# Executions from one kill to the next, and how many of them are answered before it.
EXECUTIONS, ANSWERED = 80, 25
# How often a process is stopped to see whether it is at the one place where to die is worst.
LOOKS = 100
CLIENTS = 6
# Each execution has a tenant of its own, so that what became of it can be told.
TENANTS = KILLS * EXECUTIONS + CLIENTS
# A process that starts on a busy machine, with everything that waits for it.
PATIENCE_S = 60
OUTCOMES = {"OK": pb.OK, "RE": pb.NONZERO_EXIT, "TO": pb.TIMED_OUT}


@to_its_end
async def make_tenants(database: Database) -> list[tuple[str, str]]:
    made = []
    async with database.changing() as (connection, change):
        for number in range(TENANTS):
            tenant = f"t{number}"
            await insert_tenant(connection, change, tenant, "default", {})
            key = await insert_key(connection, change, tenant, "", [Scope.EXECUTE])
            made.append((tenant, key.secret))
    return made


async def play(start: pb.Start, context: Any) -> AsyncIterator[pb.ExecuteOutput]:
    """A program that ends as its standard input says, after a while."""
    yield sent(started(), event(stage_start=pb.RUN))
    outcome, _, ms = start.stdin.decode().partition(" ")
    await asyncio.sleep(int(ms) / 1_000)
    yield sent(end(outcome=OUTCOMES[outcome], wall_us=2_000, cpu_us=1_000), kept(), done())


class ControlPlane:
    """One that is started again whenever it was killed."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._log = log
        self.url: str | None = None

    async def start(self) -> None:
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "control", cwd=ROOT, env=self._environment, stderr=log
            )
        await until(self._listens, PATIENCE_S)

    async def kill_once_written(self, database: Database, state: Path) -> bool:
        """If it can be met there: between a flush's commit and the removal of the segment."""
        process = self._process
        assert process is not None
        folder = folder_of(process.pid, state)
        for _ in range(LOOKS):
            process.send_signal(signal.SIGSTOP)
            applied = (await journals(database)).get(folder.name, 0)
            if (folder / f"{applied:012}.jsonl").exists():
                await self.stop(signal.SIGKILL)
                return True
            process.send_signal(signal.SIGCONT)
            await asyncio.sleep(random.random() / 200)
        await self.stop(signal.SIGKILL)
        return False

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, self._log.read_text()
        urls = [line for line in self._log.read_text().splitlines() if '"listening"' in line]
        if urls:
            self.url = json.loads(urls[0])["url"]
        return self.url is not None

    async def stop(self, number: signal.Signals) -> None:
        self.url = None
        if self._process is not None:
            process, self._process = self._process, None
            process.send_signal(number)
            status, said = await process.wait(), self._log.read_text()
            assert status == (-number if number == signal.SIGKILL else 0), said
            assert "Traceback" not in said, said


def folder_of(pid: int, state: Path) -> Path:
    """The one that the process holds."""
    open_files = {os.path.realpath(file) for file in Path(f"/proc/{pid}/fd").iterdir()}
    return next(folder for folder in state.iterdir() if str(folder) in open_files)


@dataclass
class Sent:
    body: bytes
    outcome: str
    # None: the client knows nothing of what became of it.
    answer: bytes | None = None


class Traffic:
    def __init__(self, tenants: list[tuple[str, str]], planes: list[ControlPlane]) -> None:
        self.sent: dict[str, Sent] = {}
        self.answered = 0
        self._allowed = asyncio.Semaphore(0)
        self._tenants = deque(tenants)
        self._planes = planes
        self._random = random.Random(7)

    def has_answered(self, enough: int) -> bool:
        return self.answered >= enough

    def allow(self, executions: int) -> None:
        for _ in range(executions):
            self._allowed.release()

    def end(self) -> None:
        """Once what was allowed is over."""
        self._tenants.clear()
        self.allow(CLIENTS)

    async def client(self) -> None:
        async with aiohttp.ClientSession() as http:
            while await self._allowed.acquire() and self._tenants:
                tenant, key = self._tenants.popleft()
                outcome = self._random.choice(list(OUTCOMES))
                ms = self._random.choice([0, 0, 1, 20, 50])
                body = json.dumps({"language": "py", "code": "", "stdin": f"{outcome} {ms}"}).encode()
                self.sent[tenant] = Sent(body, outcome)
                # Some leave before they are answered.
                patience_s = 0.02 if self._random.random() < 0.1 else 30
                await until(partial(self._asked, http, tenant, key, patience_s), PATIENCE_S)

    async def _asked(self, http: aiohttp.ClientSession, tenant: str, key: str, patience_s: float) -> bool:
        """False: nothing was run, and it is to be asked again."""
        url = self._random.choice(self._planes).url
        if url is None:
            return False
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        timeout = aiohttp.ClientTimeout(total=patience_s)
        try:
            async with http.post(
                url + "/v1/execute", data=self.sent[tenant].body, headers=headers, timeout=timeout
            ) as response:
                answer = await response.read()
        except aiohttp.ClientConnectorError:
            return False
        except (aiohttp.ClientError, TimeoutError):
            return True
        if response.status == 503:
            return False
        assert response.status == 200, answer
        self.sent[tenant].answer = answer
        self.answered += 1
        return True


@pytest.mark.timeout(300)
async def test_executions_are_counted_once_however_often_control_planes_are_killed(
    home: Path, database_url: str, address: str
) -> None:
    environment = {
        **os.environ,
        "HEARTH_CONTROL_PORT": "0",
        "HEARTH_CONTROL_DATABASE": database_url,
        "HEARTH_CONTROL_EXECUTORS": address,
        # So short that many a kill is amid one.
        "HEARTH_CONTROL_USAGE_FLUSH_MS": "5",
    }
    executor = ScriptedExecutor(address, runtimes=[PYTHON], play=play)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(opened(database_url, 30_000))
        tenants = await make_tenants(database)
        await executor.start()
        stack.push_async_callback(executor.stop)
        planes = [ControlPlane(environment, home / f"log{number}") for number in range(2)]
        for plane in planes:
            stack.push_async_callback(plane.stop, signal.SIGTERM)
            await plane.start()
        traffic = Traffic(tenants, planes)
        clients = [asyncio.create_task(traffic.client()) for _ in range(CLIENTS)]
        met = 0
        for number in range(KILLS):
            enough = traffic.answered + ANSWERED
            traffic.allow(EXECUTIONS)
            await until(partial(traffic.has_answered, enough), PATIENCE_S)
            plane = planes[number % 2]
            if number % 4 < 2:
                met += await plane.kill_once_written(database, home / "state/usage")
            else:
                await asyncio.sleep(random.random() / 50)
                await plane.stop(signal.SIGKILL)
            await plane.start()
        assert met > 0
        traffic.end()
        await asyncio.gather(*clients)
        for plane in planes:
            await plane.stop(signal.SIGTERM)

        found = await rows(database)
        assert await journals(database) == {}
    assert list((home / "state/usage").iterdir()) == []
    check(traffic.sent, Counter(start.tenant for start in executor.starts), found)


def check(sent: dict[str, Sent], seen: Counter[str], found: Any) -> None:
    assert set(seen.values()) == {1}
    counted: dict[str, Any] = {}
    for key, counts in found.items():
        assert counts.executions == 1, key
        # Not under two outcomes, either.
        assert counted.setdefault(key.tenant, (key.outcome, counts)) == (key.outcome, counts)
    assert set(seen) <= set(counted) <= set(sent)
    outcomes: Counter[str] = Counter()
    for tenant, one in sent.items():
        if tenant not in counted:
            assert one.answer is None
            continue
        outcome, counts = counted[tenant]
        outcomes[outcome] += 1
        assert counts.bytes_in == len(one.body)
        if one.answer is not None:
            assert (outcome, counts.bytes_out) == (one.outcome, len(one.answer))
            assert (counts.wall_us, counts.cpu_us) == (2_000, 1_000)
        elif tenant in seen:
            assert outcome in (one.outcome, "cancelled", "lost")
        else:
            # Begun, and killed before the executor had it.
            assert outcome in ("cancelled", "lost")
    # It would prove nothing if nothing had gone wrong.
    assert outcomes["lost"] > 0
    assert outcomes["cancelled"] > 0
    assert min(outcomes[outcome] for outcome in OUTCOMES) > KILLS
