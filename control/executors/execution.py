"""The carrying out of one program.

What never started may be sent elsewhere, once; what goes on with a session may not, for that is in one
place only. What may have started is reported as it is: the result then says that the sandbox was lost, and
holds what the program wrote until then. A full executor has already waited on the request's behalf, so a
request that it turns away is not sent round the others: under overload that would only multiply the load.

However the call ends, cancelled by its client's leaving included, the program ends with it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from grpc import StatusCode, aio

from control.executors import cancellation
from control.executors.catalogue import Offer
from control.executors.client import ExecutorClient
from control.executors.deadline import Deadline
from control.executors.errors import BusyError, NoExecutorError, NotRunError, RefusedError
from control.executors.outcome import ExecutionResult
from control.executors.payload import Payload
from control.executors.refusal import session_error
from control.executors.schedule import choose
from control.executors.transcript import LOST, Transcript
from executor.api import executor_pb2 as pb

log = structlog.get_logger()

ATTEMPTS = 2
LATE = "the executor did not answer in time; the program may have run in part"


@dataclass(frozen=True, slots=True)
class SessionPlace:
    """A session that a program goes on with, and the executor that has it."""

    id: str
    holder: ExecutorClient


@dataclass(frozen=True, slots=True)
class Work:
    """A program, and what its carrying out may take."""

    payload: Payload
    offer: Offer
    session: SessionPlace | None
    # From the sending to `started`, and to the end.
    start_timeout_s: float
    timeout_s: float
    output_max_bytes: int
    # Called when the payload was let go.
    on_started: Callable[[], None]


async def execute(work: Work) -> ExecutionResult:
    if work.session is not None:
        return await _execute_on(work.session.holder, work)
    tried: list[ExecutorClient] = []
    while True:
        executor = choose(work.offer.executors, work.offer.runtime.id, tried)
        if executor is None:
            raise NoExecutorError
        try:
            return await _execute_on(executor, work)
        except (BusyError, RefusedError):
            raise
        except NotRunError:
            tried.append(executor)
            if len(tried) == ATTEMPTS:
                raise


async def _execute_on(executor: ExecutorClient, work: Work) -> ExecutionResult:
    transcript = Transcript(
        work.output_max_bytes,
        compiled=work.offer.runtime.compiled,
        session=work.session.id if work.session else None,
    )
    line = executor.begin()
    code, details = StatusCode.OK, ""
    try:
        with Deadline(work.start_timeout_s) as deadline:
            await line.write(work.payload.take())
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
        if cancellation.is_ours():
            raise
        code = StatusCode.CANCELLED
    finally:
        executor.end(line, reusable=transcript.done and code is StatusCode.OK)
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
