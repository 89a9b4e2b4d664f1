import json
import shlex
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from layouts import layout, values
from supervisor.options import ServerOptions

from control.settings import Settings as ControlSettings
from control.store.url import url_of
from executor.settings import Settings as ExecutorSettings
from host.layout import REPOSITORY, Layout
from host.services import MARK, Service, own_settings, services, write_containerd_config
from host.supervisord import Supervisord


def parsed(at: Layout, wanted: list[Service]) -> tuple[Any, dict[str, Any]]:
    """What supervisord itself makes of the configuration: its own options, and programs by name."""
    at.logs.mkdir(parents=True)
    at.run.mkdir(parents=True)
    path = Supervisord(at).write(wanted)
    options = ServerOptions()
    options.realize(["-c", str(path)])
    programs = {group.name: group.process_configs[0] for group in options.process_group_configs}
    assert len(programs) == len(options.process_group_configs)
    return options, programs


def told(at: Layout, *arguments: str, **environment: str) -> tuple[list[str], dict[str, str]]:
    """The arguments and variables with which a service really starts."""
    tell = "import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ)]))"
    service = Service("x", (sys.executable, "-c", tell, *arguments), environment)
    _, programs = parsed(at, [service])
    done = subprocess.run(shlex.split(programs["x"].command), capture_output=True, check=True, env={})
    words, variables = json.loads(done.stdout)
    return words, variables


def test_supervisord_runs_every_service_as_it_was_declared(tmp_path: Path) -> None:
    at = layout(tmp_path)
    wanted = services(at, {"HEARTH_EXECUTOR_MAX_RUNNING": "3"})
    _, programs = parsed(at, wanted)
    assert sorted(programs) == sorted(service.name for service in wanted)
    for service in wanted:
        program = programs[service.name]
        assert program.stopwaitsecs == service.stop_seconds
        assert program.autostart
        assert program.autorestart
        assert Path(program.stdout_logfile) == at.logs / f"{service.name}.log"


def test_supervisord_starts_services_in_their_order(tmp_path: Path) -> None:
    at = layout(tmp_path)
    wanted = services(at, {})
    _, programs = parsed(at, wanted)
    by_priority = sorted(programs.values(), key=lambda program: program.priority)
    assert [program.name for program in by_priority] == [service.name for service in wanted]
    assert max(Counter(program.priority for program in by_priority).values()) == 1


def test_supervisord_is_asked_over_a_socket_that_only_root_opens(tmp_path: Path) -> None:
    at = layout(tmp_path)
    options, _ = parsed(at, services(at, {}))
    (server,) = options.server_configs
    assert (server["file"], server["chmod"]) == (str(at.run / "supervisor.sock"), 0o700)
    assert options.umask == 0o022
    assert Path(options.directory) == REPOSITORY


@values
def test_a_setting_reaches_its_service_as_the_operator_wrote_it(tmp_path: Path, value: str) -> None:
    _, variables = told(layout(tmp_path), A=value, B="after")
    assert (variables["A"], variables["B"]) == (value, "after")


@values
def test_an_argument_reaches_its_service_as_it_was_declared(tmp_path: Path, value: str) -> None:
    words, _ = told(layout(tmp_path), value, "end")
    assert words == [value, "end"]


def test_services_find_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = layout(tmp_path)
    containerd, executor, control = services(at, {})
    write_containerd_config(at)
    config = tomllib.loads(Path(containerd.command[-1]).read_text())
    for service in (executor, control):
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
    there = ExecutorSettings()
    assert config["grpc"]["address"] == there.containerd_socket
    assert ControlSettings().executors == (there.listen,)
    assert url_of(ControlSettings().database).database == str(at.state / "control.db")
    assert (there.images_dir, there.cgroup) == (at.images, at.cgroup)
    assert there.run_dir.is_relative_to(at.run)
    assert Path(config["state"]).is_relative_to(at.run)
    assert Path(config["root"]).is_relative_to(at.state)


def test_every_setting_that_is_passed_is_one_that_the_service_has(tmp_path: Path) -> None:
    _, executor, control = services(layout(tmp_path), {})
    for service, prefix, settings in (
        (executor, "HEARTH_EXECUTOR_", ExecutorSettings),
        (control, "HEARTH_CONTROL_", ControlSettings),
    ):
        known = {prefix + name.upper() for name in settings.model_fields}
        assert {name for name in service.environment if name.startswith(prefix)} <= known


def test_an_operators_own_settings_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_EXECUTOR_LISTEN", "unix:///mine")
    monkeypatch.setenv("HEARTH_CONTROL_PORT", "9")
    monkeypatch.setenv("HEARTH_STATE_DIR", "/elsewhere")
    own = own_settings()
    assert own.items() >= {"HEARTH_EXECUTOR_LISTEN": "unix:///mine", "HEARTH_CONTROL_PORT": "9"}.items()
    assert "HEARTH_STATE_DIR" not in own
    containerd, executor, control = services(layout(tmp_path), own)
    assert executor.environment["HEARTH_EXECUTOR_LISTEN"] == "unix:///mine"
    assert control.environment["HEARTH_CONTROL_PORT"] == "9"
    assert "HEARTH_CONTROL_PORT" not in containerd.environment


def test_an_executor_that_listens_elsewhere_is_found(tmp_path: Path) -> None:
    _, _, control = services(layout(tmp_path), {"HEARTH_EXECUTOR_LISTEN": "unix:///mine"})
    assert control.environment["HEARTH_CONTROL_EXECUTORS"] == "unix:///mine"


def test_all_that_a_layout_starts_carries_its_mark(tmp_path: Path) -> None:
    at = layout(tmp_path)
    assert {service.environment[MARK] for service in services(at, {})} == {str(at.run)}
