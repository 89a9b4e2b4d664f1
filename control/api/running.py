"""The carrying out of a request that has been understood; how it fails, as problems."""

from control.api.body import BodyHold
from control.api.problems import ProblemError, UnavailableError
from control.api.program import start_timeout_s, timeout_s
from control.executors.catalogue import Offer
from control.executors.errors import BusyError, NotRunError, RefusedError
from control.executors.execution import SessionPlace, Work, execute
from control.executors.outcome import ExecutionResult
from control.executors.payload import Payload
from control.settings import Settings
from control.tenancy.limits import Limits
from executor.api import executor_pb2 as pb


class Runner:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def work(
        self,
        message: pb.ExecuteInput,
        offer: Offer,
        session: SessionPlace | None,
        limits: Limits,
        hold: BodyHold,
    ) -> Work:
        return Work(
            payload=Payload(message),
            offer=offer,
            session=session,
            start_timeout_s=start_timeout_s(message.start, self._settings),
            timeout_s=timeout_s(message.start, self._settings),
            output_max_bytes=limits.output_max_bytes,
            on_started=hold.release,
        )

    async def run(self, work: Work) -> ExecutionResult:
        try:
            return await execute(work)
        except BusyError:
            raise self._unavailable("no sandbox came free in time") from None
        except RefusedError as refused:
            raise ProblemError(400, f"the executor refused the request: {refused}") from None
        except NotRunError:
            whom = "no executor can" if work.session is None else "the session's executor cannot"
            raise self._unavailable(f"{whom} take the program now") from None

    def _unavailable(self, detail: str) -> UnavailableError:
        return UnavailableError(detail, self._settings.retry_after_s)
