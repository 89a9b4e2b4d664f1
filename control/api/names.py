"""Names of files: relative, inside the workspace, and possible to create side by side."""

from collections.abc import Sequence

from control.api.problems import InvalidFieldError, shortened

# Linux's NAME_MAX and PATH_MAX.
COMPONENT_MAX_BYTES = 255
NAME_MAX_BYTES = 4096
# The same as a regular expression, for schemas, as far as one can say it: no lengths in bytes, no depth.
NAME_PATTERN = r"^(?!\.{1,2}(/|$))[^/\u0000]{1,255}(/(?!\.{1,2}(/|$))[^/\u0000]{1,255})*$"


def check_names(names: Sequence[str], depth_max: int) -> None:
    """Raises `InvalidFieldError` for the first name that cannot be, or not beside the others."""
    positions: dict[str, int] = {}
    folders: dict[str, int] = {}
    for index, name in enumerate(names):
        reason = _fault_of(name, depth_max)
        if reason is None and name in positions:
            reason = f"{shortened(name)!r} is also the name of files[{positions[name]}]"
        if reason is not None:
            raise InvalidFieldError(f"files[{index}].name", reason)
        positions[name] = index
        end = name.rfind("/")
        while end > 0 and name[:end] not in folders:
            folders[name[:end]] = index
            end = name.rfind("/", 0, end)
    for folder, index in folders.items():
        if folder in positions:
            raise InvalidFieldError(
                f"files[{index}].name", f"{shortened(folder)!r} is a file, files[{positions[folder]}]"
            )


def _fault_of(name: str, depth_max: int) -> str | None:
    try:
        return fault_of(name.encode(), depth_max)
    except UnicodeEncodeError:
        return "must be valid Unicode"


def fault_of(name: bytes, depth_max: int) -> str | None:
    """What is wrong with a name, in words; None when nothing is."""
    if not name:
        return "must not be empty"
    if b"\0" in name:
        return "must not contain a NUL character"
    if len(name) > NAME_MAX_BYTES:
        return f"must be at most {NAME_MAX_BYTES} bytes long"
    if name.startswith(b"/"):
        return "must be relative"
    components = name.split(b"/")
    if len(components) > depth_max:
        return f"must have at most {depth_max} components"
    for component in components:
        if component in (b"", b".", b".."):
            return "must not contain an empty, '.' or '..' component"
        if len(component) > COMPONENT_MAX_BYTES:
            return f"must have components of at most {COMPONENT_MAX_BYTES} bytes"
    return None
