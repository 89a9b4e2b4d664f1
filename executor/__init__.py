"""The executor: the service on an executor host that owns that host's sandboxes.

Knows containerd, cgroups, images and the agent. Knows nothing of keys, HTTP or SQL: a tenant is a name
to it, between two of which no sandbox is shared.
"""

import executor.api.poller  # noqa: F401 - before `grpc`
