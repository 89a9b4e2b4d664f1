"""The OpenAPI document, made of what stands beside each route and of the requests' and answers' models.

`operation` is what is said of a route, `schema` what is said of a model's fields, `document` the whole.
"""
