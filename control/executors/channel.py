"""How an executor is reached: over its unix socket, or with mutual TLS, and in no other way.

An executor runs whatever its callers send, so its transport is its authentication.
"""

import grpc
from grpc import aio

from control.settings import Settings

# One message of an executor holds what a program wrote in a moment, not all that it wrote.
RECEIVE_MAX_BYTES = 16 << 20


class InsecureTargetError(ValueError):
    """A target that is not a unix socket, and no certificates to reach it safely."""


def is_local(target: str) -> bool:
    return target.startswith(("unix:", "unix-abstract:"))


def open_channel(target: str, settings: Settings) -> aio.Channel:
    options: list[tuple[str, int]] = [
        ("grpc.max_receive_message_length", RECEIVE_MAX_BYTES),
        ("grpc.initial_reconnect_backoff_ms", min(100, settings.executor_reconnect_max_ms)),
        ("grpc.min_reconnect_backoff_ms", min(1_000, settings.executor_reconnect_max_ms)),
        ("grpc.max_reconnect_backoff_ms", settings.executor_reconnect_max_ms),
        # An executor's connection, and its backoff, are its own.
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.enable_http_proxy", 0),
    ]
    if is_local(target):
        return aio.insecure_channel(target, options)
    options += [
        ("grpc.keepalive_time_ms", settings.executor_keepalive_ms),
        ("grpc.keepalive_timeout_ms", min(10_000, settings.executor_keepalive_ms)),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
    ]
    ca, cert, key = settings.executor_ca_file, settings.executor_cert_file, settings.executor_key_file
    if ca is None or cert is None or key is None:
        raise InsecureTargetError(
            f"executor {target!r} is not a unix socket: it is reached with mutual TLS only; set "
            "HEARTH_CONTROL_EXECUTOR_CA_FILE, _CERT_FILE and _KEY_FILE"
        )
    credentials = grpc.ssl_channel_credentials(
        root_certificates=ca.read_bytes(),
        private_key=key.read_bytes(),
        certificate_chain=cert.read_bytes(),
    )
    return aio.secure_channel(target, credentials, options)
