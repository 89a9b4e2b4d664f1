"""Tenants and their keys: what they may, how operators change them, and how every control plane follows.

How a key travels in a request is the business of `control/api`, where rows are kept that of `control/store`.
"""
