"""Of the files in a session."""

from dataclasses import replace

from control.api.answers import Entry, FilePage
from control.api.descriptions.parameters import BUSY, DISK_FULL, LIMIT, NO_SESSION, SESSION, TOO_MUCH
from control.api.names import NAME_MAX_BYTES, NAME_PATTERN
from control.api.openapi.operation import BYTES, Answer, Body, Header, Link, Operation, Parameter, problem

NAME = Parameter(
    "path",
    "path",
    "The name in the workspace, percent-encoded; `%2F` is the same as `/`, so it may hold folders. At "
    "most 4096 bytes in at most {name_depth_max} parts of at most 255 bytes, none of them empty, `.` or "
    "`..`. Any bytes but NUL.",
    {"type": "string", "minLength": 1, "maxLength": NAME_MAX_BYTES, "pattern": NAME_PATTERN},
)

FOLDER_SCHEMA = {"type": "string", "maxLength": NAME_MAX_BYTES, "pattern": f"^$|{NAME_PATTERN}"}

ETAG = Header("What the file is, to tell when it changes.")
LAST_MODIFIED = Header("When it was changed last, in whole seconds.")
LENGTH = Header(
    "Bytes that follow; fewer mean that the download was cut off.", {"type": "integer", "minimum": 0}
)
VALIDATORS = {"ETag": ETAG, "Last-Modified": LAST_MODIFIED}
CONTENT = {
    **VALIDATORS,
    "Accept-Ranges": Header("`bytes`."),
    "Content-Disposition": Header("Always `attachment`, with the last part of the file's name."),
    "Content-Length": LENGTH,
}

IF_MATCH = Parameter(
    "If-Match", "header", "Only if the file's `ETag` is one of these; `*`: only if it is there."
)
IF_NONE_MATCH = Parameter(
    "If-None-Match", "header", "Only if the file's `ETag` is none of these; `*`: if it is not there."
)
IF_MODIFIED_SINCE = Parameter("If-Modified-Since", "header", "Only if it was changed after this HTTP date.")
IF_UNMODIFIED_SINCE = Parameter(
    "If-Unmodified-Since", "header", "Only if it was not changed after this HTTP date."
)
RANGE = Parameter(
    "Range", "header", "One range of bytes, as `bytes=0-99` or `bytes=-100`. Several are ignored."
)
IF_RANGE = Parameter(
    "If-Range", "header", "The range only if this `ETag` or date is still the file's, else all of it."
)

NO_FILE = problem(404, "no such session, or no such file in it.")
CHANGED = problem(412, "a condition does not hold.")

LIST = Operation(
    id="listFiles",
    tag="Files",
    summary="List files",
    description="Files, folders and links, at any depth.",
    parameters=(
        SESSION,
        Parameter(
            "folder", "query", "Only what lies below this folder; empty for everything.", FOLDER_SCHEMA
        ),
        LIMIT,
        Parameter("after", "query", "The `next` of the page before."),
    ),
    answers={
        200: Answer("A page of files.", FilePage),
        **problem(404, "no such session, or no such folder in it."),
    },
)

GET = Operation(
    id="downloadFile",
    tag="Files",
    summary="Download a file",
    description="Its bytes, always as an attachment. The content type follows from the name; what a "
    "browser would run is `application/octet-stream`. Links are followed as long as they stay in the "
    "workspace.",
    parameters=(
        SESSION,
        NAME,
        IF_MATCH,
        IF_NONE_MATCH,
        IF_MODIFIED_SINCE,
        IF_UNMODIFIED_SINCE,
        RANGE,
        IF_RANGE,
    ),
    answers={
        200: Answer("The file.", media="*/*", headers=CONTENT),
        206: Answer(
            "The range of it.",
            media="*/*",
            headers={**CONTENT, "Content-Range": Header("Which bytes these are, and how many there are.")},
        ),
        304: Answer("The file is as the client has it.", headers=VALIDATORS),
        **NO_FILE,
        **CHANGED,
        **problem(416, "no byte of the file is in the range.", {"Content-Range": Header("The file's size.")}),
    },
)

HEAD = replace(
    GET,
    id="headFile",
    summary="Look at a file",
    description="What a download would say of the file, without its bytes. `Range` is ignored.",
    parameters=(SESSION, NAME, IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE),
    answers={status: answer for status, answer in GET.answers.items() if status not in (206, 416)},
)

TO_FILE = {
    operation: Link(operation, {"id": "$request.path.id", "path": "$request.path.path"})
    for operation in (GET.id, HEAD.id, "deleteFile")
}

PUT = Operation(
    id="uploadFile",
    tag="Files",
    summary="Upload a file",
    description="Makes the folders that are missing, and replaces a file that is there. The file is "
    "there when all of it has come, and not at all when anything goes wrong. Conditions are looked at "
    "before the body is taken.",
    parameters=(SESSION, NAME, IF_MATCH, IF_NONE_MATCH, IF_UNMODIFIED_SINCE),
    body=Body(
        "The file's bytes, of any content type, uncompressed, at most {session_max_bytes}.",
        media=BYTES,
        required=False,
    ),
    answers={
        200: Answer("The file is there.", Entry, headers={"ETag": ETAG}, links=TO_FILE),
        **NO_SESSION,
        **problem(408, "no byte of the body came for {file_stall_timeout_ms} ms."),
        **BUSY,
        **CHANGED,
        **problem(413, "the file, or with it the session, would be too large."),
        **problem(415, "the body is compressed."),
        **problem(417, "an expectation other than `100-continue`."),
        **TOO_MUCH,
        **DISK_FULL,
    },
)

DELETE = Operation(
    id="deleteFile",
    tag="Files",
    summary="Delete a file or folder",
    description="A folder with all that is in it.",
    parameters=(SESSION, NAME, IF_MATCH, IF_NONE_MATCH, IF_UNMODIFIED_SINCE),
    answers={204: Answer("It is gone."), **NO_FILE, **BUSY, **CHANGED},
)
