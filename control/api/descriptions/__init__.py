"""What the OpenAPI document says of each route, beside its models.

A route is registered with its `Operation` in `control.api.app`: `add` takes no route without one. Models of
requests are in `control.api.models`, of answers in `control.api.answers`. A limit that an operator sets is
written as `{its_setting}` in a description and as `setting("its_setting")` in a schema. What any route with a
key may answer is in `control.api.openapi.document`; what an operation says itself comes before it.
"""
