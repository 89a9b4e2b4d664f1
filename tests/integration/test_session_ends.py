"""The end of a session: deleted, expired, or never somebody's own."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.integration.bad_luck.parts import awake, clients
from tests.integration.session import Session, on_disk, until_tidy
from tests.stack import Hearth, until


def _is_gone(session: Session) -> None:
    """For every way to reach it."""
    client = session.client
    answers = [
        session.send("bash", "echo 1"),
        client.get(session.url),
        client.delete(session.url),
        client.post(f"{session.url}/fork"),
        client.get(f"{session.url}/files"),
        client.get(session.file_url("file")),
        client.put(session.file_url("file"), content=b"x"),
        client.delete(session.file_url("file")),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/problem+json"}
    assert session.id not in [one["id"] for one in client.get("/v1/sessions").json()["sessions"]]


def test_deleted_session_is_gone_with_its_sandbox_and_its_files(stack: Hearth) -> None:
    session = Session.begin(stack.client)
    session.run("python", "open('file', 'wb').write(bytes(range(256)) * 9999)")
    until(lambda: not awake(stack), "all sandboxes rest")
    there = stack.sandboxes().keys()
    assert session.hot

    assert session.end() == 204

    _is_gone(session)
    assert on_disk(stack, session) == []
    until(lambda: there - stack.sandboxes().keys(), "its sandbox is gone", seconds=10)


@pytest.mark.parametrize("code", ["echo kept > file", ":"])
def test_deleted_session_of_a_one_shot_is_gone(stack: Hearth, code: str) -> None:
    session = Session(stack.client, stack.execute("bash", code)["session_id"])

    assert session.end() == 204

    _is_gone(session)
    # What stays says that the id is none any more.
    assert on_disk(stack, session) in ([], [""])


def test_delete_ends_a_program_that_runs_and_those_that_wait(stack: Hearth) -> None:
    session = Session.begin(stack.client)
    session.run("python", "open('file', 'wb').write(bytes(range(256)) * 9999)")
    with clients(stack) as some:
        running, _ = some.busy(60, session_id=session.id)
        waiting = [some.send("python", "print(1)", session_id=session.id) for _ in range(3)]
        began = time.monotonic()

        assert session.end() == 204

        assert time.monotonic() - began < 5
        answer = running.result(5)
        assert answer.status_code == 200
        run = answer.json()["run"]
        assert (run["status"], run["stdout"]) == ("XX", "begun\n")
        assert "deleted" in run["message"]
        assert answer.json()["session_error"]["limit"] == "unsaved"
        assert {late.result(5).status_code for late in waiting} == {404}
    _is_gone(session)
    assert on_disk(stack, session) == []
    until_tidy(stack)


def test_unused_session_ends_after_its_idle_timeout(stack: Hearth) -> None:
    session = Session.begin(stack.client, idle_timeout=1000)
    session.run("bash", "echo 1 > file")
    # Every use puts the end off, and so does a run that takes longer than that.
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        assert session.content("file") == b"1\n"
    session.run("bash", "sleep 1.5")
    assert session.names() == ["file"]

    until(lambda: stack.client.get(session.url).status_code == 404, "it has expired", seconds=3)

    _is_gone(session)
    until(lambda: on_disk(stack, session) == [], "its files are removed", seconds=20)


def test_session_of_another_tenant_is_as_good_as_none(stack: Hearth) -> None:
    session = Session.begin(stack.client)
    session.put("file", b"mine")
    session.run("bash", "cat file")

    stranger = Session(stack.new_tenant("stranger"), session.id)

    _is_gone(stranger)
    assert session.content("file") == b"mine"
    assert session.hot
    session.end()


@pytest.mark.parametrize(
    "change",
    [
        lambda id: id[:-1] + ("a" if id[-1] != "a" else "b"),
        lambda id: id.upper(),
        lambda id: id + "a",
        lambda id: id.rpartition("_")[0] + "_" + "a" * 48,
        lambda id: "s_elsewhere_" + id.rpartition("_")[2],
        lambda id: "..",
        lambda id: "x" * 5000,
    ],
    ids=["forged", "upper", "longer", "made up", "elsewhere", "dots", "long"],
)
def test_id_that_was_never_given_out_is_no_session(stack: Hearth, change: Callable[[str], str]) -> None:
    session = Session.begin(stack.client)

    answer = Session(stack.client, change(session.id)).send("bash", "echo 1")

    assert answer.status_code == 404
    session.end()
