"""Ranges of bytes (RFC 9110, 14), one at a time. Several, or what is no range, are ignored, as it allows."""

from dataclasses import dataclass

from aiohttp import web

from control.api.conditions import etag_of, modified_s
from executor.api import executor_pb2 as pb

INT64_MAX = (1 << 63) - 1


class UnsatisfiableError(Exception):
    """No byte of the file is in the range."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a file of known size."""

    start: int
    count: int

    def content_range(self, size: int) -> str:
        return f"bytes {self.start}-{self.start + self.count - 1}/{size}"


@dataclass(frozen=True, slots=True)
class ByteRange:
    """What a request asks for: from `start`, counted from the end if it is negative, to before `stop`."""

    start: int
    stop: int | None

    @property
    def offset(self) -> int:
        return max(-INT64_MAX, min(self.start, INT64_MAX))

    @property
    def length(self) -> int:
        """0 when it goes to the end."""
        return 0 if self.stop is None else min(self.stop - self.start, INT64_MAX)

    def of(self, size: int) -> Span | None:
        """The bytes of a file of this size; None for all of it."""
        if self.start < 0:
            start = max(size + self.start, 0)
            # The last bytes of nothing are nothing, which a range cannot say.
            return Span(start, size - start) if size else None
        if self.start >= size:
            raise UnsatisfiableError
        stop = size if self.stop is None else min(self.stop, size)
        return Span(self.start, stop - self.start)


def range_of(request: web.Request) -> ByteRange | None:
    if request.method != "GET":
        return None
    try:
        wanted = request.http_range
    except ValueError:
        return None
    if wanted.start is None:
        return None
    if wanted.start == 0 and wanted.stop is None and "=-" in request.headers["Range"]:
        # `-0`, the last no bytes: beyond the end of any file.
        return ByteRange(INT64_MAX, None)
    return ByteRange(wanted.start, wanted.stop)


def still_applies(request: web.Request, entry: pb.Entry) -> bool:
    """Whether `If-Range`, when there is one, names the file as it is."""
    given = request.headers.get("If-Range")
    if given is None:
        return True
    if given.endswith('"'):
        return given == f'"{etag_of(entry)}"'
    date = request.if_range
    return date is not None and date.timestamp() == modified_s(entry)
