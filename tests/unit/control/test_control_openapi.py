import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import aiohttp
import pytest
from aiohttp import web
from openapi_spec_validator import validate
from pydantic import BaseModel, TypeAdapter
from running_control import Control
from scripted_executor import ScriptedExecutor, done, end, event, kept, run, script, sent, started

from control.api import answers
from control.api.admin import answers as admin_answers
from control.api.app import build_app
from control.api.openapi.document import VERSION
from control.api.piston import models as piston
from control.api.self_description import PARTS
from control.executors.outcome import SessionLoss, StageResult
from control.service import assemble
from control.settings import Settings
from control.store.database import Database
from executor.api import executor_pb2 as pb

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "control/api/docs"


@pytest.fixture
async def document(control: Control) -> Any:
    async with aiohttp.ClientSession(control.url) as http, http.get("/openapi.json") as response:
        assert response.status == 200
        assert response.content_type == "application/json"
        return await response.json()


def operations(document: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def routes() -> set[tuple[str, str]]:
    settings = Settings()
    app = build_app(assemble(settings, Database(settings.database, 1_000)))
    return {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if isinstance(route.resource, web.Resource) and not is_only_for_old_clients(route)
    }


def is_only_for_old_clients(route: web.AbstractRoute) -> bool:
    """Piston's paths in their other forms, and its methods that nobody sends by name."""
    assert route.resource is not None
    path = route.resource.canonical
    other = path.startswith("/api/v2/piston") or path.endswith("/") or path == "/api/v2{rest}"
    return path.startswith("/api/v2") and (other or route.method in ("HEAD", "OPTIONS"))


async def test_the_document_is_valid_openapi(document: Any) -> None:
    assert document["openapi"].startswith("3.1.")
    validate(document)


async def test_every_route_is_described_and_nothing_else(document: Any) -> None:
    assert {(method, path) for method, path, _ in operations(document)} == routes()
    for method, path, operation in operations(document):
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)
        assert operation["tags"][0] in {tag["name"] for tag in document["tags"]}
        parameters = operation.get("parameters", [])
        assert {p["name"] for p in parameters if p["in"] == "path"} == set(re.findall(r"\{(\w+)\}", path))
        assert all(parameter["description"] for parameter in parameters)


async def test_every_field_is_described(document: Any) -> None:
    plain = {"Alive", "Ready"}
    bare = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, shown in schema.get("properties", {}).items()
        if name not in plain and "description" not in shown and "$ref" not in shown.get("items", {})
    ]
    assert bare == []


async def test_operations_have_ids_of_their_own_and_links_lead_to_them(document: Any) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for _, _, operation in operations(document):
        for answer in operation["responses"].values():
            for link in answer.get("links", {}).values():
                assert link["operationId"] in ids


async def test_every_error_is_a_problem_and_says_when_to_come_again(document: Any) -> None:
    for method, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            if int(status) >= 400 and method != "HEAD":
                (media,) = answer["content"]
                plain = path.startswith("/api/v2") and status != "431"
                assert media == f"application/{'' if plain else 'problem+'}json", (method, path, status)
            if status in ("429", "503"):
                assert "Retry-After" in answer["headers"]


async def test_whatever_takes_a_key_says_so(document: Any, control: Control) -> None:
    async with aiohttp.ClientSession(control.url) as http:
        for method, path, operation in operations(document):
            async with http.request(method, path.replace("{", "x").replace("}", "")) as response:
                public = operation["security"] == []
                assert (response.status == 401) != public, (method, path)


async def test_the_limits_are_those_of_the_installation(start_control: Any) -> None:
    control = await start_control(run_timeout_max_ms=777_000, sessions_max=3)
    _, document = await control.get("/openapi.json")
    schema = document["components"]["schemas"]["ExecuteRequest"]["properties"]["run_timeout"]
    assert schema["anyOf"][0] == {"type": "integer", "exclusiveMinimum": 0, "maximum": 777_000}
    text = json.dumps(document)
    assert "$setting" not in text
    # No setting's name is left where its value should be.
    assert set(re.findall(r"\{([a-z_]+)\}", text)) <= {"id", "path", "file"}


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION


async def test_what_did_not_change_is_not_sent_again(control: Control) -> None:
    for path in ("/openapi.json", "/docs", "/docs/swagger-ui.css"):
        async with control.http.get(path) as response:
            etag = response.headers["ETag"]
            assert response.headers["Cache-Control"] == "no-cache"
        async with control.http.get(path, headers={"If-None-Match": f'"x", {etag}'}) as response:
            assert response.status == 304
            assert response.headers["ETag"] == etag
        async with control.http.head(path) as response:
            assert response.status == 200


async def test_the_page_loads_only_what_the_service_has(control: Control) -> None:
    async with aiohttp.ClientSession(control.url) as http:
        async with http.get("/docs") as response:
            assert response.content_type == "text/html"
            policy = response.headers["Content-Security-Policy"]
            page = await response.text()
        for source in re.findall(r'(?:src|href)="([^"]*)"', page):
            if source != "data:,":
                async with http.get("/" + source) as response:
                    assert response.status == 200, source
                    assert response.content_type in ("text/javascript", "text/css", "application/json")
        async with http.get("/docs/none.js") as response:
            assert response.status == 404
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "//" not in page.replace("<!doctype", "")
    assert "<script>" not in page
    assert "style=" not in page


def test_the_renderer_is_the_one_that_was_published() -> None:
    told = {
        name: digest
        for digest, name in re.findall(r"^    ([0-9a-f]{64})  (\S+)$", (DOCS / "README.md").read_text(), re.M)
    }
    shipped = {name for name in PARTS if name.startswith("swagger")}
    assert told.keys() == shipped
    for name in shipped:
        assert hashlib.sha256((DOCS / name).read_bytes()).hexdigest() == told[name]


@pytest.mark.parametrize(
    ("model", "dataclass"), [(answers.Stage, StageResult), (answers.SessionLoss, SessionLoss)]
)
def test_models_of_what_is_fast_have_the_fields_of_what_is_answered(
    model: type[BaseModel], dataclass: Any
) -> None:
    assert list(model.model_fields) == [field.name for field in fields(dataclass)]
    for name, kind in get_type_hints(dataclass).items():
        assert model.model_fields[name].annotation == kind, name


def same(model: Any, answer: Any) -> None:
    """Nothing is lost and nothing is there that the model does not have, in any depth, nor in another
    order.
    """
    adapter = TypeAdapter(model)
    text = json.dumps(answer)
    kept = adapter.validate_json(text, strict=True)
    assert json.dumps(adapter.dump_python(kept, mode="json", exclude_unset=True)) == text


async def test_answers_are_what_their_models_say(control: Control, executor: ScriptedExecutor) -> None:
    executor.play = script(
        sent(started(), event(stage_start=pb.COMPILE), event(stderr=b"warning")),
        sent(end(pb.COMPILE), event(stage_start=pb.RUN), event(stdout=b"out")),
        sent(end(outcome=pb.SIGNALED, code=None, signal=9, wall_us=1, cpu_us=2, memory_bytes=3)),
        sent(kept(limit=pb.SESSION_BYTES), done()),
    )
    status, answer = await control.execute(language="c", code="")
    assert (status, answer.keys()) == (200, answers.Execution.model_fields.keys())
    same(answers.Execution, answer)
    executor.play = run(end())
    same(answers.Execution, (await control.execute(language="py", code=""))[1])

    same(list[answers.Runtime], (await control.get("/v1/runtimes"))[1])
    same(list[piston.PistonRuntime], (await control.get("/api/v2/runtimes"))[1])
    same(list[piston.PistonPackage], (await control.get("/api/v2/packages"))[1])
    for body in ({"language": "py", "version": "*", "files": [{"content": ""}]}, {}):
        told = (await control.call("POST", "/api/v2/execute", json=body))[1]
        same(piston.PistonExecution if body else piston.PistonError, told)
    held = executor.hold("x", env={"A": "b"})
    same(answers.Session, (await control.get("/v1/sessions/s_one_x"))[1])
    same(answers.SessionPage, (await control.get("/v1/sessions"))[1])
    held.put(b"a")
    held.put(b"b", kind=pb.FOLDER)
    held.put(b"c\xff", kind=pb.LINK, target=b"\xfe")
    held.put(b"d")
    same(answers.FilePage, (await control.get("/v1/sessions/s_one_x/files"))[1])
    _, page = await control.get("/v1/sessions/s_one_x/files?limit=3")
    assert page.keys() == answers.FilePage.model_fields.keys()
    assert page["files"][2].keys() == answers.Entry.model_fields.keys()
    same(answers.FilePage, page)

    for groups in ("", "?group_by=day,language,outcome", "?group_by=outcome&limit=1"):
        _, page = await control.get("/v1/usage" + groups)
        assert page["usage"]
        same(answers.UsageReport, page)

    limits = {"languages": ["c"], "isolation": "sandbox"}
    same(admin_answers.Tenant, await control.made("tenants", id="acme", limits=limits))
    key = await control.made("tenants/acme/keys", expires_at="2100-01-01T00:00:00Z")
    same(admin_answers.IssuedKey, key)
    same(admin_answers.IssuedKey, await control.made(f"keys/{key['id']}/rotate", grace_period=1000))
    same(admin_answers.Key, (await control.get(f"/v1/admin/keys/{key['id']}"))[1])
    same(admin_answers.KeyPage, (await control.get("/v1/admin/tenants/acme/keys"))[1])
    same(admin_answers.TenantPage, (await control.get("/v1/admin/tenants"))[1])

    same(answers.Alive, (await control.get("/healthz"))[1])
    same(answers.Ready, (await control.get("/readyz"))[1])
    same(answers.Problem, (await control.get("/nope"))[1])
