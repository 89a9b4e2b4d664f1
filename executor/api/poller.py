"""Which of its pollers gRPC's core runs, in both services.

It reads the variable when `grpc` is imported, so the packages `control` and `executor` import this module
before anything else. Who sets the variable is obeyed.

gRPC's newer poller hands every message to one thread more. Without it a program's call takes half the CPU
time on both sides when it comes alone, and a quarter less when 32 come at once (docs/control.md).
"""

import os

os.environ.setdefault("GRPC_EXPERIMENTS", "-event_engine_client,-event_engine_listener")
