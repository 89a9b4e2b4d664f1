"""Logging: one JSON object a line on stderr, for our own events and for libraries alike.

A program's code, its input and output, and keys are never logged.
"""

import logging
import os
import sys
from typing import Any

import orjson
import structlog
from aiohttp.http_exceptions import HttpProcessingError


def _json(event: Any, **_: Any) -> bytes:
    return orjson.dumps(event, default=repr)


def _json_text(event: Any, **_: Any) -> str:
    return _json(event).decode()


def _not_of_clients_making(record: logging.LogRecord) -> bool:
    """Drops what is no HTTP: it would let anybody write to the log, and quotes headers, which hold keys."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def configure(level: str) -> None:
    # gRPC's core writes lines of its own, which are not JSON and tell what we tell ourselves.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_json)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_json_text),
            ],
        )
    )
    logging.getLogger("aiohttp.server").addFilter(_not_of_clients_making)
    # Libraries' own chatter below a warning tells an operator nothing.
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)
