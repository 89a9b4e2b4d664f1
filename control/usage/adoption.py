"""Journals that were left behind, by a process that was killed or while the database was away.

Everything in one goes to the database at once, under the number of its last segment. Then it is removed, its
row before its folder: a folder without segments counts nothing, a row without a folder nobody would find.
"""

import asyncio
import os
from pathlib import Path

import structlog

from control.store.errors import StoreAwayError
from control.usage.folder import Folder, claim
from control.usage.ledger import Ledger
from control.usage.replay import Replay

log = structlog.get_logger()


async def adopt_abandoned(root: Path, ledger: Ledger, now_ms: int) -> None:
    """All that nobody holds. What cannot be read or added now is logged, and left for the next time."""
    try:
        names = sorted(os.listdir(root))
    except OSError as error:
        log.error("usage: journals cannot be looked for", cause=str(error))
        return
    for name in names:
        try:
            if (folder := claim(root / name)) is None:
                continue
            try:
                await adopt(folder, ledger, now_ms)
            finally:
                folder.release()
        except (OSError, StoreAwayError) as error:
            log.error("usage: a journal that was left behind stays", journal=name, cause=str(error))


async def adopt(folder: Folder, ledger: Ledger, now_ms: int) -> None:
    """Raises OSError, StoreAwayError; it is then whole, and to be adopted again."""
    applied = await ledger.applied(folder.name)
    segments = [number for number in folder.segments() if number > applied]
    replay = Replay()
    for number in segments:
        await asyncio.to_thread(replay.read, folder.path_of(number))
    lost = replay.lose_open()
    if replay.torn:
        log.warning("usage: lines of a journal are torn", journal=folder.name, lines=replay.torn)
    if replay.sums:
        await ledger.apply(folder.name, segments[-1], replay.sums, now_ms)
        counted = sum(counts.executions for counts in replay.sums.values())
        log.info(
            "usage: counted what a journal still held", journal=folder.name, executions=counted, lost=lost
        )
    folder.empty()
    await ledger.forget(folder.name)
    folder.remove()
