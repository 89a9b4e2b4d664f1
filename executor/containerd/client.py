"""A typed client of containerd's gRPC API: one verb a method.

Every call is bounded: a containerd that hangs costs a boot or a teardown, never the executor. Teardown
verbs tolerate what is already gone.
"""

from __future__ import annotations

from collections.abc import Awaitable
from types import TracebackType
from typing import Self, TypeVar

import grpc
import grpc.aio
from google.protobuf.any_pb2 import Any
from google.protobuf.empty_pb2 import Empty

from executor.containerd.api import (
    containers_pb2,
    containers_pb2_grpc,
    images_pb2,
    images_pb2_grpc,
    runc_options_pb2,
    snapshots_pb2,
    snapshots_pb2_grpc,
    tasks_pb2,
    tasks_pb2_grpc,
    types_pb2,
    version_pb2_grpc,
)

_SHIM = "io.containerd.runc.v2"
_SNAPSHOTTER = "overlayfs"
_SPEC_TYPE = "types.containerd.io/opencontainers/runtime-spec/1/Spec"

# Delete has been seen to hang when a shim is wedged; nothing healthy takes a tenth of this.
_CALL_SECONDS = 20.0

Reply = TypeVar("Reply")


class ContainerdError(Exception):
    """containerd refused a call, did not answer it in time, or is not there."""


class NotFoundError(ContainerdError):
    """containerd does not know the thing that a call names."""


class Containerd:
    """A connection to one containerd, in one of its namespaces.

    Make it inside the running event loop; use it as an async context manager.
    """

    def __init__(self, socket: str, namespace: str) -> None:
        self._channel = grpc.aio.insecure_channel(
            f"unix://{socket}",
            options=[
                # containerd rejects the authority that gRPC derives from a socket's path.
                ("grpc.default_authority", "localhost"),
                # A containerd that was restarted is used at once; gRPC would wait up to two minutes.
                ("grpc.initial_reconnect_backoff_ms", 100),
                ("grpc.min_reconnect_backoff_ms", 1_000),
                ("grpc.max_reconnect_backoff_ms", 1_000),
            ],
        )
        self._metadata = (("containerd-namespace", namespace),)
        self._version = version_pb2_grpc.VersionStub(self._channel)
        self._images = images_pb2_grpc.ImagesStub(self._channel)
        self._snapshots = snapshots_pb2_grpc.SnapshotsStub(self._channel)
        self._containers = containers_pb2_grpc.ContainersStub(self._channel)
        self._tasks = tasks_pb2_grpc.TasksStub(self._channel)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._channel.close()

    async def version(self) -> str:
        """containerd's version, as soon as it answers: it may be starting too."""
        reply = await _answer(self._version.Version(Empty(), timeout=_CALL_SECONDS, wait_for_ready=True))
        return reply.version

    async def image_names(self) -> set[str]:
        request = images_pb2.ListImagesRequest()
        reply = await _answer(self._images.List(request, timeout=_CALL_SECONDS, metadata=self._metadata))
        return {image.name for image in reply.images}

    async def delete_image(self, name: str) -> None:
        request = images_pb2.DeleteImageRequest(name=name)
        await _gone_is_fine(self._images.Delete(request, timeout=_CALL_SECONDS, metadata=self._metadata))

    async def view(self, key: str, chain_id: str) -> list[types_pb2.Mount]:
        """The mounts of a read-only view of an unpacked image; makes the view if it is not there yet.

        Every sandbox of a runtime mounts the same view: nothing can be written through it.
        """
        mounts = snapshots_pb2.MountsRequest(snapshotter=_SNAPSHOTTER, key=key)
        try:
            found = await _answer(
                self._snapshots.Mounts(mounts, timeout=_CALL_SECONDS, metadata=self._metadata)
            )
        except NotFoundError:
            view = snapshots_pb2.ViewSnapshotRequest(
                snapshotter=_SNAPSHOTTER,
                key=key,
                parent=chain_id,
                # Keeps containerd's garbage collector away from a view that no container names.
                labels={"containerd.io/gc.root": "hearth"},
            )
            made = await _answer(self._snapshots.View(view, timeout=_CALL_SECONDS, metadata=self._metadata))
            return list(made.mounts)
        return list(found.mounts)

    async def create_container(
        self,
        container_id: str,
        *,
        image: str,
        spec: bytes,
        runtime_binary: str,
        runtime_root: str,
        labels: dict[str, str],
    ) -> None:
        """Records a container.

        Args:
            spec: an OCI runtime spec as JSON.
            runtime_binary: what the shim calls in the place of runc.
            runtime_root: the folder in which that keeps its state.
        """
        options = Any()
        options.Pack(runc_options_pb2.Options(binary_name=runtime_binary, root=runtime_root))
        options.type_url = "containerd.runc.v1.Options"
        container = containers_pb2.Container(
            id=container_id,
            image=image,
            labels=labels,
            runtime=containers_pb2.Container.Runtime(name=_SHIM, options=options),
            spec=Any(type_url=_SPEC_TYPE, value=spec),
        )
        request = containers_pb2.CreateContainerRequest(container=container)
        await _answer(self._containers.Create(request, timeout=_CALL_SECONDS, metadata=self._metadata))

    async def create_task(self, container_id: str, rootfs: list[types_pb2.Mount]) -> int:
        """Boots the sandbox without starting its first process. Returns the host pid of the sandbox.

        The shim is given no streams: `runtime_binary` sees to them.
        """
        request = tasks_pb2.CreateTaskRequest(container_id=container_id, rootfs=rootfs)
        reply = await _answer(self._tasks.Create(request, timeout=_CALL_SECONDS, metadata=self._metadata))
        return reply.pid

    async def start_task(self, container_id: str) -> None:
        request = tasks_pb2.StartRequest(container_id=container_id)
        await _answer(self._tasks.Start(request, timeout=_CALL_SECONDS, metadata=self._metadata))

    async def wait_task(self, container_id: str) -> None:
        """Returns when the sandbox has ended. Not bounded: that may be days."""
        request = tasks_pb2.WaitRequest(container_id=container_id)
        await _gone_is_fine(self._tasks.Wait(request, metadata=self._metadata))

    async def delete_task(self, container_id: str) -> None:
        request = tasks_pb2.DeleteTaskRequest(container_id=container_id)
        await _gone_is_fine(self._tasks.Delete(request, timeout=_CALL_SECONDS, metadata=self._metadata))

    async def delete_container(self, container_id: str) -> None:
        request = containers_pb2.DeleteContainerRequest(id=container_id)
        await _gone_is_fine(self._containers.Delete(request, timeout=_CALL_SECONDS, metadata=self._metadata))

    async def container_ids(self) -> set[str]:
        request = containers_pb2.ListContainersRequest()
        reply = await _answer(self._containers.List(request, timeout=_CALL_SECONDS, metadata=self._metadata))
        return {container.id for container in reply.containers}


async def _answer(call: Awaitable[Reply]) -> Reply:
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        kind = NotFoundError if error.code() is grpc.StatusCode.NOT_FOUND else ContainerdError
        raise kind(f"{error.code().name}: {error.details()}") from error


async def _gone_is_fine(call: Awaitable[object]) -> None:
    try:
        await _answer(call)
    except NotFoundError:
        return
