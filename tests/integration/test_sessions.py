"""What outlives a program in its session: the workspace as it left it, and its environment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from tests.integration.bad_luck.parts import clients
from tests.integration.session import BOOTED, Session, on_disk, strays
from tests.stack import Hearth

# Everything that a workspace can hold.
MAKE = r"""
import hashlib, os
os.umask(0)
os.makedirs(b'deep/er/and/deeper', 0o750)
os.mkdir('empty folder', 0o700)
os.mkdir('closed', 0o755)
def file(name, content, mode=0o644):
    with open(name, 'wb', opener=lambda path, flags: os.open(path, flags, mode)) as f:
        f.write(content)
file('empty', b'')
file('small', b'x')
file('large', hashlib.shake_128(b'seed').digest(3_000_000))
file('zeros', bytes(5_000_000))
file('at the limit of a frame', b'y' * 65536)
file('private', b'p', 0o600)
file('script.sh', b'#!/bin/sh\necho it runs\n', 0o755)
file('all', b'', 0o777)
file('none', b'nobody may', 0o000)
file('closed/only read', b'r', 0o444)
file('deep/er/and/deeper/leaf', b'leaf')
file('имя ☃.txt', 'содержание'.encode())
file(b'not utf-8 \xff\xfe', b'\xff')
file(b'a\nb\t\\ "q" %2e?#', b'special')
file(b'n' * 255, b'long name')
for n in range(300):
    file(f'deep/{n}', str(n).encode() * n)
os.symlink('small', 'link')
os.symlink('deep/er', 'link to folder')
os.symlink('/workspace/small', 'absolute')
os.symlink('../../etc/passwd', 'outside')
os.symlink('nowhere', 'dangling')
os.symlink(b'\xff', b'\xfe')
os.chmod('closed', 0o555)
os.utime('small', ns=(1, 1_000_000_001))
os.utime('large', ns=(1, 4_000_000_000_123_456_789))
os.utime('link', ns=(1, 999_999_999_000_000_007), follow_symlinks=False)
os.utime('empty folder', ns=(1, 86_400_000_000_000))
os.utime('deep/er', ns=(1, 123_456_789_012_345_678))
"""
# Says all of it that can be told apart.
LOOK = r"""
import hashlib, json, os, stat
def told(path):
    facts = os.lstat(path)
    told = [stat.S_IFMT(facts.st_mode), stat.S_IMODE(facts.st_mode), facts.st_mtime_ns]
    if stat.S_ISLNK(facts.st_mode):
        return [*told, os.readlink(path).hex()]
    if stat.S_ISREG(facts.st_mode):
        try:
            with open(path, 'rb') as file:
                told.append(hashlib.sha256(file.read()).hexdigest())
        except PermissionError:
            told.append('not readable')
        return [*told, facts.st_size]
    return told
found = {}
for folder, folders, files in os.walk(b'.'):
    for name in folders + files:
        path = os.path.join(folder, name)
        if path != b'./main.py':
            found[path.hex()] = told(path)
print(json.dumps(found, sort_keys=True))
"""


@pytest.fixture
def session(stack: Hearth) -> Iterator[Session]:
    with_files = Session.begin(stack.client)
    yield with_files
    with_files.end()
    assert strays(stack) == set()


def _nothing(session: Session) -> None:
    assert session.hot


def _another_language(session: Session) -> None:
    session.run("bash", ":")


def _an_edit(session: Session) -> None:
    session.until_cold()


def _a_fresh_sandbox(session: Session) -> None:
    session.run("python", "", isolation="sandbox")


BETWEEN = [_nothing, _another_language, _an_edit, _a_fresh_sandbox]


@pytest.mark.parametrize("between", BETWEEN)
def test_workspace_is_found_as_it_was_left(session: Session, between: Callable[[Session], None]) -> None:
    left = json.loads(session.output("python", MAKE + LOOK))
    for _ in range(2):
        between(session)

        found = json.loads(session.output("python", LOOK))

        assert found == left


@pytest.mark.parametrize("between", BETWEEN)
def test_what_is_deleted_changed_or_replaced_stays_so(
    session: Session, between: Callable[[Session], None]
) -> None:
    session.run("python", MAKE)
    between(session)
    code = (
        "import os, shutil\nshutil.rmtree('deep'); os.unlink('large'); os.unlink('link'); os.mkdir('link')\n"
        "os.rmdir('empty folder'); open('empty folder', 'w').write('a file now')\n"
        "facts = os.stat('zeros'); f = open('zeros', 'r+b'); f.seek(4_000_000); f.write(b'1'); f.close()\n"
        "os.utime('zeros', ns=(facts.st_atime_ns, facts.st_mtime_ns))\n"
        "os.rename('small', 'renamed'); os.chmod('all', 0o640)\n"
    )
    left = json.loads(session.output("python", code + LOOK))
    between(session)

    found = json.loads(session.output("python", LOOK))

    assert found == left
    assert len(found) < 30


def test_languages_share_one_workspace(session: Session) -> None:
    session.run("python", "open('log', 'w').write('python\\n')")
    session.run("bash", "echo bash >> log")
    code = 'int main(void) { FILE *f = fopen("log", "a"); fputs("c\\n", f); return fclose(f); }'
    code = f"#include <stdio.h>\n{code}"
    session.run("c", code)
    session.run("bash", "echo bash again >> log; echo")
    session.run("python", "print(open('log', 'a').write('python again\\n'))")

    assert session.content("log") == b"python\nbash\nc\nbash again\npython again\n"
    assert session.names() == ["log"]


def test_session_keeps_its_sandbox_while_nothing_else_is_asked_of_it(session: Session) -> None:
    first = float(session.output("python", BOOTED))
    assert abs(float(session.output("python", BOOTED)) - first) < 0.1
    assert session.hot
    listed = session.client.get("/v1/sessions").json()["sessions"]
    assert [one["hot"] for one in listed if one["id"] == session.id] == [True]

    session.put("file", b"")
    assert not session.hot
    session.run("python", "open('file').read()")
    assert session.hot


def test_isolation_sandbox_takes_a_fresh_one_for_each_program(session: Session) -> None:
    count = "import os\nn = len(os.listdir()); open(f'f{n}', 'w')\n" + BOOTED
    boots = [float(session.output("python", count, isolation="sandbox")) for _ in range(3)]

    assert all(abs(one - other) > 0.1 for one in boots for other in boots if one is not other)
    assert session.names() == ["f1", "f2", "f3"]
    assert not session.hot


def test_code_leaves_no_program_file_and_files_do(session: Session) -> None:
    session.run("python", "print(open(__file__).read())")
    session.run("bash", "cat main.sh")
    session.run("c", "int main(void) { return 0; }")
    assert session.names() == []

    session.run("python", files=[{"name": "tool/main.py", "content": "import os; os.mkdir('made')"}])
    assert session.names() == ["made", "tool", "tool/main.py"]


def test_code_that_changes_its_own_file_leaves_it(session: Session) -> None:
    session.run("bash", "echo '# more' >> main.sh")
    assert session.content("main.sh") == b"echo '# more' >> main.sh# more\n"

    session.run("bash", "true")
    assert session.content("main.sh") == b"true"


@pytest.mark.parametrize("between", BETWEEN)
def test_environment_of_requests_stays(session: Session, between: Callable[[Session], None]) -> None:
    session.run("bash", ":", env={"ONE": "1", "TWO": "два\n", "EMPTY": ""})
    between(session)
    session.run("python", "", env={"ONE": "other"})
    between(session)

    printed = session.output(
        "python", "import os; print([os.environ.get(n) for n in ('ONE', 'TWO', 'EMPTY')])"
    )

    assert printed == "['other', 'два\\n', '']\n"
    assert session.facts()["env"] == {"ONE": "other", "TWO": "два\n", "EMPTY": ""}


def test_environment_of_a_new_session_is_there(stack: Hearth) -> None:
    session = Session.begin(stack.client, env={"GREETING": "hello"})

    assert session.output("bash", "echo $GREETING") == "hello\n"
    session.end()


def test_requests_at_once_run_in_the_order_of_their_arrival(stack: Hearth, session: Session) -> None:
    with clients(stack) as some:
        first, _ = some.busy(2, session_id=session.id)
        second = some.send("python", BOOTED, session_id=session.id)
        third = some.send("python", BOOTED)

        assert third.result().status_code == 200
        assert not first.done()
        assert second.result().json()["run"]["status"] is None
        assert first.done()
        assert session.hot


def test_many_at_once_lose_nothing_of_each_other(stack: Hearth, session: Session) -> None:
    session.put("count", b"0")
    code = (
        "n = int(open('count').read()); import time; time.sleep(0.02); open('count', 'w').write(str(n + 1))"
    )
    with clients(stack) as some:
        sent = [some.send("python", code, session_id=session.id) for _ in range(20)]
        assert {answer.result().status_code for answer in sent} == {200}

    assert session.content("count") == b"20"


def test_compile_result_of_elsewhere_is_not_used_where_other_headers_lie(
    stack: Hearth, session: Session
) -> None:
    code = (
        "#include <stdio.h>\n"
        '#if __has_include("value.h")\n#include "value.h"\n#else\n#define VALUE 0\n#endif\n'
        'int main(void) { printf("%d\\n", VALUE); return 0; }'
    )
    assert session.output("c", code) == "0\n"
    for value in (1, 2):
        session.put("value.h", f"#define VALUE {value}\n".encode())
        assert session.output("c", code) == f"{value}\n"
    session.run("bash", "echo '#define VALUE 3' > value.h")
    assert session.output("c", code) == "3\n"
    # Nor the other way round.
    assert stack.run("c", code)["stdout"] == "0\n"
    session.remove("value.h")
    assert session.output("c", code) == "0\n"


def test_files_of_a_program_that_does_not_compile_are_kept(session: Session) -> None:
    session.run("bash", "echo old > old")
    answer = session.execute("c", files=[{"name": "main.c", "content": "int main(void) { return missing; }"}])

    assert answer["compile"]["status"] == "RE"
    assert "session_error" not in answer
    assert session.names() == ["main.c", "old"]


def test_one_shot_that_leaves_nothing_can_be_continued_and_takes_no_disk(stack: Hearth) -> None:
    session = Session(stack.client, stack.execute("python", "print(1)")["session_id"])

    assert session.entries() == []
    assert session.facts()["entries"] == 0
    assert on_disk(stack, session) == []
    session.run("bash", "echo kept > file")
    assert session.output("python", "print(open('file').read())") == "kept\n\n"
    session.end()


def test_one_shot_that_leaves_files_can_be_continued(stack: Hearth) -> None:
    session = Session(stack.client, stack.execute("bash", "echo kept > file", env={"A": "b"})["session_id"])

    assert session.names() == ["file"]
    assert session.output("bash", "cat file; echo $A") == "kept\nb\n"
    session.end()


def test_fork_goes_its_own_way(stack: Hearth, session: Session) -> None:
    session.run("python", "open('shared', 'wb').write(bytes(range(256)) * 9999)", env={"NAME": "original"})
    answer = stack.client.post(f"{session.url}/fork")
    assert answer.status_code == 201, answer.text
    copy = Session(stack.client, answer.json()["id"])

    session.run("bash", "echo original > own; rm shared", env={"NAME": "changed"})
    assert copy.output("bash", "echo copy > own; echo $NAME; stat -c %s shared") == "original\n2559744\n"

    assert (session.content("own"), copy.content("own")) == (b"original\n", b"copy\n")
    assert (session.names(), copy.names()) == (["own"], ["own", "shared"])
    session.end()
    assert copy.output("bash", "sha256sum < shared | cut -c -8")
    copy.end()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("while True: pass", "TO"),
        ("import os; os.kill(os.getpid(), 9)", "SG"),
        ("raise SystemExit(3)", "RE"),
        ("while True: print('x' * 65536)", "OL"),
    ],
)
def test_files_of_a_program_that_ends_badly_are_kept(session: Session, code: str, status: str) -> None:
    session.run("bash", "echo before > before")

    for _ in range(3):
        answer = session.execute("python", f"open('written', 'w').write('yes')\n{code}", run_timeout=1500)

        assert answer["run"]["status"] == status
        if "session_error" not in answer:
            break
        # The host was so busy that the sandbox did not obey in time.
        assert answer["session_error"]["limit"] == "unsaved"
        assert session.names() == ["before"]
    assert session.output("bash", "cat before written") == "before\nyes"


def test_program_over_its_memory_limit_costs_at_most_what_it_wrote_itself(session: Session) -> None:
    session.run("python", "open('file', 'w').write('before')")
    code = "open('file', 'w').write('after')\nx = []\nwhile True: x.append(bytearray(b'1') * 1048576)"

    answer = session.execute("python", code, run_memory_limit=64 << 20)

    assert answer["run"]["status"] == "ML"
    # The kernel kills the whole sandbox, or only the program in it.
    if "session_error" in answer:
        assert answer["session_error"]["limit"] == "unsaved"
        left = "before"
    else:
        left = "after"
    assert session.output("python", "print(open('file').read())") == f"{left}\n"
    assert session.names() == ["file"]
