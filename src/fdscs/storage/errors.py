"""The one exception a user is meant to read."""


class BadInput(ValueError):
    """Input that cannot be used: one sentence saying what is wrong, where, and what to do."""
