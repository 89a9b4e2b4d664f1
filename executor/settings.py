"""Every number and path that an operator may want to change, each with its unit and the reason for its value.

Each is read from the environment as `HEARTH_EXECUTOR_NAME`. `docs/executor-settings.md` lists them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, NonNegativeInt
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="HEARTH_EXECUTOR_", frozen=True)

    listen: str = Field(
        "unix:///run/hearth/executor/executor.sock",
        description="Where the gRPC API listens. A unix socket is made with mode 0600: who may open it is "
        "who may run programs.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line that is written. `debug` has one for each program."
    )
    otlp_endpoint: str = Field(
        "",
        pattern=r"^(https?://[^/]+/?)?$",
        description="Where spans go, with OTLP over gRPC: `http://HOST:4317`, or `https://` for TLS. Empty: "
        "nowhere, and none are made. Which programs are traced, the control plane decides.",
    )
    containerd_socket: str = Field(
        "/run/hearth/containerd/containerd.sock",
        description="The socket of containerd. Hearth runs its own instance: stopping it stops all.",
    )
    containerd_namespace: str = Field(
        "hearth", description="The containerd namespace of the sandboxes. One executor each."
    )
    images_dir: Path = Field(Path("/var/lib/hearth/images"), description="What the image builder wrote.")
    run_dir: Path = Field(
        Path("/run/hearth/executor"),
        description="FIFOs of the sandboxes and the wrapper around runsc. On a tmpfs; emptied at start.",
    )
    state_dir: Path = Field(
        Path("/var/lib/hearth/executor"),
        description="Sessions, and the name and the key of their ids. Keep it on a disk of its own to bound "
        "what tenants can fill.",
    )
    name: str = Field(
        "",
        pattern=r"^[a-z0-9]{0,32}$",
        description="This executor's name, which session ids carry. Unset: one is drawn at the first start, "
        "and kept in `state_dir`.",
    )
    runsc: Path = Field(Path("/usr/bin/runsc"), description="gVisor's runsc, release 20240729 or later.")
    runsc_debug_dir: Path | None = Field(
        None, description="Where runsc writes debug logs. Unset: it writes none; they slow everything down."
    )
    cgroup: str = Field(
        "/hearth", description="The cgroup, below every controller's root, that holds one child a sandbox."
    )
    warm: dict[str, NonNegativeInt] = Field(
        default_factory=dict,
        description='Warm sandboxes by language, as JSON: `{"python": 4}`. Others get `warm_default`.',
    )
    warm_default: int = Field(
        2, ge=0, description="Warm sandboxes for a language that `warm` does not name: one taken, one ready."
    )
    max_sandboxes: int = Field(
        40,
        ge=1,
        description="Sandboxes of all kinds at once: two warm ones of each language, and as many for "
        "tenants. An idle one takes 20 to 120 MiB; those of tenants are given up, least recently used first, "
        "when this is reached.",
    )
    max_running: int = Field(
        16,
        ge=1,
        description="Executions at once; more wait. More than a few per core only adds latency for all.",
    )
    parallel_boots: int = Field(
        1,
        ge=1,
        description="Sandboxes booted at once. A boot takes half a second of CPU, and two at once on two "
        "cores delay each other and every running program.",
    )
    boot_timeout: float = Field(
        30.0, gt=0, description="Seconds until a sandbox that has not parked its runner is given up."
    )
    claim_timeout: float = Field(
        10.0, gt=0, description="Seconds that an execution waits for a sandbox before it is refused."
    )
    idle_timeout: float = Field(
        60.0,
        gt=0,
        description="Seconds that a reusable sandbox waits for its tenant before it is given up.",
    )
    reuse_limit: int = Field(
        500, ge=1, description="Executions in one sandbox before it is replaced: bounds what slow leaks cost."
    )
    cpus: int = Field(
        1,
        ge=1,
        description="CPUs of one sandbox, by cpuset and CFS quota. With one, gVisor needs no hand-overs "
        "between CPUs, and an idle sandbox no CPU time.",
    )
    pids_fence: int = Field(
        1024,
        ge=256,
        description="Host threads of one sandbox. gVisor's own threads count, so this is the outer fence; "
        "RLIMIT_NPROC inside is what programs meet.",
    )
    memory_overhead: int = Field(
        96 * MIB,
        ge=32 * MIB,
        description="Bytes on top of a program's limit for gVisor itself, the agent and the page cache "
        "of the root file system. An idle sandbox measures 35 to 60 MiB.",
    )
    output_limit: int = Field(
        MIB,
        ge=1,
        description="Bytes of stdout, and of stderr, that a stage may write if the request names none.",
    )
    compile_cache: int = Field(
        256 * MIB,
        ge=0,
        description="Bytes of memory for what compilers made, so that no tenant compiles the same twice. A "
        "hello in C takes 16 KiB, in Go 2 MiB.",
    )
    compile_cache_tenant: int = Field(64 * MIB, ge=0, description="Bytes of that for one tenant.")
    compile_cache_entry: int = Field(
        16 * MIB, ge=0, description="Bytes of what one program is compiled to; more is not kept."
    )
    session_idle_timeout: float = Field(
        600.0, gt=0, description="Seconds without use after which a session ends, unless the caller says."
    )
    session_bytes: int = Field(
        512 * MIB,
        ge=0,
        description="Bytes of one session's files, of which each counts 512 more, unless the caller says. "
        "Twice what fits into a workspace.",
    )
    session_bytes_tenant: int = Field(
        10 * 1024 * MIB,
        ge=0,
        description="Bytes on disk of one tenant's sessions, unless the caller says.",
    )
    sessions_per_tenant: int = Field(
        10_000,
        ge=0,
        description="Sessions of one tenant, unless the caller says. Idle ones take disk, at least a block "
        "of 4 KiB each, and no memory.",
    )
    sessions_disk: int = Field(
        50 * 1024 * MIB, ge=0, description="Bytes on disk of all sessions. Below what the disk has."
    )
    session_turn_timeout: float = Field(
        300.0,
        gt=0,
        description="Seconds that a request waits for those before it on the same session: as long as a run "
        "may take by default.",
    )
    session_waiters: int = Field(
        64,
        ge=0,
        description="Requests that wait for one session at once, at most. Each holds its body in memory.",
    )
    save_timeout: float = Field(
        30.0,
        gt=0,
        description="Seconds to bring a workspace into a sandbox or out of it. 256 MiB take one on a quiet "
        "host.",
    )
    kill_grace: float = Field(
        0.15,
        gt=0,
        description="Seconds from telling the agent to kill a program until the sandbox is killed instead. "
        "Within the 200 ms in which a timeout must be answered.",
    )
    stdin_window: int = Field(
        256 * 1024, ge=65536, description="Bytes of standard input in flight to an agent, at most."
    )
    max_message: int = Field(
        64 * MIB, ge=MIB, description="Bytes of one gRPC message: all files of a program travel in one."
    )
    uid: int = Field(1000, ge=1, description="The user inside sandboxes that programs run as.")
    gid: int = Field(1000, ge=1, description="The group inside sandboxes that programs run as.")
