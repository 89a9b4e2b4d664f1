"""The first start on a machine: a tenant, a key, and a file where clients find both.

Happens only while there is no keys file. A key that was lost is not replaced behind the operator's back.
"""

import os
import tomllib
from pathlib import Path

import structlog

from control.auth.atomic import write_private
from control.auth.file_store import add_key, editing
from control.auth.keys import Scope

log = structlog.get_logger()

TENANT = "default"
SECTION = "default"


class FirstStartError(Exception):
    """The first key could not be written where clients look for it."""


def credentials_path() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME")
    # The XDG specification: a relative path is invalid and ignored.
    base = Path(home) if home and os.path.isabs(home) else Path.home() / ".config"
    return base / "hearth" / "credentials.toml"


def ensure_first_key(keys_file: Path, url: str) -> None:
    path = credentials_path()
    if keys_file.exists():
        if not path.exists():
            log.info(
                "no credentials file; a new key is made by `python -m control.keys create`", path=str(path)
            )
        return
    with editing(keys_file) as content:
        if content.keys:
            return
        _, key = add_key(content, TENANT, "first start", [Scope.EXECUTE, Scope.ADMIN])
        try:
            # Before the keys file: a start that is interrupted in between is a first start again.
            write_private(path, _with_section(path, url, key))
        except (OSError, ValueError) as error:
            raise FirstStartError(
                f"cannot write {path} ({error.__class__.__name__}); set XDG_CONFIG_HOME to a folder that can "
                "be written, or make a key with `python -m control.keys create` before starting"
            ) from error
    log.info("first start: wrote a key", path=str(path), tenant=TENANT)


def _with_section(path: Path, url: str, key: str) -> bytes:
    """The credentials file with its default section replaced and every other section kept."""
    try:
        old = path.read_text()
    except FileNotFoundError:
        old = ""
    kept, skipping = [], False
    for line in old.splitlines(keepends=True):
        if line.lstrip().startswith("["):
            skipping = line.strip() == f"[{SECTION}]"
        if not skipping:
            kept.append(line)
    content = f'[{SECTION}]\nurl = "{url}"\nkey = "{key}"\n'
    rest = "".join(kept).strip()
    if rest:
        content += f"\n{rest}\n"
    tomllib.loads(content)
    return content.encode()
