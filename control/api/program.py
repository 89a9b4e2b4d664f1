"""From a request to the executor's message: content decoded, names and limits checked, defaults filled in."""

import binascii
import re

from control.api.limits import set_limits
from control.api.models import ExecuteRequest, SourceFile
from control.api.names import check_names
from control.api.problems import InvalidFieldError, shortened
from control.executors.catalogue import Offer
from control.settings import Settings
from executor.api import executor_pb2 as pb

# Linux's MAX_ARG_STRLEN, less the NUL that ends each.
ARGUMENT_MAX_BYTES = 131_071
ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def message_of(request: ExecuteRequest, offer: Offer, tenant: str, settings: Settings) -> pb.ExecuteInput:
    runtime = offer.runtime
    message = pb.ExecuteInput()
    # Filled in place: every submessage that is passed to a constructor is copied with all its content.
    start = message.start
    start.tenant = tenant
    start.runtime = runtime.id
    start.stdin = _utf8("stdin", request.stdin)
    start.stdin_complete = True
    start.isolate_sandbox = request.isolation == "sandbox"
    start.claim_timeout_ms = settings.claim_timeout_ms
    _add_files(start, request, runtime.entry or "main", settings)
    _add_arguments(start, request, settings)
    set_limits(start, request, runtime, settings)
    return message


def start_timeout_s(start: pb.Start, settings: Settings) -> float:
    return (start.claim_timeout_ms + settings.call_margin_ms) / 1000


def timeout_s(start: pb.Start, settings: Settings) -> float:
    limits_s = (start.compile_limits.wall_ms + start.run_limits.wall_ms) / 1000
    return start_timeout_s(start, settings) + limits_s


def _add_files(start: pb.Start, request: ExecuteRequest, entry: str, settings: Settings) -> None:
    if request.files is None:
        start.files.add(name=entry, content=_utf8("code", request.code or ""))
        return
    names = []
    for index, file in enumerate(request.files):
        name = file.name
        if name is None:
            if index > 0:
                raise InvalidFieldError(f"files[{index}].name", "is required after the first file")
            name = entry
        names.append(name)
    check_names(names, settings.name_depth_max)
    for index, (name, file) in enumerate(zip(names, request.files, strict=True)):
        start.files.add(name=name, content=_content(f"files[{index}].content", file))


def _content(field: str, file: SourceFile) -> bytes:
    try:
        match file.encoding:
            case "utf8":
                return _utf8(field, file.content)
            case "base64":
                return binascii.a2b_base64(file.content, strict_mode=True)
            case "hex":
                return binascii.unhexlify(file.content)
    except ValueError:
        raise InvalidFieldError(field, f"is not valid {file.encoding}") from None


def _utf8(field: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidFieldError(field, "must be valid Unicode") from None


def _add_arguments(start: pb.Start, request: ExecuteRequest, settings: Settings) -> None:
    total = 0
    for index, argument in enumerate(request.args):
        total += _argument_size(f"args[{index}]", argument)
        start.args.append(argument)
    for name, value in request.env.items():
        if not ENV_NAME.fullmatch(name):
            raise InvalidFieldError("env", f"{shortened(name)!r} is not a name: [A-Za-z_][A-Za-z0-9_]*")
        total += _argument_size(f"env.{shortened(name)}", f"{name}={value}")
        start.env[name] = value
    if total > settings.arguments_max_bytes:
        field = "env" if request.env else "args"
        raise InvalidFieldError(
            field, f"arguments and environment must be at most {settings.arguments_max_bytes} bytes together"
        )


def _argument_size(field: str, text: str) -> int:
    if "\0" in text:
        raise InvalidFieldError(field, "must not contain a NUL character")
    size = len(_utf8(field, text))
    if size > ARGUMENT_MAX_BYTES:
        raise InvalidFieldError(field, f"must be at most {ARGUMENT_MAX_BYTES} bytes long")
    return size + 1
