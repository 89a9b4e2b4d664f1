"""The executor's gRPC API: `executor.proto`, from which `make venv` generates the stubs beside it."""
