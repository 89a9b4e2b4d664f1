"""What lies in a session's workspace, as JSON.

A name is any bytes. One that is not UTF-8 is shown with U+FFFD for what is wrong in it, and beside that as it
is, in base64.
"""

from base64 import b64encode

from control.api.moments import moment
from executor.api import executor_pb2 as pb

_KINDS = {pb.FILE: "file", pb.FOLDER: "folder", pb.LINK: "link"}


def entry_json(entry: pb.Entry) -> dict[str, object]:
    return {
        **text_json("name", entry.name),
        "type": _KINDS.get(entry.kind, "file"),
        "size": entry.size,
        "modified_at": moment(entry.mtime_ns // 1_000_000),
        "mode": f"{entry.mode & 0o7777:04o}",
        **(text_json("target", entry.target) if entry.kind == pb.LINK else {}),
    }


def text_json(key: str, data: bytes) -> dict[str, object]:
    try:
        return {key: data.decode()}
    except UnicodeDecodeError:
        return {key: data.decode(errors="replace"), f"{key}_base64": b64encode(data).decode()}
