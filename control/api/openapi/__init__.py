"""The OpenAPI document, made of what stands beside each route and of the models that requests and
answers have.

`operation` is what is said of a route, `schema` what is said of a model's fields, `document` puts them
together.
"""
