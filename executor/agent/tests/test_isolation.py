"""What a program is, and what it can see: the table of `cell` in PROTOCOL.md."""

import json

import pytest
from wire import ENV, UID, Agent

FACTS = """
import json, os, resource, signal
lines = open("/proc/self/status").read().splitlines()
status = dict(line.split(":\\t", 1) for line in lines if ":\\t" in line)
print(json.dumps({
    "uid": os.getresuid(), "gid": os.getresgid(), "groups": os.getgroups(), "cwd": os.getcwd(),
    "umask": os.umask(0), "fds": sorted(os.listdir("/proc/self/fd")), "status": status,
    "session": os.getsid(0) == os.getpid() == os.getpgid(0), "environ": dict(os.environ),
    "mask": len(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "handlers": [n for n in signal.valid_signals()
                 if signal.getsignal(n) == signal.SIG_IGN and n not in (signal.SIGPIPE, signal.SIGXFSZ)],
    "no_new_privs": __import__("ctypes").CDLL(None).prctl(39, 0, 0, 0, 0),
    "limits": {n: resource.getrlimit(getattr(resource, "RLIMIT_" + n))
               for n in ("NPROC", "NOFILE", "FSIZE", "STACK", "CORE", "MEMLOCK")},
}))
"""


@pytest.fixture(params=["started", "parked"])
def facts(agent: Agent, parking: Agent, request: pytest.FixtureRequest) -> dict[str, object]:
    argv = ["/usr/bin/python3", "-I", "-S", "-c", FACTS]
    parked = request.param == "parked"
    result = (parking if parked else agent).run(*argv, parked=parked)
    assert result.code == 0, result.stderr
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_program_is_unprivileged_in_every_way(facts: dict[str, object]) -> None:
    assert facts["uid"] == facts["gid"] == [UID] * 3
    assert facts["groups"] in ([], [UID])
    status = facts["status"]
    assert isinstance(status, dict)
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd"):
        assert int(status[name], 16) == 0, name
    assert int(status.get("CapAmb", "0"), 16) == 0
    assert facts["no_new_privs"] == 1


def test_program_starts_from_a_clean_slate(facts: dict[str, object]) -> None:
    assert facts["cwd"] == "/workspace"
    assert facts["umask"] == 0o022
    assert facts["session"] is True
    assert facts["mask"] == 0
    assert facts["handlers"] == []
    assert facts["fds"] == ["0", "1", "2", "3"]  # 3 lists them
    assert facts["environ"] == dict(item.split("=", 1) for item in ENV)


def test_program_has_the_limits_of_start(facts: dict[str, object]) -> None:
    assert facts["limits"] == {
        "NPROC": [64, 64],
        "NOFILE": [256, 256],
        "FSIZE": [64 << 20, 64 << 20],
        "STACK": [8 << 20, 8 << 20],
        "CORE": [0, 0],
        "MEMLOCK": [0, 0],
    }


def test_limits_that_differ_from_the_last_are_set_on_a_parked_runner(parking: Agent) -> None:
    for files in (100, 300, 256):
        script = "ulimit -n; ulimit -u; ulimit -f"
        result = parking.run("/usr/bin/bash", "-c", script, parked=True, open_files=files, file_bytes=1 << 20)
        assert result.stdout.split() == [str(files).encode(), b"64", b"1024"]
        parking.park()
    assert parking.run("/hi", parked=True).code == 0


def test_stages_of_one_cell_have_each_their_own_limits(agent: Agent) -> None:
    assert agent.run("/usr/bin/bash", "-c", "ulimit -n", open_files=300).stdout == b"300\n"
    assert agent.run("/usr/bin/bash", "-c", "ulimit -n", open_files=200).stdout == b"200\n"


def test_proc_shows_only_the_own_cell(agent: Agent) -> None:
    result = agent.run("/usr/bin/bash", "-c", "echo /proc/[0-9]*")
    assert result.stdout == b"/proc/1 /proc/2\n"


def test_init_gives_nothing_away(agent: Agent) -> None:
    for command in ("tr -d '\\0' </proc/1/environ", "head -c 1 /proc/1/mem", "cat /proc/1/fd/*"):
        assert agent.run("/usr/bin/bash", "-c", command).stdout == b"", command
    assert agent.run("/usr/bin/cat", "/proc/1/cmdline").stdout == b"/agent\0"


@pytest.mark.parametrize(
    "attempt",
    [
        "mount('none', '/tmp', 'tmpfs', 0, 0)",
        "umount2('/workspace', 2)",
        "unshare(0x10000000)",  # a new user namespace
        "unshare(0x20000)",
        "chroot('/tmp')",
        "setuid(0)",
        "setgid(0)",
        "ptrace(16, 1, 0, 0)",
        "kill(1, 9)",
        "sethostname('x', 1)",
        "syscall(175, 0, 0, 0)",  # init_module
        "reboot(0x1234567)",
    ],
)
def test_privileged_call_fails(agent: Agent, attempt: str) -> None:
    name, _, tail = attempt.partition("(")
    call = _bytes(tail)
    program = f"import ctypes, sys\nc = ctypes.CDLL(None)\nsys.exit(0 if c.{name}({call} == -1 else 1)"
    result = agent.python(program)
    assert (result.code, result.stderr) == (0, b"")


def _bytes(arguments: str) -> str:
    pieces = arguments.split("'")
    return "".join(piece if at % 2 == 0 else f"b'{piece}'" for at, piece in enumerate(pieces))


def test_device_node_opens_nothing(agent: Agent) -> None:
    program = (
        "import ctypes\nctypes.CDLL(None).mknod(b'/tmp/x', 0o60666, 0x801)\nopen('/tmp/x', 'rb').read(1)"
    )
    assert agent.python(program).code == 1  # gVisor makes the node, and refuses to open it


def test_user_namespace_by_clone_is_refused(agent: Agent) -> None:
    program = "import ctypes, os, sys\nr = ctypes.CDLL(None).syscall(56, 0x10000000 | 17, 0, 0, 0, 0)\n"
    assert agent.python(program + "os._exit(0 if r == -1 else 1)").code == 0


def test_root_file_system_cannot_be_written(agent: Agent) -> None:
    paths = "/x /usr/x /etc/x /dev/x /proc/x /var/x"
    result = agent.run("/usr/bin/bash", "-c", f"for p in {paths}; do echo >$p && echo $p; done; true")
    assert result.stdout == b""


def test_writable_places_are_there_and_of_their_sizes(agent: Agent) -> None:
    script = "for d in /tmp /var/tmp /dev/shm /build /workspace; do echo x >$d/f && stat -fc %b*%S $d; done"
    result = agent.run("/usr/bin/bash", "-c", script)
    blocks = [int(a) * int(b) for a, b in (line.split(b"*") for line in result.stdout.split())]
    assert blocks == [16 << 20] * 5, result.stderr


def test_modes_and_owners_of_writable_places(agent: Agent) -> None:
    result = agent.run(
        "/usr/bin/stat", "-c", "%a %u %g", "/tmp", "/var/tmp", "/dev/shm", "/build", "/workspace"
    )
    own = f"755 {UID} {UID}"
    assert result.stdout.decode().splitlines() == ["1777 0 0"] * 3 + [own] * 2


def test_ipc_of_the_last_cell_is_gone(agent: Agent) -> None:
    make = "import ctypes; print(ctypes.CDLL(None).shmget(77, 4096, 0o1666) >= 0)"
    find = "import ctypes; print(ctypes.CDLL(None).shmget(77, 4096, 0o666) >= 0)"
    assert agent.python(make).stdout == b"True\n"
    agent.park(keep=True)
    assert agent.python(find).stdout == b"False\n"
