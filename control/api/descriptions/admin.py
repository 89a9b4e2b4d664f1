"""Of tenants and keys, for operators."""

from control.api.admin.answers import IssuedKey, Key, KeyPage, Tenant, TenantPage
from control.api.admin.models import NewKey, NewTenant, Rotation, TenantChange
from control.api.answers import UsageReport
from control.api.descriptions import usage as of_usage
from control.api.descriptions.parameters import BODY_PROBLEMS, LIMIT
from control.api.openapi.operation import Answer, Body, Header, Operation, Parameter, problem

TAG = "Administration"
ID_SCHEMA = {"type": "string", "pattern": "^[a-z0-9-]{1,63}$"}
TENANT = Parameter("id", "path", "The tenant's id.", ID_SCHEMA)
KEY = Parameter("id", "path", "The key's id, which is no secret.", ID_SCHEMA)
AFTER = Parameter("after", "query", "The `next` of the page before.")
LOCATION = Header("The path of what was made.", {"type": "string", "format": "uri-reference"})
UNCACHED = Header("`no-store`: the key is in it.")
NO_TENANT = problem(404, "no such tenant.")
NO_KEY = problem(404, "no such key.")
OWN = problem(409, "it is the tenant of the key in use, which would lock its user out.")

CREATE_TENANT = Operation(
    id="createTenant",
    tag=TAG,
    summary="Make a tenant",
    description="It has no keys yet.",
    body=Body("The tenant.", NewTenant, example={"id": "acme", "limits": {"run_timeout_max_ms": 30_000}}),
    answers={
        201: Answer("The new tenant.", Tenant, headers={"Location": LOCATION}),
        **problem(409, "a tenant has this id, or a deleted one had it."),
        **BODY_PROBLEMS,
    },
)

LIST_TENANTS = Operation(
    id="listTenants",
    tag=TAG,
    summary="List tenants",
    description="All that were not deleted.",
    parameters=(LIMIT, AFTER),
    answers={200: Answer("A page of tenants.", TenantPage)},
)

GET_TENANT = Operation(
    id="getTenant",
    tag=TAG,
    summary="Look at a tenant",
    description="With its own limits, and those in force.",
    parameters=(TENANT,),
    answers={200: Answer("The tenant.", Tenant), **NO_TENANT},
)

UPDATE_TENANT = Operation(
    id="updateTenant",
    tag=TAG,
    summary="Change a tenant",
    description="What is not named stays. All keys of a disabled tenant are answered 403. In force on every "
    "control plane within a second.",
    parameters=(TENANT,),
    body=Body("What changes.", TenantChange, required=False, example={"limits": {"sessions_max": 100}}),
    answers={200: Answer("The tenant as it is now.", Tenant), **NO_TENANT, **OWN, **BODY_PROBLEMS},
)

DELETE_TENANT = Operation(
    id="deleteTenant",
    tag=TAG,
    summary="Delete a tenant",
    description="With its keys, for good. Its id is not given to another.",
    parameters=(TENANT,),
    answers={204: Answer("It is gone."), **NO_TENANT, **OWN},
)

GET_USAGE = Operation(
    id="getTenantUsage",
    tag=TAG,
    summary="What a tenant used",
    description="As `GET /v1/usage` tells it the tenant itself. Also of one that was deleted.",
    parameters=(TENANT, *of_usage.PARAMETERS),
    answers={200: Answer("What it used.", UsageReport), **NO_TENANT},
)

CREATE_KEY = Operation(
    id="createKey",
    tag=TAG,
    summary="Make a key",
    description="The answer is the only one that has the key itself: only its hash is kept.",
    parameters=(TENANT,),
    body=Body("May be left out.", NewKey, required=False, example={"name": "CI", "scopes": ["execute"]}),
    answers={
        201: Answer("The key.", IssuedKey, headers={"Location": LOCATION, "Cache-Control": UNCACHED}),
        **NO_TENANT,
        **BODY_PROBLEMS,
    },
)

LIST_KEYS = Operation(
    id="listKeys",
    tag=TAG,
    summary="List a tenant's keys",
    description="Those that were revoked or have expired as well.",
    parameters=(TENANT, LIMIT, AFTER),
    answers={200: Answer("A page of keys.", KeyPage), **NO_TENANT},
)

GET_KEY = Operation(
    id="getKey",
    tag=TAG,
    summary="Look at a key",
    description="Without the key itself, which nobody has.",
    parameters=(KEY,),
    answers={200: Answer("What is known of it.", Key), **NO_KEY},
)

ROTATE_KEY = Operation(
    id="rotateKey",
    tag=TAG,
    summary="Replace a key by a new one",
    description="The id, the scopes and the expiry stay. The old key stops at once, or after a grace period.",
    parameters=(KEY,),
    body=Body("May be left out.", Rotation, required=False, example={"grace_period": 86_400_000}),
    answers={
        200: Answer("The new key.", IssuedKey, headers={"Cache-Control": UNCACHED}),
        **NO_KEY,
        **problem(409, "it is revoked, or has expired."),
        **BODY_PROBLEMS,
    },
)

REVOKE_KEY = Operation(
    id="revokeKey",
    tag=TAG,
    summary="Revoke a key",
    description="Refused from then on, on every control plane within a second. What is known of it stays.",
    parameters=(KEY,),
    answers={204: Answer("It is revoked."), **NO_KEY},
)
