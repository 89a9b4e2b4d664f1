"""Conditional requests (RFC 9110, 13): whether what the client knows of a file still holds."""

from collections.abc import Iterable
from enum import Enum, auto

from aiohttp import ETag, web

from control.api.problems import ProblemError
from control.executors.errors import Refusal, SessionError
from control.executors.files import FileName, Files
from executor.api import executor_pb2 as pb

ANY = "*"


class Verdict(Enum):
    GO_ON = auto()
    NOT_MODIFIED = auto()
    FAILED = auto()


def etag_of(entry: pb.Entry) -> str:
    return f"{entry.mtime_ns:x}-{entry.size:x}"


def modified_s(entry: pb.Entry) -> int:
    """Whole seconds, as HTTP dates have them."""
    return entry.mtime_ns // 1_000_000_000


class Conditions:
    def __init__(self, request: web.Request) -> None:
        self._match = request.if_match
        self._none_match = request.if_none_match
        self._unmodified_since = request.if_unmodified_since
        self._modified_since = request.if_modified_since
        self._reads = request.method in ("GET", "HEAD")

    def verdict(self, entry: pb.Entry | None) -> Verdict:
        """Of what lies there now; None is nothing. In the order of RFC 9110, 13.2.2."""
        if self._match is not None:
            if not _among(entry, self._match, weak=False):
                return Verdict.FAILED
        elif self._unmodified_since is not None and (
            entry is None or modified_s(entry) > self._unmodified_since.timestamp()
        ):
            return Verdict.FAILED
        if self._none_match is not None:
            if _among(entry, self._none_match, weak=True):
                return Verdict.NOT_MODIFIED if self._reads else Verdict.FAILED
        elif (
            self._reads
            and entry is not None
            and self._modified_since is not None
            and modified_s(entry) <= self._modified_since.timestamp()
        ):
            return Verdict.NOT_MODIFIED
        return Verdict.GO_ON

    async def check_change(self, files: Files, file: FileName) -> None:
        """Before a change. Asks for the entry only when there is a condition on it."""
        if self._match is None and self._none_match is None and self._unmodified_since is None:
            return
        entry: pb.Entry | None = None
        try:
            async with files.read(file, entry_only=True) as reading:
                entry = reading.entry
        except SessionError as error:
            if error.refusal is not Refusal.NOT_FOUND:
                raise
        if self.verdict(entry) is not Verdict.GO_ON:
            raise failed()


def failed() -> ProblemError:
    return ProblemError(412, "the file is not as the request's conditions have it")


def _among(entry: pb.Entry | None, etags: Iterable[ETag], *, weak: bool) -> bool:
    if entry is None:
        return False
    own = etag_of(entry)
    return any(etag.value == ANY or (etag.value == own and (weak or not etag.is_weak)) for etag in etags)
