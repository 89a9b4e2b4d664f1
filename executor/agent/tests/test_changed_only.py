"""SAVE of what has changed: a file that the executor has is not sent again, whatever its times say."""

import errno

import pytest
from wire import (
    BUILD,
    CHANGED,
    FILE_MORE,
    LINK,
    PARKED,
    PLAIN,
    SAME,
    Agent,
    Refused,
    entries,
    file,
    frame,
    park,
    remove,
)

SIZE = 100_000
MAPPED = (
    "import mmap, os\nt = os.stat('f')\n"
    "with open('f', 'r+b') as f, mmap.mmap(f.fileno(), 0) as m: m[-1:] = b'!'\n"
    "os.utime('f', ns=(t.st_atime_ns, t.st_mtime_ns))"
)


def kinds(agent: Agent) -> dict[str, int]:
    return {name: entry.kind for name, entry in agent.changed().items()}


def test_file_is_sent_once_and_then_only_its_entry(agent: Agent) -> None:
    agent.bash("mkdir d; echo text >d/f; chmod 640 d/f; touch -d 2001-02-03 d/f; ln -s d l")
    first = agent.changed()
    assert (first["d/f"].kind, first["d/f"].content) == (PLAIN, b"text\n")
    agent.bash("chmod 755 d/f; touch -d 2004-05-06 d/f")
    second = agent.changed()
    assert (second["d/f"].kind, second["d/f"].content, second["d/f"].mode) == (SAME, b"", 0o755)
    assert second["d/f"].mtime_ns - first["d/f"].mtime_ns == 1188 * 86400 * 10**9
    assert (second["d"], second["l"]) == (first["d"], first["l"])


def test_file_that_the_executor_sent_is_the_same(agent: Agent) -> None:
    agent.send(file("d/f", b"content"), file("empty"))
    assert kinds(agent) == {"d": 1, "d/f": SAME, "empty": SAME}
    agent.send(file("d/f", b"another"))
    assert kinds(agent)["d/f"] == SAME


def test_whole_save_sends_all_and_is_remembered(agent: Agent) -> None:
    agent.send(file("f", b"content"))
    agent.bash("echo x >g")
    for _ in range(2):
        assert {entry.kind for entry in entries(agent.save()[1])} == {PLAIN}
    assert kinds(agent) == {"f": SAME, "g": SAME}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("echo more >>f", PLAIN),
        ("truncate -s 99999 f", PLAIN),
        ("printf x | dd of=f bs=1 seek=50000 conv=notrunc status=none", PLAIN),
        ("printf x | dd of=f bs=1 conv=notrunc status=none", PLAIN),
        (": >f", PLAIN),
        ("head -c 100000 /dev/urandom >f", PLAIN),
        ("cp f /tmp/f; : >f; cat /tmp/f >f", SAME),
        ("cp f g; mv g f", SAME),
        ("touch f; chmod 600 f", SAME),
        ("true", SAME),
    ],
)
@pytest.mark.parametrize("by", ["upload", "program"])
def test_changed_content_is_sent_and_unchanged_is_not(agent: Agent, by: str, change: str, kind: int) -> None:
    if by == "upload":
        agent.send_all(
            (file("f", b"a" * 1000), frame(FILE_MORE, b"a" * 65536), frame(FILE_MORE, b"a" * 33464))
        )
    else:
        agent.bash(f"head -c {SIZE} /dev/urandom >f")
    assert kinds(agent) == {"f": SAME if by == "upload" else PLAIN}
    content = agent.run("/usr/bin/bash", "-c", change + "; cat f").stdout
    now = agent.changed()["f"]
    assert (now.kind, now.content) == (kind, content if kind == PLAIN else b"")
    assert kinds(agent) == {"f": SAME}


def test_change_through_a_mapping_that_no_time_shows_is_seen(agent: Agent) -> None:
    agent.send(file("f", b"a" * 50_000, mtime_ns=10**18))
    before = agent.changed()["f"]
    result = agent.run("/usr/bin/python3", "-I", "-c", MAPPED)
    assert (result.code, result.stderr) == (0, b"")
    after = agent.changed()["f"]
    assert (before.kind, after.kind, after.content) == (SAME, PLAIN, b"a" * 49_999 + b"!")
    assert before.mtime_ns == after.mtime_ns


def test_renamed_file_is_sent_and_its_old_name_forgotten(agent: Agent) -> None:
    agent.send(file("f", b"content"))
    agent.bash("mv f g")
    assert kinds(agent) == {"g": PLAIN}
    agent.bash("mv g f")
    assert kinds(agent) == {"f": PLAIN}


def test_names_that_changed_places_are_sent(agent: Agent) -> None:
    agent.send(file("a", b"one"), file("b", b"two"))
    agent.bash("mv a c; mv b a; mv c b")
    now = agent.changed()
    assert [(now[name].kind, now[name].content) for name in "ab"] == [(PLAIN, b"two"), (PLAIN, b"one")]


@pytest.mark.parametrize(("replace", "kind"), [("ln -s x f", LINK), ("mkdir f", 1), ("mkfifo f", None)])
def test_file_replaced_by_something_else_and_put_back_is_sent(
    agent: Agent, replace: str, kind: int | None
) -> None:
    agent.send(file("f", b"content"))
    agent.bash(f"mv f /tmp; {replace}")
    assert kinds(agent) == ({"f": kind} if kind else {})
    agent.bash("rm -r f; mv /tmp/f .")
    assert kinds(agent) == {"f": PLAIN}


def test_both_names_of_one_file_are_told_apart(agent: Agent) -> None:
    agent.send(file("f", b"content"))
    agent.bash("ln f g")
    assert kinds(agent) == {"f": SAME, "g": PLAIN}
    agent.send(file("g", b"a new one"))
    assert agent.bash("cat f") == "content"
    assert kinds(agent) == {"f": SAME, "g": SAME}


ROOM = 65536 - 18 - 1  # of an entry's frame, when the name has one letter


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, ROOM - 1, ROOM, ROOM + 1, 65535, 65536, 65537])
@pytest.mark.parametrize("first", [0, 1, 31, ROOM])
def test_pieces_may_fall_anywhere(agent: Agent, size: int, first: int) -> None:
    size += 131_072 if first == 31 else 0
    content = bytes(range(251)) * (size // 251 + 1)
    content = content[:size]
    pieces = [content[at : at + 65521] for at in range(first, size, 65521)]
    agent.send_all((file("f", content[:first]), *(frame(FILE_MORE, piece) for piece in pieces)))
    assert kinds(agent) == {"f": SAME}
    agent.bash("echo -n x >>f")
    grown = agent.changed()["f"]
    assert (grown.kind, grown.content) == (PLAIN, content + b"x")
    agent.send_all((file("f", grown.content[:7]), *_more(grown.content[7:])))
    assert kinds(agent) == {"f": SAME}


def _more(content: bytes) -> list[bytes]:
    return [frame(FILE_MORE, content[at : at + 4096]) for at in range(0, len(content), 4096)]


def test_restored_workspace_is_the_same(agent: Agent) -> None:
    agent.bash(
        "mkdir -p a/b; for i in {1..20}; do head -c $((i * 9999)) /dev/urandom >a/b/$i; done; ln -s a l"
    )
    number, made = agent.save()
    assert number == 0
    agent.send(park())
    agent.expect(PARKED)
    agent.send_all(tuple(made))
    found = agent.changed()
    assert {entry.kind for name, entry in found.items() if name[:4] == "a/b/"} == {SAME}
    was = {entry.name: (entry.mode, entry.mtime_ns) for entry in entries(made)}
    assert {n: (e.mode, e.mtime_ns) for n, e in found.items() if e.kind == SAME}.items() <= was.items()


@pytest.mark.parametrize("keep", [False, True])
def test_what_was_known_goes_with_the_workspace(agent: Agent, keep: bool) -> None:
    agent.send(file("f", b"text"), file("g", b"text"), park(keep))  # g is still open when the PARK comes
    agent.expect(PARKED)
    agent.bash("printf text >f; printf text >g")
    assert kinds(agent) == dict.fromkeys("fg", SAME if keep else PLAIN)


def test_what_is_not_sent_counts_as_well(agent: Agent) -> None:
    agent.send(file("f", b"x" * 20_000))
    assert agent.save(max_bytes=20_512, what=CHANGED)[0] == 0
    assert agent.save(max_bytes=20_511, what=CHANGED) == (errno.E2BIG, [])
    assert agent.save(max_bytes=511, what=CHANGED) == (errno.E2BIG, [])


def test_all_is_sent_again_after_a_save_that_ended_early(agent: Agent) -> None:
    agent.send(file("a", b"x"), file("b", b"x"))
    assert agent.save(max_bytes=600, what=CHANGED)[0] == errno.E2BIG
    assert kinds(agent) == {"a": PLAIN, "b": PLAIN}
    assert kinds(agent) == {"a": SAME, "b": SAME}


def test_thousands_of_files_are_remembered_and_forgotten(agent: Agent) -> None:
    agent.python("for i in range(3000): open(f'{i}', 'w').write(f'{i * i}')")
    assert set(kinds(agent).values()) == {PLAIN}
    agent.python("import os\nfor i in range(0, 3000, 2): os.rename(f'{i}', f'new {i}')")
    now = kinds(agent)
    assert len(now) == 3000
    assert all(kind == (PLAIN if name.startswith("new") else SAME) for name, kind in now.items())
    agent.python("import os\nfor i in range(0, 3000, 2): os.rename(f'new {i}', f'{i}')")
    assert all(kind == (SAME if int(name) % 2 else PLAIN) for name, kind in kinds(agent).items())
    assert set(kinds(agent).values()) == {SAME}
    agent.bash("rm [0-9]*")
    assert kinds(agent) == {}


def test_file_that_was_not_written_whole_is_not_known(agent: Agent) -> None:
    agent.send(file("f", b"x"))
    agent.bash("head -c 99999999 /dev/zero >full 2>/dev/null; true")
    agent.send_all((file("f", b""), *[frame(FILE_MORE, b"x" * 65536)] * 2))
    with pytest.raises(Refused) as caught:
        agent.run("/hi")
    assert caught.value.number == errno.ENOSPC
    agent.park(keep=True)
    assert agent.changed()["f"].kind == PLAIN


def test_removed_file_is_forgotten(agent: Agent) -> None:
    agent.send(file("f", b"text"), file("g", b"text"), remove("f"))
    agent.bash("printf text >f")
    assert kinds(agent) == {"f": PLAIN, "g": SAME}


def test_nothing_is_remembered_of_build(agent: Agent) -> None:
    agent.send(file("f", b"text", place=BUILD))
    for _ in range(2):
        (entry,) = entries(agent.save(BUILD, what=CHANGED)[1])
        assert (entry.kind, entry.content) == (PLAIN, b"text")
