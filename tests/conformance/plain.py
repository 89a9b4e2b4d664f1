"""The plain commands for a case: started as anybody would, in the same image, on the same files.

They run inside a sandbox too, as children of a script that stands in the case's place and tells what they
did. So both sides of a comparison see the same kernel, user and folders; what differs is the one thing
under test: what Hearth does to be faster than the plain commands.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from executor.runtime import Program, Runtime
from tests.conformance.cases import Case
from tests.images import plain_name

# Runs STEPS one after the other until one fails, each in a session of its own and with pipes, and prints
# for each what it wrote and how it ended, in hex. Removes itself first: it is no file of the case.
_STAND_IN = r"""
use strict;
use POSIX ();
unlink $0;
my $told = "\x1e";
for my $argv (STEPS) {
    pipe(my $out, my $out_end) && pipe(my $err, my $err_end) or die "pipe: $!";
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    if (!$pid) {
        POSIX::setsid();
        POSIX::dup2(fileno $out_end, 1);
        POSIX::dup2(fileno $err_end, 2);
        exec { $argv->[0] } @$argv or POSIX::_exit(126);
    }
    close $_ for $out_end, $err_end;
    my %text = map { fileno $_ => "" } $out, $err;
    my %open = map { fileno $_ => $_ } $out, $err;
    while (%open) {
        my $ready = "";
        vec($ready, $_, 1) = 1 for keys %open;
        select($ready, undef, undef, undef);
        for my $fd (grep { vec($ready, $_, 1) } keys %open) {
            sysread($open{$fd}, $text{$fd}, 65536, length $text{$fd}) or delete $open{$fd};
        }
    }
    waitpid $pid, 0;
    my $status = $? & 127 ? -($? & 127) : $? >> 8;
    $told .= unpack("H*", $text{fileno $out}) . "," . unpack("H*", $text{fileno $err}) . ",$status;";
    last if $status;
}
print $told;
"""
_STAND_IN_NAME = "zz_stand_in.pl"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What can be compared of a stage: texts, and an exit status, negative for a signal, as `subprocess`
    has it."""

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
    return _request(case.language, case, {name: case.files[name] for name in _entry_first(case)}, case.args)


def plain_request(case: Case, runtime: Runtime) -> dict[str, Any]:
    """The plain commands as an execution; `told` reads its answer."""
    definition, program = runtime.definition, Program(_entry_first(case), case.args)
    commands = [definition.compile.command] if definition.compile else []
    steps = [program.expand(command) for command in (*commands, definition.run.command)]
    code = _STAND_IN.replace("STEPS", ", ".join(map(_perl, steps))).encode()
    return _request(plain_name(case.language), case, {_STAND_IN_NAME: code, **case.files}, ())


def told(stdout: str) -> list[Outcome]:
    """The stages that the stand-in tells of."""
    return [_outcome(*stage.split(",")) for stage in stdout.rpartition("\x1e")[2].split(";")[:-1]]


def answered(answer: dict[str, Any]) -> list[Outcome]:
    """The stages of an answer of Hearth's."""
    return [_of_stage(answer[name]) for name in ("compile", "run") if answer.get(name)]


def _of_stage(stage: dict[str, Any]) -> Outcome:
    status = stage["code"] if stage["signal"] is None else -signal.Signals[stage["signal"]].value
    return Outcome(stage["stdout"], stage["stderr"], status)


def _outcome(stdout: str, stderr: str, status: str) -> Outcome:
    # Decoded as the API does it.
    out, err = (bytes.fromhex(text).decode(errors="replace") for text in (stdout, stderr))
    return Outcome(out, err, int(status))


def _perl(words: Sequence[str]) -> str:
    """A list of strings in Perl, of whatever bytes."""
    return "[" + ", ".join(f'pack("H*", "{word.encode().hex()}")' for word in words) + "]"


def _entry_first(case: Case) -> list[str]:
    return [case.entry, *(name for name in case.files if name != case.entry)]


def _request(language: str, case: Case, files: dict[str, bytes], args: Sequence[str]) -> dict[str, Any]:
    return {
        "language": language,
        "files": [
            {"name": name, "content": content.hex(), "encoding": "hex"} for name, content in files.items()
        ],
        "args": list(args),
        "stdin": case.stdin.decode(),
        "env": dict(case.env),
        "run_timeout": 60000,
    }
