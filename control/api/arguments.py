"""Arguments and environment variables: what a process can be started with."""

import re
from collections.abc import Mapping, Sequence

from control.api.problems import InvalidFieldError, shortened
from control.settings import Settings

# Linux's MAX_ARG_STRLEN, less the NUL that ends each.
ARGUMENT_MAX_BYTES = 131_071
ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check_arguments(args: Sequence[str], env: Mapping[str, str], settings: Settings) -> None:
    """Raises `InvalidFieldError` for the first that cannot be, or when there is too much in all."""
    total = 0
    for index, argument in enumerate(args):
        total += _size_of(f"args[{index}]", argument)
    for name, value in env.items():
        if not ENV_NAME.fullmatch(name):
            raise InvalidFieldError("env", f"{shortened(name)!r} is not a name: [A-Za-z_][A-Za-z0-9_]*")
        total += _size_of(f"env.{shortened(name)}", f"{name}={value}")
    if total > settings.arguments_max_bytes:
        raise InvalidFieldError(
            "env" if env else "args",
            f"arguments and environment must be at most {settings.arguments_max_bytes} bytes together",
        )


def _size_of(field: str, text: str) -> int:
    if "\0" in text:
        raise InvalidFieldError(field, "must not contain a NUL character")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise InvalidFieldError(field, "must be valid Unicode") from None
    if size > ARGUMENT_MAX_BYTES:
        raise InvalidFieldError(field, f"must be at most {ARGUMENT_MAX_BYTES} bytes long")
    return size + 1
