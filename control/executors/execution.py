"""The carrying out of one program on one executor.

What may have started is reported as it is: the result then says that the sandbox was lost, and holds what the
program wrote until then.

However the call ends, cancelled by its client's leaving included, the program ends with it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from grpc import StatusCode, aio

from control import tracing
from control.executors import cancellation
from control.executors.catalogue import Offer
from control.executors.ceilings import Ceilings
from control.executors.client import ExecutorClient
from control.executors.deadline import Deadline
from control.executors.errors import BusyError, NotRunError, RefusedError
from control.executors.outcome import ExecutionResult
from control.executors.payload import Payload
from control.executors.refusal import session_error
from control.executors.transcript import LOST, Transcript
from executor.api import executor_pb2 as pb

log = structlog.get_logger()

LATE = "the executor did not answer in time; the program may have run in part"


@dataclass(frozen=True, slots=True)
class SessionPlace:
    """A session that a program goes on with, and the executor that has it."""

    id: str
    holder: ExecutorClient


@dataclass(slots=True)
class Work:
    """A program, and what its carrying out may take."""

    tenant: str
    payload: Payload
    offer: Offer
    session: SessionPlace | None
    # From the sending to `started`, and to the end.
    start_timeout_s: float
    timeout_s: float
    ceilings: Ceilings
    output_max_bytes: int
    # Called right before it is handed to an executor, whether that takes it or not.
    on_handed: Callable[[], None]
    # Called when the payload was let go.
    on_started: Callable[[], None]
    # In the queue.
    waited_s: float = 0.0


async def execute_on(executor: ExecutorClient, work: Work) -> ExecutionResult:
    """Raises NotRunError, SessionError: nothing of the program has happened."""
    transcript = Transcript(
        work.output_max_bytes,
        compiled=work.offer.runtime.compiled,
        session=work.session.id if work.session else None,
    )
    trace = tracing.current().attempt(executor.address)
    line = executor.begin()
    code, details = StatusCode.OK, ""
    try:
        with Deadline(work.start_timeout_s) as deadline:
            await line.write(work.payload.take(trace.traceparent))
            while not transcript.done and isinstance(output := await line.read(), pb.ExecuteOutput):
                waits = not transcript.started
                transcript.add(output)
                if waits and transcript.started:
                    deadline.put_off(work.timeout_s - work.start_timeout_s)
                    work.payload.drop()
                    work.on_started()
    except aio.AioRpcError as error:
        code, details = error.code(), error.details() or ""
    except asyncio.InvalidStateError:
        code, details = StatusCode.UNAVAILABLE, "the line had ended"
    except TimeoutError:
        code, details = StatusCode.DEADLINE_EXCEEDED, "not in time"
    except asyncio.CancelledError:
        code = StatusCode.CANCELLED
        if cancellation.is_ours():
            raise
    finally:
        executor.end(line, reusable=transcript.done and code is StatusCode.OK)
        trace.end(None if transcript.done else code)
    if transcript.started:
        if not transcript.complete:
            log.warning("execution lost", executor=executor.address, code=code.name, reason=details)
        return transcript.result(LATE if code is StatusCode.DEADLINE_EXCEEDED else LOST)
    match code:
        case StatusCode.RESOURCE_EXHAUSTED:
            raise BusyError
        case StatusCode.INVALID_ARGUMENT:
            raise RefusedError(details)
        case StatusCode.NOT_FOUND | StatusCode.FAILED_PRECONDITION if work.session is not None:
            raise session_error(executor, code, details)
        case _:
            log.warning("execution not started", executor=executor.address, code=code.name, reason=details)
            raise NotRunError
