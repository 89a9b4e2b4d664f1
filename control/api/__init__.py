"""The HTTP surface: routes, requests and answers in the contract's words, errors as problem+json.

Decides nothing about executors and stores nothing.
"""
