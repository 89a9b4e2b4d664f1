"""Who runs next, and where: the fair queue before the executors.

Knows executors only by their readiness, room and load. What a tenant may ask for at all is decided before, in
`control/admission`; the talk with an executor is in `control/executors`.
"""
