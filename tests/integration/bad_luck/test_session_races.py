"""The end of a session comes at the same moment as its use: all of it is there, or nothing."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable

import httpx

from tests.integration.bad_luck.condition import back_to_normal
from tests.integration.bad_luck.parts import clients
from tests.integration.session import Session, on_disk, until_tidy
from tests.stack import Hearth, until

# Longer than between two looks of the executor for sessions whose time is over.
_RACE_SECONDS = 17.0
# Time enough to fill a session, on a host that has a lot to do.
_IDLE_MS = 1000
_LARGE = b"large" * 40_000


def _new(client: httpx.Client, **fields: int) -> Session:
    session = Session.begin(client, env={"NAME": "value"}, **fields)
    session.put("small", b"small")
    session.put("large", _LARGE)
    return session


def _by_bash(session: Session) -> bool:
    answer = session.send("bash", "cat small; echo $NAME; stat -c %s large")
    if answer.status_code == 200:
        run = answer.json()["run"]
        assert "session_error" not in answer.json()
        assert run["stdout"] == f"smallvalue\n{len(_LARGE)}\n", run
    return _there(answer)


def _by_listing(session: Session) -> bool:
    answer = session.client.get(f"{session.url}/files")
    if answer.status_code == 200:
        assert [one["name"] for one in answer.json()["files"]] == ["large", "small"]
    return _there(answer)


def _by_download(session: Session) -> bool:
    answer = session.get("large")
    if answer.status_code == 200:
        assert answer.content == _LARGE
    else:
        assert "no such session" in answer.json()["detail"], answer.text
    return _there(answer)


def _by_upload(session: Session) -> bool:
    return _there(session.client.put(session.file_url("small"), content=b"small"))


def _by_fork(session: Session) -> bool:
    answer = session.client.post(f"{session.url}/fork")
    if answer.status_code == 201:
        copy = Session(session.client, answer.json()["id"])
        assert _by_download(copy)
        assert copy.end() == 204
    return _there(answer)


USES: list[Callable[[Session], bool]] = [_by_bash, _by_listing, _by_download, _by_upload, _by_fork]


def _there(answer: httpx.Response) -> bool:
    assert answer.status_code in (200, 201, 404), answer.text
    return answer.status_code != 404


def _use_at_its_end(stack: Hearth, use: Callable[[Session], bool], offset: float, until_s: float) -> int:
    """Uses sessions a little before or after they expire, over and over; how often one was still there."""
    found = 0
    while time.monotonic() < until_s:
        session = _new(stack.client, idle_timeout=_IDLE_MS)
        for _ in range(3):
            answer = session.client.get(session.url)
            if not _there(answer):
                break
            at = datetime.datetime.fromisoformat(answer.json()["expires_at"]).timestamp() + offset
            # To the millisecond: this moment is what the test is about.
            time.sleep(max(at - time.time(), 0))
            if not use(session):
                break
            found += 1
    return found


def test_session_used_at_the_moment_of_its_end_has_all_its_files_or_is_none(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some:
        until_s = time.monotonic() + _RACE_SECONDS
        offsets = (-0.02, -0.01, -0.003)
        runs = [
            some.submit(_use_at_its_end, stack, use, offset, until_s) for use in USES for offset in offsets
        ]

        counts = [run.result() for run in runs]

        assert sum(counts) > 0
    until_tidy(stack)


def test_deleted_session_is_all_there_or_none_for_those_who_use_it(stack: Hearth) -> None:
    with back_to_normal(stack), clients(stack) as some:
        for _ in range(6):
            session = _new(stack.client)
            code = "cat small; echo $NAME; stat -c %s large; date > changed"
            runs = [some.send("bash", code, session_id=session.id) for _ in range(5)]
            others = [
                some.submit(use, session) for use in (_by_download, _by_fork, _by_upload) for _ in range(2)
            ]
            until(lambda: runs[0].done() or others[0].done(), "some are on their way")  # noqa: B023

            deleted = [some.submit(session.end) for _ in range(2)]

            assert sorted(one.result() for one in deleted)[0] == 204
            assert {one.result() for one in deleted} <= {204, 404}
            for run in runs:
                answer = run.result()
                if _there(answer) and answer.json()["run"]["status"] != "XX":
                    assert answer.json()["run"]["stdout"] == f"smallvalue\n{len(_LARGE)}\n"
            for other in others:
                other.result()
            assert session.client.get(session.url).status_code == 404
            assert on_disk(stack, session) == []
    until_tidy(stack)
