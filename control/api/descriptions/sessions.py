"""Of sessions as a whole."""

from control.api.answers import Session, SessionPage
from control.api.descriptions.parameters import (
    BODY_PROBLEMS,
    BUSY,
    DISK_FULL,
    LIMIT,
    LOCATION,
    NO_SESSION,
    SESSION,
    TOO_MUCH,
    session_links,
)
from control.api.models import ForkRequest, SessionRequest
from control.api.openapi.operation import Answer, Body, Operation, Parameter, problem

MADE = Answer(
    "The new session.",
    Session,
    headers={"Location": LOCATION},
    links=session_links("$response.body#/id"),
)

CREATE = Operation(
    id="createSession",
    tag="Sessions",
    summary="Make a session",
    description="Nobody has to: every execution without `session_id` makes one. This is for an "
    "environment or an idle timeout from the start. It ends by itself after `idle_timeout` without use.",
    body=Body("May be left out.", SessionRequest, required=False, example={"idle_timeout": 3_600_000}),
    answers={201: MADE, **BODY_PROBLEMS, **TOO_MUCH, **DISK_FULL},
)

LIST = Operation(
    id="listSessions",
    tag="Sessions",
    summary="List sessions",
    description="The tenant's sessions on the executors that are connected, without those in which "
    "nothing was left.",
    parameters=(LIMIT, Parameter("after", "query", "The `next` of the page before.")),
    answers={200: Answer("A page of sessions.", SessionPage)},
)

GET = Operation(
    id="getSession",
    tag="Sessions",
    summary="Look at a session",
    description="This is use of it: it ends later.",
    parameters=(SESSION,),
    answers={200: Answer("The session.", Session), **NO_SESSION},
)

DELETE = Operation(
    id="deleteSession",
    tag="Sessions",
    summary="Delete a session",
    description="With its files. A program that runs in it is killed.",
    parameters=(SESSION,),
    answers={204: Answer("It is gone."), **NO_SESSION, **BUSY},
)

FORK = Operation(
    id="forkSession",
    tag="Sessions",
    summary="Copy a session",
    description="An independent copy of its files and its environment, cheap enough to try several "
    "things from one state and throw them away.",
    parameters=(SESSION,),
    body=Body("May be left out.", ForkRequest, required=False, example={"idle_timeout": 600_000}),
    answers={
        201: MADE,
        **NO_SESSION,
        **BUSY,
        **BODY_PROBLEMS,
        **problem(413, "the body, or the session, is too large."),
        **TOO_MUCH,
        **DISK_FULL,
    },
)
