"""Telling two cancellations apart that look alike.

`grpc.aio` raises `asyncio.CancelledError` when the current task is cancelled, and also when a call ends
with the status CANCELLED, which the other side or a closing channel may give it. The first must go on
upwards; the second is an error like any other.
"""

import asyncio


def is_ours() -> bool:
    """Whether the `CancelledError` just caught is the current task's own."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
