"""`/v1/admin`, as operators' programs see it."""

import asyncio
from typing import Any

import pytest
from running_control import Control

TENANT_FIELDS = ["id", "plan", "limits", "effective_limits", "created_at", "disabled_at"]
KEY_FIELDS = [
    "id",
    "tenant",
    "name",
    "scopes",
    "created_at",
    "expires_at",
    "revoked_at",
    "old_key_until",
]


@pytest.fixture
async def control(start_control: Any, database_url: str) -> Control:
    plans = {"small": {"run_timeout_max_ms": 1000, "languages": ["python"]}}
    running: Control = await start_control(database=database_url, plans=plans)
    return running


async def test_a_tenant_is_made_read_changed_and_deleted(control: Control) -> None:
    async with control.ask(
        "POST", "/v1/admin/tenants", json={"id": "acme", "limits": {"sessions_max": 5}}
    ) as response:
        assert (response.status, response.headers["Location"]) == (201, "/v1/admin/tenants/acme")
        made = await response.json()
    assert list(made) == TENANT_FIELDS
    assert (made["plan"], made["limits"], made["disabled_at"]) == ("default", {"sessions_max": 5}, None)
    assert made["effective_limits"]["sessions_max"] == 5
    assert made["effective_limits"]["run_timeout_max_ms"] == control.settings.run_timeout_max_ms
    assert await control.call("GET", "/v1/admin/tenants/acme") == (200, made)

    body: dict[str, Any] = {"plan": "small", "limits": {"output_max_bytes": 10, "isolation": "sandbox"}}
    status, changed = await control.call("PATCH", "/v1/admin/tenants/acme", json=body)
    assert status == 200
    assert changed["limits"] == {"sessions_max": 5, "output_max_bytes": 10, "isolation": "sandbox"}
    effective = changed["effective_limits"]
    assert (effective["run_timeout_max_ms"], effective["run_timeout_default_ms"]) == (1000, 1000)
    assert effective["languages"] == ["python"]
    body = {"limits": {"sessions_max": None}, "disabled": True}
    _, changed = await control.call("PATCH", "/v1/admin/tenants/acme", json=body)
    assert changed["limits"] == {"output_max_bytes": 10, "isolation": "sandbox"}
    assert (changed["plan"], changed["disabled_at"] is None) == ("small", False)
    _, again = await control.call("PATCH", "/v1/admin/tenants/acme", json={"disabled": True})
    assert again == changed

    assert await control.call("DELETE", "/v1/admin/tenants/acme") == (204, None)
    for method in ("GET", "PATCH", "DELETE"):
        status, problem = await control.call(method, "/v1/admin/tenants/acme", json={})
        assert (status, problem["detail"]) == (404, "there is no tenant 'acme'")
    status, problem = await control.call("POST", "/v1/admin/tenants", json={"id": "acme"})
    assert (status, problem["detail"]) == (409, "a tenant that was deleted had the id 'acme'")


async def test_a_key_is_made_read_rotated_and_revoked(control: Control) -> None:
    body = {"name": "CI of Ünïts", "scopes": ["execute"], "expires_at": "2100-01-01T01:00:00+01:00"}
    async with control.ask("POST", "/v1/admin/tenants/default/keys", json=body) as response:
        assert (response.status, response.headers["Cache-Control"]) == (201, "no-store")
        made = await response.json()
        assert response.headers["Location"] == f"/v1/admin/keys/{made['id']}"
    secret = made.pop("key")
    assert secret.startswith("hearth_")
    assert len(secret) == len("hearth_") + 43
    assert list(made) == KEY_FIELDS
    assert (made["name"], made["scopes"]) == ("CI of Ünïts", ["execute"])
    assert made["expires_at"] == "2100-01-01T00:00:00.000Z"
    path = f"/v1/admin/keys/{made['id']}"
    assert await control.call("GET", path) == (200, made)
    rotated = await control.made(f"keys/{made['id']}/rotate")
    assert rotated.pop("key") != secret
    assert rotated == made
    for _ in range(2):
        assert await control.call("DELETE", path) == (204, None)
    assert (await control.call("GET", path))[1]["revoked_at"] is not None
    status, problem = await control.call("POST", path + "/rotate")
    assert (status, problem["detail"]) == (409, f"the key '{made['id']}' is revoked")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "tenants/none/keys"),
        ("POST", "tenants/none/keys"),
        ("GET", "keys/none"),
        ("DELETE", "keys/none"),
        ("POST", "keys/none/rotate"),
        ("GET", "tenants/No"),
        ("GET", "tenants/a%00b"),
        ("GET", "tenants/"),
        ("DELETE", "keys/%ff"),
    ],
)
async def test_what_is_not_there_is_404(control: Control, method: str, path: str) -> None:
    status, problem = await control.call(method, f"/v1/admin/{path}")
    assert (status, problem["title"]) == (404, "Not Found")


BAD = [
    ("POST", "tenants", {}, "id: is required"),
    ("POST", "tenants", {"id": 5}, "id: must be a string"),
    ("POST", "tenants", {"id": "x", "colour": 1}, "colour: unknown field"),
    ("POST", "tenants", {"id": "x", "plan": "big"}, "plan: 'big' is unknown; there are default, small"),
    ("POST", "tenants", {"id": "x", "limits": {"colour": 1}}, "limits.colour: unknown field"),
    ("POST", "tenants", {"id": "x", "limits": {"sessions_max": 0}}, "limits.sessions_max: "),
    ("POST", "tenants", {"id": "x", "limits": {"sessions_max": "5"}}, "limits.sessions_max: must be a whole"),
    ("POST", "tenants", {"id": "x", "limits": {"languages": []}}, "limits.languages: "),
    ("POST", "tenants", {"id": "x", "limits": {"languages": ["A B"]}}, "limits.languages[0]: "),
    ("POST", "tenants", {"id": "x", "limits": {"isolation": "none"}}, "limits.isolation: must be 'cell'"),
    ("PATCH", "tenants/default", {"disabled": "yes"}, "disabled: "),
    ("PATCH", "tenants/default", {"id": "other"}, "id: unknown field"),
    ("POST", "tenants/default/keys", {"scopes": ["fly"]}, "scopes[0]: "),
    ("POST", "tenants/default/keys", {"scopes": []}, "scopes: "),
    ("POST", "tenants/default/keys", {"name": "a\nb"}, "name: "),
    ("POST", "tenants/default/keys", {"name": "a" * 201}, "name: "),
    (
        "POST",
        "tenants/default/keys",
        {"expires_at": "2020-01-01T00:00:00Z"},
        "expires_at: must be in the fut",
    ),
    ("POST", "tenants/default/keys", {"expires_at": "2100-01-01T00:00:00"}, "expires_at: "),
    ("POST", "tenants/default/keys", {"expires_at": "soon"}, "expires_at: "),
    ("POST", "tenants/default/keys", {"expires_at": 4102444800}, "expires_at: "),
    ("POST", "tenants/default/keys", {"expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at: must be in"),
    ("POST", "tenants/default/keys", {"name": 5}, "name: must be a string"),
    ("POST", "tenants/default/keys", {"scopes": "admin"}, "scopes: must be an array"),
    ("POST", "keys/none/rotate", {"grace_period": 1 << 40}, "grace_period: "),
    ("POST", "keys/none/rotate", {"grace_period": -1}, "grace_period: must be greater than 0"),
    ("GET", "tenants?limit=0", None, "limit: must be a whole number from 1 to 1000"),
    ("GET", "tenants?page=2", None, "page: unknown parameter"),
]


@pytest.mark.parametrize(("method", "path", "body", "detail"), BAD)
async def test_what_cannot_be_is_400_and_names_the_field(
    control: Control, method: str, path: str, body: Any, detail: str
) -> None:
    status, problem = await control.call(method, f"/v1/admin/{path}", json=body)
    assert status == 400
    assert problem["detail"].startswith(detail)


@pytest.mark.parametrize("id_", ["", "A", "a_b", "-a", "a" * 64, "a\n", "é"])
async def test_ids_are_lower_case_letters_digits_and_dashes(control: Control, id_: str) -> None:
    status, problem = await control.call("POST", "/v1/admin/tenants", json={"id": id_})
    assert status == 400
    assert problem["detail"].startswith("id: ")


async def test_lists_come_in_pages(control: Control) -> None:
    names = [f"t{number}" for number in range(5)]
    for name in names:
        await control.made("tenants", id=name)
        await control.made("tenants/default/keys")
    for path, field in (("tenants", "tenants"), ("tenants/default/keys", "keys")):
        _, whole = await control.call("GET", f"/v1/admin/{path}")
        assert (len(whole[field]), whole["next"]) == (6, None)
        found, after = [], ""
        while after is not None:
            _, page = await control.call("GET", f"/v1/admin/{path}?limit=4&after={after}")
            found += page[field]
            after = page["next"]
        assert found == whole[field]
    _, tenants = await control.call("GET", "/v1/admin/tenants")
    assert [tenant["id"] for tenant in tenants["tenants"]] == ["default", *names]
    assert (await control.call("GET", "/v1/admin/tenants?after=%ff%00"))[0] == 200


async def test_of_equal_tenants_made_at_once_there_is_one(control: Control) -> None:
    asked = (control.call("POST", "/v1/admin/tenants", json={"id": "acme"}) for _ in range(8))
    statuses = [status for status, _ in await asyncio.gather(*asked)]
    assert sorted(statuses) == [201] + [409] * 7


async def test_operators_who_leave_half_way_hold_up_nobody(control: Control) -> None:
    for number in range(30):
        asking = asyncio.create_task(control.call("POST", "/v1/admin/tenants", json={"id": f"t{number}"}))
        await asyncio.sleep(number / 5_000)
        asking.cancel()
        await asyncio.wait((asking,))
    assert (await control.call("POST", "/v1/admin/tenants", json={"id": "acme"}))[0] == 201
    _, page = await control.call("GET", "/v1/admin/tenants")
    for tenant in page["tenants"]:
        assert (await control.call("GET", f"/v1/admin/tenants/{tenant['id']}"))[0] == 200


@pytest.mark.parametrize(("method", "body"), [("DELETE", None), ("PATCH", {"disabled": True})])
async def test_nobody_takes_away_the_key_in_their_own_hand(control: Control, method: str, body: Any) -> None:
    status, problem = await control.call(method, "/v1/admin/tenants/default", json=body)
    assert status == 409
    assert "take one of another tenant" in problem["detail"]
    assert (await control.get("/v1/runtimes"))[0] == 200
