"""The part of containerd's gRPC API that Hearth calls; `make venv` generates the stubs."""
