"""Something is killed while a session is brought into a sandbox, runs or is saved: nothing of it is half."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import httpx
import pytest

from tests.integration.bad_luck.big_session import BigSession, patiently, possible
from tests.integration.bad_luck.condition import back_to_normal
from tests.integration.bad_luck.parts import (
    BUSY,
    Clients,
    awake,
    clients,
    cpu_seconds,
    end_service,
    folders,
)
from tests.integration.session import Session, on_disk, until_tidy
from tests.stack import Hearth, until


@contextmanager
def _big(stack: Hearth) -> Iterator[BigSession]:
    """A session in version 1, of which nothing is left in the end."""
    session = BigSession.begin(stack.client)
    assert possible(session.write(1), 0, 1) == {1}
    yield session
    until_tidy(stack)
    assert patiently(lambda: session.client.delete(session.url)).status_code == 204
    assert on_disk(stack, session) == []


@dataclass(frozen=True, slots=True)
class Target:
    """A program of a session that is on its way, and the sandboxes of which it has one."""

    stack: Hearth
    session: BigSession
    answer: Future[httpx.Response]
    there: set[str]

    @classmethod
    def sent(cls, stack: Hearth, some: Clients, session: BigSession, version: int, then: str) -> Target:
        """Nobody else has a sandbox: the one that wakes is the session's."""
        until(lambda: _at_rest(stack), "full pools, and nothing else")
        there = folders(stack)
        return cls(stack, session, some.submit(session.write, version, then), there)

    def restored(self) -> str:
        """The session's sandbox, as soon as it is claimed: its files are on their way into it."""
        found: set[str] = set()

        def claimed() -> bool:
            found.update(self.there & awake(self.stack))
            return bool(found) or self.answer.done()

        until(claimed, "a sandbox is claimed")
        assert found, self.answer.result().text
        return found.pop()

    def run(self) -> str:
        """The same, when its program has worked for a while."""
        sandbox = self.restored()
        before = cpu_seconds(self.stack, sandbox)
        until(lambda: cpu_seconds(self.stack, sandbox) > before + 1.5, "its program works")
        return sandbox

    def saved(self) -> str:
        """The same, when what the program left is on its way out of it."""
        sandbox = self.restored()
        self.session.until_saving(self.stack, self.answer)
        return sandbox

    def kept(self) -> str:
        """The same, when it waits for the session's next program."""
        sandbox = self.restored()
        self.answer.result()
        return sandbox


def _at_rest(stack: Hearth) -> bool:
    with suppress(httpx.HTTPError):
        return set(stack.warm().values()) == {2} and len(folders(stack)) == 6 and not awake(stack)
    return False


# Moments of a program, each with what the program has to do so that they last.
MOMENTS: dict[str, tuple[Callable[[Target], str], str]] = {
    "restored": (Target.restored, ""),
    "run": (Target.run, BUSY.format(seconds=10)),
    "saved": (Target.saved, ""),
    "kept": (Target.kept, ""),
}


def _attack(
    stack: Hearth, some: Clients, session: BigSession, kill: Callable[[str], object], moments: Iterable[str]
) -> None:
    """Has the session's programs killed at different moments, and looks at what they made of it."""
    version = 1
    for number, name in enumerate(moments, start=2):
        moment, then = MOMENTS[name]
        target = Target.sent(stack, some, session, number, then)

        kill(moment(target))

        allowed = possible(target.answer.result(), version, number)
        found = session.version()
        assert found in allowed
        version = found


def _kill(some: Clients, part: str, sandbox: str) -> None:
    # One that nobody uses may just be given up.
    with suppress(AssertionError, ProcessLookupError):
        some.kill(part, sandbox)


@pytest.mark.parametrize("part", ["sentry", "shim", "agent"])
def test_session_whose_sandbox_is_killed_is_as_before_or_after_the_run(stack: Hearth, part: str) -> None:
    # An agent that rests dies when it is woken: with a program that nobody attacks here.
    moments = [name for name in MOMENTS if (part, name) != ("agent", "kept")]
    with back_to_normal(stack), clients(stack) as some, _big(stack) as session:
        _attack(stack, some, session, lambda sandbox: _kill(some, part, sandbox), moments)


def test_session_whose_executor_is_killed_is_as_before_or_after_the_run(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some, _big(stack) as session:
        _attack(stack, some, session, lambda _: end_service(stack, "executor"), ["restored", "run", "saved"])


def test_hot_and_cold_sessions_outlive_their_executor(stack: Hearth) -> None:
    with back_to_normal(stack), _big(stack) as cold, _big(stack) as hot:
        small = Session.begin(stack.client)
        small.run("bash", "echo 2 > file", env={"V": "2"})
        assert possible(hot.write(2), 1, 2) == {2}
        # At this moment all of it is on the disk.
        os.kill(stack.pid("executor"), signal.SIGKILL)

        assert hot.version() == 2
        assert cold.version() == 1
        answer = patiently(lambda: small.send("bash", "cat file; echo $V"))
        assert answer.json()["run"]["stdout"] == "2\n2\n"
        small.end()


def test_executor_killed_during_an_upload_leaves_the_old_file_or_the_new_one(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some:
        session = BigSession.begin(stack.client)
        contents = [os.urandom(20_000_000) for _ in range(3)]
        session.put("file", contents[0])
        for before, after in ((0, 1), (1, 2)):
            sent = some.submit(session.client.put, session.file_url("file"), content=contents[after])
            session.until_saving(stack, sent)

            end_service(stack, "executor")

            done = sent.result().status_code
            assert done in (200, 503)
            found = patiently(lambda: session.get("file")).content
            assert found in (contents[before], contents[after])
            if done == 200:
                assert found == contents[after]
            contents[after] = found
            until_tidy(stack)
        session.end()


def test_session_whose_control_plane_is_killed_is_as_before_or_after_and_free(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some, _big(stack) as session:
        executor = stack.pid("executor")
        version = 1
        for number, (moment, then) in enumerate(MOMENTS.values(), start=2):
            target = Target.sent(stack, some, session, number, then)
            moment(target)

            end_service(stack, "control")

            with suppress(httpx.TransportError):
                target.answer.result()
            until(lambda: _answers(stack), "the control plane is back")
            found = session.version()
            assert found in (version, number)
            version = found
        assert stack.pid("executor") == executor


def test_session_whose_client_leaves_is_as_before_and_free(stack: Hearth) -> None:
    with back_to_normal(stack), _big(stack) as session:
        leaving = httpx.Client(base_url=stack.url, headers=stack.client.headers, timeout=2.5)
        code = "import os; os.unlink('file 0'); open('new', 'w')\n" + BUSY.format(seconds=30)

        with leaving, pytest.raises(httpx.ReadTimeout):
            Session(leaving, session.id).send("python", code)

        assert session.version() == 1


def _answers(stack: Hearth) -> bool:
    try:
        return stack.client.get("/v1/runtimes").status_code == 200 and bool(stack.warm())
    except httpx.TransportError:
        return False
