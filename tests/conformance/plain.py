"""The plain command for a case: started as anybody would, in the same image, on the same files.

It runs inside a sandbox too, as the child of a program that stands in the case's place and tells what
the child did. So both sides of a comparison see the same kernel, user and folders; what differs is the
one thing under test: that a parked process became the program.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.conformance.cases import Case

# Runs ARGV, and prints as JSON what it wrote and how it ended. Removes itself first: it is no file of
# the case. The texts are decoded as the API does it.
_STAND_IN = """
import json, os, subprocess, sys
os.remove(__file__)
done = subprocess.run(ARGV, capture_output=True, start_new_session=True)
texts = [text.decode(errors="replace") for text in (done.stdout, done.stderr)]
print("\\x1e" + json.dumps([*texts, done.returncode]))
"""
_STAND_IN_NAME = "zz_stand_in.py"

COMMANDS = {"python": ["/usr/bin/python3"]}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What can be compared: texts, and an exit status, negative for a signal, as `subprocess` has it."""

    stdout: str
    stderr: str
    status: int


def can_be_sent(case: Case) -> bool:
    """Whether the HTTP API can say it: standard input is text there, and the entry point a file."""
    try:
        case.stdin.decode()
    except UnicodeDecodeError:
        return False
    return case.entry in case.files


def request(case: Case) -> dict[str, Any]:
    """The case as an execution."""
    return _request(case, case.entry, {name: case.files[name] for name in _entry_first(case)}, case.args)


def plain_request(case: Case) -> dict[str, Any]:
    """The stand-in as an execution; `told` reads its answer."""
    # A name that begins with a dash is a file's all the same.
    entry = f"./{case.entry}" if case.entry.startswith("-") else case.entry
    argv = [*COMMANDS[case.language], entry, *case.args]
    code = _STAND_IN.replace("ARGV", repr(argv)).encode()
    return _request(case, _STAND_IN_NAME, {_STAND_IN_NAME: code, **case.files}, ())


def told(stdout: str) -> Outcome:
    # What stands before may be the doing of a case's own site-packages.
    return Outcome(*json.loads(stdout.rpartition("\x1e")[2]))


def _entry_first(case: Case) -> list[str]:
    return [case.entry, *(name for name in case.files if name != case.entry)]


def _request(case: Case, entry: str, files: dict[str, bytes], args: tuple[str, ...]) -> dict[str, Any]:
    assert next(iter(files)) == entry
    return {
        "language": case.language,
        "files": [
            {"name": name, "content": content.hex(), "encoding": "hex"} for name, content in files.items()
        ],
        "args": list(args),
        "stdin": case.stdin.decode(),
        "env": dict(case.env),
        "run_timeout": 60000,
    }
