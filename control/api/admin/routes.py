"""The routes of `/v1/admin`, and what each makes of a request."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import orjson
import structlog
from aiohttp import web

from control.api.admin.operations import Json, Operations
from control.api.authentication import IdentifiedHandler
from control.api.body import BodyIntake
from control.api.decode import decode_object
from control.api.descriptions import admin as of_admin
from control.api.openapi.operation import Operation
from control.api.problems import ProblemError, UnavailableError
from control.api.query import limit_of, parameters_of
from control.api.usage_query import PARAMETERS
from control.auth.keys import Identity, Scope
from control.settings import Settings
from control.store.errors import StoreAwayError
from control.tenancy.errors import ConflictError, NoSuchKeyError, NoSuchTenantError, TenancyError
from control.tenancy.follower import Follower
from control.usage.meter import Meter

log = structlog.get_logger()

Answer = TypeVar("Answer")
Add = Callable[[str, str, Scope, IdentifiedHandler, Operation], None]

# Whatever else an id may hold is none.
ID = "{id:[a-z0-9-]{1,63}}"
TENANTS, TENANT = "/v1/admin/tenants", f"/v1/admin/tenants/{ID}"
KEYS, KEY = f"{TENANT}/keys", f"/v1/admin/keys/{ID}"


class Admin:
    def __init__(
        self,
        settings: Settings,
        operations: Operations,
        follower: Follower,
        intake: BodyIntake,
        meter: Meter,
    ) -> None:
        self._settings = settings
        self._operations = operations
        self._follower = follower
        self._intake = intake
        self._meter = meter

    def add_to(self, add: Add) -> None:
        for method, path, handler, described in (
            ("POST", TENANTS, self._create_tenant, of_admin.CREATE_TENANT),
            ("GET", TENANTS, self._list_tenants, of_admin.LIST_TENANTS),
            ("GET", TENANT, self._get_tenant, of_admin.GET_TENANT),
            ("PATCH", TENANT, self._update_tenant, of_admin.UPDATE_TENANT),
            ("DELETE", TENANT, self._delete_tenant, of_admin.DELETE_TENANT),
            ("GET", TENANT + "/usage", self._get_usage, of_admin.GET_USAGE),
            ("POST", KEYS, self._create_key, of_admin.CREATE_KEY),
            ("GET", KEYS, self._list_keys, of_admin.LIST_KEYS),
            ("GET", KEY, self._get_key, of_admin.GET_KEY),
            ("POST", KEY + "/rotate", self._rotate_key, of_admin.ROTATE_KEY),
            ("DELETE", KEY, self._revoke_key, of_admin.REVOKE_KEY),
        ):
            add(method, path, Scope.ADMIN, self._telling(handler), described)

    async def _create_tenant(self, request: web.Request, identity: Identity) -> web.Response:
        tenant = await self._changed(self._operations.create_tenant(await self._body(request, identity)))
        log.info("tenant created", tenant=tenant["id"], by=identity.key_id)
        return _json(tenant, 201, f"{TENANTS}/{tenant['id']}")

    async def _list_tenants(self, request: web.Request, identity: Identity) -> web.Response:
        return _json(await self._operations.list_tenants(*_place(request)))

    async def _get_tenant(self, request: web.Request, identity: Identity) -> web.Response:
        return _json(await self._operations.get_tenant(request.match_info["id"]))

    async def _update_tenant(self, request: web.Request, identity: Identity) -> web.Response:
        id_, body = request.match_info["id"], await self._body(request, identity)
        if body.get("disabled") is True:
            _check_other(id_, identity)
        tenant = await self._changed(self._operations.update_tenant(id_, body))
        log.info("tenant changed", tenant=id_, fields=sorted(body), by=identity.key_id)
        return _json(tenant)

    async def _delete_tenant(self, request: web.Request, identity: Identity) -> web.Response:
        id_ = request.match_info["id"]
        _check_other(id_, identity)
        await self._changed(self._operations.delete_tenant(id_))
        log.info("tenant deleted", tenant=id_, by=identity.key_id)
        return web.Response(status=204)

    async def _get_usage(self, request: web.Request, identity: Identity) -> web.Response:
        given = parameters_of(request, PARAMETERS)
        await self._meter.flush()
        return _json(await self._operations.get_usage(request.match_info["id"], given))

    async def _create_key(self, request: web.Request, identity: Identity) -> web.Response:
        body = await self._body(request, identity)
        key = await self._changed(self._operations.create_key(request.match_info["id"], body))
        log.info("key created", key=key["id"], tenant=key["tenant"], by=identity.key_id)
        return _secret(_json(key, 201, f"/v1/admin/keys/{key['id']}"))

    async def _list_keys(self, request: web.Request, identity: Identity) -> web.Response:
        return _json(await self._operations.list_keys(request.match_info["id"], *_place(request)))

    async def _get_key(self, request: web.Request, identity: Identity) -> web.Response:
        return _json(await self._operations.get_key(request.match_info["id"]))

    async def _rotate_key(self, request: web.Request, identity: Identity) -> web.Response:
        body = await self._body(request, identity)
        key = await self._changed(self._operations.rotate_key(request.match_info["id"], body))
        log.info("key rotated", key=key["id"], tenant=key["tenant"], by=identity.key_id)
        return _secret(_json(key))

    async def _revoke_key(self, request: web.Request, identity: Identity) -> web.Response:
        id_ = request.match_info["id"]
        await self._changed(self._operations.revoke_key(id_))
        log.info("key revoked", key=id_, by=identity.key_id)
        return web.Response(status=204)

    async def _changed(self, change: Awaitable[Answer]) -> Answer:
        """The change's answer, once this control plane goes by it; the others follow."""
        answer = await change
        try:
            await self._follower.refresh()
        except StoreAwayError:
            # It was made. It will be in force here as soon as the database is back.
            log.warning("a change is not in force here yet: the database went away")
        return answer

    async def _body(self, request: web.Request, identity: Identity) -> Json:
        if not request.can_read_body:
            return {}
        with self._intake.hold(identity.tenant) as hold:
            body = await self._intake.read(request, hold, identity.limits.body_max_bytes)
            return decode_object(body, self._settings)

    def _telling(self, handler: IdentifiedHandler) -> IdentifiedHandler:
        """The handler, with problems in place of the errors of what it calls."""

        async def told(request: web.Request, identity: Identity) -> web.StreamResponse:
            try:
                return await handler(request, identity)
            except (NoSuchTenantError, NoSuchKeyError) as error:
                raise ProblemError(404, str(error)) from None
            except ConflictError as error:
                raise ProblemError(409, str(error)) from None
            except TenancyError as error:
                raise ProblemError(400, str(error)) from None
            except StoreAwayError as error:
                log.warning("an operator's request failed", cause=str(error))
                detail = "the database does not answer; whether the change was made is not known"
                if request.method == "GET":
                    detail = "the database does not answer"
                raise UnavailableError(detail, self._settings.retry_after_s) from None

        return told


def _check_other(tenant: str, identity: Identity) -> None:
    """The last operator must not lock everybody out, which is done by mistake alone."""
    if tenant == identity.tenant:
        raise ProblemError(
            409, f"the key in use belongs to the tenant {tenant!r}; take one of another tenant"
        )


def _place(request: web.Request) -> tuple[str, int]:
    given = parameters_of(request, ("limit", "after"))
    # PostgreSQL takes no NUL, and no id has one.
    after = given.get("after", b"").decode(errors="replace").replace("\0", "")
    return after, limit_of(given)


def _json(content: Json, status: int = 200, location: str | None = None) -> web.Response:
    response = web.Response(body=orjson.dumps(content), status=status, content_type="application/json")
    if location is not None:
        response.headers["Location"] = location
    return response


def _secret(response: web.Response) -> web.Response:
    response.headers["Cache-Control"] = "no-store"
    return response
