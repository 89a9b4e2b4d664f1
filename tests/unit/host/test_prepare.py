"""host/prepare.sh on machines of every kind: the real script in a mount namespace with other files.

What it would change the machine with is replaced by scripts that only write down how they were called.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from host.layout import REPOSITORY

SCRIPT = REPOSITORY / "host/prepare.sh"

BOOKWORM = 'ID=debian\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
TRIXIE = 'ID=debian\nVERSION_CODENAME=trixie\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n'
FEDORA = 'ID=fedora\nPRETTY_NAME="Fedora Linux 42"\n'
NEW_RUNSC, OLD_RUNSC = "release-20250101.0", "release-20221122.0"

# Everything else that the script needs, none of which changes anything.
TOOLS = ("sh", "awk", "dirname", "grep", "sed", "cat", "chmod", "head", "mkdir", "mktemp", "rm")


@dataclass
class Machine:
    """A machine that Hearth can run on, unless a field says otherwise."""

    folder: Path
    os_release: str = BOOKWORM
    uid: int = 0
    memory_mib: int = 8000
    disk_mib: int = 50_000
    # v1 hierarchies, or the controllers of v2.
    controllers: tuple[str, ...] = ("memory", "cpu", "cpuset", "pids")
    unified: bool = False
    installed: bool = True
    runsc: str = NEW_RUNSC
    without: tuple[str, ...] = ()
    own_runsc: bool = False
    arguments: tuple[str, ...] = ()
    # Below the folder, which is all that is there unless there are images already.
    state: str = "state"
    images: bool = True
    script: Path = SCRIPT
    commands: dict[str, str] = field(default_factory=dict)

    def run(self) -> subprocess.CompletedProcess[str]:
        tools, cgroups = self.folder / "bin", self.folder / "cgroup"
        tools.mkdir()
        state = self.folder / self.state
        if self.images:
            (state / "images").mkdir(parents=True)
        for name in TOOLS:
            found = shutil.which(name)
            assert found
            (tools / name).symlink_to(found)
        status = "echo installed" if self.installed else "exit 1"
        fakes = {
            "id": f"echo {self.uid}",
            "df": f'for last; do :; done; [ -e "$last" ] && echo header && echo disk 0 0 {self.disk_mib} 0 /',
            "dpkg-query": f'case "$*" in "-W runsc") exit {int(self.own_runsc)};; *) {status};; esac',
            "runsc": f"echo runsc version {self.runsc}",
            "modprobe": "exit 1",
            "promtool": "exit 1",
            **dict.fromkeys(("containerd", "containerd-shim-runc-v2", "ctr"), "exit 1"),
            "apt-get": f'echo "$*" >>{self.folder}/calls',
            **self.commands,
        }
        for name in fakes.keys() - set(self.without):
            # Only ever a new file: what has this name already is a link to the machine's own.
            with (tools / name).open("x") as fake:
                fake.write(f"#!/bin/sh\n{fakes[name]}\n")
            (tools / name).chmod(0o755)
        cgroups.mkdir()
        if self.unified:
            (cgroups / "cgroup.controllers").write_text(" ".join(self.controllers) + "\n")
        else:
            for name in self.controllers:
                (cgroups / name).mkdir()
        files = {
            "/etc/os-release": self.os_release,
            "/proc/meminfo": f"MemTotal: {self.memory_mib * 1024} kB\n",
            "/proc/filesystems": "nodev\toverlay\n",
        }
        (self.folder / "postgresql-common").mkdir()
        mounts = [
            f"mount --bind {cgroups} /sys/fs/cgroup",
            f"mount --bind {self.folder}/postgresql-common /etc/postgresql-common",
        ]
        for place, content in files.items():
            file = self.folder / Path(place).name
            file.write_text(content)
            mounts.append(f"mount --bind {file} {place}")
        enter = f'{" && ".join(mounts)} && PATH={tools} exec /bin/sh {self.script} "$@"'
        environment = os.environ | {"HEARTH_STATE_DIR": str(state)}
        command = ["unshare", "--user", "--map-root-user", "--mount", "/bin/sh", "-c", enter, "sh"]
        return subprocess.run(
            [*command, *self.arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def calls(self) -> list[str]:
        """What apt-get was called with."""
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.exists() else []


def test_the_script_is_a_posix_shells() -> None:
    subprocess.run(["sh", "-n", SCRIPT], check=True)
    assert SCRIPT.read_text().startswith("#!/bin/sh\n")
    assert os.access(SCRIPT, os.X_OK)


@pytest.mark.parametrize("unified", [False, True], ids=["v1", "v2"])
@pytest.mark.parametrize("system", [BOOKWORM, TRIXIE], ids=["bookworm", "trixie"])
def test_a_machine_that_has_everything_is_left_alone(tmp_path: Path, system: str, unified: bool) -> None:
    machine = Machine(tmp_path, os_release=system, unified=unified)
    done = machine.run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.calls() == []


REFUSALS = [
    pytest.param({"uid": 1000}, ["You are not root."], id="not root"),
    pytest.param({"os_release": FEDORA}, ["This is Fedora Linux 42."], id="another system"),
    pytest.param(
        {"os_release": BOOKWORM.replace("bookworm", "bullseye")}, ["Debian 12 and 13"], id="another Debian"
    ),
    pytest.param({"os_release": ""}, ["This is an unknown system."], id="a system that does not say"),
    pytest.param({"without": ("apt-get",)}, ["There is no apt-get."], id="no apt-get"),
    pytest.param({"memory_mib": 1000}, ["has 1000 MiB of memory; 3800 are needed"], id="memory"),
    pytest.param(
        {"controllers": ("cpu", "cpuset", "pids")}, ["No cgroup controller memory"], id="v1 controller"
    ),
    pytest.param(
        {"controllers": ("memory", "cpuset", "pids"), "unified": True},
        ["The cgroup controller cpu is off. Remove cgroup_disable=cpu"],
        id="v2 controller",
    ),
    pytest.param(
        {"runsc": OLD_RUNSC, "own_runsc": True},
        ["bin/runsc is older than 20240729 and no package of Debian's"],
        id="somebody's own old runsc",
    ),
    pytest.param(
        {"uid": 1000, "os_release": FEDORA, "memory_mib": 1000, "without": ("apt-get",)},
        ["You are not root.", "This is Fedora", "There is no apt-get.", "3800 are needed"],
        id="all at once",
    ),
]


@pytest.mark.parametrize(("fields", "problems"), REFUSALS)
def test_everything_that_is_in_the_way_is_said_before_anything_is_changed(
    tmp_path: Path, fields: dict[str, object], problems: list[str]
) -> None:
    machine = Machine(tmp_path, **({"installed": False} | fields))  # type: ignore[arg-type]
    done = machine.run()
    assert done.returncode == 1
    first, *said = done.stderr.splitlines()
    assert first == "Hearth cannot run here yet:"
    assert len(said) == len(problems)
    assert [problem for problem, line in zip(problems, said, strict=True) if problem not in line] == []
    assert machine.calls() == []


@pytest.mark.parametrize(("images", "status"), [(True, 0), (False, 1)])
def test_a_disk_that_is_too_small_is_in_the_way_until_there_are_images(
    tmp_path: Path, images: bool, status: int
) -> None:
    done = Machine(tmp_path, disk_mib=100, images=images).run()
    assert done.returncode == status
    assert ("has 100 MiB free; 10240 are needed" in done.stderr) is not images


def test_a_state_folder_deep_in_what_is_not_there_yet_is_no_problem(tmp_path: Path) -> None:
    done = Machine(tmp_path, images=False, state="not/yet/there").run()
    assert (done.returncode, done.stderr) == (0, "")


def test_a_system_without_os_release_is_refused_in_words(tmp_path: Path) -> None:
    # What is there cannot be hidden by a mount: the script looks at another place.
    script = tmp_path / "prepare.sh"
    script.write_text(SCRIPT.read_text().replace("/etc/os-release", f"{tmp_path}/none"))
    machine = Machine(tmp_path, script=script, installed=False)
    done = machine.run()
    assert done.returncode == 1
    assert "This is an unknown system." in done.stderr
    assert machine.calls() == []


@pytest.mark.parametrize(
    ("arguments", "system", "more"),
    [
        ((), BOOKWORM, []),
        (("--dev",), BOOKWORM, ["g++", "clang", "libclang-rt-14-dev", "openssl", "postgresql", "wrk"]),
        (("--dev",), TRIXIE, ["g++", "clang", "libclang-rt-19-dev", "openssl", "postgresql", "wrk"]),
    ],
)
def test_what_is_missing_is_installed_at_once(
    tmp_path: Path, arguments: tuple[str, ...], system: str, more: list[str]
) -> None:
    machine = Machine(tmp_path, installed=False, os_release=system, arguments=arguments)
    done = machine.run()
    assert done.returncode == 0, done.stderr
    update, install = machine.calls()
    assert update == "update -qq"
    flags, packages = install.split(" --no-install-recommends ")
    assert flags == "install -y -qq"
    own = ["python3", "python3-venv", "mmdebstrap", "zstd"]
    assert packages.split()[:4] == own
    assert packages.split()[8:] == more
    assert "containerd" not in packages.split()
    # Nobody asked for a server that runs all the time.
    config = tmp_path / "postgresql-common/createcluster.d/hearth.conf"
    assert config.exists() == ("postgresql" in more)
    assert not more or config.read_text() == "create_main_cluster = false\n"


@pytest.mark.parametrize("arguments", [("--dev",), ()], ids=["dev", "plain"])
def test_of_prometheus_only_the_tool_that_checks_rules_is_installed(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    place = tmp_path / "place"
    # What it would write to is the machine's own: the script unpacks to another place.
    script = tmp_path / "prepare.sh"
    script.write_text(SCRIPT.read_text().replace("/usr/local/bin", str(place)))
    package = tmp_path / "package/usr/bin"
    package.mkdir(parents=True)
    for name in ("prometheus", "promtool"):
        (package / name).write_text(name)
    machine = Machine(tmp_path, script=script, arguments=arguments, without=("promtool",))
    machine.commands["apt-get"] = f"""echo "$*" >>{tmp_path}/calls
case "$*" in *" download "*) echo a package >prometheus_2_amd64.deb;; esac"""
    machine.commands["dpkg-deb"] = f"/usr/bin/tar -c -C {tmp_path}/package ./usr"
    machine.commands["tar"] = '/usr/bin/tar "$@"'
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert [path.name for path in place.glob("*")] == (["promtool"] if arguments else [])
    assert [call.split()[-1] for call in machine.calls()] == (["-qq", "prometheus"] if arguments else [])


def test_containerd_is_installed_where_there_is_none_or_half_of_one(tmp_path: Path) -> None:
    machine = Machine(tmp_path, installed=False, without=("ctr",))
    assert machine.run().returncode == 0
    assert machine.calls()[-1].split()[-1] == "containerd"


@pytest.mark.parametrize(
    ("system", "suite"), [(BOOKWORM, "bookworm-backports"), (TRIXIE, "trixie")], ids=["bookworm", "trixie"]
)
def test_a_runsc_that_is_too_old_is_replaced_from_lists_that_are_gone_afterwards(
    tmp_path: Path, system: str, suite: str
) -> None:
    machine = Machine(tmp_path, os_release=system, runsc=OLD_RUNSC)
    machine.commands["runsc"] = (
        f"[ -e {tmp_path}/new ] && echo runsc version {NEW_RUNSC} || echo runsc version {OLD_RUNSC}"
    )
    machine.commands["apt-get"] = f"""echo "$*" >>{tmp_path}/calls
for word; do case $word in Dir::Etc::SourceList=*) cat "${{word#*=}}" >>{tmp_path}/sources;; esac; done
case "$*" in
  indextargets*) echo http://mirror/debian bookworm Debian; echo http://mirror/debian trixie Debian;;
  *" runsc") touch {tmp_path}/new;;
esac"""
    machine.commands["touch"] = '/usr/bin/touch "$@"'
    done = machine.run()
    assert done.returncode == 0, done.stderr
    _, update, install = machine.calls()
    assert update.split()[-1] == "update"
    assert install.endswith(f"install -y --no-install-recommends -t {suite} runsc")
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    assert set((tmp_path / "sources").read_text().splitlines()) == {
        f"deb [signed-by={keyring}] http://mirror/debian {suite} main"
    }
    lists = next(word for word in install.split() if word.startswith("Dir::State::Lists=")).partition("=")[2]
    assert not Path(lists).exists()
