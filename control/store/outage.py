"""What those who ask the database again and again say: once that it is away, and once that it is back."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from control.store.errors import StoreAwayError

log = structlog.get_logger()


class Outage:
    def __init__(self, away: str, back: str) -> None:
        """What the log says, and so what it means for what is asked."""
        self._away = away
        self._back = back
        self._lasts = False

    @contextmanager
    def told(self) -> Iterator[None]:
        """Around each time that it is asked. That it is away goes no further."""
        try:
            yield
        except StoreAwayError as error:
            if not self._lasts:
                log.error(self._away, cause=str(error))
            self._lasts = True
        else:
            if self._lasts:
                log.info(self._back)
            self._lasts = False
