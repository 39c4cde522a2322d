"""The exceptions a user is meant to read."""

INTERRUPTED = 130  # the exit status after Ctrl-C, as shells have it


class BadInput(ValueError):
    """Input that cannot be used: one sentence saying what is wrong, where, and what to do."""


class Interrupted(Exception):
    """Work that Ctrl-C stopped and that can go on: says where it stopped."""
