"""The one exception a user is meant to read."""


class BadInput(Exception):
    """Input that cannot be used: one sentence saying what is wrong, where, and what to do."""
