"""What lies in a session's workspace, as JSON.

A name is any bytes. One that is not UTF-8 is shown with U+FFFD for what is wrong in it, and beside that as it
is, in base64.
"""

from base64 import b64encode
from typing import Any, Literal

from control.api.answers import Entry
from control.api.moments import moment
from executor.api import executor_pb2 as pb

_KINDS: dict[int, Literal["file", "folder", "link"]] = {pb.FILE: "file", pb.FOLDER: "folder", pb.LINK: "link"}


def entry_of(entry: pb.Entry) -> Entry:
    return Entry(
        **text_fields("name", entry.name),
        type=_KINDS.get(entry.kind, "file"),
        size=entry.size,
        modified_at=moment(entry.mtime_ns // 1_000_000),
        mode=f"{entry.mode & 0o7777:04o}",
        **(text_fields("target", entry.target) if entry.kind == pb.LINK else {}),
    )


def text_fields(field: str, data: bytes) -> dict[str, Any]:
    try:
        return {field: data.decode()}
    except UnicodeDecodeError:
        return {field: data.decode(errors="replace"), f"{field}_base64": b64encode(data).decode()}
