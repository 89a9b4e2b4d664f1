"""The gRPC service: requests in, executions out. Knows the protocol and nothing of sandboxes' insides."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import grpc
import grpc.aio
import structlog

from executor import spans
from executor.api import executor_pb2 as pb
from executor.api.answer import Answer
from executor.api.sessions import SessionMethods
from executor.api.status import StatusBoard
from executor.compile_cache import CompileCache
from executor.execution import BadProgramError, Execution
from executor.pool import NoSandboxError, Pool
from executor.runtime import Runtime
from executor.sandbox import Sandbox
from executor.sessions.head import BrokenSessionError
from executor.sessions.sessions import Sessions, UnknownSessionError, Visit
from executor.sessions.turns import BusySessionError
from executor.settings import Settings
from executor.timeline import Timeline

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

log = structlog.get_logger()

Context = grpc.aio.ServicerContext[pb.ExecuteInput, pb.ExecuteOutput]


class ExecutorService(SessionMethods):
    """What control planes call."""

    def __init__(
        self,
        pool: Pool,
        runtimes: dict[str, Runtime],
        board: StatusBoard,
        sessions: Sessions,
        settings: Settings,
        tracer: Tracer | None = None,
    ) -> None:
        super().__init__(sessions)
        self._pool = pool
        self._runtimes = runtimes
        self._board = board
        self._settings = settings
        self._tracer = tracer
        self._compiled = CompileCache(total=settings.compile_cache, per_tenant=settings.compile_cache_tenant)

    # Reads and writes by the context instead of iterating: half the tasks and switches per call.
    async def Execute(  # type: ignore[override]  # noqa: N802
        self, _: AsyncIterator[pb.ExecuteInput], context: Context
    ) -> None:
        while (first := await _read(context)) is not None:
            timeline = Timeline(arrived=time.monotonic_ns())
            if first.WhichOneof("input") != "start":
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the first input must be `start`")
            # The call serves one program after the other, for anyone.
            with structlog.contextvars.bound_contextvars(**_whose(first.start)):
                await self._execute(first.start, timeline, context)
            if not first.start.stdin_complete:
                return

    async def _execute(self, start: pb.Start, timeline: Timeline, context: Context) -> None:
        await self._check(start, context)
        try:
            async with self._sessions.visit(start) as visit:
                await self._visit(visit, start, timeline, context)
        except NoSandboxError as error:
            log.info("execution.no_sandbox", runtime=start.runtime, reason=str(error))
            draining = self._pool.draining
            code = grpc.StatusCode.UNAVAILABLE if draining else grpc.StatusCode.RESOURCE_EXHAUSTED
            await context.abort(code, str(error))
        except BadProgramError as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        except BusySessionError as error:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        except (UnknownSessionError, BrokenSessionError) as error:
            await context.abort(grpc.StatusCode.NOT_FOUND, str(error))
        finally:
            if self._tracer is not None and start.traceparent:
                spans.tell(self._tracer, start, timeline)

    async def _visit(self, visit: Visit, start: pb.Start, timeline: Timeline, context: Context) -> None:
        sandbox = await self._pool.claim(
            start.runtime,
            start.tenant,
            fresh=start.isolate_sandbox,
            timeout=start.claim_timeout_ms / 1000 or self._settings.claim_timeout,
            session=visit.id.token,
        )
        timeline.claimed = time.monotonic_ns()
        answer = Answer(context.write)
        healthy = True
        try:
            keeping = visit.enter(sandbox)
            execution = Execution(
                sandbox, start, self._settings, self._compiled, answer.send, keeping, timeline
            )
            visit.on_end(lambda: execution.interrupt("the session was deleted while the program ran"))
            await keeping.restore(sandbox.channel)
            # Before the program is under way: a program that was not announced may be run elsewhere.
            await answer.begin(pb.Event(started=pb.Started(claim_us=timeline.claim_us)))
            try:
                run = execution.run() if start.stdin_complete else _with_inputs(execution, context)
                last = await run
            finally:
                healthy = execution.healthy
            kept = await visit.keep(sandbox, sandbox.runtime.environment)
            timeline.kept = time.monotonic_ns()
            _log(sandbox, kept, timeline)
            done = pb.Done(
                total_us=timeline.total_us,
                agent_us=execution.agent_ns // 1000,
                go_us=timeline.go_us,
                settle_us=timeline.settle_us,
            )
            # The answer goes first, then the sandbox's next runner may have the CPU.
            await answer.begin(*last, pb.Event(kept=kept), pb.Event(done=done))
        finally:
            reusable = healthy and not start.isolate_sandbox
            self._pool.release(sandbox, reusable=reusable, pin=visit.stays_in(sandbox))
            visit.leave()
            await answer.finish()

    async def _check(self, start: pb.Start, context: Context) -> None:
        if start.runtime not in self._runtimes:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, f"no runtime {start.runtime!r} here")
        if not start.tenant:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "tenant: must not be empty")
        if not start.files:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "files: at least one is needed")

    async def ListRuntimes(  # noqa: N802
        self, request: pb.ListRuntimesRequest, context: object
    ) -> pb.ListRuntimesResponse:
        runtimes = [self._describe(one) for one in self._runtimes.values()]
        return pb.ListRuntimesResponse(runtimes=runtimes, executor=self._sessions.ids.executor)

    async def WatchStatus(  # noqa: N802
        self, request: pb.WatchStatusRequest, context: object
    ) -> AsyncIterator[pb.Status]:
        async for status in self._board.follow():
            yield status

    async def Drain(self, request: pb.DrainRequest, context: object) -> pb.DrainResponse:  # noqa: N802
        log.info("executor.draining")
        return pb.DrainResponse(remaining=await self._pool.drain(request.deadline_ms / 1000))

    def _describe(self, runtime: Runtime) -> pb.Runtime:
        definition = runtime.definition
        limits, output = definition.limits, self._settings.output_limit
        return pb.Runtime(
            id=runtime.id,
            language=definition.language,
            version=runtime.version,
            aliases=definition.aliases,
            runtime=definition.runtime,
            compiled=definition.compile is not None,
            entry=definition.entry,
            notes=definition.notes,
            compile_limits=pb.Limits(
                wall_ms=limits.compile_timeout,
                cpu_ms=limits.compile_timeout,
                memory_bytes=limits.compile_memory,
                output_bytes=output,
            ),
            run_limits=pb.Limits(
                wall_ms=limits.run_timeout,
                cpu_ms=limits.run_timeout,
                memory_bytes=limits.run_memory,
                output_bytes=output,
            ),
        )


def _whose(start: pb.Start) -> dict[str, str]:
    """What every log line about a program has."""
    whose = {"request_id": start.request_id, "tenant": start.tenant, "session": start.session}
    return {name: value for name, value in whose.items() if value}


def _log(sandbox: Sandbox, kept: pb.Kept, timeline: Timeline) -> None:
    log.debug(
        "execution.done",
        sandbox=sandbox.id,
        outcomes=[pb.Outcome.Name(one.outcome) for one in timeline.stages],
        claim_us=timeline.claim_us,
        go_us=timeline.go_us,
        settle_us=timeline.settle_us,
    )
    if (reason := sandbox.lost) is not None:
        log.info("execution.sandbox_lost", sandbox=sandbox.id, reason=reason)
    if kept.limit:
        # Not in words, which may name a file.
        log.info("execution.not_kept", sandbox=sandbox.id, limit=pb.Limit.Name(kept.limit).lower())


async def _with_inputs(execution: Execution, context: Context) -> list[pb.Event]:
    """Runs an execution while its caller goes on sending standard input and signals."""
    inputs = asyncio.create_task(_feed(execution, context))
    try:
        return await execution.run()
    finally:
        inputs.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await inputs


async def _feed(execution: Execution, context: Context) -> None:
    while (message := await _read(context)) is not None:
        match message.WhichOneof("input"):
            case "stdin":
                execution.feed(message.stdin)
                await execution.has_room()
            case "signal" if 1 <= message.signal <= 31:
                execution.send_signal(message.signal)
            case "stdin_eof":
                execution.feed_eof()
            case _:
                # Nothing to obey. A newer control plane may say more than this executor knows.
                continue
    execution.feed_eof()


async def _read(context: Context) -> pb.ExecuteInput | None:
    """The caller's next message; None after its last."""
    message: object = await context.read()
    return message if isinstance(message, pb.ExecuteInput) else None
