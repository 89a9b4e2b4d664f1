"""The page of a service's settings beside the settings themselves."""

import re
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings


def row(prefix: str, name: str, field: FieldInfo) -> str:
    """The line of a page's table that a setting must have."""
    default = field.get_default(call_default_factory=True)
    shown = ",".join(default) if isinstance(default, tuple) else default
    value = "none" if shown is None else f"`{shown}`"
    return f"| `{prefix}{name.upper()}` | {value} | {field.description} |"


def check(page: Path, settings: type[BaseSettings]) -> None:
    """The page lists every setting, in its own words and order, and names none that is not there."""
    prefix, text = str(settings.model_config["env_prefix"]), page.read_text()
    listed = [line for line in text.splitlines() if line.startswith(f"| `{prefix}")]
    assert listed == [row(prefix, name, field) for name, field in settings.model_fields.items()]
    known = {prefix + name.upper() for name in settings.model_fields}
    assert set(re.findall(rf"{prefix}[A-Z_]+[A-Z]", text)) == known
