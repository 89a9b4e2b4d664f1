"""What a model's JSON schema says beyond its types.

Much of what a request must be is checked after its types are, against the operator's settings. The
schema says it all the same: `Shown` adds keywords to a field's schema, and where `setting` or a
setting's name in braces stands, the document has that setting's value.
"""

import re
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema

from control.settings import Settings

SETTING = "$setting"
_BRACED = re.compile(r"\{(\w+)\}")


def setting(name: str) -> dict[str, str]:
    return {SETTING: name}


class Shown:
    """In an `Annotated`: keywords for the type's schema."""

    def __init__(self, **keywords: Any) -> None:
        self._keywords = keywords

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(core_schema), **self._keywords}


class LeftOut:
    """In an `Annotated` with None: there is no null in the answer, the field is then not there."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        (there,) = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
        return dict(there)


def null_is_absent(schema: dict[str, Any]) -> None:
    """For a model's `json_schema_extra`: what is not required may as well be null."""
    for name, field in schema["properties"].items():
        if name in schema.get("required", ()):
            continue
        kind = field.get("type")
        if isinstance(kind, str):
            field["type"] = [kind, "null"]


class Generate(GenerateJsonSchema):
    """Without titles that only repeat a field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def filled(value: Any, settings: Settings) -> Any:
    """With the settings' values in their places, and without defaults that only say that a field may be
    absent.
    """
    if isinstance(value, dict):
        if SETTING in value:
            return getattr(settings, value[SETTING])
        return {
            key: _described(item, settings) if key == "description" else filled(item, settings)
            for key, item in value.items()
            if not (key == "default" and item is None)
        }
    if isinstance(value, (list, tuple)):
        return [filled(item, settings) for item in value]
    return value


def _described(text: Any, settings: Settings) -> Any:
    if not isinstance(text, str):
        return filled(text, settings)
    return _BRACED.sub(lambda named: str(getattr(settings, named[1], named[0])), text)
