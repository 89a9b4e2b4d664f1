"""The files of a session over HTTP: what goes in comes out, and nothing that lies outside ever does."""

from __future__ import annotations

import hashlib
import http.client
from collections.abc import Iterator

import pytest

from tests.integration.bad_luck.parts import clients
from tests.integration.session import Session
from tests.stack import Hearth


@pytest.fixture(scope="module")
def shared(stack: Hearth) -> Iterator[Session]:
    """For tests that leave no file in it."""
    session = Session.begin(stack.client)
    yield session
    session.end()


@pytest.fixture
def session(shared: Session) -> Iterator[Session]:
    yield shared
    shared.run("bash", "shopt -s dotglob; rm -rf -- *")
    assert shared.names() == []


NAMES: list[str | bytes] = [
    "plain",
    "in/a/folder",
    "имя ☃",
    b"\xff\xfe not utf-8",
    "a b+c%2e?#&;=",
    "-",
    "...",
    "line\nfeed",
    "x" * 255,
    "/".join(["d"] * 64),
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_uploaded_file_is_a_programs_file_and_the_other_way_round(
    session: Session, name: str | bytes
) -> None:
    session.put(name, b"\0uploaded\xff")
    raw = name if isinstance(name, bytes) else name.encode()
    code = (
        f"name = bytes.fromhex('{raw.hex()}')\nprint(open(name, 'rb').read())\n"
        "with open(name, 'wb') as file: file.write(b'written')"
    )

    assert session.output("python", code) == "b'\\x00uploaded\\xff'\n"

    assert session.content(name) == b"written"
    session.remove(name)
    assert session.get(name).status_code == 404


def test_twenty_megabytes_go_up_and_down(session: Session) -> None:
    content = hashlib.shake_128(b"up").digest(20_000_000)
    session.put("up", content)
    assert session.content("up") == content

    made = session.output(
        "python",
        "import hashlib\nprint(hashlib.sha256(open('up', 'rb').read()).hexdigest())\n"
        "open('down', 'wb').write(hashlib.shake_128(b'down').digest(20_000_000))",
    )

    assert made.strip() == hashlib.sha256(content).hexdigest()
    assert session.content("down") == hashlib.shake_128(b"down").digest(20_000_000)


def test_upload_of_unknown_length_arrives_whole(session: Session) -> None:
    pieces = [bytes([number]) * 100_000 for number in range(30)]
    answer = session.client.put(session.file_url("streamed"), content=iter(pieces))

    assert answer.status_code == 200
    assert session.content("streamed") == b"".join(pieces)


@pytest.mark.parametrize("size", [1000, 3_000_000])
def test_range_is_that_part_of_the_file(session: Session, size: int) -> None:
    content = hashlib.shake_128(b"range").digest(size)
    session.put("file", content)
    for text, part in (
        ("bytes=0-0", content[:1]),
        ("bytes=10-99", content[10:100]),
        (f"bytes={size // 2}-", content[size // 2 :]),
        ("bytes=-100", content[-100:]),
        (f"bytes=900-{size * 2}", content[900:]),
    ):
        answer = session.get("file", Range=text)
        assert (answer.status_code, answer.content) == (206, part)
    assert session.get("file", Range=f"bytes={size}-").status_code == 416


def test_listing_tells_what_is_there(session: Session) -> None:
    session.run(
        "bash",
        "mkdir -m 700 folder; printf abc > folder/file; chmod 640 folder/file; ln -s folder/file link; "
        "touch -d '2001-02-03 04:05:06.789Z' folder/file; : > $'\\xff'",
    )

    listed = {entry["name"]: entry for entry in session.entries()}

    assert list(listed) == ["folder", "folder/file", "link", "\ufffd"]
    file = listed["folder/file"]
    assert (file["type"], file["size"], file["mode"]) == ("file", 3, "0640")
    assert file["modified_at"].startswith("2001-02-03T04:05:06.789")
    assert (listed["folder"]["type"], listed["folder"]["mode"]) == ("folder", "0700")
    assert (listed["link"]["type"], listed["link"]["target"]) == ("link", "folder/file")
    assert listed["\ufffd"]["name_base64"] == "/w=="
    below = session.client.get(f"{session.url}/files", params={"folder": "folder"}).json()["files"]
    assert [entry["name"] for entry in below] == ["folder/file"]


def test_long_listing_comes_in_pages(session: Session) -> None:
    session.run("bash", "seq -w 0 2345 | xargs touch")

    assert session.names() == [f"{number:04}" for number in range(2346)]


def test_deleted_folder_goes_with_all_that_is_in_it(session: Session) -> None:
    session.run("bash", "mkdir -p a/b/c ab; echo 1 > a/b/c/d; echo 2 > ab/x")
    session.remove("a")

    assert session.names() == ["ab", "ab/x"]
    assert session.output("bash", "ls -AR") == ".:\nab\nmain.sh\n\n./ab:\nx\n"


def test_download_during_a_run_is_what_the_run_before_left(stack: Hearth, session: Session) -> None:
    session.run("bash", "echo before > file")
    code = "echo during > file; sleep 1.5"
    with clients(stack) as some:
        running = some.send("bash", code, session_id=session.id)
        seen = set()
        while not running.done():
            content = session.content("file")
            if not running.done():
                seen.add(content)

        assert running.result().json()["run"]["status"] is None
    assert b"before\n" in seen
    # What is to be seen when the answer is on its way is there already.
    assert seen <= {b"before\n", b"during\n"}
    assert session.content("file") == b"during\n"


# Ways out of the workspace, as they stand in a request's first line.
ESCAPES = [
    "../../../../etc/passwd",
    "%2e%2e/%2e%2e/etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "a/../../../../../../../etc/passwd",
    "a/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "./x",
    "%2e",
    "x%00",
    "a//b",
    "",
    "%252e%252e/%252e%252e/etc/passwd",
    "..%5c..%5cetc%5cpasswd",
    "x/" * 64 + "x",
    "x" * 256,
]


@pytest.mark.parametrize("name", ESCAPES)
def test_name_that_leaves_the_workspace_is_no_file(stack: Hearth, session: Session, name: str) -> None:
    for method in ("GET", "DELETE", "PUT"):
        if method == "PUT" and ("%25" in name or "%5c" in name):
            # These are names like any other.
            continue
        status, body = _raw(stack, method, f"{session.url}/files/{name}")
        assert status in (400, 404, 405), body
        assert b"root:" not in body
    assert session.names() == []


def _raw(stack: Hearth, method: str, path: str) -> tuple[int, bytes]:
    """A request for a path that no client has put in order."""
    host = stack.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        headers = {"Authorization": stack.client.headers["Authorization"]}
        connection.request(method, path, body=b"x" if method == "PUT" else None, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_link_that_leads_outside_is_never_followed(session: Session) -> None:
    targets = {
        "absolute": "/etc/passwd",
        "up": "../etc/passwd",
        "far up": "../../../../../../etc/passwd",
        "through": "/workspace/../etc/passwd",
        "root": "/",
        "parent": "..",
        "itself": "itself",
        "process": "/proc/self/environ",
        "chain": "absolute",
    }
    words = " ".join(f"'{target}' '{name}'" for name, target in targets.items())
    session.run("bash", f'set -- {words}; while (($#)); do ln -s -- "$1" "$2"; shift 2; done; echo own > own')
    for name in [*targets, "root/etc/passwd", "parent/etc/passwd", "itself/x"]:
        answer = session.get(name)
        assert answer.status_code in (400, 404), name
        assert "root:" not in answer.text
        assert session.client.put(session.file_url(name), content=b"x").status_code == 400, name
    answer = session.client.get(f"{session.url}/files", params={"folder": "root"})
    assert answer.status_code in (400, 404)
    # Out and in again is inside.
    assert session.content("parent/workspace/own") == b"own\n"
    # What is deleted is the link.
    for name in targets:
        session.remove(name)
    assert session.names() == ["own"]


def test_link_inside_is_followed(session: Session) -> None:
    session.run(
        "bash", "mkdir d; echo 1 > d/file; ln -s d/file link; ln -s /workspace/d folder; ln -s link chain"
    )
    for name in ("link", "folder/file", "chain"):
        assert session.content(name) == b"1\n"
    session.put("chain", b"2")
    session.put("folder/new", b"3")

    assert session.output("bash", "cat d/file d/new; readlink link") == "23d/file\n"
    session.remove("folder/new")
    assert session.output("bash", "ls d") == "file\n"


@pytest.mark.parametrize("name", ["folder", "file/below", "folder/link"])
def test_upload_over_something_else_is_refused(session: Session, name: str) -> None:
    session.run("bash", "mkdir folder; echo 1 > file; ln -s nowhere folder/link")

    assert session.client.put(session.file_url(name), content=b"x").status_code == 400
    assert session.names() == ["file", "folder", "folder/link"]
