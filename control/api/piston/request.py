"""From a body to a program, with Piston's checks in Piston's order and words."""

from dataclasses import dataclass
from typing import Any

from control.api.limits import check_language
from control.api.models import ExecuteRequest, parse_execute
from control.api.piston.aliases import named
from control.api.piston.files import check_contents, files_of, has_code
from control.api.piston.javascript import as_string, is_falsy
from control.api.piston.limits import limits_of
from control.api.problems import ProblemError, UnavailableError
from control.executors.catalogue import Catalogue, Offer
from control.settings import Settings
from control.tenancy.limits import Limits
from control.versions import parse_range


@dataclass(frozen=True, slots=True)
class Asked:
    """A program as `/v1` would be asked for it, but that its first file need not be the one to run."""

    request: ExecuteRequest
    offer: Offer
    entry: int


def asked_in(body: object, catalogue: Catalogue, limits: Limits, settings: Settings) -> Asked:
    """Raises `ProblemError`."""
    # JSON that is no object has none of the fields.
    given: dict[str, Any] = body if isinstance(body, dict) else {}
    language = _string(given, "language")
    version = _string(given, "version")
    files = given.get("files")
    if not isinstance(files, list):
        raise ProblemError(400, "files is required as an array")
    check_contents(files)
    offer = _offer(language, version, catalogue, settings)
    check_language(offer.runtime.language, limits)
    if not has_code(files):
        raise ProblemError(400, "files must include at least one utf8 encoded file")
    asked = limits_of(given, limits, settings)
    made, entry = files_of(files, offer.runtime)
    args, stdin = given.get("args"), given.get("stdin")
    request = {
        "language": language,
        "files": made,
        "args": [as_string(arg) for arg in args] if isinstance(args, list) else args,
        "stdin": _line(stdin),
        **asked,
    }
    return Asked(parse_execute(request, settings), offer, entry)


def _string(given: dict[str, Any], field: str) -> str:
    value = given.get(field)
    if is_falsy(value) or not isinstance(value, str):
        raise ProblemError(400, f"{field} is required as a string")
    return value


def _offer(language: str, version: str, catalogue: Catalogue, settings: Settings) -> Offer:
    if not catalogue.offers:
        raise UnavailableError("no executor is connected", settings.retry_after_s)
    wanted = parse_range(version)
    offer = None if wanted is None else catalogue.highest(named(catalogue, language), wanted)
    if offer is None:
        raise ProblemError(400, f"{language}-{version} runtime is unknown")
    return offer


def _line(stdin: object) -> object:
    """Standard input, which always ends a line."""
    text = "" if stdin is None else stdin
    return text if not isinstance(text, str) or text.endswith("\n") else text + "\n"
