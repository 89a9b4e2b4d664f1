"""What the OpenAPI document says of each route, beside its models."""
