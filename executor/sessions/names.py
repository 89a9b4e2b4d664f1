"""What the files of a workspace can be called."""

from __future__ import annotations

# As the agent takes them.
_NAME_BYTES = 4096
_PART_BYTES = 255
_PARTS = 129


class BadPathError(ValueError):
    """A name that cannot be, or that does not go with what lies there; `str()` says why."""


def check_name(name: bytes) -> None:
    """Raises BadPathError for what no file of a workspace can be called."""
    parts = name.split(b"/")
    if b"\0" in name:
        raise BadPathError("a name holds no NUL")
    if any(part in (b"", b".", b"..") for part in parts):
        raise BadPathError("a name has no empty part, no . and no ..")
    if len(name) > _NAME_BYTES or max(map(len, parts)) > _PART_BYTES or len(parts) > _PARTS:
        raise BadPathError(
            f"a name has at most {_NAME_BYTES} bytes and {_PARTS} parts, each of at most {_PART_BYTES} bytes"
        )


def can_be_target(target: bytes) -> bool:
    """Whether a link can lead there."""
    return 0 < len(target) <= _NAME_BYTES and b"\0" not in target
