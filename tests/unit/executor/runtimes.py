"""Runtimes as the image builder would have written them."""

import json
from typing import Any

from executor.runtime import Runtime


def written(language: str = "python", version: str = "3.13.5", **definition: Any) -> dict[str, Any]:
    """The content of a `NAME.json`: interpreted and not parked, unless the `definition` says otherwise."""
    return {
        "id": f"{language}-{version}",
        "version": version,
        "image": f"hearth/{language}",
        "archive": f"{language}.tar",
        "chain_id": "sha256:0",
        "environment": {"PATH": "/usr/bin:/bin"},
        "definition": {
            "language": language,
            "entry": "main.py",
            "version_command": ["/usr/bin/python3", "--version"],
            "run": {"command": ["/usr/bin/python3", "{entry}", "{args}"]},
            **definition,
        },
    }


def runtime(language: str = "python", version: str = "3.13.5", **definition: Any) -> Runtime:
    return Runtime.model_validate_json(json.dumps(written(language, version, **definition)))


PARKED = {"command": ["/usr/bin/python3", "main.py"], "run": ["{entry}", "{args}"]}
GCC = ["/usr/bin/gcc", "-o", "{build}/a.out", "{sources:*.c}"]
COMPILED: dict[str, Any] = {
    "entry": "main.c",
    "compile": {"command": GCC},
    "run": {"command": ["{build}/a.out", "{args}"]},
}
