"""Programs in sessions, without sandboxes: what the service does around a run, and nothing else."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import agent_wire as wire
from kept_sessions import Kept, feed
from model_workspace import FILE, Item, Workspace

from executor.api import executor_pb2 as api
from executor.sandbox import Held, Sandbox
from executor.sessions.sessions import Visit

Files = Mapping[bytes, bytes]


class Cell:
    """What a session needs of a sandbox."""

    def __init__(self) -> None:
        self.held: Held | None = None


def start(session: str = "", tenant: str = "t", **fields: Any) -> api.Start:
    return api.Start(tenant=tenant, session=session, **fields)


@asynccontextmanager
async def visiting(kept: Kept, asked: api.Start) -> AsyncIterator[tuple[Visit, Sandbox]]:
    """A program's turn, from its claim to the moment at which its sandbox is given back."""
    async with kept.sessions.visit(asked) as visit:
        sandbox = cast(Sandbox, kept.pins.there.pop(visit.id.token, None) or Cell())
        try:
            visit.enter(sandbox)
            yield visit, sandbox
        finally:
            if visit.stays_in(sandbox):
                kept.pins.there[visit.id.token] = sandbox
            visit.leave()


async def leave(visit: Visit, sandbox: Sandbox, files: Files, env: bytes | None = None) -> api.Kept:
    """The program has ended and left these files."""
    assert visit.keeping is not None
    workspace = Workspace()
    for name, content in files.items():
        workspace.put(name, Item(FILE, 0o644, 1, content))
    if env is not None:
        feed(
            visit.keeping,
            wire.frame(wire.SAVED_ENTRY, wire.entry(b"environment", env, place=wire.BUILD)),
        )
    feed(visit.keeping, *workspace.saved())
    return await visit.keep(sandbox, {})


async def program(
    kept: Kept, session: str = "", files: Files | None = None, env: bytes | None = None, **fields: Any
) -> api.Kept:
    """A whole run, which leaves these files and no others."""
    async with visiting(kept, start(session, **fields)) as (visit, sandbox):
        return await leave(visit, sandbox, files or {}, env)
