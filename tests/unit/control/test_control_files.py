import asyncio
import base64
import gzip
import hashlib
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from grpc import StatusCode
from hypothesis import given
from hypothesis import strategies as st
from running_control import Control, until
from scripted_executor import ScriptedExecutor
from scripted_sessions import AT_MS, PIECE_BYTES, Failure, Held

from control.api.media import content_type_of, disposition_of
from control.api.ranges import ByteRange, UnsatisfiableError
from executor.api import executor_pb2 as pb

FILES = "/v1/sessions/s_one_x/files"
MTIME_NS = AT_MS * 1_000_000 + 456_789
ETAG = f'"{MTIME_NS:x}-a"'
MODIFIED = "Tue, 14 Nov 2023 22:13:20 GMT"
BEFORE = "Tue, 14 Nov 2023 22:13:19 GMT"
AFTER = "Tue, 14 Nov 2023 22:13:21 GMT"


@pytest.fixture
def held(executor: ScriptedExecutor) -> Held:
    return executor.hold("x")


@pytest.fixture
def ten(held: Held) -> None:
    held.put(b"a.txt", b"0123456789")


# Names


async def test_files_are_listed_with_what_they_are(control: Control, held: Held) -> None:
    held.put(b"a.txt", b"123", mode=0o755)
    held.put(b"b", kind=pb.FOLDER, mode=0o700)
    held.put(b"b/\xff\n", kind=pb.LINK, mode=0o777, target=b"../\xfe")
    held.put("c/ü".encode(), kind=pb.LINK, mode=0o777, target=b"a.txt")
    status, page = await control.call("GET", FILES)
    at = "2023-11-14T22:13:20.123Z"
    assert status == 200
    assert page == {
        "files": [
            {"name": "a.txt", "type": "file", "size": 3, "modified_at": at, "mode": "0755"},
            {"name": "b", "type": "folder", "size": 0, "modified_at": at, "mode": "0700"},
            {
                "name": "b/\ufffd\n",
                "name_base64": base64.b64encode(b"b/\xff\n").decode(),
                "type": "link",
                "size": 0,
                "modified_at": at,
                "mode": "0777",
                "target": "../\ufffd",
                "target_base64": base64.b64encode(b"../\xfe").decode(),
            },
            {"name": "c/ü", "type": "link", "size": 0, "modified_at": at, "mode": "0777", "target": "a.txt"},
        ],
        "next": None,
    }


async def test_a_list_goes_on_after_any_name(
    control: Control, executor: ScriptedExecutor, held: Held
) -> None:
    for name in (b"a", b"b/\xff", b"b/\xff&+ %", b"c"):
        held.put(name)
    _, page = await control.call("GET", FILES + "?limit=1")
    assert (page["files"][0]["name"], page["next"]) == ("a", "a")
    _, page = await control.call("GET", FILES + "?limit=1&after=a")
    assert (page["next"], base64.b64decode(page["next_base64"])) == ("b/\ufffd", b"b/\xff")
    _, page = await control.call("GET", FILES + "?limit=1&after=b/%FF&folder=b")
    assert base64.b64decode(page["files"][0]["name_base64"]) == b"b/\xff&+ %"
    assert (executor.asked[-1].after, executor.asked[-1].folder) == (b"b/\xff", b"b")
    _, page = await control.call("GET", FILES + "?after=b/%FF%26%2B%20%25")
    assert [file["name"] for file in page["files"]] == ["c"]
    assert page["next"] is None
    assert "next_base64" not in page


@pytest.mark.parametrize("folder", ["/a", "a/", "a/..", "%00"])
async def test_a_folder_that_cannot_be_is_400(control: Control, held: Held, folder: str) -> None:
    status, problem = await control.call("GET", f"{FILES}?folder={folder}")
    assert (status, problem["detail"][:8]) == (400, "folder: ")


GOOD_PATHS = [
    ("a", b"a"),
    ("a/b", b"a/b"),
    ("a%2Fb", b"a/b"),
    ("%61", b"a"),
    ("a%20b+c", b"a b+c"),
    ("%C3%BC", "ü".encode()),
    ("%FF%0A%25%3F%23", b"\xff\n%?#"),
    ("%ED%A0%80", b"\xed\xa0\x80"),
    ("...", b"..."),
    ("%5C..%5C..", b"\\..\\.."),
    ("~;=:@!$&'()*,", b"~;=:@!$&'()*,"),
    ("x" * 255, b"x" * 255),
    ("/".join("a" * 64), b"/".join([b"a"] * 64)),
    ("%252e%252e/a", b"%2e%2e/a"),
    ("files/fork", b"files/fork"),
]


@pytest.mark.parametrize(("path", "name"), GOOD_PATHS, ids=[path[:20] for path, _ in GOOD_PATHS])
async def test_a_path_names_exactly_its_bytes(
    control: Control, executor: ScriptedExecutor, held: Held, path: str, name: bytes
) -> None:
    status, entry = await control.call("PUT", f"{FILES}/{path}", data=b"content")
    assert (status, entry["size"]) == (200, 7)
    assert held.contents == {name: b"content"}
    async with control.ask("GET", f"{FILES}/{path}") as response:
        assert (response.status, await response.read()) == (200, b"content")
    assert await control.call("DELETE", f"{FILES}/{path}") == (204, None)
    assert held.contents == {}


BAD_PATHS = [
    ("", "path: must not be empty"),
    ("/a", "path: must be relative"),
    ("%2Fa", "path: must be relative"),
    ("a/", "path: must not contain an empty, '.' or '..' component"),
    ("a//b", "path: must not contain an empty"),
    ("a%2F%2Fb", "path: must not contain an empty"),
    ("..", "path: must not contain an empty"),
    ("../../s_one_y/files/a", "path: must not contain an empty"),
    ("%2e%2e/a", "path: must not contain an empty"),
    ("a/%2E%2e%2fb", "path: must not contain an empty"),
    (".", "path: must not contain an empty"),
    ("a/./b", "path: must not contain an empty"),
    ("%00", "path: must not contain a NUL"),
    ("a%00.txt", "path: must not contain a NUL"),
    ("a%", "path: must have two hexadecimal digits"),
    ("a%zz", "path: must have two hexadecimal digits"),
    ("a%2", "path: must have two hexadecimal digits"),
    ("x" * 256, "path: must have components of at most 255 bytes"),
    ("%C3%BC" * 128, "path: must have components of at most 255 bytes"),
    ("/".join("a" * 65), "path: must have at most 64 components"),
    ("/".join(["a" * 100] * 41), "path: must be at most 4096 bytes"),
]


@pytest.mark.parametrize(("path", "rule"), BAD_PATHS, ids=[path[:20] for path, _ in BAD_PATHS])
async def test_a_path_that_cannot_be_is_400_and_names_the_rule(
    control: Control, executor: ScriptedExecutor, held: Held, path: str, rule: str
) -> None:
    for method in ("GET", "PUT", "DELETE"):
        status, problem = await control.call(method, f"{FILES}/{path}")
        assert (status, problem["detail"][: len(rule)]) == (400, rule)
    assert executor.asked == []


async def exchange(control: Control, head: str, body: bytes = b"") -> bytes:
    """All that is answered to a request of exactly these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(control.url.rpartition(":")[2]))
    writer.write(
        f"{head}\r\nHost: x\r\nConnection: close\r\nAuthorization: {control.key}\r\n".encode("latin-1") + body
    )
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize("path", ["a\xff", "ü", "a%ff\xfe"])
async def test_bytes_that_are_not_escaped_are_taken_or_refused_but_never_changed(
    control: Control, held: Held, path: str
) -> None:
    answer = await exchange(control, f"PUT {FILES}/{path} HTTP/1.1", b"Content-Length: 1\r\n\r\nx")
    written = path.encode("latin-1").replace(b"%ff", b"\xff")
    if b" 200 " in answer.split(b"\r\n")[0]:
        assert held.contents == {written: b"x"}
    else:
        assert b" 400 " in answer.split(b"\r\n")[0]
        assert held.contents == {}


async def test_other_paths_below_a_session_are_404_and_other_methods_405(
    control: Control, held: Held
) -> None:
    assert (await control.call("GET", "/v1/sessions/s_one_x/files%2Fa"))[0] == 404
    assert (await control.call("GET", "/v1/sessions/s_one_x/file/a"))[0] == 404
    assert (await control.call("GET", "/v1/sessions/s_one%2Fx/files/a"))[0] == 404
    assert (await control.call("POST", FILES + "/a"))[0] == 405
    assert (await control.call("PATCH", "/v1/sessions/s_one_x"))[0] == 405


# Downloads


async def test_a_file_is_a_download_and_never_a_page(control: Control, held: Held) -> None:
    held.put("f/ä b.html".encode(), b"<script>alert(1)</script>")
    async with control.ask("GET", FILES + "/f/%C3%A4%20b.html") as response:
        assert response.status == 200
        headers = response.headers
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%A4%20b.html"
        assert headers["Content-Length"] == "25"
        assert headers["Last-Modified"] == MODIFIED
        assert headers["ETag"] == f'"{MTIME_NS:x}-19"'
        assert headers["Accept-Ranges"] == "bytes"
        assert headers["X-Request-Id"]
        assert headers["Server"] == "Hearth"
        assert await response.read() == b"<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (b"a.txt", "text/plain; charset=utf-8"),
        (b"a.CSV", "text/csv; charset=utf-8"),
        (b"x/main.py", "text/x-python; charset=utf-8"),
        (b"a.json", "application/json"),
        (b"a.pdf", "application/pdf"),
        (b"a.png", "image/png"),
        (b"a.webp", "image/webp"),
        (b"a.svg", "application/octet-stream"),
        (b"a.svgz", "application/octet-stream"),
        (b"a.html", "application/octet-stream"),
        (b"a.xhtml", "application/octet-stream"),
        (b"a.xml", "application/octet-stream"),
        (b"a.js", "application/octet-stream"),
        (b"a.mjs", "application/octet-stream"),
        (b"a.txt.gz", "application/octet-stream"),
        (b"a.mp4", "application/octet-stream"),
        (b"a.txt/b", "application/octet-stream"),
        (b"data:text/html,x", "application/octet-stream"),
        (b"txt", "application/octet-stream"),
        (b".txt", "application/octet-stream"),
        (b"\xff.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_type_is_one_that_no_browser_runs(name: bytes, kind: str) -> None:
    assert content_type_of(name) == kind


@given(st.binary(max_size=50))
def test_any_name_makes_a_header_of_plain_characters(name: bytes) -> None:
    for value in (disposition_of(name), content_type_of(name)):
        assert value.isascii()
        assert value.isprintable()
        assert not set(disposition_of(name)[21:]) & set('"\\;, ')


async def test_a_large_file_comes_whole(control: Control, executor: ScriptedExecutor, held: Held) -> None:
    content = bytes(range(256)) * (3 << 12)
    held.put(b"large", content)
    async with control.ask("GET", FILES + "/large") as response:
        assert hashlib.sha256(await response.read()).digest() == hashlib.sha256(content).digest()
    await until(lambda: executor.downloads == 0)


async def test_an_empty_file_is_empty(control: Control, held: Held) -> None:
    held.put(b"empty")
    async with control.ask("GET", FILES + "/empty") as response:
        assert (response.status, response.headers["Content-Length"]) == (200, "0")
        assert await response.read() == b""


async def test_head_tells_all_but_the_content(
    control: Control, executor: ScriptedExecutor, ten: None
) -> None:
    async with control.ask("GET", FILES + "/a.txt") as response:
        whole = {name.lower(): value for name, value in response.headers.items()}
    async with control.ask("HEAD", FILES + "/a.txt", headers={"Range": "bytes=0-1"}) as response:
        assert response.status == 200
        alone = {name.lower(): value for name, value in response.headers.items()}
        assert await response.read() == b""
    for headers in (whole, alone):
        del headers["x-request-id"], headers["date"]
    assert alone == whole
    assert executor.asked[-1].entry_only


async def test_a_folder_is_no_file(control: Control, held: Held) -> None:
    held.put(b"b", kind=pb.FOLDER)
    for method in ("GET", "HEAD"):
        async with control.ask(method, FILES + "/b") as response:
            assert response.status == 400
    assert "?folder=" in (await control.call("GET", FILES + "/b"))[1]["detail"]


async def test_a_missing_file_is_404_in_the_executors_words(control: Control, held: Held) -> None:
    for method in ("GET", "DELETE"):
        status, problem = await control.call(method, FILES + "/nope")
        assert (status, problem["detail"]) == (404, "no such file")
    status, problem = await control.call("GET", "/v1/sessions/s_one_gone/files/a")
    assert (status, problem["detail"]) == (404, "no such session")


async def test_a_time_in_the_future_is_no_http_date(control: Control, held: Held) -> None:
    held.put(b"f", b"x", mtime_ns=(1 << 64) - 1)
    async with control.ask("GET", FILES + "/f") as response:
        assert response.headers["Last-Modified"] <= response.headers["Date"]
    assert (await control.call("GET", FILES))[1]["files"][0]["modified_at"] == "2554-07-21T23:34:33.709Z"


RANGES = [
    ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
    ("bytes=3-3", 206, b"3", "bytes 3-3/10"),
    ("BYTES=7-", 206, b"789", "bytes 7-9/10"),
    ("bytes=0-", 206, b"0123456789", "bytes 0-9/10"),
    ("bytes=8-100", 206, b"89", "bytes 8-9/10"),
    ("bytes=0-" + "9" * 30, 206, b"0123456789", "bytes 0-9/10"),
    ("bytes=-3", 206, b"789", "bytes 7-9/10"),
    ("bytes=-100", 206, b"0123456789", "bytes 0-9/10"),
    ("bytes=-" + "9" * 30, 206, b"0123456789", "bytes 0-9/10"),
    ("bytes=10-", 416, b"", "bytes */10"),
    ("bytes=11-", 416, b"", "bytes */10"),
    ("bytes=10-20", 416, b"", "bytes */10"),
    ("bytes=" + "9" * 30 + "-", 416, b"", "bytes */10"),
    ("bytes=-0", 416, b"", "bytes */10"),
    ("bytes=0-1,3-4", 200, b"0123456789", None),
    ("bytes=5-2", 200, b"0123456789", None),
    ("bytes=-", 200, b"0123456789", None),
    ("bytes=", 200, b"0123456789", None),
    ("bytes=a-b", 200, b"0123456789", None),
    ("bytes=--3", 200, b"0123456789", None),
    ("bytes=\u0661-", 200, b"0123456789", None),
    ("lines=0-3", 200, b"0123456789", None),
    ("0-3", 200, b"0123456789", None),
    ("bytes=0-" + "9" * 5000, 200, b"0123456789", None),
]


@pytest.mark.parametrize(("asked", "status", "content", "told"), RANGES, ids=[row[0][:20] for row in RANGES])
async def test_one_range_is_given_or_refused_and_anything_else_is_ignored(
    control: Control, ten: None, asked: str, status: int, content: bytes, told: str | None
) -> None:
    async with control.ask("GET", FILES + "/a.txt", headers={"Range": asked}) as response:
        assert (response.status, response.headers.get("Content-Range")) == (status, told)
        if status != 416:
            assert await response.read() == content


@pytest.mark.parametrize(("asked", "status"), [("bytes=0-", 416), ("bytes=-5", 200), ("bytes=-0", 416)])
async def test_of_an_empty_file_there_is_no_range(
    control: Control, held: Held, asked: str, status: int
) -> None:
    held.put(b"empty")
    async with control.ask("GET", FILES + "/empty", headers={"Range": asked}) as response:
        assert response.status == status
        assert response.headers.get("Content-Range") == ("bytes */0" if status == 416 else None)


async def test_a_range_costs_one_call_and_its_own_bytes(
    control: Control, executor: ScriptedExecutor, ten: None
) -> None:
    async with control.ask("GET", FILES + "/a.txt", headers={"Range": "bytes=2-4"}) as response:
        assert await response.read() == b"234"
    (request,) = executor.asked
    assert (request.offset, request.length) == (2, 3)


@given(st.integers(0, 30), st.integers(-30, 40), st.none() | st.integers(1, 40))
def test_a_range_is_what_a_slice_is(size: int, start: int, length: int | None) -> None:
    content = bytes(range(size))
    stop = None if length is None or start < 0 else start + length
    try:
        span = ByteRange(start, stop).of(size)
    except UnsatisfiableError:
        assert start >= size
        return
    if span is None:
        assert (size, content[start:]) == (0, b"")
        return
    assert content[span.start : span.start + span.count] == content[start:stop]
    assert span.count == len(content[start:stop])


CONDITIONS = [
    ({"If-None-Match": ETAG}, 304),
    ({"If-None-Match": f"W/{ETAG}"}, 304),
    ({"If-None-Match": f'"x", {ETAG}'}, 304),
    ({"If-None-Match": "*"}, 304),
    ({"If-None-Match": '"x"'}, 200),
    ({"If-None-Match": '"x"', "If-Modified-Since": AFTER}, 200),
    ({"If-Modified-Since": MODIFIED}, 304),
    ({"If-Modified-Since": AFTER}, 304),
    ({"If-Modified-Since": BEFORE}, 200),
    ({"If-Modified-Since": "yesterday"}, 200),
    ({"If-Match": ETAG}, 200),
    ({"If-Match": "*"}, 200),
    ({"If-Match": f"W/{ETAG}"}, 412),
    ({"If-Match": '"x"'}, 412),
    ({"If-Match": ETAG, "If-Unmodified-Since": BEFORE}, 200),
    ({"If-Unmodified-Since": MODIFIED}, 200),
    ({"If-Unmodified-Since": BEFORE}, 412),
    ({"If-Match": ETAG, "If-None-Match": ETAG}, 304),
    ({"Range": "bytes=1-2", "If-Range": ETAG}, 206),
    ({"Range": "bytes=1-2", "If-Range": '"x"'}, 200),
    ({"Range": "bytes=1-2", "If-Range": f"W/{ETAG}"}, 200),
    ({"Range": "bytes=1-2", "If-Range": MODIFIED}, 206),
    ({"Range": "bytes=1-2", "If-Range": AFTER}, 200),
    ({"Range": "bytes=1-2", "If-Range": "x"}, 200),
    ({"Range": "bytes=90-", "If-Range": '"x"'}, 200),
    ({"Range": "bytes=90-", "If-Range": ETAG}, 416),
    ({"Range": "bytes=90-", "If-None-Match": ETAG}, 304),
    ({"Range": "bytes=1-2", "If-None-Match": ETAG}, 304),
    ({"Range": "bytes=90-", "If-Match": '"x"'}, 412),
]


@pytest.mark.parametrize(("headers", "status"), CONDITIONS, ids=[str(row[0]) for row in CONDITIONS])
async def test_conditions_are_kept(
    control: Control, executor: ScriptedExecutor, ten: None, headers: dict[str, str], status: int
) -> None:
    async with control.ask("GET", FILES + "/a.txt", headers=headers) as response:
        assert response.status == status
        content = await response.read()
        if status == 304:
            assert (response.headers["ETag"], content) == (ETAG, b"")
        if status in (200, 206):
            assert content == (b"0123456789" if status == 200 else b"12")
    # The connection goes on to be used.
    async with control.ask("GET", FILES + "/a.txt") as response:
        assert await response.read() == b"0123456789"
    await until(lambda: executor.downloads == 0)


async def test_a_download_that_is_lost_does_not_look_whole(
    control: Control, executor: ScriptedExecutor, held: Held
) -> None:
    held.put(b"large", b"x" * (1 << 20))
    executor.lost_at = 256 << 10
    async with control.ask("GET", FILES + "/large") as response:
        assert response.status == 200
        with pytest.raises(aiohttp.ClientError):
            await response.read()
    assert await control.ready()


async def test_a_file_that_is_shorter_than_it_said_does_not_look_whole(control: Control, held: Held) -> None:
    held.put(b"short", b"x" * 100, size=200)
    async with control.ask("GET", FILES + "/short") as response:
        with pytest.raises(aiohttp.ClientError):
            await response.read()
    held.put(b"long", b"x" * 200, size=100)
    async with control.ask("GET", FILES + "/long") as response:
        assert len(await response.read()) == 100


async def test_a_client_that_leaves_ends_its_download(
    control: Control, executor: ScriptedExecutor, held: Held
) -> None:
    held.put(b"large", b"x" * (64 << 20))
    async with control.ask("GET", FILES + "/large") as response:
        await response.content.readany()
        assert executor.downloads == 1
        response.close()
    await until(lambda: executor.downloads == 0)


async def test_a_client_that_reads_nothing_is_cut_off(
    start_control: Any, executor: ScriptedExecutor, held: Held
) -> None:
    control = await start_control(executor, file_stall_timeout_ms=50)
    held.put(b"large", b"x" * (64 << 20))
    async with control.ask("GET", FILES + "/large") as response:
        await until(lambda: executor.downloads == 0)
        with pytest.raises(aiohttp.ClientError):
            await response.read()


async def test_a_download_that_is_slow_but_not_still_comes_whole(
    start_control: Any, executor: ScriptedExecutor, held: Held
) -> None:
    control = await start_control(executor, file_stall_timeout_ms=400)
    executor.pause_s = 0.1
    held.put(b"slow", b"x" * (6 * PIECE_BYTES))
    async with control.ask("GET", FILES + "/slow") as response:
        assert len(await response.read()) == 6 * PIECE_BYTES
    executor.pause_s = 30
    async with control.ask("GET", FILES + "/slow") as response:
        with pytest.raises(aiohttp.ClientError):
            await response.read()


# Uploads


async def test_a_file_is_written_as_it_is(control: Control, executor: ScriptedExecutor, held: Held) -> None:
    content = bytes(range(256)) * 4096
    headers = {"Content-Type": "whatever/you-like"}
    async with control.ask("PUT", FILES + "/d/a.bin", data=content, headers=headers) as response:
        assert response.status == 200
        assert response.headers["ETag"] == f'"{MTIME_NS:x}-100000"'
        assert await response.json() == {
            "name": "d/a.bin",
            "type": "file",
            "size": 1 << 20,
            "modified_at": "2023-11-14T22:13:20.123Z",
            "mode": "0644",
        }
    assert held.contents[b"d/a.bin"] == content
    (head,) = executor.asked
    assert head == pb.WriteFile(
        tenant="default",
        session="s_one_x",
        name=b"d/a.bin",
        policy=pb.SessionPolicy(max_sessions=10_000, session_bytes=512 << 20, tenant_bytes=10 << 30),
    )


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_a_body_of_unknown_length_is_written(control: Control, held: Held) -> None:
    status, _ = await control.call("PUT", FILES + "/a", data=pieces(b"ab", b"cd"))
    assert (status, held.contents[b"a"]) == (200, b"abcd")
    status, _ = await control.call("PUT", FILES + "/a")
    assert (status, held.contents[b"a"]) == (200, b"")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Encoding": "gzip"}, 415),
        ({"Content-Encoding": "identity"}, 200),
        ({"Content-Range": "bytes 0-1/2"}, 400),
    ],
)
async def test_only_whole_plain_bytes_are_taken(
    control: Control, held: Held, headers: dict[str, str], status: int
) -> None:
    data = gzip.compress(b"x")
    assert (await control.call("PUT", FILES + "/a", data=data, headers=headers))[0] == status
    assert (b"a" in held.contents) == (status == 200)


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_file_over_the_limit_is_413_and_not_written(
    start_control: Any, executor: ScriptedExecutor, held: Held, chunked: bool
) -> None:
    control = await start_control(executor, session_max_bytes=100_000)
    over = [b"x" * 60_000] * 2
    status, problem = await control.call(
        "PUT", FILES + "/a", data=pieces(*over) if chunked else b"".join(over)
    )
    assert (status, problem["detail"]) == (413, "the file exceeds 100000 bytes")
    await until(lambda: executor.uploads == 0)
    assert held.contents == {}
    assert (await control.call("PUT", FILES + "/a", data=b"x" * 100_000))[0] == 200
    if not chunked:
        assert len(executor.asked) == 1


@pytest.mark.parametrize(("size", "times"), [(1 << 16, 5), (2 << 20, 60)])
async def test_a_session_that_is_full_meanwhile_is_told_in_the_middle(
    control: Control, executor: ScriptedExecutor, held: Held, size: int, times: int
) -> None:
    executor.room = 1000
    # Whichever comes first, the executor's answer or the failure of a write that is under way.
    for _ in range(times):
        status, problem = await control.call("PUT", FILES + "/a", data=io.BytesIO(b"x" * size))
        assert (status, problem["detail"]) == (413, "the session is full")
    assert held.contents == {}


async def test_a_body_that_stands_still_is_408_and_not_written(
    start_control: Any, executor: ScriptedExecutor, held: Held
) -> None:
    control = await start_control(executor, file_stall_timeout_ms=300)

    async def stalls() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x"
            # Slow is not still: all of it takes longer than a pause may.
            await asyncio.sleep(0.08)
        await asyncio.sleep(30)

    async with control.ask("PUT", FILES + "/a", data=stalls()) as response:
        assert (response.status, response.headers["Connection"]) == (408, "close")
    assert executor.received == 5
    await until(lambda: executor.uploads == 0)
    assert held.contents == {}


async def test_an_upload_takes_no_longer_than_it_may_in_all(
    start_control: Any, executor: ScriptedExecutor, held: Held
) -> None:
    control = await start_control(
        executor, file_transfer_timeout_ms=100, session_turn_timeout_ms=1, call_margin_ms=100
    )

    async def dribbles() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.01)

    async with control.ask("PUT", FILES + "/a", data=dribbles()) as response:
        assert response.status == 503
    await until(lambda: executor.uploads == 0)
    assert held.contents == {}


@pytest.mark.parametrize(
    "head", ["Content-Length: 100\r\n\r\n0123", "Transfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n"]
)
async def test_a_client_that_leaves_in_the_middle_writes_nothing(
    control: Control, executor: ScriptedExecutor, held: Held, head: str
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(control.url.rpartition(":")[2]))
    writer.write(f"PUT {FILES}/a HTTP/1.1\r\nHost: x\r\nAuthorization: {control.key}\r\n{head}".encode())
    await until(lambda: executor.received == 4)
    assert executor.uploads == 1
    writer.close()
    await writer.wait_closed()
    await until(lambda: executor.uploads == 0)
    assert held.contents == {}
    async with control.http.get("/metrics") as response:
        assert 'route="/v1/sessions/{id}/files/{path}",status="499"' in await response.text()


async def test_a_malformed_chunk_writes_nothing(
    control: Control, executor: ScriptedExecutor, held: Held
) -> None:
    body = b"Transfer-Encoding: chunked\r\n\r\n4\r\n0123\r\nzz\r\n"
    answer = await exchange(control, f"PUT {FILES}/a HTTP/1.1", body)
    assert b" 400 " in answer.split(b"\r\n")[0]
    await until(lambda: executor.uploads == 0)
    assert held.contents == {}


async def test_a_slow_executor_slows_the_client_down(
    control: Control, executor: ScriptedExecutor, held: Held
) -> None:
    executor.take_piece.clear()
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(64):
            yield b"x" * (1 << 20)
            sent += 1

    writing = asyncio.create_task(control.call("PUT", FILES + "/a", data=body()))
    await until(lambda: executor.received > 0)
    # Until what is sent stands still: sockets' and gRPC's buffers are full.
    seen = -1
    while seen != sent:
        seen = sent
        await asyncio.sleep(0.2)
    assert sent < 32
    executor.take_piece.set()
    status, entry = await writing
    assert (status, entry["size"]) == (200, 64 << 20)


@pytest.mark.parametrize(
    ("headers", "there", "status"),
    [
        ({"If-None-Match": "*"}, True, 412),
        ({"If-None-Match": "*"}, False, 200),
        ({"If-None-Match": ETAG}, True, 412),
        ({"If-None-Match": '"x"'}, True, 200),
        ({"If-Match": "*"}, True, 200),
        ({"If-Match": "*"}, False, 412),
        ({"If-Match": ETAG}, True, 200),
        ({"If-Match": '"x"'}, True, 412),
        ({"If-Match": ETAG}, False, 412),
        ({"If-Unmodified-Since": MODIFIED}, True, 200),
        ({"If-Unmodified-Since": BEFORE}, True, 412),
        ({"If-Modified-Since": AFTER}, True, 200),
    ],
    ids=str,
)
async def test_a_file_is_only_changed_under_its_conditions(
    control: Control, held: Held, headers: dict[str, str], there: bool, status: int
) -> None:
    if there:
        held.put(b"a.txt", b"0123456789")
    before = dict(held.contents)
    assert (await control.call("PUT", FILES + "/a.txt", data=b"new", headers=headers))[0] == status
    assert held.contents == ({b"a.txt": b"new"} if status == 200 else before)


async def test_a_file_is_only_deleted_under_its_conditions(control: Control, held: Held, ten: None) -> None:
    assert (await control.call("DELETE", FILES + "/a.txt", headers={"If-Match": '"x"'}))[0] == 412
    assert b"a.txt" in held.contents
    assert (await control.call("DELETE", FILES + "/a.txt", headers={"If-Match": ETAG}))[0] == 204
    assert held.contents == {}


async def test_a_folder_is_deleted_with_everything_in_it(control: Control, held: Held) -> None:
    for name in (b"d", b"d/a", b"d/b/c", b"d2"):
        held.put(name)
    assert await control.call("DELETE", FILES + "/d") == (204, None)
    assert list(held.contents) == [b"d2"]


async def test_what_an_executor_refuses_is_not_a_condition_that_holds(
    control: Control, executor: ScriptedExecutor, held: Held
) -> None:
    executor.failures["ReadFile"] = Failure(StatusCode.FAILED_PRECONDITION, "busy")
    headers = {"If-None-Match": "*"}
    assert (await control.call("PUT", FILES + "/a", data=b"x", headers=headers))[0] == 409
    assert held.contents == {}
