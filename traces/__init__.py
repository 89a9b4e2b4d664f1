"""How the spans of both services leave them: OpenTelemetry's, over gRPC, to a collector.

What a service makes spans of is its own business. While it has no endpoint, nothing of OpenTelemetry is
imported.
"""
