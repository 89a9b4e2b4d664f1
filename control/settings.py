"""Every policy of the control plane: one field each, set by an environment variable `HEARTH_CONTROL_NAME`.

Times end in `_ms` and are milliseconds, sizes end in `_bytes`. A field's description says what it is
for and why its default is what it is; `docs/control-settings.md` holds the same words, and a test
compares both.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from control.store.url import url_of
from control.tenancy.overrides import Bytes, Count, Milliseconds, Overrides, PlanName

PREFIX = "HEARTH_CONTROL_"

MIB = 1 << 20
GIB = 1 << 30

DEFAULT_PLAN = "default"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    host: str = Field(
        "127.0.0.1",
        description="Address to listen on. This machine only, until an operator decides otherwise.",
    )
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line that is written. `info` is one line a request."
    )

    database: str = Field(
        "sqlite+aiosqlite:////var/lib/hearth/control.db",
        description="URL of the database of tenants, keys and usage. A SQLite file serves the control planes "
        "of one machine; several share a PostgreSQL: `postgresql+asyncpg://USER:PASSWORD@HOST/NAME`.",
    )
    database_poll_ms: Milliseconds = Field(
        250,
        description="How often the database is asked what changed, which takes one small query. A key that "
        "is revoked anywhere is then refused everywhere well within a second.",
    )
    database_timeout_ms: Milliseconds = Field(
        5_000,
        description="How long the database may take to answer before it counts as away. What programs need "
        "is in memory, so only operators ever wait for it.",
    )
    plans: dict[PlanName, Overrides] = Field(
        {},
        description="What tenants of each plan may, as JSON: names of plans with the limits that differ from "
        "these settings. Empty: there is the plan `default`, which is these settings.",
    )

    state_dir: Path = Field(
        Path("/var/lib/hearth/control"),
        description="Folder on a local disk, of this machine's control planes alone, for what must outlive "
        "a process that is killed: usage that is not in the database yet.",
    )
    usage_flush_ms: Milliseconds = Field(
        1_000,
        description="How often usage goes to the database, and other control planes' is read from it. One "
        "transaction a second costs next to nothing; a shorter time would make no count more exact.",
    )

    executors: Annotated[tuple[str, ...], NoDecode] = Field(
        ("unix:///run/hearth/executor/executor.sock",),
        description="The executors, as gRPC targets separated by commas. The default is the one on this "
        "machine. A target that is not a unix socket needs the three `EXECUTOR_*_FILE` settings.",
    )
    executor_ca_file: Path | None = Field(
        None, description="PEM file of the authority that signs executors' certificates, for mutual TLS."
    )
    executor_cert_file: Path | None = Field(
        None, description="PEM file of this control plane's own certificate chain, for mutual TLS."
    )
    executor_key_file: Path | None = Field(
        None, description="PEM file of that certificate's private key, for mutual TLS."
    )
    executor_reconnect_max_ms: Milliseconds = Field(
        2_000,
        description="Longest pause between two attempts to reach an executor. Short: a restarted executor "
        "should be used at once, and there are few of them.",
    )
    executor_keepalive_ms: Milliseconds = Field(
        30_000,
        description="How often an idle connection to an executor on another host is probed. Finds a host "
        "that vanished well before TCP does (minutes); unix sockets need no probe.",
    )

    body_max_bytes: Bytes = Field(
        32 * MIB,
        description="Largest request body. Room for a program with a data set beside it. At its worst, "
        "while it is decoded, a body needs about nine times its size in memory.",
    )
    bodies_max_bytes: Bytes = Field(
        256 * MIB,
        description="Most bytes of request bodies held at once, over all requests; beyond it requests get "
        "503. Eight of the largest bodies, so that no number of clients exhausts memory.",
    )
    body_timeout_ms: Milliseconds = Field(
        60_000,
        description="Longest time for a body to arrive, then 408. The largest body at 5 Mbit/s; a client "
        "that dribbles holds its connection no longer than this.",
    )
    idle_connection_ms: Milliseconds = Field(
        75_000,
        description="How long a connection may stay without a complete request head. Longer than the 60 s "
        "after which common proxies drop idle connections, so that they close first.",
    )

    files_max: Count = Field(
        1_000, description="Most files in one request. More than a project that is sent as text has."
    )
    name_depth_max: Count = Field(
        64, description="Most components in a file's name. Deeper trees are mistakes or attacks."
    )
    args_max: Count = Field(1_024, description="Most arguments. More than a person or a tool passes.")
    env_max: Count = Field(256, description="Most environment variables. Several times a usual shell's.")
    arguments_max_bytes: Bytes = Field(
        56 * 1024,
        description="Most bytes of arguments and environment together. They travel to the agent in one frame "
        "of 64 KiB; the rest of it is for the runtime's own environment.",
    )

    run_timeout_default_ms: Milliseconds = Field(
        300_000, description="Wall time of a run that asks for none. The API's documented default."
    )
    compile_timeout_default_ms: Milliseconds = Field(
        60_000, description="Wall time of a compilation that asks for none. The API's documented default."
    )
    run_timeout_max_ms: Milliseconds = Field(
        900_000,
        description="Most wall or CPU time that a request may ask for its run. A synchronous call that "
        "lasts longer than 15 minutes outlives the proxies on its way.",
    )
    compile_timeout_max_ms: Milliseconds = Field(
        300_000,
        description="Most wall or CPU time that a request may ask for its compilation. Five times the "
        "default, which is enough for templates at their worst.",
    )
    run_memory_max_bytes: Bytes = Field(
        2_048 * MIB,
        description="Most memory that a request may ask for its run. A quarter of a small host of 8 GiB.",
    )
    compile_memory_max_bytes: Bytes = Field(
        2_048 * MIB,
        description="Most memory that a request may ask for its compilation. As for a run: heavy C++ and "
        "Rust stay below it.",
    )
    output_max_bytes: Bytes = Field(
        4 * MIB,
        description="Most bytes kept of each of stdout and stderr in a stage, whatever a runtime's own cap "
        "allows. Beyond what a person reads; output meant for machines belongs in files.",
    )

    piston_run_timeout_ms: Milliseconds = Field(
        3_000,
        description="Wall time and CPU time of a run below `/api/v2`, each both the default and the most "
        "that a request may ask for, as Piston has it. Piston's own.",
    )
    piston_compile_timeout_ms: Milliseconds = Field(
        10_000, description="The same of a compilation below `/api/v2`. Piston's own."
    )

    session_idle_timeout_ms: Milliseconds = Field(
        600_000,
        description="How long a session that asks for nothing else is kept without use. The API's documented "
        "default.",
    )
    session_idle_timeout_max_ms: Milliseconds = Field(
        86_400_000,
        description="Longest idle timeout that a request may ask for its session. A day: sessions are for "
        "work in progress; what is to last belongs elsewhere.",
    )
    sessions_max: Count = Field(
        10_000,
        description="Most sessions of one tenant on one executor. A session that holds little costs little, "
        "and every execution makes one.",
    )
    session_max_bytes: Bytes = Field(
        512 * MIB,
        description="Most that one session may hold, and so the largest file that is taken. Room for a "
        "project with its packages.",
    )
    sessions_max_bytes: Bytes = Field(
        10 * GIB,
        description="Most that all sessions of one tenant may take on one executor's disk, where they are "
        "compressed. Twenty full ones.",
    )
    session_turn_timeout_ms: Milliseconds = Field(
        300_000,
        description="How long an executor may let a request wait for its session's turn, since on one "
        "session one thing runs after the other. The default time of a run: one such run before it.",
    )
    file_stall_timeout_ms: Milliseconds = Field(
        30_000,
        description="How long the upload or download of a file may stand still before it is ended. Longer "
        "than a mobile client's usual pauses.",
    )
    file_transfer_timeout_ms: Milliseconds = Field(
        3_600_000,
        description="Longest time for the upload or download of a file in all. The largest file at 1.2 "
        "Mbit/s; a client that dribbles holds its connection no longer than this.",
    )

    claim_timeout_ms: Milliseconds = Field(
        10_000,
        description="How long a request may wait for a sandbox, then 503. Covers a cold boot on a busy host "
        "and ends before most clients give up (30 s).",
    )
    call_margin_ms: Milliseconds = Field(
        10_000,
        description="How much longer than its own limits a request waits for an executor, to start it and to "
        "end it. Only an executor that hangs meets it, so it is generous.",
    )
    retry_after_s: Count = Field(
        1, description="Seconds that a client is told to wait after 503. A sandbox boots in about one."
    )
    quota_retry_after_s: Count = Field(
        30,
        description="Seconds that a client is told to wait after 429, when the tenant has as many sessions, "
        "or as much in them, as it may. Sessions expire in minutes, so asking each second is no use.",
    )
    drain_timeout_ms: Milliseconds = Field(
        60_000,
        description="How long a stopping control plane waits for what runs. Less than the 90 s after which "
        "systemd kills a service that does not stop.",
    )

    @field_validator("executors", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(target.strip() for target in value.split(",") if target.strip())
        return value

    @field_validator("database")
    @classmethod
    def _usable(cls, value: str) -> str:
        url_of(value)
        return value

    @model_validator(mode="after")
    def _consistent(self) -> "Settings":
        tls = (self.executor_ca_file, self.executor_cert_file, self.executor_key_file)
        if any(tls) and not all(tls):
            raise ValueError("executor_ca_file, executor_cert_file and executor_key_file go together")
        if self.run_timeout_default_ms > self.run_timeout_max_ms:
            raise ValueError("run_timeout_default_ms exceeds run_timeout_max_ms")
        if self.compile_timeout_default_ms > self.compile_timeout_max_ms:
            raise ValueError("compile_timeout_default_ms exceeds compile_timeout_max_ms")
        if self.bodies_max_bytes < self.body_max_bytes:
            raise ValueError("bodies_max_bytes is below body_max_bytes")
        if self.session_idle_timeout_ms > self.session_idle_timeout_max_ms:
            raise ValueError("session_idle_timeout_ms exceeds session_idle_timeout_max_ms")
        if self.sessions_max_bytes < self.session_max_bytes:
            raise ValueError("sessions_max_bytes is below session_max_bytes")
        return self
