"""Of the service itself."""

from typing import Any

from control.api.answers import Alive, Ready
from control.api.openapi.operation import Answer, Header, Operation, Parameter, problem
from control.api.self_description import PARTS

ETAG = Header("What it is, to tell when it changes.")
CACHED = {"ETag": ETAG, "Cache-Control": Header("`no-cache`: to be asked for again, with `If-None-Match`.")}
IF_NONE_MATCH = Parameter("If-None-Match", "header", "Only if its `ETag` is none of these.")
UNCHANGED = Answer("It is as the client has it.", headers=CACHED)

HEALTHZ = Operation(
    id="getHealth",
    tag="Service",
    summary="Is the service alive?",
    description="Answered as long as the process serves, even while it stops.",
    answers={200: Answer("It is.", Alive)},
)

READYZ = Operation(
    id="getReadiness",
    tag="Service",
    summary="Can programs be run?",
    description="Whether an executor is there that takes work.",
    answers={
        200: Answer("They can.", Ready),
        **problem(503, "no executor is there, or the service is stopping."),
    },
)

METRICS = Operation(
    id="getMetrics",
    tag="Service",
    summary="Metrics for Prometheus",
    description="Takes a key with the scope `admin`. Sums over all tenants; names none of them.",
    answers={200: Answer("Prometheus' text format.", str, "text/plain")},
)

OPENAPI = Operation(
    id="getOpenApi",
    tag="Service",
    summary="This document",
    description="OpenAPI 3.1, with this installation's limits.",
    parameters=(IF_NONE_MATCH,),
    answers={200: Answer("The document.", dict[str, Any], headers=CACHED), 304: UNCHANGED},
)

DOCS = Operation(
    id="getDocs",
    tag="Service",
    summary="This document, for people",
    description="A page that shows it. Everything that the page loads comes from this service.",
    parameters=(IF_NONE_MATCH,),
    answers={
        200: Answer(
            "The page.",
            str,
            "text/html",
            {**CACHED, "Content-Security-Policy": Header("What the page may load.")},
        ),
        304: UNCHANGED,
    },
)

DOCS_FILE = Operation(
    id="getDocsFile",
    tag="Service",
    summary="A part of the page",
    description="Scripts and styles of `/docs`.",
    parameters=(
        Parameter("file", "path", "Its name.", {"type": "string", "enum": sorted(PARTS)}),
        IF_NONE_MATCH,
    ),
    answers={
        200: Answer("The file.", media="*/*", headers=CACHED),
        304: UNCHANGED,
        **problem(404, "there is no such file."),
    },
)
