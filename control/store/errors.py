"""Why the database could not do what it was asked."""


class StoreError(Exception):
    """The database cannot be used as it is. The words are meant for the operator."""


class StoreAwayError(StoreError):
    """The database does not answer; it may later."""
