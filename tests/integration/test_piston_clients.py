"""Clients that people use with Piston, as published, against the real stack.

What is given to them is what their own documentation says to give: a base URL and a key.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pyston
import pytest
import ultra_piston
from pyston.exceptions import ExecutionError, UnexpectedError
from ultra_piston.errors import BadRequestError, NotFoundError, UnexpectedStatusError

from tests.images import runtimes_of
from tests.integration.node_client import NodeClient, in_front_of
from tests.stack import Hearth

if sys.version_info < (3, 13):
    import piston_rspy
    from piston_rspy import Executor
    from piston_rspy import File as RsFile

ECHO = "import sys; print(sys.stdin.read().strip(), sys.argv[1:])"
ECHOED = "in ['a b', '1']\n"
C_HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n'
C_BROKEN = "int main(void) { return missing; }\n"
HELLOS = [("python", 'print("hello")'), ("bash", "echo hello"), ("c", C_HELLO), ("py", 'print("hello")')]


def key_of(stack: Hearth) -> str:
    return str(stack.stack.credentials()[1])


# ultra-piston 1.0.1


@pytest.fixture
def ultra(stack: Hearth) -> ultra_piston.PistonClient:
    return ultra_piston.PistonClient(base_url=f"{stack.url}/api/v2", api_key=key_of(stack), rate_limit=0)


def test_ultra_piston_lists(stack: Hearth, ultra: ultra_piston.PistonClient) -> None:
    versions = {one.language: one.version for one in ultra.get_runtimes()}
    assert versions == runtimes_of(stack.layout.images)
    assert {one.language for one in ultra.get_packages()} == {"bash", "gcc", "python"}
    assert all(one.installed for one in ultra.get_packages())


@pytest.mark.parametrize(("language", "code"), HELLOS)
def test_ultra_piston_says_hello(ultra: ultra_piston.PistonClient, language: str, code: str) -> None:
    answer = ultra.post_execute(language, "*", ultra_piston.File(content=code))
    assert (answer.run.stdout, answer.run.code) == ("hello\n", 0)
    assert (answer.compile is not None) == (language == "c")


def test_ultra_piston_passes_stdin_and_args(ultra: ultra_piston.PistonClient) -> None:
    file = ultra_piston.File(name="main.py", content=ECHO)
    answer = ultra.post_execute("python", "3.x", file, stdin="in", args=["a b", "1"])
    assert answer.run.stdout == ECHOED


def test_ultra_piston_shows_what_did_not_compile(ultra: ultra_piston.PistonClient) -> None:
    answer = ultra.post_execute("c", "*", ultra_piston.File(content=C_BROKEN))
    assert answer.compile is not None
    assert "missing" in answer.compile.stderr
    assert (answer.run.code, answer.run.stderr) == (1, answer.compile.stderr)


async def test_ultra_piston_works_asynchronously(ultra: ultra_piston.PistonClient) -> None:
    answer = await ultra.post_execute_async("bash", "*", ultra_piston.File(content="echo hello"))
    assert answer.run.stdout == "hello\n"
    assert await ultra.get_runtimes_async()


def test_ultra_piston_tells_errors_apart(stack: Hearth, ultra: ultra_piston.PistonClient) -> None:
    # It shows the status only, never the message.
    with pytest.raises(BadRequestError):
        ultra.post_execute("klingon", "*", ultra_piston.File(content=""))
    with pytest.raises(BadRequestError):
        ultra.post_execute("python", "*", ultra_piston.File(content=""), run_timeout=3_001)
    with pytest.raises(NotFoundError):
        ultra.post_packages("python", "*")
    without_key = ultra_piston.PistonClient(base_url=f"{stack.url}/api/v2/")
    with pytest.raises(UnexpectedStatusError) as refused:
        without_key.get_runtimes()
    assert refused.value.status_code == 401


# piston-rspy 0.4.3, and with it piston_rs, the client in Rust that it wraps

RUST = pytest.mark.skipif(sys.version_info >= (3, 13), reason="piston-rspy is not made for this Python")


@pytest.fixture
def rust(stack: Hearth) -> Any:
    return piston_rspy.Client.with_url_and_key(f"{stack.url}/api/v2", key_of(stack))


@RUST
async def test_piston_rspy_lists(stack: Hearth, rust: Any) -> None:
    versions = {one.language: one.version for one in await rust.fetch_runtimes()}
    assert versions == runtimes_of(stack.layout.images)


@RUST
@pytest.mark.parametrize(("language", "code"), HELLOS)
async def test_piston_rspy_says_hello(rust: Any, language: str, code: str) -> None:
    # It names its files "" unless it is told otherwise.
    answer = await rust.execute(Executor(language=language, files=[RsFile(content=code)]))
    assert answer.is_ok()
    assert (answer.run.stdout, answer.run.code, answer.run.signal) == ("hello\n", 0, None)
    assert (answer.compile is not None) == (language == "c")


@RUST
async def test_piston_rspy_passes_stdin_and_args(rust: Any) -> None:
    executor = Executor().set_language("python").set_version("3.x").set_stdin("in").add_args(["a b", "1"])
    answer = await rust.execute(executor.add_file(RsFile(name="main.py", content=ECHO)))
    assert answer.run.stdout == ECHOED


@RUST
async def test_piston_rspy_shows_what_did_not_compile(rust: Any) -> None:
    answer = await rust.execute(Executor(language="c", files=[RsFile(content=C_BROKEN)]))
    assert answer.compile is not None
    assert answer.compile.is_err()
    assert "missing" in answer.run.stderr


@RUST
async def test_piston_rspy_shows_a_signal(rust: Any) -> None:
    answer = await rust.execute(Executor(language="bash", files=[RsFile(content="kill -SEGV $$")]))
    assert (answer.run.code, answer.run.signal) == (None, "SIGSEGV")


@RUST
async def test_piston_rspy_shows_an_error(stack: Hearth, rust: Any) -> None:
    # It makes an answer of the error: the message is the `stderr` of `run`.
    answer = await rust.execute(Executor(language="klingon", files=[RsFile(content="")]))
    assert (answer.is_err(), answer.status) == (True, 400)
    assert "klingon-* runtime is unknown" in answer.run.stderr
    with pytest.raises(RuntimeError):
        await piston_rspy.Client.with_url(f"{stack.url}/api/v2").fetch_runtimes()


# aiopyston 1.2.1


# Its finalizer starts a task, and there is no event loop any more when it is called.
del pyston.http_handler.HTTP.__del__


@pytest.fixture
async def aiopyston(stack: Hearth) -> AsyncIterator[pyston.PystonClient]:
    # It looks below /api/v2/piston, and puts a slash behind each path.
    client = pyston.PystonClient(api_key=key_of(stack), base_url=f"{stack.url}/api/v2/piston/")
    yield client
    await client.close_session()


# It is made for an aiohttp of 2021.
AIOPYSTON = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@AIOPYSTON
async def test_aiopyston_lists(stack: Hearth, aiopyston: pyston.PystonClient) -> None:
    versions = {one.language: one.version for one in await aiopyston.runtimes()}
    assert versions == runtimes_of(stack.layout.images)
    assert await aiopyston.languages() == set(versions)
    assert [one.language for one in await aiopyston.get_runtimes("py")] == ["python"]


@AIOPYSTON
@pytest.mark.parametrize(("language", "code"), HELLOS)
async def test_aiopyston_says_hello(aiopyston: pyston.PystonClient, language: str, code: str) -> None:
    answer = await aiopyston.execute(language, [pyston.File(code)])
    assert answer.success
    assert (str(answer), answer.run_stage.code) == ("hello\n", 0)
    assert (answer.compile_stage is not None) == (language == "c")


@AIOPYSTON
async def test_aiopyston_passes_stdin_and_args(aiopyston: pyston.PystonClient) -> None:
    file = pyston.File(ECHO, filename="main.py")
    answer = await aiopyston.execute("python", [file], stdin="in", args=["a b", "1"])
    assert answer.run_stage.stdout == ECHOED


@AIOPYSTON
async def test_aiopyston_shows_what_did_not_compile(aiopyston: pyston.PystonClient) -> None:
    answer = await aiopyston.execute("c", [pyston.File(C_BROKEN)])
    assert "missing" in answer.compile_stage.output
    assert answer.run_stage.output == answer.compile_stage.output
    # A mistake of its own, with Piston too: it looks for `stdrr`.
    assert answer.compile_stage.stdrr is None


@AIOPYSTON
async def test_aiopyston_raises_the_message(stack: Hearth, aiopyston: pyston.PystonClient) -> None:
    with pytest.raises(ExecutionError, match=r"klingon-\* runtime is unknown"):
        await aiopyston.execute("klingon", [pyston.File("")])
    with pytest.raises(ExecutionError, match="run_timeout cannot exceed the configured limit of 3000"):
        await aiopyston.execute("python", [pyston.File("")], run_timeout=3_001)
    aiopyston._http_session._session.headers.clear()  # As without a key, which is all that is in there.
    with pytest.raises(UnexpectedError, match="an API key is required"):
        await aiopyston.runtimes()


# piston-client 1.0.2 from npm
#
# It takes a server, but no key, which Piston has not either; and it sends its JSON as text/plain, to which
# Piston answers 415 since 3.0. So by itself it can list runtimes of a Piston, and execute nothing. What makes
# it work with either is what stands in front: a proxy that sets the two headers.


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> NodeClient:
    return NodeClient(tmp_path_factory.mktemp("piston-client"))


@pytest.fixture
def front(stack: Hearth) -> Iterator[str]:
    headers = {"Authorization": key_of(stack), "Content-Type": "application/json"}
    with in_front_of(stack.url, headers) as url:
        yield url


def test_piston_client_lists(stack: Hearth, node: NodeClient, front: str) -> None:
    versions = {one["language"]: one["version"] for one in node.call(front, "runtimes")}
    assert versions == runtimes_of(stack.layout.images)


@pytest.mark.parametrize(("language", "code"), HELLOS[:3])
def test_piston_client_says_hello(node: NodeClient, front: str, language: str, code: str) -> None:
    answer = node.call(front, "execute", language, code)
    assert (answer["run"]["output"], answer["run"]["code"]) == ("hello\n", 0)
    assert ("compile" in answer) == (language == "c")


def test_piston_client_passes_stdin_and_args(node: NodeClient, front: str) -> None:
    options = {"stdin": "in", "args": ["a b", 1]}
    assert node.call(front, "execute", "python", ECHO, options)["run"]["stdout"] == ECHOED


def test_piston_client_shows_what_did_not_compile(node: NodeClient, front: str) -> None:
    answer = node.call(front, "execute", "c", C_BROKEN)
    assert "missing" in answer["compile"]["stderr"]
    assert answer["run"] == answer["compile"]


def test_piston_client_shows_the_message(stack: Hearth, node: NodeClient, front: str) -> None:
    options = {"language": "klingon", "version": "1.0.0", "files": [{"content": ""}]}
    assert node.call(front, "execute", options) == {"message": "klingon-1.0.0 runtime is unknown"}
    # By itself.
    assert node.call(stack.url, "runtimes") == {"message": "an API key is required"}
    with in_front_of(stack.url, {"Authorization": key_of(stack)}) as keyed:
        refused = {"message": "requests must be of type application/json"}
        assert node.call(keyed, "execute", "python", "") == refused
