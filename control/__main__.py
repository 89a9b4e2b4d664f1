"""`python -m control`: runs the control plane until SIGTERM or SIGINT."""

import asyncio
import signal
import sys
from collections.abc import Iterator

import structlog
import uvloop
from pydantic import ValidationError

from control import log
from control.auth.first_start import FirstStartError
from control.executors.channel import InsecureTargetError
from control.service import serve
from control.settings import PREFIX, Settings
from control.store.errors import StoreError
from control.usage.meter import JournalError


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(settings, stop, listening=lambda url: None)


def main() -> int:
    try:
        settings = Settings()
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False):
            field = "_".join(str(part) for part in error["loc"]).upper()
            print(f"{PREFIX}{field}: {error['msg']}", file=sys.stderr)
        return 2
    log.configure(settings.log_level)
    status = 0
    try:
        uvloop.run(_run(settings))
    except* (OSError, FirstStartError, InsecureTargetError, JournalError, StoreError) as failures:
        for cause in _leaves(failures):
            structlog.get_logger().error("cannot serve", cause=str(cause))
        status = 1
    return status


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


if __name__ == "__main__":
    sys.exit(main())
