"""Keys: what they are, where they are kept, and how the first one comes to be.

How a key travels in a request is the business of `control/api`.
"""
