"""A tenant that has reached what it may keep: it is told so, and neither its sessions nor others suffer."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import httpx
import pytest

from tests.integration.bad_luck.parts import clients
from tests.integration.session import Session, on_disk, until_tidy
from tests.stack import Hearth, hearth

KIB = 1024
MAX_SESSIONS = 6
SESSION_BYTES = 256 * KIB
TENANT_BYTES = 512 * KIB


@pytest.fixture(scope="module")
def small() -> Iterator[Hearth]:
    """A stack on which little may be kept."""
    with hearth(
        ["bash", "c"],
        HEARTH_CONTROL_SESSIONS_MAX=str(MAX_SESSIONS),
        HEARTH_CONTROL_SESSION_MAX_BYTES=str(SESSION_BYTES),
        HEARTH_CONTROL_SESSIONS_MAX_BYTES=str(TENANT_BYTES),
    ) as running:
        yield running


@pytest.fixture
def tenant(small: Hearth) -> Iterator[httpx.Client]:
    """One that has kept nothing yet."""
    small.until_warm()
    yield small.new_tenant(f"tenant-{secrets.token_hex(4)}")
    until_tidy(small)


def _random(kib: int, name: str = "file") -> str:
    return f"head -c {kib * KIB} /dev/urandom > {name}"


@pytest.mark.parametrize(
    "code", [_random(300), "for i in {1..600}; do : > $i; done"], ids=["bytes", "entries"]
)
def test_run_that_leaves_too_much_says_so_and_changes_nothing(tenant: httpx.Client, code: str) -> None:
    session = Session.begin(tenant)
    session.run("bash", "echo before > before")
    # From a sandbox that holds the session, and from another.
    for language, program in (("bash", ":"), ("c", "int main(void) { return 0; }")):
        session.run(language, program)
        answer = session.execute("bash", f"rm before; {code}; echo done")

        assert answer["run"]["stdout"] == "done\n"
        assert answer["session_error"]["limit"] == "session_bytes"
        assert str(SESSION_BYTES) in answer["session_error"]["message"]
        assert session.names() == ["before"]
    assert session.output("bash", "ls; cat before") == "before\nmain.sh\nbefore\n"


def test_one_shot_that_leaves_too_much_is_answered_as_any_other(tenant: httpx.Client) -> None:
    answer = tenant.post("/v1/execute", json={"language": "bash", "code": f"{_random(300)}; echo done"})

    assert answer.status_code == 200
    assert answer.json()["run"]["stdout"] == "done\n"
    assert answer.json()["session_error"]["limit"] == "session_bytes"
    assert Session(tenant, answer.json()["session_id"]).entries() == []


def test_environment_that_grows_too_large_is_not_kept(tenant: httpx.Client) -> None:
    session = Session.begin(tenant, env={"FIRST": "1" * 30_000})

    answer = session.execute("bash", "echo ${#FIRST} ${#SECOND} > file", env={"SECOND": "2" * 30_000})

    assert answer["run"]["status"] is None
    assert answer["session_error"]["limit"] == "environment"
    assert session.output("bash", "echo ${#FIRST} ${#SECOND}; ls") == "30000 0\nmain.sh\n"


def test_first_file_of_a_tenant_may_be_a_large_one(tenant: httpx.Client) -> None:
    answer = tenant.post("/v1/execute", json={"language": "bash", "code": _random(200)}).json()

    assert "session_error" not in answer
    assert Session(tenant, answer["session_id"]).names() == ["file"]


@pytest.mark.parametrize("streamed", [False, True])
def test_upload_that_is_too_much_is_refused(tenant: httpx.Client, streamed: bool) -> None:
    session = Session.begin(tenant)
    session.put("file", b"x" * 200 * KIB)
    for size in (100, 300):
        content = b"x" * size * KIB
        answer = tenant.put(session.file_url("more"), content=iter([content]) if streamed else content)
        assert answer.status_code == 413, answer.text
    assert session.names() == ["file"]
    session.put("file", b"x" * 250 * KIB)


def test_tenant_that_has_filled_its_disk_can_make_room(small: Hearth, tenant: httpx.Client) -> None:
    kept = [Session.begin(tenant) for _ in range(2)]
    for session in kept:
        session.run("bash", _random(200))
    last = Session.begin(tenant)
    answer = last.execute("bash", _random(200))
    assert answer["session_error"]["limit"] == "tenant_bytes"
    refused = tenant.put(last.file_url("file"), content=kept[0].content("file"))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert tenant.post(f"{kept[0].url}/fork").status_code == 429
    assert on_disk(small, last) == [""]
    last.run("bash", "echo small > small")
    # Less in place of more always fits.
    kept[1].run("bash", _random(100))

    kept[0].end()

    last.run("bash", _random(200))
    assert last.names() == ["file", "small"]


def test_tenant_that_opens_sessions_in_a_loop_is_refused_and_no_other(
    small: Hearth, tenant: httpx.Client
) -> None:
    other = small.new_tenant("bystander")
    with clients(small) as some:
        loop = [
            some.submit(tenant.post, "/v1/sessions", json={"env": {"N": str(number)}}) for number in range(60)
        ]
        began = [Session.begin(other) for _ in range(3)]
        for session in began:
            assert session.output("bash", "echo 1 > file; cat file") == "1\n"
        answers = [sent.result() for sent in loop]
    made = [answer for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert (len(made), len(made) + len(refused)) == (MAX_SESSIONS, 60)
    assert {answer.headers["Content-Type"] for answer in refused} == {"application/problem+json"}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)

    own = Session(tenant, made[0].json()["id"])
    assert own.output("bash", "echo 1 > file; cat file") == "1\n"
    assert tenant.post(f"{own.url}/fork").status_code == 429
    one_shot = tenant.post("/v1/execute", json={"language": "bash", "code": "echo 1 > file; echo 1"}).json()
    assert (one_shot["run"]["stdout"], one_shot["session_error"]["limit"]) == ("1\n", "sessions")
    # What leaves nothing needs no place.
    one_shot = tenant.post("/v1/execute", json={"language": "bash", "code": "echo 1"}).json()
    assert "session_error" not in one_shot
    own.end()
    assert Session.begin(tenant).end() == 204
    for session in began:
        session.end()
