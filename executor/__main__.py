"""`python -m executor`: one executor on this host, until SIGTERM."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import grpc.aio
import structlog
import uvloop
from grpc_health.v1 import health, health_pb2_grpc

from executor import log as logging
from executor.api import executor_pb2 as pb
from executor.api import executor_pb2_grpc
from executor.api.service import ExecutorService
from executor.api.status import StatusBoard
from executor.containerd.client import Containerd, ContainerdError
from executor.containerd.importer import import_image
from executor.pool import Pool
from executor.preflight import UnfitHostError, check_root, check_runsc, write_runtime_binary
from executor.runtime import Runtime, load_runtimes
from executor.sessions.ids import load_ids
from executor.sessions.sessions import Sessions
from executor.sessions.store import Store
from executor.settings import Settings
from executor.teardown import Host
from traces.tracer import opened

log = structlog.get_logger()

# Seconds that running programs get to end after SIGTERM.
_DRAIN_SECONDS = 10.0


async def main(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT. Raises UnfitHostError or ContainerdError when it cannot begin."""
    check_root()
    shutil.rmtree(settings.run_dir / "sandboxes", ignore_errors=True)
    settings.run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    runsc = await check_runsc(settings.runsc)
    async with (
        opened("hearth-executor", settings.otlp_endpoint) as tracer,
        Containerd(settings.containerd_socket, settings.containerd_namespace) as containerd,
    ):
        log.info("executor.starting", runsc=runsc, containerd=await containerd.version())
        runtimes = load_runtimes(settings.images_dir)
        await _sync_images(containerd, runtimes, settings)
        host = Host(containerd, settings, write_runtime_binary(settings))
        board = StatusBoard(lambda: _status(pool, store, settings))
        pool = Pool(host, runtimes, board.change)
        ids = load_ids(settings.state_dir, settings.name)
        store = await asyncio.to_thread(Store, settings.state_dir / "sessions", settings.sessions_disk)
        sessions = Sessions(ids, store, pool, settings, on_change=board.change)
        log.info(
            "sessions.found", executor=ids.executor, sessions=store.usage.sessions, disk=store.usage.disk
        )
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        filling = asyncio.create_task(pool.run(), name="pool")
        expiring = asyncio.create_task(sessions.run(), name="expiry of sessions")
        filling.add_done_callback(lambda _: stop.set())
        server = _server(ExecutorService(pool, runtimes, board, sessions, settings, tracer), settings)
        try:
            await server.start()
            _protect(settings.listen)
            log.info("executor.ready", listen=settings.listen, runtimes=sorted(runtimes))
            await stop.wait()
            if not filling.done():
                left = await pool.drain(_DRAIN_SECONDS)
                log.info("executor.stopping", unfinished=left)
        finally:
            await server.stop(grace=1)
            filling.cancel()
            expiring.cancel()
            await asyncio.gather(filling, expiring, return_exceptions=True)
        if not filling.cancelled() and (error := filling.exception()) is not None:
            raise error


async def _sync_images(containerd: Containerd, runtimes: dict[str, Runtime], settings: Settings) -> None:
    """Imports the images that containerd lacks; a runtime whose archive is missing too is taken out."""
    there = await containerd.image_names()
    for runtime in list(runtimes.values()):
        if runtime.image in there:
            continue
        archive = settings.images_dir / runtime.archive
        if not archive.is_file():
            log.error("runtime.unusable", runtime=runtime.id, reason=f"{archive} is missing: make images")
            del runtimes[runtime.id]
            continue
        log.info("image.importing", image=runtime.image)
        await import_image(settings.containerd_socket, settings.containerd_namespace, archive)
        there.add(runtime.image)
    # What no runtime uses any more is only disk.
    for name in there - {runtime.image for runtime in runtimes.values()}:
        await containerd.delete_image(name)


def _server(service: ExecutorService, settings: Settings) -> grpc.aio.Server:
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", settings.max_message),
            ("grpc.max_send_message_length", settings.max_message),
            ("grpc.so_reuseport", 0),
        ]
    )
    executor_pb2_grpc.add_ExecutorServicer_to_server(service, server)
    checks = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    server.add_insecure_port(settings.listen)
    return server


def _protect(listen: str) -> None:
    """A unix socket is the permission to run programs: its owner's only."""
    if listen.startswith("unix://"):
        os.chmod(Path(listen.removeprefix("unix://")), 0o600)


def _status(pool: Pool, store: Store, settings: Settings) -> pb.Status:
    return pb.Status(
        warm=pool.warm,
        running=pool.running,
        waiting=pool.waiting,
        capacity=settings.max_running,
        draining=pool.draining,
        sandboxes=len(pool.sandboxes),
        sandboxes_max=settings.max_sandboxes,
        booting=pool.booting,
        pinned=pool.pins,
        sessions=store.usage.sessions,
        session_bytes=store.usage.disk,
        session_bytes_max=settings.sessions_disk,
    )


if __name__ == "__main__":
    chosen = Settings()
    logging.configure(chosen.log_level)
    try:
        uvloop.run(main(chosen))
    except (UnfitHostError, ContainerdError) as error:
        sys.exit(f"hearth executor: {error}")
