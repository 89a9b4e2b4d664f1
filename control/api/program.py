"""From a request to the executor's message: content decoded, names and limits checked, defaults filled in."""

import binascii

from control.api.arguments import check_arguments
from control.api.limits import isolation_of, set_limits
from control.api.models import ExecuteRequest, SourceFile
from control.api.names import check_names
from control.api.problems import InvalidFieldError
from control.auth.keys import Identity
from control.executors.catalogue import Offer
from control.executors.policy import policy_of
from control.settings import Settings
from executor.api import executor_pb2 as pb


def message_of(
    request: ExecuteRequest, offer: Offer, identity: Identity, settings: Settings
) -> pb.ExecuteInput:
    runtime, limits = offer.runtime, identity.limits
    message = pb.ExecuteInput()
    # Filled in place: every submessage that is passed to a constructor is copied with all its content.
    start = message.start
    start.tenant = identity.tenant
    start.runtime = runtime.id
    start.stdin = _utf8("stdin", request.stdin)
    start.stdin_complete = True
    start.isolate_sandbox = isolation_of(request.isolation, limits) == "sandbox"
    start.claim_timeout_ms = settings.claim_timeout_ms
    start.session = request.session_id or ""
    start.policy.CopyFrom(policy_of(limits, limits.session_idle_timeout_ms))
    _add_files(start, request, runtime.entry or "main", settings)
    check_arguments(request.args, request.env, settings)
    start.args.extend(request.args)
    start.env.update(request.env)
    set_limits(start, request, runtime, limits)
    return message


def start_timeout_s(start: pb.Start, settings: Settings) -> float:
    turn_ms = settings.session_turn_timeout_ms if start.session else 0
    return (turn_ms + start.claim_timeout_ms + settings.call_margin_ms) / 1000


def timeout_s(start: pb.Start, settings: Settings) -> float:
    limits_s = (start.compile_limits.wall_ms + start.run_limits.wall_ms) / 1000
    return start_timeout_s(start, settings) + limits_s


def _add_files(start: pb.Start, request: ExecuteRequest, entry: str, settings: Settings) -> None:
    if request.files is None:
        start.files.add(name=entry, content=_utf8("code", request.code or ""))
        start.passing_entry = True
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
