"""Keys: what they are, and how the first one comes to be.

How a key travels in a request is the business of `control/api`, whose it is that of `control/tenancy`.
"""
