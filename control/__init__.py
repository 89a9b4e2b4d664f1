"""The control plane: what clients call over HTTP.

Knows executors only through their gRPC API (`executor/api`). Holds no state of its own beyond caches,
so that any number of replicas can run.
"""

import executor.api.poller  # noqa: F401 - before `grpc`
