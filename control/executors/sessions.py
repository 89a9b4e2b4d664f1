"""The calls about sessions as a whole. Each goes to the executor that the session's id names."""

import asyncio
from dataclasses import dataclass

from control.executors.client import ExecutorClient
from control.executors.errors import Refusal, SessionError
from control.executors.fleet import Fleet
from control.executors.refusal import told
from control.executors.schedule import choose
from control.settings import Settings
from executor.api import executor_pb2 as pb

ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Page:
    sessions: list[pb.Session]
    # Whether there are more after these.
    more: bool


class Sessions:
    def __init__(self, fleet: Fleet, settings: Settings) -> None:
        self._fleet = fleet
        # Reading waits for nobody; everything else for its turn.
        self._read_s = settings.call_margin_ms / 1000
        self._turn_s = (settings.session_turn_timeout_ms + settings.call_margin_ms) / 1000

    async def create(self, tenant: str, env: dict[str, str], policy: pb.SessionPolicy) -> pb.Session:
        """Where there is least to do. An executor that cannot take it is passed over once: at worst that
        leaves an empty session, which expires.
        """
        request = pb.CreateSessionRequest(tenant=tenant, env=env, policy=policy)
        tried: list[ExecutorClient] = []
        while True:
            executor = choose(self._fleet.executors, excluded=tried)
            if executor is None:
                raise SessionError(Refusal.UNAVAILABLE, "no executor can take a session now")
            try:
                with executor.calling() as stub, told(executor):
                    return await stub.CreateSession(request, timeout=self._read_s)
            except SessionError as error:
                tried.append(executor)
                if error.refusal is not Refusal.UNAVAILABLE or len(tried) == ATTEMPTS:
                    raise

    async def get(self, tenant: str, session: str) -> pb.Session:
        executor = self._fleet.holder_of(session)
        request = pb.SessionRequest(tenant=tenant, session=session)
        with executor.calling() as stub, told(executor):
            return await stub.GetSession(request, timeout=self._read_s)

    async def delete(self, tenant: str, session: str) -> None:
        executor = self._fleet.holder_of(session)
        request = pb.SessionRequest(tenant=tenant, session=session)
        with executor.calling() as stub, told(executor):
            await stub.DeleteSession(request, timeout=self._turn_s)

    async def fork(self, tenant: str, session: str, policy: pb.SessionPolicy) -> pb.Session:
        executor = self._fleet.holder_of(session)
        request = pb.ForkSessionRequest(tenant=tenant, session=session, policy=policy)
        with executor.calling() as stub, told(executor):
            return await stub.ForkSession(request, timeout=self._turn_s)

    async def list(self, tenant: str, after: str, limit: int) -> Page:
        """Of all executors that are connected, in the order of their ids."""
        request = pb.ListSessionsRequest(tenant=tenant, after=after, limit=limit)
        try:
            async with asyncio.TaskGroup() as tasks:
                asked = [
                    tasks.create_task(self._list_of(executor, request))
                    for executor in self._fleet.executors
                    if executor.connected
                ]
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return merged([task.result() for task in asked], limit)

    async def _list_of(
        self, executor: ExecutorClient, request: pb.ListSessionsRequest
    ) -> pb.ListSessionsResponse:
        with executor.calling() as stub, told(executor):
            return await stub.ListSessions(request, timeout=self._read_s)


def merged(answers: list[pb.ListSessionsResponse], limit: int) -> Page:
    # Beyond the last that an executor told of, when it has more, there may be some that it did not.
    ends = [answer.sessions[-1].id for answer in answers if answer.more and answer.sessions]
    end = min(ends, default=None)
    sessions = [
        session for answer in answers for session in answer.sessions if end is None or session.id <= end
    ]
    sessions.sort(key=lambda session: session.id)
    return Page(sessions[:limit], more=end is not None or len(sessions) > limit)
