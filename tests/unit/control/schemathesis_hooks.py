"""What Schemathesis is told beyond the document: what the scripted executor has."""

from typing import Any

import schemathesis

LANGUAGES = ["py", "python", "c"]
SESSION, FILE, TO_DELETE = "s_one_there", "folder/a.txt", "folder/b.txt"


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    fields = raw_schema["components"]["schemas"]["ExecuteRequest"]["properties"]
    fields["language"]["enum"] = LANGUAGES
    fields["version"]["enum"] = ["*", ">=1", None]
    piston = raw_schema["components"]["schemas"]["PistonRequest"]["properties"]
    piston["language"]["enum"], piston["version"]["enum"] = LANGUAGES, ["*", ">=1"]
    for model in ("NewTenant", "TenantChange"):
        raw_schema["components"]["schemas"][model]["properties"]["plan"] = {"enum": ["default", None]}
    files = {"get": FILE, "head": FILE, "delete": TO_DELETE}
    for path, item in raw_schema["paths"].items():
        for method, file in files.items():
            # Sessions are not deleted by their examples: others look at them.
            if method == "delete" and "{path}" not in path:
                continue
            for parameter in item.get(method, {}).get("parameters", ()):
                if parameter["in"] == "path" and parameter["name"] in ("id", "path"):
                    parameter["example"] = SESSION if parameter["name"] == "id" else file
